"""What is fuzzed: each target is fed bytes and fails when Qawl breaks a promise about them."""

import atexit
import io
import itertools
import json
import random
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from telegram import Bot, MessageEntity, Update
from telegram.constants import InlineKeyboardButtonLimit, MessageLimit

from bot.access import Role
from bot.chats.channels import article_of
from bot.chats.reading import addressed, incoming
from bot.context import surroundings
from bot.conversation import press, respond
from bot.highlighting import highlights
from bot.incoming import TERMINAL, Incoming, Pressed
from bot.rendering import answer_replies, context_replies, plain, source_replies
from bot.replies import Reply, number, shortened, uncarried
from bot.richtext import RichText
from config import load_settings
from config.settings import Telegram
from ingest.attribution.language import language_words
from ingest.attribution.mentions import said, words_of
from ingest.attribution.resolution import Resolver
from ingest.attribution.tagger import SENTENCES, TOKENS, Tags, Tokens
from ingest.passages import passage_spans, places
from ingest.sentences import sentence_spans
from ingest.sources import read_bytes
from ingest.sources.feed import listing
from ingest.sources.html import read_page
from retrieval.errors import SourceError
from retrieval.folding import fold, stems, words
from retrieval.followups import is_courtesy, standalone
from retrieval.language import detect_language
from retrieval.misspelling import nearness
from retrieval.names import NameIndex, name_likeness
from retrieval.near_duplicates import signature
from retrieval.questions import analyse
from retrieval.types import Answer, Article, Evidence, Plan, Sentence, Speaker
from tests.fakes import FakeWorkspace
from tests.fuzz import seeds

TODAY = date(2026, 11, 25)
LANGUAGES = ("ar", "en", "ru", "fa", "zh", "hi", "und", "")


@dataclass(frozen=True)
class Target:
    """One thing that is fuzzed; `share` of all inputs go to it, more where they are quick and much depends on it."""

    run: Callable[[bytes], None]
    seeds: Sequence[bytes]
    share: int


