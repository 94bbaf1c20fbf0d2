"""The conversation: who may do what, and what is said when something goes wrong."""

from typing import Any

import pytest

from bot.access import Role
from bot.conversation import ACTIONS, COMMANDS, press, respond
from bot.incoming import TERMINAL, Attachment, Incoming, Pressed
from bot.messages import say
from bot.replies import carried
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


def ingest(workspace: FakeWorkspace, text: str = STORY) -> str:
    """What is said of a text that an admin gives and confirms."""
    (preview,) = respond(workspace, incoming(text, "ingest", role=Role.ADMIN))
    confirm = preview.buttons[0][0].data
    assert confirm
    outcome = press(workspace, Pressed(confirm, Role.ADMIN, TERMINAL, "en"))
    assert outcome.edited
    return outcome.edited.text.text


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
    assert ingest(workspace).startswith(say("en", "ingest-added"))
    (article,) = workspace.archive.articles()
    assert article.text == STORY


def test_whatever_is_for_admins_is_refused_to_readers(workspace: FakeWorkspace) -> None:
    for name, command in COMMANDS.items():
        if command.role > Role.READER:
            assert said(workspace, incoming("x", name)) == say("en", "not-admin")
    for name, action in ACTIONS.items():
        if action.role > Role.READER:
            outcome = press(workspace, Pressed(carried(name, "yes", 1), Role.READER, TERMINAL, "en"))
            assert outcome.toast == say("en", "not-admin")


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
        SentenceRanker(workspace.archive, workspace.searcher),
        asking,
        Weights(of_speaker=0.0, of_speaker_across=0.0, of_anybody=0.0),
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
    assert ingest(workspace).startswith(say("en", "ingest-not-yet", error="the disk is full"))
