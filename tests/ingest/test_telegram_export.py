"""Telegram exports: each post of a channel is an article with the link to it; nothing private gets in."""

import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.sources import read
from ingest.sources.telegram_export import TelegramExport
from ingest.telegram_posts import article_of_post, channel_chat_id, post_id, post_link
from retrieval.errors import SourceError
from retrieval.types import Article

AR = "قال لافروف إن الوضع في المنطقة خطير للغاية."
EN = "Lavrov said that the situation is dangerous."
RU = "Лавров заявил, что положение опасно."


def message(number: int = 1, text: Any = EN, **more: Any) -> dict[str, Any]:
    """A message as Telegram Desktop writes it."""
    return {
        "id": number,
        "type": "message",
        "date": "2024-05-01T13:30:00",
        "date_unixtime": "1714559400",
        "from": "News",
        "from_id": "channel1234567890",
        "text": text,
        "text_entities": [{"type": "plain", "text": "not read"}],
        **more,
    }


def chat(
    *messages: dict[str, Any], kind: str = "public_channel", name: str | None = "Новости", number: int = 1234567890
):
    return {"name": name, "type": kind, "id": number, "messages": list(messages)}


def account(chats: list[dict[str, Any]], left: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    export: dict[str, Any] = {
        "about": "Here is the data you requested. " + "Remember: it is yours. " * 300,
        "personal_information": {"user_id": 7, "first_name": "Private", "phone_number": "+7 000"},
        "contacts": {"about": "…", "list": [{"first_name": "Secret"}]},
        "chats": {"about": "…", "list": chats},
    }
    return export if left is None else export | {"left_chats": {"about": "…", "list": left}}


def export(folder: Path, content: Any, name: str = "result.json") -> str:
    path = folder / name
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(text, encoding="utf-8")
    return str(path)


def articles(name: str) -> list[Article]:
    found = list(read(name))
    assert not [one for one in found if isinstance(one, SourceError)]
    return [one for one in found if isinstance(one, Article)]


def only_error(name: str) -> str:
    (error,) = read(name)
    assert isinstance(error, SourceError)
    assert error.source == name
    return str(error)


@pytest.mark.parametrize("text", [AR, EN, RU])
def test_a_post_is_an_article_with_its_link_date_and_channel(tmp_path: Path, text: str) -> None:
    (article,) = articles(export(tmp_path, chat(message(77, text))))
    assert article == Article(
        id="telegram:-1001234567890:77",
        text=text,
        url="https://t.me/c/1234567890/77",
        source="Новости",
        published=datetime(2024, 5, 1, 10, 30, tzinfo=UTC),
    )


def test_the_pieces_of_a_formatted_text_are_put_together_as_they_were_shown(tmp_path: Path) -> None:
    pieces = [
        "",
        {"type": "bold", "text": "عاجل"},
        " | قال ",
        {"type": "text_link", "text": "لافروف", "href": "https://example.org/lavrov"},
        {"type": "custom_emoji", "text": "🔥", "document_id": "x.tgs"},
        "\n\nإن الوضع ",
        {"type": "blockquote", "text": "خطير"},
    ]
    (article,) = articles(export(tmp_path, chat(message(text=pieces))))
    assert article.text == "عاجل | قال لافروف🔥\n\nإن الوضع خطير"
    assert article.title == "عاجل | قال لافروف🔥"


def test_what_is_no_post_with_words_is_passed_over(tmp_path: Path) -> None:
    name = export(
        tmp_path,
        chat(
            {"id": 1, "type": "service", "action": "create_channel", "title": EN, "text": ""},
            {"id": 2, "type": "service", "action": "pin_message", "text": EN},
            {"id": 3, "type": "unsupported"},
            message(4, "", photo="photos/1.jpg"),
            message(5, [], media_type="sticker"),
            message(6, "🔥🔥🔥 !!!"),
            message(7, ["#news #лавров ", {"type": "link", "text": "https://example.org/one/two/three"}, " @channel"]),
            message(8, "صباح الخير"),
            message(9, RU, photo="photos/9.jpg", width=1, height=1),
            message(10, "Путин: переговоры продолжатся"),
            message(11, "لافروف: الوضع خطير"),
        ),
    )
    assert [one.id.rpartition(":")[2] for one in articles(name)] == ["9", "10", "11"]


def test_a_forwarded_post_names_its_author_before_the_channel(tmp_path: Path) -> None:
    one, other, unknown = articles(
        export(
            tmp_path,
            chat(
                message(1, forwarded_from="قناة الجزيرة"),
                message(2, forwarded_from="Новости"),
                message(3, forwarded_from=None),
            ),
        )
    )
    assert (one.source, other.source, unknown.source) == ("قناة الجزيرة (Новости)", "Новости", "Новости")


def test_a_public_channel_is_linked_by_its_username_where_an_export_has_it(tmp_path: Path) -> None:
    (article,) = articles(export(tmp_path, {"username": "@example", **chat(message(5))}))
    assert article.url == "https://t.me/example/5"
    assert article.id == "telegram:-1001234567890:5"


def test_an_older_export_gives_the_day_alone_since_its_zone_is_unknown(tmp_path: Path) -> None:
    old = message(1)
    del old["date_unixtime"]
    undated = message(2, date=None, date_unixtime="soon")
    first, second = articles(export(tmp_path, chat(old, undated)))
    assert (first.published, second.published) == (date(2024, 5, 1), None)


def test_an_edited_post_keeps_its_id_and_first_date(tmp_path: Path) -> None:
    (before,) = articles(export(tmp_path, chat(message(3, EN))))
    (after,) = articles(export(tmp_path, chat(message(3, EN + " Updated.", edited="2024-05-02T00:00:00"))))
    assert (before.id, before.published) == (after.id, after.published)
    assert before.content_hash != after.content_hash


def test_of_an_account_the_channels_are_taken_and_nothing_else(tmp_path: Path) -> None:
    private = "My secret is that I love you all."
    name = export(
        tmp_path,
        account(
            [
                chat(message(1, private), kind="personal_chat", name="Mother", number=5),
                {"type": "saved_messages", "id": 6, "messages": [message(2, private)]},
                chat(message(3, private), kind="bot_chat", name="Bot", number=7),
                chat(message(4, private), kind="private_group", name="Family", number=8),
                chat(message(5, private), kind="public_supergroup", name="Group", number=9),
                chat(message(6, AR), kind="private_channel", name="قناة", number=10),
                chat(message(7, EN), name=None, number=11),
            ],
            left=[chat(message(8, RU), name="Старый канал", number=12)],
        ),
    )
    assert [(one.id, one.source, one.text) for one in articles(name)] == [
        ("telegram:-1000000000010:6", "قناة", AR),
        ("telegram:-1000000000011:7", None, EN),
        ("telegram:-1000000000012:8", "Старый канал", RU),
    ]


def test_an_account_without_a_channel_is_said_without_naming_anybody(tmp_path: Path) -> None:
    reason = only_error(export(tmp_path, account([chat(message(), kind="personal_chat", name="Mother")])))
    assert "no channel" in reason
    assert "Mother" not in reason


@pytest.mark.parametrize(
    ("kind", "article_id", "url"),
    [
        ("public_supergroup", "telegram:-1000000000042:1", "https://t.me/c/42/1"),
        ("private_supergroup", "telegram:-1000000000042:1", "https://t.me/c/42/1"),
        ("private_group", "telegram:-42:1", None),
    ],
)
def test_a_group_that_was_exported_alone_is_taken(tmp_path: Path, kind: str, article_id: str, url: str | None) -> None:
    (article,) = articles(export(tmp_path, chat(message(), kind=kind, number=42)))
    assert (article.id, article.url) == (article_id, url)


@pytest.mark.parametrize("kind", ["personal_chat", "bot_chat", "saved_messages", "replies", "", None])
def test_a_talk_of_two_people_is_never_taken(tmp_path: Path, kind: str | None) -> None:
    assert "no channel" in only_error(export(tmp_path, chat(message(), kind=kind)))  # type: ignore[arg-type]


def test_a_live_post_and_its_export_are_the_same_article(tmp_path: Path) -> None:
    (exported,) = articles(export(tmp_path, chat(message(9, AR, forwarded_from="واس"))))
    live = article_of_post(
        chat_id=-1001234567890,
        message_id=9,
        username=None,
        title="Новости",
        text=AR,
        date=datetime(2024, 5, 1, 10, 30, tzinfo=UTC),
        forwarded_from="واس",
    )
    assert live == exported
    assert exported.id == post_id(-1001234567890, 9)


def test_links_lead_to_the_post() -> None:
    assert post_link(-1001234567890, 5, "news") == "https://t.me/news/5"
    assert post_link(-1001234567890, 5, None) == "https://t.me/c/1234567890/5"
    assert post_link(-42, 5, None) is None
    assert channel_chat_id(1234567890) == -1001234567890


@pytest.mark.parametrize("text", ["", " \n", "🔥", "https://example.org/a", "Hello all"])
def test_a_live_post_without_a_sentence_is_refused(text: str) -> None:
    refused = article_of_post(
        chat_id=-1001, message_id=1, username=None, title="N", text=text, date=None, forwarded_from=None
    )
    assert isinstance(refused, SourceError)


# --- what Telegram writes that is no JSON, and what somebody else wrote


def test_control_characters_are_read_although_telegram_escapes_them_wrongly(tmp_path: Path) -> None:
    said = json.dumps(chat(message(1, "@@ He said \\x0B, a path. "), message(2, EN)), ensure_ascii=False)
    first, second = articles(export(tmp_path, said.replace("@@", "\\x0B")))
    assert first.text == "\x0b He said \\x0B, a path. ", "an escaped backslash before an x is none of them"
    assert second.text == EN


@pytest.mark.parametrize("before", range(65_500, 65_560, 7))
def test_an_escape_may_lie_where_two_parts_of_a_file_meet(tmp_path: Path, before: int) -> None:
    texts = ["@" * 3 + AR] * 3
    said = json.dumps(chat(*(message(n, text) for n, text in enumerate(texts))), ensure_ascii=True)
    name = export(tmp_path, said.replace("@", "\\x1f").replace('{"name"', "{" + " " * before + '"name"', 1))
    assert [one.text for one in articles(name)] == ["\x1f" * 3 + AR] * 3


def test_what_comes_before_the_damage_is_read(tmp_path: Path) -> None:
    whole = json.dumps(chat(*(message(n, RU) for n in range(100))), ensure_ascii=False)
    found = list(read(export(tmp_path, whole[: len(whole) // 2])))
    assert len(found) > 40
    assert all(isinstance(one, Article) for one in found[:-1])
    assert "cut off" in str(found[-1])


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        '{"messages": 5}',
        '{"a": [{"messages": [{"id": 1}]}]}',
        '{"id": "1", "text": "An article."}\n{"id": "2", "text": "Another."}',
        '[{"text": "An article."}]',
        "plain words",
        "[" * 3_000_000,
        '{"a":' * 1_000_000,
        "\ufffe",
    ],
    ids=lambda content: content[:30],
)
def test_a_json_file_that_is_no_export_is_refused_by_name(tmp_path: Path, content: str) -> None:
    reason = only_error(export(tmp_path, content, "data.json"))
    assert "not an export of Telegram" in reason
    assert ".jsonl" in reason


def test_odd_messages_do_not_stop_the_others(tmp_path: Path) -> None:
    odd: list[Any] = [
        None, 5, "text", [message(1)], {}, {"type": "message"}, message(3, {"a": 1}), message(4, [None, 5, ["a"]]),
        message(None, EN), message(5, EN + "\0"), message(6, AR, forwarded_from={"a": [1]}),
    ]  # fmt: skip
    content = {**chat(), "messages": odd, "more": {"messages": [message(8)]}}
    found = list(read(export(tmp_path, content)))
    assert [one.id.rpartition(":")[2] for one in found if isinstance(one, Article)] == ["6"]
    assert sorted(str(one) for one in found if isinstance(one, SourceError)) == [
        "a message has no id",
        "text: the text contains NUL characters; it is not text",
    ]


def test_any_json_name_may_be_given_but_only_result_json_is_taken_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "ChatExport").mkdir()
    export(tmp_path / "ChatExport", chat(message(1)))
    other = export(tmp_path, chat(message(2)), "Канал 2024.JSON")
    export(tmp_path, "{}", "package.json")
    assert [one.id[-2:] for one in articles(str(tmp_path))] == [":1"]
    assert [one.id[-2:] for one in articles(other)] == [":2"]


def test_json_lines_stay_json_lines(tmp_path: Path) -> None:
    name = export(tmp_path, json.dumps({"id": "a", "text": EN, "messages": []}), "a.jsonl")
    assert [one.id for one in articles(name)] == ["a"]


def test_memory_does_not_grow_with_the_export() -> None:
    class Endless(io.RawIOBase):
        """An export of 7 MB that is made while it is read."""

        def __init__(self) -> None:
            self._parts = self._made()
            self._rest = b""

        def _made(self) -> Iterator[str]:
            yield json.dumps(chat(), ensure_ascii=False)[:-2]
            for number in range(300):
                yield json.dumps(message(number, AR * 300), ensure_ascii=False) + ","
            yield "0]}"

        def read(self, size: int = -1) -> bytes:
            while len(self._rest) < size and (part := next(self._parts, "")):
                self._rest += part.encode()
            data, self._rest = self._rest[:size], self._rest[size:]
            return data

    tracemalloc.start()
    try:
        found = sum(isinstance(one, Article) for one in TelegramExport().read(Endless(), "result.json"))  # type: ignore[arg-type]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == 300
    assert peak < 4_000_000
