"""What Telegram refuses in the content of a message: lengths, entities and buttons."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from telegram.constants import (
    InlineKeyboardButtonLimit,
    InlineKeyboardMarkupLimit,
    MessageEntityType,
    MessageLimit,
    ReplyLimit,
)

Json = dict[str, Any]

BLOCKQUOTES = {MessageEntityType.BLOCKQUOTE, MessageEntityType.EXPANDABLE_BLOCKQUOTE}
REQUIRED_FIELDS = {
    MessageEntityType.TEXT_LINK: "url",
    MessageEntityType.TEXT_MENTION: "user",
    MessageEntityType.CUSTOM_EMOJI: "custom_emoji_id",
    MessageEntityType.DATE_TIME: "unix_time",
}
# Telegram finds these by itself in what people write; names and commands are ASCII only.
FOUND_IN_TEXT = {
    "bot_command": re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])"),
    "mention": re.compile(r"(?<![\w/@])@[A-Za-z0-9_]{4,32}\b"),
    "url": re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]]"),
}


class Refusal(Exception):
    """An answer with `ok: false`: its HTTP status, description and, where Telegram adds them, parameters."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad_request(reason: str) -> Refusal:
    """The 400 answer in Telegram's wording."""
    return Refusal(400, f"Bad Request: {reason}")


def utf16_length(text: str) -> int:
    """The length of `text` in UTF-16 code units, in which Telegram counts offsets and limits."""
    return len(text.encode("utf-16-le")) // 2


def entities_found_in(text: str) -> list[Json]:
    """The entities that Telegram itself marks in a message: commands, mentions and links, in UTF-16 units."""
    found = [
        {"type": kind, "offset": utf16_length(text[: match.start()]), "length": utf16_length(match[0])}
        for kind, pattern in FOUND_IN_TEXT.items()
        for match in pattern.finditer(text)
    ]
    links = [range(e["offset"], e["offset"] + e["length"]) for e in found if e["type"] == "url"]
    inside_link = [e for e in found if e["type"] != "url" and any(e["offset"] in link for link in links)]
    return sorted((e for e in found if e not in inside_link), key=lambda e: e["offset"])


def check_text(text: str, entities: Sequence[Json] | None) -> None:
    """Refuses a message text that is empty, too long or wrongly marked up."""
    _check_encoding(text)
    if utf16_length(text.strip()) < MessageLimit.MIN_TEXT_LENGTH:
        raise bad_request("message text is empty")
    if utf16_length(text.strip()) > MessageLimit.MAX_TEXT_LENGTH:
        raise bad_request("message is too long")
    check_entities(text, entities)


def check_caption(caption: str | None, entities: Sequence[Json] | None) -> None:
    """Refuses a caption that is too long or wrongly marked up."""
    _check_encoding(caption or "")
    if utf16_length((caption or "").strip()) > MessageLimit.CAPTION_LENGTH:
        raise bad_request("message caption is too long")
    check_entities(caption or "", entities)


def check_entities(text: str, entities: Sequence[Json] | None) -> None:
    """Refuses entities that do not fit `text`, cross each other or nest blockquotes."""
    if len(entities or ()) > MessageLimit.MESSAGE_ENTITIES:
        raise bad_request("too many entities: Telegram drops all after the first 100")
    text_end = utf16_length(text)
    units = memoryview(text.encode("utf-16-le")).cast("H") if text else ()
    low_surrogates = {i for i, unit in enumerate(units) if 0xDC00 <= unit <= 0xDFFF}
    open_entities: list[Json] = []
    for entity in sorted(entities or (), key=lambda e: (e["offset"], -e["length"])):
        start, end = entity["offset"], entity["offset"] + entity["length"]
        where = f"entity beginning at UTF-16 offset {start}"
        _check_entity_fields(entity)
        if start >= text_end:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {start}")
        if start < 0 or end <= start:
            raise bad_request(f"{where} covers no text")
        if end > text_end:
            raise bad_request(f"{where} ends after the end of the text at UTF-16 offset {end}")
        if start in low_surrogates or end in low_surrogates:
            raise bad_request(f"{where} begins or ends in a middle of a UTF-16 symbol")
        open_entities = [e for e in open_entities if e["offset"] + e["length"] > start]
        if any(e["offset"] + e["length"] < end for e in open_entities):
            raise bad_request(f"{where} ends after the end of the entity around it")
        if entity["type"] in BLOCKQUOTES and any(e["type"] in BLOCKQUOTES for e in open_entities):
            raise bad_request(f"{where} is a blockquote in a blockquote, which can't be nested")
        open_entities.append(entity)


def check_markup(markup: Mapping[str, Any] | None) -> None:
    """Refuses a reply markup with a button that Telegram would not show."""
    rows = (markup or {}).get("inline_keyboard", [])
    if sum(map(len, rows)) > InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER:
        raise bad_request("reply markup is too long")
    for button in (button for row in rows for button in row):
        _check_button(button)
    if utf16_length((markup or {}).get("input_field_placeholder", "")) > ReplyLimit.MAX_INPUT_FIELD_PLACEHOLDER:
        raise bad_request("input field placeholder is too long")


def _check_button(button: Json) -> None:
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = button.keys() - {"text", "style", "icon_custom_emoji_id"}
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request(f"an inline keyboard button does one thing, not {', '.join(sorted(actions))}")
    data_limit = InlineKeyboardButtonLimit.MAX_CALLBACK_DATA
    if "callback_data" in actions and not 1 <= len(button["callback_data"].encode()) <= data_limit:
        raise bad_request("BUTTON_DATA_INVALID")
    copy_limit = InlineKeyboardButtonLimit.MAX_COPY_TEXT
    if "copy_text" in actions and not 1 <= utf16_length(button["copy_text"]["text"]) <= copy_limit:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    if "url" in actions and not _is_link(button["url"]):
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")


def _check_entity_fields(entity: Json) -> None:
    kind = entity["type"]
    if kind not in list(MessageEntityType):
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    if REQUIRED_FIELDS.get(kind, "type") not in entity:
        raise bad_request(f"can't parse MessageEntity: Can't find field \"{REQUIRED_FIELDS[kind]}\"")
    if kind == MessageEntityType.TEXT_LINK and not _is_link(entity["url"]):
        raise bad_request(f"entity URL '{entity['url']}' is invalid: Wrong HTTP URL")


def _check_encoding(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


def _is_link(url: str) -> bool:
    """True for a web address with a dotted host, or a tg: link: Telegram refuses http://localhost and the like."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
    except ValueError:
        return False
    return parts.scheme == "tg" or (parts.scheme in {"http", "https"} and "." in (parts.hostname or ""))
