"""Answers as they arrive in Telegram, and all that can be done with their buttons; the real bot process."""

import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.bot_api import BotApi, Call, User
from tests.e2e.process import Serve, qawl, serving
from tests.shared_data import SAMPLE

ADMIN = 7001
WAIT = 60  # seconds for an answer on a machine that is busy with other tests
RLM = "\u200f"
_NEED = (
    "international administration organization responsibility environment",
    "international communication representation development information",
    "international cooperation understanding association transformation",
)
_GATES = "Grid operator Nils Holm said that the flood gates of the Sorvik dam will stay open until spring."
ARTICLES: list[dict[str, str]] = [
    {
        "id": "harbour",
        "title": "Harbour news",
        "text": "The council met in Narvik on Monday.\n\n\n"
        "Mayor Ingrid Solberg said that the new harbour wall will cost nine million crowns.\n\n"
        "The vote is on Friday.",
        "url": "https://example.org/harbour",
        "source": "Nordlys",
        "published": "2024-05-01T10:30:00Z",
        "lang": "en",
    },
    {
        "id": "trams",
        "title": "Трамваи Казани",
        "text": "Совещание прошло во вторник.\n\n"
        "Министр транспорта Олег Кузнецов заявил, что новые трамваи в Казани выйдут на линии в сентябре.\n\n"
        "Жители ждут.",
        "url": "https://example.org/trams",
        "source": "Kazan Herald",
        "published": "2024-05-02",
        "lang": "ru",
    },
    {"id": "dam-1", "title": "Dam stays open", "text": f"{_GATES}\n\nRain goes on.", "source": "Wire", "lang": "en"},
    {"id": "dam-2", "title": "Sorvik gates", "text": f"Evening report.\n\n{_GATES}", "source": "Post", "lang": "en"},
    {
        "id": "rents",
        "text": "Finance minister Peter Carlsen said that rents in Oslo will double next year.\n\n"
        "Opposition leader Maria Carlsen said that rents in Oslo must never double.",
        "lang": "en",
    },
    *(  # each word one token, so that a passage of 1 450 characters is whole: two fit a message, three do not
        {
            "id": f"penguins-{number}",
            "text": f"The biologist Jane Goodall said 🐧 penguins need {number} " + f"{words} " * 21 + ".",
            "lang": "en",
        }
        for number, words in enumerate(_NEED)
    ),
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("answers")
    lines = folder / "news.jsonl"
    lines.write_text("\n".join(map(json.dumps, ARTICLES)), encoding="utf-8")
    done = qawl(folder / "data", "ingest", str(SAMPLE), str(lines))
    assert done.returncode == 0, done.stderr
    shutil.copytree(folder / "data", folder / "copy")
    return folder / "data"


@pytest.fixture(scope="module")
def bot(api: BotApi, filled: Path) -> Iterator[Serve]:
    with serving(filled, api, [ADMIN]) as running:
        yield running
    assert "Traceback" not in running.log
    assert "answering failed" not in running.log


@pytest.fixture(autouse=True)
def nothing_refused(api: BotApi, bot: Serve) -> Iterator[None]:
    """Every message the bot sends is one that Telegram takes."""
    yield
    assert api.faults == []
    api.forget_calls()


def reader(api: BotApi, language: str = "en") -> User:
    return api.user("Reader", language_code=language)


def said(api: BotApi, user: User, chat: Any = None) -> Call:
    return api.wait_for("sendMessage", chat=chat or user, timeout=WAIT)


def toast(api: BotApi, query: str) -> str:
    call = api.wait_for("answerCallbackQuery", timeout=WAIT, where=lambda one: one.params["callback_query_id"] == query)
    return str(call.params.get("text", ""))


def marked(call: Call, kind: str) -> list[str]:
    """The parts of a message with that kind of entity."""
    units = call.params["text"].encode("utf-16-le")
    return [
        units[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le")
        for e in call.params.get("entities", [])
        if kind in e["type"]
    ]


def labels(call: Call) -> list[str]:
    rows = call.params.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def buttons_now(api: BotApi, user: User) -> list[str]:
    return labels(api.wait_for("editMessageReplyMarkup", chat=user, timeout=WAIT))


def asked(api: BotApi, user: User, question: str) -> Call:
    user.says(question)
    return said(api, user)


# --- the message


@pytest.mark.parametrize(
    ("question", "day", "labelled"),
    [
        ("Что Кузнецов сказал о трамваях в Казани?", "2 мая 2024", ["Контекст", "Источники", "👍", "👎"]),
        ("What did Kuznetsov say about trams in Kazan?", "May 2, 2024", ["Context", "Sources", "👍", "👎"]),
        ("ماذا قال كوزنيتسوف عن الترام في قازان؟", "2 مايو 2024", ["السياق", "المصادر", "👍", "👎"]),
    ],
)
def test_an_answer_names_the_speaker_quotes_and_says_where_it_is_from(
    api: BotApi, question: str, day: str, labelled: list[str]
) -> None:
    call = asked(api, reader(api), question)
    text, article = call.params["text"], ARTICLES[1]
    assert marked(call, "bold")[0] == text.splitlines()[0] == "Олег Кузнецов (Министр транспорта)"
    (quote,) = marked(call, "blockquote")
    assert quote in article["text"]
    assert quote.startswith("Министр транспорта Олег Кузнецов заявил")
    assert marked(call, "text_link") == [article["title"]]
    (link,) = (e for e in call.params["entities"] if e["type"] == "text_link")
    assert link["url"] == article["url"]
    (date,) = (e for e in call.params["entities"] if e["type"] == "date_time")
    assert date["date_time_format"] == "D", "no hour that the article does not tell"
    assert date["unix_time"] // 86400 == 19845, "within the second of May"
    assert marked(call, "date_time")[0].startswith(day)
    assert labels(call) == labelled
    assert call.params["link_preview_options"] == {"is_disabled": True}
    source = text.splitlines()[-1]
    assert source.startswith(RLM) == ("ماذا" in question), "the line of an Arabic reader starts at the right"


def test_an_hour_that_is_known_is_told(api: BotApi) -> None:
    call = asked(api, reader(api), "What did Solberg say about the harbour wall?")
    (date,) = (e for e in call.params["entities"] if e["type"] == "date_time")
    assert (date["date_time_format"], date["unix_time"]) == ("Dt", 1714559400)


def test_words_of_the_question_stand_out_in_the_quotation(api: BotApi) -> None:
    call = asked(api, reader(api), "What did Solberg say about the harbour wall?")
    assert marked(call, "bold") == ["Ingrid Solberg (Mayor)", "harbour wall"]
    call = asked(api, reader(api), "ماذا قال باتروشيف عن منظمة حظر الأسلحة الكيميائية؟")
    assert any("الكيميائية" in words for words in marked(call, "bold")[1:])


def test_an_answer_told_by_two_is_told_once_and_both_are_named(api: BotApi) -> None:
    asker = reader(api)
    call = asked(api, asker, "What did Nils Holm say about the flood gates?")
    assert call.params["text"].count(_GATES) == 1
    assert "(also in 1 more article)" in call.params["text"]
    asker.presses(call.result, "Sources")
    listed = said(api, asker).params["text"]
    assert sorted(listed.splitlines()) == ["• Dam stays open, Wire", "• Sorvik gates, Post"]


@pytest.mark.parametrize(
    ("question", "not_found", "nearest"),
    [
        ("What did Churchill say about Zanzibar?", "I found no answer", "not an answer"),
        ("ماذا قال تشرشل عن زنجبار؟", "لم أجد جواباً", "وليس جواباً"),
        ("Что Черчилль сказал о Занзибаре?", "Ответа на этот вопрос в архиве нет", "это не ответ"),
    ],
)
def test_what_comes_nearest_is_said_to_be_no_answer(api: BotApi, question: str, not_found: str, nearest: str) -> None:
    call = asked(api, reader(api), question)
    first, second = call.params["text"].split("\n\n")[:2]
    assert first.startswith(not_found)
    assert nearest in second.splitlines()[0]
    assert marked(call, "italic") == [second.splitlines()[0]]
    assert len(labels(call)) == 2, "context and sources; there is nothing to vote on"


# --- more, context, votes


def test_more_leads_to_the_next_quotations_and_can_be_pressed_once(api: BotApi) -> None:
    asker = reader(api, "ar")
    call = asked(api, asker, "ماذا قال لافروف عن الإرهاب؟")
    seen = marked(call, "blockquote")
    assert labels(call)[0] == "المزيد"
    message, pages = call.result, 1
    while "المزيد" in labels(call):
        asker.presses(message, "المزيد")
        assert buttons_now(api, asker) == ["السياق", "المصادر"], "of the message above only these are left"
        call = said(api, asker)
        assert not set(marked(call, "blockquote")) & set(seen)
        seen += marked(call, "blockquote")
        message, pages = call.result, pages + 1
    assert pages > 1
    assert labels(call) == ["السياق", "المصادر", "👍", "👎"], "the last has nothing more"
    article = SAMPLE.read_text(encoding="utf-8")
    assert all(quote in article for quote in seen)
    asker.presses(message, "السياق")
    context = said(api, asker)
    assert any(quote in context.params["text"] for quote in marked(call, "blockquote"))


def test_a_thumb_shows_on_its_button_and_can_change_sides(api: BotApi) -> None:
    asker = reader(api)
    answer = asked(api, asker, "What did Solberg say about the harbour wall?").result
    assert toast(api, asker.presses(answer, "👍")) == "Thank you!"
    assert buttons_now(api, asker)[-2:] == ["👍 ✓", "👎"]
    assert toast(api, asker.presses(answer, "👍 ✓")) == "Thank you!"
    assert toast(api, asker.presses(answer, "👎")) == "Thank you!"
    assert buttons_now(api, asker)[-2:] == ["👍", "👎 ✓"]
    assert len(api.calls("sendMessage", chat=asker)) == 1


def test_in_a_group_thumbs_are_counted_and_answers_are_replies(api: BotApi) -> None:
    one, other = reader(api), reader(api, "ar")
    group = api.group("Newsroom", members=(one, other))
    one.says("/ask What did Solberg say about the harbour wall?", chat=group)
    answer = said(api, one, group).result
    for person, count in ((one, 1), (other, 2)):
        person.presses(answer, "👍" if count == 1 else "👍 1")
        edited = api.wait_for("editMessageReplyMarkup", chat=group, timeout=WAIT)
        assert labels(edited)[-2:] == [f"👍 {count}", "👎"]
    other.presses(answer, "Context")
    context = said(api, other, group)
    assert context.params["reply_parameters"]["message_id"] == answer["message_id"]


def test_context_has_the_paragraphs_around_without_empty_lines(api: BotApi) -> None:
    asker = reader(api)
    answer = asked(api, asker, "What did Solberg say about the harbour wall?").result
    asker.presses(answer, "Context")
    call = said(api, asker)
    lines = [line for line in ARTICLES[0]["text"].splitlines() if line]
    assert call.params["text"].splitlines()[:-1] == lines
    assert marked(call, "blockquote") == ["\n".join(lines)]
    assert marked(call, "bold") == [lines[1]], "the quotation is recognisable in it"


def test_buttons_of_a_message_that_telegram_no_longer_shows_still_work(api: BotApi) -> None:
    asker = reader(api)
    answer = asked(api, asker, "What did Solberg say about the harbour wall?").result
    asker.presses(answer, "Sources", accessible=False)
    assert "Harbour news" in said(api, asker).params["text"]


def test_who_is_meant_is_chosen_by_a_button(api: BotApi) -> None:
    asker = reader(api)
    call = asked(api, asker, "What did Carlsen say about rents in Oslo?")
    people = labels(call)
    assert sorted(people) == ["Maria Carlsen (Opposition leader)", "Peter Carlsen (Finance minister)"]
    asker.presses(call.result, "Maria Carlsen (Opposition leader)")
    call = said(api, asker)
    assert call.params["text"].splitlines()[0] == "Maria Carlsen (Opposition leader)"
    assert "Peter" not in call.params["text"]


HOSTILE = [
    "",
    "0|more|{id}|3",
    "2|more|{id}|3",
    "1",
    "1|",
    "1|more",
    "1|more|{id}",
    "1|more|{id}|",
    "1|more|{id}|-3",
    "1|more|{id}|0",
    "1|more|{id}|99999999999999999999",
    "1|more|{id}|٣",
    "1|more|{id}|three",
    "1|more|no-such-id|3",
    "1|context|{id}|99",
    "1|context|{id}|-1",
    "1|context|{id}|1e3",
    "1|sources|{id}|²",
    "1|sources|'; DROP TABLE answers; --|0",
    "1|vote|{id}|0",
    "1|vote|{id}|0|maybe",
    "1|vote|{id}|77|1",
    "1|vote|{other}|0|1",
    "1|context|{other}|0",
    "1|who|{id}|0",
    "1|who|{id}|-1",
    "1|delete|{id}|0",
    "|||||",
    "قول" * 9,
]


def test_whatever_a_button_carries_the_answer_is_polite(api: BotApi, bot: Serve) -> None:
    stranger, asker = reader(api), reader(api)
    others = asked(api, stranger, "What did Solberg say about the harbour wall?")
    answer = asked(api, asker, "What did Solberg say about the harbour wall?")
    ids = [
        one.params["reply_markup"]["inline_keyboard"][0][0]["callback_data"].split("|")[2] for one in (answer, others)
    ]
    before = bot.log
    for data in HOSTILE:
        if not data:
            continue
        line = toast(api, asker.sends_press(answer.result, data.format(id=ids[0], other=ids[1])))
        assert line.startswith(("This button is from an earlier version", "That article is no longer")), data
    assert bot.log == before, "nothing of it is worth a line in the log"
    assert len(api.calls("sendMessage", chat=asker)) == 1
    assert api.calls("editMessageReplyMarkup", chat=asker) == []


# --- questions changed after they were answered


def test_a_changed_question_changes_its_answer(api: BotApi) -> None:
    asker = reader(api)
    question = asker.says("What did Solberg say about the harbour wall?")
    first = said(api, asker).result["message_id"]
    asker.edits(question, "What did Nils Holm say about the flood gates?")
    edited = api.wait_for("editMessageText", chat=asker, timeout=WAIT)
    assert edited.params["message_id"] == first
    assert _GATES in edited.params["text"]
    assert "👍" in labels(edited)
    asker.edits(question, "/help")
    edited = api.wait_for("editMessageText", chat=asker, timeout=WAIT)
    assert "/ask QUESTION" in edited.params["text"]
    assert labels(edited) == []
    assert len(api.calls("sendMessage", chat=asker)) == 1


def test_an_answer_may_become_longer_and_shorter(api: BotApi) -> None:
    asker = reader(api)
    question = asker.says("What did Solberg say about the harbour wall?")
    first = said(api, asker).result["message_id"]
    asker.edits(question, "What do penguins need, according to Jane Goodall?")
    assert api.wait_for("editMessageText", chat=asker, timeout=WAIT).params["message_id"] == first
    second = said(api, asker)
    assert "penguins" in second.params["text"]
    assert "👍" in labels(second), "the buttons are under the last part"
    asker.edits(question, "What did Nils Holm say about the flood gates?")
    edited = api.wait_for("editMessageText", chat=asker, timeout=WAIT)
    assert (edited.params["message_id"], _GATES in edited.params["text"]) == (first, True)
    gone = api.wait_for("deleteMessage", chat=asker, timeout=WAIT)
    assert gone.params["message_id"] == second.result["message_id"]


def test_an_answer_with_more_is_taken_back_as_a_whole(api: BotApi) -> None:
    asker = reader(api, "ar")
    question = asker.says("ماذا قال لافروف عن الإرهاب؟")
    first = said(api, asker)
    asker.presses(first.result, "المزيد")
    second = said(api, asker).result["message_id"]
    buttons_now(api, asker)
    asker.edits(question, "ماذا قال باتروشيف عن منظمة حظر الأسلحة الكيميائية؟")
    edited = api.wait_for("editMessageText", chat=asker, timeout=WAIT)
    assert edited.params["message_id"] == first.result["message_id"]
    assert api.wait_for("deleteMessage", chat=asker, timeout=WAIT).params["message_id"] == second


def test_a_question_changed_after_its_answer_was_deleted_is_answered_anew(api: BotApi) -> None:
    asker = reader(api)
    question = asker.says("What did Solberg say about the harbour wall?")
    asker.deletes(said(api, asker).result)
    asker.edits(question, "What did Nils Holm say about the flood gates?")
    assert _GATES in said(api, asker).params["text"]
    refused = [call.method for call in api.faults]
    assert set(refused) <= {"editMessageText", "deleteMessage"}, "the bot cannot know before it tries"
    api.forget_calls()


# --- what people send besides


@pytest.mark.parametrize(
    "question",
    [
        "\u200fWhat did \u202bSolberg\u202c say about the harb\u200bour wall?\u2069",
        "\ufeff\u2067What did Sol\u00adberg say about the harbour wall?",
    ],
)
def test_marks_that_nobody_sees_do_not_matter(api: BotApi, question: str) -> None:
    assert "nine million crowns" in asked(api, reader(api), question).params["text"]


def test_a_question_of_nothing_but_marks_is_none(api: BotApi) -> None:
    assert "/ask What did" in asked(api, reader(api), "\u200b\u200f\u2068\u2069").params["text"]


def test_a_question_as_long_as_a_message_is_refused_kindly(api: BotApi) -> None:
    text = asked(api, reader(api, "ar"), "ماذا قال؟ " * 409 + "قال؟ ه").params["text"]
    assert text.startswith("السؤال طويل جداً")


def test_a_question_may_be_a_photos_caption(api: BotApi) -> None:
    asker = reader(api)
    asker.sends_photo("What did Solberg say about the harbour wall?")
    assert "nine million crowns" in said(api, asker).params["text"]


def test_an_album_is_answered_once(api: BotApi) -> None:
    asker, silent = reader(api), reader(api, "ru")
    asker.sends_photo("What did Solberg say about the harbour wall?", album="1")
    for _ in range(2):
        asker.sends_photo(album="1")
    for _ in range(3):
        silent.sends_photo(album="2")
    assert "nine million crowns" in said(api, asker).params["text"]
    assert said(api, silent).params["text"].startswith("Я читаю только текст")
    last = reader(api)
    asked(api, last, "/help")
    assert [len(api.calls("sendMessage", chat=one)) for one in (asker, silent)] == [1, 1]


def test_a_voice_note_or_sticker_gets_a_hint_in_private_and_silence_in_a_group(api: BotApi) -> None:
    person = reader(api, "ar")
    group = api.group("Newsroom", members=(person,))
    person.sends_voice(chat=group)
    person.sends_sticker(chat=group)
    for sends in (person.sends_voice, person.sends_sticker):
        sends()
        assert said(api, person).params["text"].startswith("لا أقرأ إلا المكتوب")
    assert api.calls("sendMessage", chat=group) == []


# --- over a restart, and when articles go


def test_buttons_outlive_a_restart_and_say_when_the_article_is_gone(tmp_path: Path, filled: Path) -> None:
    data = shutil.copytree(filled.with_name("copy"), tmp_path / "data")
    with BotApi(token="123456:OTHER-token") as own:
        asker = own.user("Reader", language_code="en")
        with serving(data, own, []) as running:
            harbour = asked(own, asker, "What did Solberg say about the harbour wall?").result
            terror = asked(own, asker, "ماذا قال لافروف عن الإرهاب؟").result
            assert running.stop(signal.SIGTERM) == 0
        own.forget_calls()
        with serving(data, own, []) as running:
            asker.presses(harbour, "Context")
            assert "The vote is on Friday." in said(own, asker).params["text"]
            asker.presses(harbour, "👎")
            assert buttons_now(own, asker)[-1] == "👎 ✓"
            assert qawl(data, "delete", "harbour", "article.ar").returncode == 0
            for name in ("Context", "Sources"):
                assert toast(own, asker.presses(harbour, name)).startswith("That article is no longer")
            assert toast(own, asker.presses(terror, "المزيد")).startswith("That article is no longer")
            assert buttons_now(own, asker) == ["السياق", "المصادر", "👍", "👎"], "there is no more"
            assert toast(own, asker.presses(harbour, "👍")) == "Thank you!"
            assert own.faults == []
        assert "Traceback" not in running.log
