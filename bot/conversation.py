"""What the bot answers to a message, wherever it came from: Telegram and the terminal share this."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten

from telegram.constants import FileSizeLimit

from bot.access import Role
from bot.messages import language_for, say
from bot.rendering import answer_blocks
from bot.richtext import RichText, fit
from bot.workspace import Workspace
from ingest.limits import article
from ingest.sources import read_bytes
from retrieval.answering import MAX_QUESTION
from retrieval.errors import ArchiveError, QuestionError, SourceError
from retrieval.language import detect_language
from retrieval.types import Article

log = logging.getLogger(__name__)


_QUOTATIONS = 3  # in one answer: what a phone shows without scrolling far


_HEADLINE = 80  # characters of a title made from a message's first line


@dataclass(frozen=True)
class Attachment:
    """A file beside a message; `read` fetches its bytes when they are wanted."""

    name: str
    size: int
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Incoming:
    """One message to the bot.

    Attributes:
        command: the command without its slash; None for plain text, which is a question.
        text: the message without the command.
        quoted: the text of the message that this one replies to.
        attachment: the file of this message, or else of the one that it replies to.
        language: what the person's client is set to, if known.
        sent: when the article-carrying message was sent.
    """

    text: str
    role: Role
    command: str | None = None
    quoted: str | None = None
    attachment: Attachment | None = None
    language: str | None = None
    sent: datetime | None = None


@dataclass(frozen=True)
class _Command:
    run: Callable[[Workspace, Incoming], list[RichText]]
    role: Role = Role.READER


def respond(workspace: Workspace, incoming: Incoming) -> list[RichText]:
    """The messages that answer `incoming`; access is checked here and only here, since every way to the bot passes."""
    command = COMMANDS.get(incoming.command or "ask")
    if command is None:
        return _say(incoming, "unknown-command")
    if incoming.role < command.role:
        return _say(incoming, "not-admin")
    try:
        return fit(command.run(workspace, incoming))
    except QuestionError as error:
        return _say(incoming, error.reason, limit=MAX_QUESTION)
    except ArchiveError as error:
        log.error("%s", error)
        return [RichText(str(error))] if incoming.role >= Role.ADMIN else _say(incoming, "defect")


def defect(incoming: Incoming) -> list[RichText]:
    """What a person reads when we failed; the reason is for the log."""
    return _say(incoming, "defect")


def _say(incoming: Incoming, message: str, **values: str | int) -> list[RichText]:
    written = detect_language(incoming.text) if incoming.text.strip() else None
    return [RichText(say(language_for(written, incoming.language), message, **values))]


def _start(_: Workspace, incoming: Incoming) -> list[RichText]:
    return _say(incoming, "start")


def _help(_: Workspace, incoming: Incoming) -> list[RichText]:
    admin = _say(incoming, "help-admin") if incoming.role >= Role.ADMIN else []
    return fit(_say(incoming, "help") + admin, gap="\n")


def _ask(workspace: Workspace, incoming: Incoming) -> list[RichText]:
    return answer_question(workspace, incoming.text, limit=_QUOTATIONS, language=incoming.language)


def answer_question(workspace: Workspace, question: str, *, limit: int, language: str | None = None) -> list[RichText]:
    """The parts of the message that answers a question.

    Raises:
        QuestionError: when the question is empty or too long.
    """
    answer = workspace.answer(question, limit=limit)
    if answer.status == "not_found" and not workspace.archive.counts().articles:
        return [RichText(say(language_for(answer.language, language), "archive-empty"))]
    return answer_blocks(answer)


def _ingest(workspace: Workspace, incoming: Incoming) -> list[RichText]:
    found: Article | SourceError
    if incoming.attachment:
        if not incoming.attachment.name.lower().endswith((".txt", ".md")):
            return _say(incoming, "ingest-wrong-file")
        if incoming.attachment.size > FileSizeLimit.FILESIZE_DOWNLOAD:
            return _say(incoming, "ingest-large", megabytes=FileSizeLimit.FILESIZE_DOWNLOAD // 1_000_000)
        name = incoming.attachment.name
        (found,) = read_bytes(name, incoming.attachment.read())
    elif (text := incoming.text.strip() or incoming.quoted or "").strip():
        # Typed after the command it has no date of its own, and is the same article when it is typed again.
        published = None if incoming.text.strip() else incoming.sent
        fields = {"text": text, "title": _headline(text), "published": published}
        found = article(fields, source="message")
    else:
        return _say(incoming, "ingest-empty")
    report = workspace.ingestor.ingest([found])
    workspace.save()
    if report.failed:
        return _say(incoming, "ingest-failed", error=report.failures[0].error)
    outcome = next(name for name in ("added", "updated", "unchanged") if getattr(report, name))
    return _say(incoming, f"ingest-{outcome}", passages=report.passages)


def _headline(text: str) -> str:
    """The first line of a message, cut at a word: what its article is listed as."""
    return shorten(text.strip().splitlines()[0], _HEADLINE, placeholder=" …")


COMMANDS: dict[str, _Command] = {
    "start": _Command(_start),
    "help": _Command(_help),
    "ask": _Command(_ask),
    "ingest": _Command(_ingest, Role.ADMIN),
}