def _text(data: bytes) -> str:
    """Text as it may come: mostly well-formed; halves of UTF-16 pairs come from JSON."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def _split(data: bytes) -> tuple[random.Random, str]:
    """Chance for what is not text, and text."""
    return random.Random(data[:3]), _text(data[3:])


def _cut(text: str, lang: str) -> list[Sentence]:
    return [Sentence(start=start, end=end) for start, end in sentence_spans(text, lang)]


# --- text


def sentences(data: bytes) -> None:
    """Spans in order, trimmed, apart, and everything but white space is in one."""
    chance, text = _split(data)
    covered = [False] * len(text)
    last = 0
    for start, end in sentence_spans(text, chance.choice(LANGUAGES)):
        assert last <= start < end <= len(text), (start, end)
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        covered[start:end] = [True] * (end - start)
        last = end
    assert all(seen or letter.isspace() for seen, letter in zip(covered, text, strict=True))


def passages(data: bytes) -> None:
    """Every sentence lies in passages, which do not overlap; every sentence has a place."""
    chance, text = _split(data)
    cut = _cut(text, "en")
    per_letter = chance.choice((1, 7, 40))
    found = passage_spans(text, cut, lambda texts: [len(one) * per_letter for one in texts])
    assert [one.start for one in found] == sorted(one.start for one in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
    covered = {place for one in found for place in range(one.start, one.end)}
    assert all(place in covered or text[place].isspace() for one in cut for place in range(one.start, one.end))
    tokens = [np.array([(i, i + 1) for i in range(one.end - one.start)], np.int32).reshape(-1, 2) for one in found]
    for sentence, place in zip(cut, places(cut, found, tokens), strict=True):
        assert found[place.passage].start <= sentence.start < found[place.passage].end
        assert 0 <= place.first_token < place.end_token <= len(tokens[place.passage])


def folding(data: bytes) -> None:
    """Words without white space, a stem for each; the language of anything is told."""
    chance, text = _split(data)
    lang = chance.choice(LANGUAGES)
    found = words(text)
    assert all(one and not any(letter.isspace() for letter in one) for one in found)
    assert len(stems(text, lang)) <= len(found)
    fold(text)
    assert detect_language(text)
    signature(text)


def questions(data: bytes) -> None:
    """A speaker that is verbatim in the question, a topic, dates in order."""
    text = _text(data)
    asked = analyse(text, today=TODAY)
    assert asked.speaker is None or (asked.speaker in text and asked.speaker.strip())
    assert asked.topic or not text.strip()
    assert asked.since is None or asked.until is None or asked.since <= asked.until


def followups(data: bytes) -> None:
    """Either it stands alone already, or it becomes a question that can be asked."""
    chance, text = _split(data)
    speaker = Speaker(id="s", name=chance.choice(seeds.NAMES)) if chance.random() < 0.8 else None
    earlier, _, later = text.partition("\n")
    plan = Plan(speaker=speaker, topic=earlier, intent=chance.choice(("statements", "who", "fact")))
    previous = Answer(question=earlier, language=chance.choice(("ar", "en", "ru", "de")), status="answered", plan=plan)
    question = later or earlier
    found = standalone(question, previous, lambda phrase: len(phrase) % 2 == 0, today=TODAY)
    assert found is None or found.strip()
    is_courtesy(question)


def names(data: bytes) -> None:
    """Likeness from 0 to 1, the same both ways; places of names within the text."""
    text = _text(data)
    one, _, other = text.partition("\n")
    likeness = name_likeness(one, other)
    assert 0 <= likeness <= 1
    assert abs(likeness - name_likeness(other, one)) < 1e-9
    assert 0 <= nearness(one, other) <= 1
    index = _names()
    assert all(0 <= sure <= 1 for _, sure in index.find(one))
    last = 0
    for start, end in sorted({(place[0], place[1]) for place in index.find_in(text)}):
        assert last <= start < end <= len(text)
        last = end


@cache
def _names() -> NameIndex:
    index = NameIndex()
    for name in seeds.NAMES:
        index.add(name, name)
    return index


def attribution(data: bytes) -> None:
    """Whatever the tagger says, statements are sentences of the text and sources stand in it."""
    chance, text = _split(data)
    lang = language_words(chance.choice(LANGUAGES) or "und")
    cut = _cut(text, lang.lang)
    spans, owner, at = [], [], 0
    for row, one in enumerate(cut):
        at = max(at, one.start - chance.randint(0, 1))
        while at < one.end:
            end = min(one.end, at + chance.randint(1, 6))
            spans.append((at, end))
            owner.append(row)
            at = end + (chance.random() < 0.2)
    generator = np.random.default_rng(chance.getrandbits(32))
    sharp = chance.choice((0.3, 1.0, 5.0))

    def probabilities(rows: int, columns: int) -> Any:
        drawn = generator.random((rows, columns), np.float32) ** sharp + 1e-6
        return (drawn / drawn.sum(axis=1, keepdims=True)).astype(np.float32)

    tokens = Tokens(
        depths=np.zeros((len(spans), 0, 0), np.float16),
        spans=np.array(spans, np.int64).reshape(-1, 2),
        sentence=np.array(owner, np.int64),
        starts=np.zeros(len(spans), np.int64),
        sentences=len(cut),
    )
    sure = generator.random(len(spans), np.float32)
    tags = Tags(probabilities(len(spans), len(TOKENS)), sure, probabilities(len(cut), len(SENTENCES)))
    document = words_of(text, tokens, tags)
    found = [
        one for number, own in enumerate(document) if (one := said(number, own, tags.sentences[number], text, lang))
    ]
    resolved = Resolver(text, lang, cut, document).resolve(found)
    for source in resolved.sources:
        assert source.name.strip()
        assert 0 <= source.introduced.start < source.introduced.end <= len(text)
    for statement in resolved.statements:
        assert statement.source is None or 0 <= statement.source < len(resolved.sources)
        assert any(one.start == statement.span.start for one in cut)
        assert statement.cue is None or statement.cue in text


# --- messages


def valid(reply: Reply) -> None:
    """Whether Telegram takes the message as it is."""
    text = reply.text.text
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    assert 0 < units <= MessageLimit.MAX_TEXT_LENGTH, units
    assert text.strip()
    entities = reply.text.entities()
    assert len(entities) <= MessageLimit.MESSAGE_ENTITIES
    wide = text.encode("utf-16-le", "surrogatepass")
    for entity in entities:
        assert entity.length > 0
        assert 0 <= entity.offset < entity.offset + entity.length <= units
        for edge in (entity.offset, entity.offset + entity.length):
            assert edge == units or not 0xDC00 <= int.from_bytes(wide[2 * edge : 2 * edge + 2], "little") <= 0xDFFF
        assert entity.type != MessageEntity.TEXT_LINK or entity.url
    for row in reply.buttons:
        for button in row:
            assert button.label.strip()
            assert button.data is None or 0 < len(button.data.encode()) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA


def rendering(data: bytes) -> None:
    """Quotations verbatim, in messages that Telegram takes."""
    chance, text = _split(data)
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")  # as stored text is
    if not any(letter.isalnum() for letter in text):
        return
    parts = text.split("\n")
    if chance.random() < 0.3:
        text *= chance.randint(2, 1 + 9000 // len(text)) if len(text) < 4000 else 1
    article = Article(
        id=chance.choice(parts) or "id",
        text=text,
        title=chance.choice([*parts, None]),
        url=chance.choice(["https://example.org/a", "http://[", "javascript:x", parts[0], None]),
        source=chance.choice([*parts, None]),
        published=chance.choice([TODAY, date(1, 1, 1), date(9999, 12, 31), None]),
    )
    evidence = []
    for _ in range(chance.randint(1, 5)):
        start = chance.randrange(len(text))
        end = chance.randint(start + 1, len(text))
        if not text[start:end].strip():
            continue
        name = chance.choice(parts)
        speaker = Speaker(id="s", name=name, role=chance.choice([*parts, None])) if chance.random() < 0.7 else None
        also = ["x"] * chance.randint(0, 3)
        evidence.append(Evidence.cut(article, start, end, speaker=speaker, kind="direct", score=0.5, also_in=also))
    choices = [Speaker(id=str(n), name=chance.choice(parts)) for n in range(chance.randint(0, 4))]
    status = chance.choice(("answered", "not_found")) if evidence else "not_found"
    answer = Answer(
        question=parts[0],
        language=chance.choice(("ar", "en", "ru", "de", "und")),
        status=cast("Any", status),
        plan=Plan(topic=chance.choice(parts), choices=choices if status == "not_found" else []),
        evidence=evidence if status == "answered" else [],
        nearest=evidence if status == "not_found" else [],
    )
    for language in ("ar", "en", "ru"):
        replies = answer_replies(answer, "abcdefghijk", language)
        assert replies
        for one in (*replies, *source_replies([article], language)):
            valid(one)
    if status == "answered" and len(replies) == 1:
        assert all(one.quote in replies[0].text.text for one in evidence[:3])
    assert plain(answer).strip()
    for around in surroundings((one, article) for one in evidence):
        assert around.quotes
        for start, end in around.quotes:
            assert around.text[start:end] in text
    for one in context_replies(surroundings((one, article) for one in evidence), "ar"):
        valid(one)
    for start, end in highlights(parts[0], text, "en"):
        assert 0 <= start < end <= len(text)
    assert RichText(shortened(text)).units <= 64
    assert "\n" not in shortened(text)


# --- files


def _readable(found: Sequence[Article | SourceError]) -> None:
    for one in found:
        if isinstance(one, SourceError):
            assert "\n" not in str(one)
        else:
            one.text.encode()
            one.model_dump_json()
            assert any(letter.isalnum() for letter in one.text)


def html(data: bytes) -> None:
    """An article, or one line why not."""
    _readable([read_page(data, "https://example.org/x", url="https://example.org/x")])


def feed(data: bytes) -> None:
    """Entries with addresses, nothing, or one line why not."""
    try:
        found = listing(data, "https://example.org/feed")
    except SourceError as error:
        assert "\n" not in str(error)
        return
    for one in found.entries if found else []:
        assert one.url.startswith(("http://", "https://"))


def docx(data: bytes) -> None:
    """The same of a document with this XML in it, or of a damaged one."""
    if data[:2] != b"PK":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("word/document.xml", data)
        data = packed.getvalue()
    _readable(list(read_bytes("a.docx", data)))


def files(data: bytes) -> None:
    """The same of text, JSON Lines and Telegram exports."""
    for name in ("a.txt", "a.jsonl", "result.json", "a"):
        if name != "a" or not data.startswith(b"%PDF"):  # which is read in a process of its own
            _readable(list(read_bytes(name, data)))


# --- updates


def buttons(data: bytes) -> None:
    """Anybody may send us any button and any command: it is answered, and changes nothing that it may not."""
    chance, text = _split(data)
    text = text.encode("utf-8", "replace").decode()
    carried = uncarried(text)
    for value in carried[1] if carried else []:
        assert (number([value], 0) or 0) >= 0
    workspace = _workspace()
    role = chance.choice((Role.STRANGER, Role.READER))
    before = workspace.archive.sequence()
    outcome = press(workspace, Pressed(text, role, TERMINAL, "ar"))
    replies = [*outcome.replies, *([outcome.edited] if outcome.edited else [])]
    word, _, rest = text.partition(" ")
    if word not in ("ask", ""):
        replies += respond(workspace, Incoming(rest, role, command=word, language="ru"))
    for one in replies:
        valid(one)
    assert workspace.archive.sequence() == before


@cache
def _workspace() -> FakeWorkspace:
    folder = Path(tempfile.mkdtemp(prefix="qawl-fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    workspace = FakeWorkspace(load_settings(data_dir=folder / "data"))
    workspace.ingestor.ingest([Article(id="a", text="Lavrov said: dogs bark.", lang="en")])
    return workspace


_BOT = cast("Bot", SimpleNamespace(id=42, username="Qawl_Bot"))
_CHATS: list[dict[str, Any]] = [
    {"id": 7, "type": "private", "first_name": "A"},
    {"id": -1001, "type": "supergroup", "title": "G", "is_forum": True},
    {"id": -1002, "type": "channel", "title": "C", "username": "wire"},
    {"id": -5, "type": "group", "title": "g"},
]


def updates(data: bytes) -> None:
    """Whatever Telegram may send becomes a message to us, an article, or nothing."""
    chance, text = _split(data)
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    message = _message(chance, text, depth=2)
    kind = chance.choice(("message", "edited_message", "channel_post", "edited_channel_post"))
    update = Update.de_json({"update_id": 1, kind: message}, None)
    assert json.loads(update.to_json())["update_id"] == 1, "it can be written down"
    received = update.effective_message
    assert received
    said_to_us = addressed(received, _BOT)
    if said_to_us and not received.document and not (received.reply_to_message and received.reply_to_message.document):
        asked = incoming(update, said_to_us, Telegram(admins=[1]))
        assert asked.role in (Role.STRANGER, Role.READER)
        assert asked.command is None or not any(letter.isspace() for letter in asked.command)
    article = article_of(received)
    if isinstance(article, Article):
        assert article.text == (received.text or received.caption)


def _message(chance: random.Random, text: str, depth: int) -> dict[str, Any]:
    person = {"id": chance.choice((7, 42, 136817688)), "is_bot": chance.random() < 0.2, "first_name": text[:5] or "A"}
    found: dict[str, Any] = {
        "message_id": 5,
        "date": chance.choice((0, 1, 1_700_000_000)),
        "chat": chance.choice(_CHATS),
    }
    entities = []
    for _ in range(chance.randint(0, 3)):
        start = chance.randrange(max(1, len(text)))
        marked = text[start : chance.randint(start + 1, len(text) + 1)] or "x"
        offset, length = (len(one.encode("utf-16-le")) // 2 for one in (text[:start], marked))
        kind = chance.choice(("mention", "bold", "bot_command", "url", "new_kind"))
        entities.append({"type": kind, "offset": offset, "length": length})
    at = text.find("@Qawl_Bot")
    if at >= 0:
        offset = len(text[:at].encode("utf-16-le")) // 2
        entities.append({"type": "mention", "offset": offset, "length": 9})
    where = chance.choice(("text", "caption", None))
    if where and text:
        found |= {where: text, "entities" if where == "text" else "caption_entities": entities}
    if chance.random() < 0.8:
        found["from"] = person
    if chance.random() < 0.2:
        found["sender_chat"] = chance.choice(_CHATS)
    if chance.random() < 0.2:
        found["document"] = {"file_id": "F", "file_unique_id": "U"}
    if chance.random() < 0.3:
        origin = {"date": 1, "type": chance.choice(("user", "hidden_user", "chat", "channel"))}
        whose = {
            "user": {"sender_user": person},
            "hidden_user": {"sender_user_name": text[:9]},
            "chat": {"sender_chat": _CHATS[1]},
            "channel": {"chat": _CHATS[2], "message_id": 3},
        }
        found["forward_origin"] = origin | whose[origin["type"]]
    if depth and chance.random() < 0.4:
        found["reply_to_message"] = _message(chance, text[::2], depth - 1)
    if chance.random() < 0.2:
        found |= {"is_topic_message": True, "message_thread_id": 9}
    return found


_PROSE = seeds.encoded([f"000{one}" for one in seeds.TEXTS])
_ASKED = seeds.encoded(seeds.QUESTIONS)

TARGETS: dict[str, Target] = {
    "sentences": Target(sentences, _PROSE, 20),
    "passages": Target(passages, _PROSE, 8),
    "folding": Target(folding, _PROSE, 8),
    "questions": Target(questions, _ASKED, 12),
    "followups": Target(
        followups, seeds.encoded([f"000{a}\n{b}" for a in seeds.QUESTIONS[:5] for b in seeds.QUESTIONS]), 8
    ),
    "names": Target(names, seeds.encoded([f"{a}\n{b}" for a in seeds.NAMES for b in seeds.NAMES]), 8),
    "attribution": Target(attribution, _PROSE, 8),
    "rendering": Target(rendering, _PROSE, 6),
    "updates": Target(updates, seeds.encoded([f"000/ask@Qawl_Bot @Qawl_Bot {one}" for one in seeds.QUESTIONS]), 6),
    "buttons": Target(buttons, seeds.encoded([f"000{one}" for one in seeds.PRESSED]), 6),
    "html": Target(html, seeds.encoded(seeds.PAGES), 2),
    "feed": Target(feed, seeds.encoded(seeds.FEEDS), 3),
    "docx": Target(docx, seeds.encoded(seeds.DOCUMENTS), 3),
    "files": Target(files, seeds.encoded(seeds.FILES), 2),
}
