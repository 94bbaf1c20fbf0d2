"""The conversation: who may do what, and what is said when something goes wrong."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.access import Role
from bot.conversation import COMMANDS, respond
from bot.incoming import Attachment, Incoming
from bot.messages import say
from retrieval.answering import MAX_QUESTION, Answerer
from retrieval.confidence import Weights
from retrieval.errors import ArchiveError, ArchiveUnwritable
from retrieval.planning import Asking, RoleMatcher
from retrieval.sentence_ranking import SentenceRanker
from tests.fakes import FakeWorkspace

STORY = "Dogs bark at night, the mayor said.\n\nDogs guard the old harbour."
LANGUAGES = pytest.mark.parametrize("language", ["en", "ar", "ru"])


def incoming(text: str = "", command: str | None = None, *, role: Role = Role.READER, **rest: Any) -> Incoming:
    return Incoming(text, role, command=command, **{"language": "en", **rest})


def said(workspace: FakeWorkspace, message: Incoming) -> str:
    (answer,) = respond(workspace, message)
    return answer.text.text


def ingest(workspace: FakeWorkspace, text: str = STORY, **rest: Any) -> str:
    return said(workspace, incoming(text, "ingest", role=Role.ADMIN, **rest))


def attachment(name: str, data: bytes = STORY.encode(), size: int | None = None) -> Attachment:
    return Attachment(name, len(data) if size is None else size, lambda: data)


def never_read() -> bytes:
    raise AssertionError("the file was fetched")


# --- access


def test_a_reader_may_not_ingest(workspace: FakeWorkspace) -> None:
    file = Attachment("a.txt", 10, never_read)
    for message in (
        incoming(STORY, "ingest"),
        incoming("", "ingest", attachment=file),
        incoming("", "ingest", quoted=STORY),
    ):
        assert said(workspace, message) == say("en", "not-admin")
    assert workspace.archive.counts().articles == 0


def test_an_admin_may(workspace: FakeWorkspace) -> None:
    assert ingest(workspace) == say("en", "ingest-added", passages=2)
    (article,) = workspace.archive.articles()
    assert article.text == STORY


def test_whatever_is_for_admins_is_refused_to_readers(workspace: FakeWorkspace) -> None:
    for name, command in COMMANDS.items():
        if command.role > Role.READER:
            assert said(workspace, incoming("x", name)) == say("en", "not-admin")


@pytest.mark.parametrize("command", ["delete_everything", "ASK2", "", "ingest;"])
def test_an_unknown_command_is_said_to_be_unknown(workspace: FakeWorkspace, command: str) -> None:
    expected = say("en", "unknown-command" if command else "question-empty")
    assert said(workspace, incoming("", command)) == expected


# --- talking


@LANGUAGES
def test_start_and_help_speak_the_readers_language(workspace: FakeWorkspace, language: str) -> None:
    assert said(workspace, incoming("", "start", language=language)) == say(language, "start")
    help_of_reader = said(workspace, incoming("", "help", language=language))
    assert help_of_reader == say(language, "help")
    help_of_admin = said(workspace, incoming("", "help", language=language, role=Role.ADMIN))
    assert help_of_admin == f"{help_of_reader}\n{say(language, 'help-admin')}"


@pytest.mark.parametrize(
    ("question", "language"),
    [("What did the mayor say?", "en"), ("ماذا قال رئيس البلدية؟", "ar"), ("Что сказал мэр?", "ru")],
)
def test_an_empty_archive_is_said_in_the_questions_language(
    workspace: FakeWorkspace, question: str, language: str
) -> None:
    assert said(workspace, incoming(question, language="en")) == say(language, "archive-empty")


def test_a_question_is_answered_verbatim(workspace: FakeWorkspace) -> None:
    ingest(workspace)
    for command in (None, "ask"):
        messages = respond(workspace, incoming("Dogs bark at night, the mayor said.", command))
        quotes = [
            m.text.text[run.start : run.end] for m in messages for run in m.text.runs if "blockquote" in run.style
        ]
        assert quotes[0] == "Dogs bark at night, the mayor said."
        assert all(quote in STORY for quote in quotes)


MINISTERS = "Dmitry Medvedev said: rents will double.\nAndrei Medvedev said: rents will never double."


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What did Medvedev say about rents?", "en"),
        ("Что сказал Медведев об аренде?", "ru"),
        ("ماذا قال ميدفيديف عن الإيجارات؟", "ar"),
    ],
)
def test_a_name_of_two_ministers_is_asked_back_in_the_questions_language(
    workspace: FakeWorkspace, question: str, language: str
) -> None:
    ingest(workspace, MINISTERS)
    asking = Asking(workspace.archive, workspace.speakers, RoleMatcher(workspace.encoder, workspace.means))
    workspace.answerer = Answerer(
        SentenceRanker(workspace.archive, workspace.searcher), asking, Weights(of_speaker=0.0, of_anybody=0.0)
    )
    (message,) = respond(workspace, incoming(question))
    assert message.text.text == say(language, "which-speaker")
    assert {button.label for (button,) in message.buttons} == {"Dmitry Medvedev", "Andrei Medvedev"}
    assert workspace.archive.wishes() == [], "it was no question without an answer"


def test_a_question_without_an_answer_is_put_on_the_wish_list(workspace: FakeWorkspace) -> None:
    ingest(workspace)
    for question in (" What did Obama say about rents?", "What did Obama say about rents?", "Что сказал Обама?"):
        assert say("ru" if "О" in question else "en", "not-found") in said(workspace, incoming(question))
    wanted = [(one.question, one.language, one.times) for one in workspace.archive.wishes()]
    assert wanted == [("What did Obama say about rents?", "en", 2), ("Что сказал Обама?", "ru", 1)]


def test_a_question_with_an_answer_is_no_wish(workspace: FakeWorkspace) -> None:
    ingest(workspace)
    respond(workspace, incoming("Dogs bark at night, the mayor said."))
    assert workspace.archive.wishes() == []


def test_who_asks_does_not_suffer_from_a_full_disk(workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise ArchiveUnwritable("the disk is full")

    ingest(workspace)
    monkeypatch.setattr(workspace.archive, "wish", full)
    assert say("en", "not-found") in said(workspace, incoming("What did Obama say about rents?"))


@LANGUAGES
def test_a_question_that_is_none_is_explained(workspace: FakeWorkspace, language: str) -> None:
    assert said(workspace, incoming("  ", "ask", language=language)) == say(language, "question-empty")
    words = {"en": "What did she say? ", "ar": "ماذا قالت عن ذلك؟ ", "ru": "Что она сказала? "}[language]
    too_long = said(workspace, incoming(words * 300, language=language))
    assert too_long == say(language, "question-too-long", limit=MAX_QUESTION)


# --- taking in


def test_the_same_text_again_changes_nothing_and_says_so(workspace: FakeWorkspace) -> None:
    ingest(workspace)
    assert ingest(workspace) == say("en", "ingest-unchanged")
    assert workspace.archive.counts().articles == 1


def test_a_file_sent_again_with_a_change_is_an_update(workspace: FakeWorkspace) -> None:
    ingest(workspace, "", attachment=attachment("dogs.txt"))
    answer = ingest(workspace, "", attachment=attachment("dogs.txt", b"Dogs bark by day, too."))
    assert answer == say("en", "ingest-updated", passages=1)
    assert [one.text for one in workspace.archive.articles()] == ["Dogs bark by day, too."]


def test_a_file_in_another_encoding_is_decoded(workspace: FakeWorkspace) -> None:
    text = "قال وزير الخارجية الروسي سيرغي لافروف إن الإرهابيين يواصلون الحصول على دعم خارجي."
    for number, encoding in enumerate(("utf-16", "cp1256")):
        ingest(workspace, "", attachment=attachment(f"{number}.txt", text.encode(encoding)))
    assert [one.text for one in workspace.archive.articles()] == [text, text]


def test_the_message_that_was_replied_to_is_taken_in_with_its_date(workspace: FakeWorkspace) -> None:
    sent = datetime(2024, 5, 1, 8, tzinfo=UTC)
    ingest(workspace, "", quoted=STORY, sent=sent)
    (article,) = workspace.archive.articles()
    assert (article.text, article.published) == (STORY, sent)


def test_a_message_is_listed_by_its_first_line(workspace: FakeWorkspace) -> None:
    ingest(workspace, "Dogs bark at night\n" + "word " * 100)
    ingest(workspace, "word " * 100)
    first, second = (one.title for one in workspace.archive.articles())
    assert first == "Dogs bark at night"
    assert second is not None
    assert len(second) <= 80
    assert second.startswith("word word")


@pytest.mark.parametrize("quoted", [None, "", "  \n"])
def test_nothing_to_take_in_is_explained(workspace: FakeWorkspace, quoted: str | None) -> None:
    assert ingest(workspace, "  ", quoted=quoted) == say("en", "ingest-empty")


@pytest.mark.parametrize("name", ["a.pdf", "a", "", "a.txt.exe", "jsonl"])
def test_a_file_of_another_kind_is_refused_unread(workspace: FakeWorkspace, name: str) -> None:
    assert ingest(workspace, "", attachment=Attachment(name, 10, never_read)) == say("en", "ingest-wrong-file")


def test_a_file_beyond_telegrams_limit_is_refused_unread(workspace: FakeWorkspace) -> None:
    assert "20" in ingest(workspace, "", attachment=Attachment("a.txt", 20_000_001, never_read))
    assert workspace.archive.counts().articles == 0


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "empty"), (b" \n", "empty"), (b"\0\1\2\3", "binary"), (b"a\0b", "binary"), ("🎉".encode(), "no words")],
)
def test_a_file_that_is_no_article_is_refused_with_the_reason(
    workspace: FakeWorkspace, data: bytes, reason: str
) -> None:
    answer = ingest(workspace, "", attachment=attachment("a.md", data))
    assert reason in answer
    assert "\n" not in answer
    assert workspace.archive.counts().articles == 0


def test_a_message_of_nothing_but_emoji_is_refused(workspace: FakeWorkspace) -> None:
    assert "no words" in ingest(workspace, "🎉🎉")


# --- when something goes wrong


def break_archive(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(Answerer, "answer", fail)


@LANGUAGES
@pytest.mark.parametrize("error", [ArchiveError("secret path /var/x"), ArchiveUnwritable("secret path /var/x")])
def test_a_reader_never_sees_the_text_of_an_error(
    workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch, language: str, error: Exception
) -> None:
    break_archive(monkeypatch, error)
    assert said(workspace, incoming("42", language=language)) == say(language, "defect")


def test_an_admin_sees_what_is_wrong_with_the_archive(
    workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_archive(monkeypatch, ArchiveUnwritable("the disk is full"))
    assert said(workspace, incoming("What now?", role=Role.ADMIN)) == "the disk is full"


def test_a_defect_is_told_to_nobody_in_its_own_words(workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    break_archive(monkeypatch, RuntimeError("secret path /var/x"))
    with pytest.raises(RuntimeError):  # rises to the edge, where it is logged
        respond(workspace, incoming("What now?", role=Role.ADMIN))


def test_the_archive_that_cannot_be_written_is_said_to_the_admin(
    workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise ArchiveUnwritable("the disk is full")

    monkeypatch.setattr(workspace.archive, "put", full)
    assert ingest(workspace) == "the disk is full"


def test_the_same_text_typed_again_later_is_the_same_article(workspace: FakeWorkspace) -> None:
    for day, outcome in ((1, "Taken in"), (2, "already have")):
        sent = datetime(2026, 1, day, tzinfo=UTC)
        (message,) = respond(workspace, Incoming("Cats sleep all day.", Role.ADMIN, command="ingest", sent=sent))
        assert outcome in message.text.text
