"""How admins take articles in by message."""

from collections.abc import Sequence
from textwrap import shorten

from telegram.constants import FileSizeLimit

from bot.incoming import Incoming
from bot.replies import Reply
from bot.voice import tell
from bot.workspace import Workspace
from ingest.limits import article
from ingest.sources import read_bytes
from retrieval.errors import SourceError
from retrieval.types import Article

_HEADLINE = 80  # characters of a title made from a message's first line


def ingest(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /ingest does."""
    found: Article | SourceError
    if incoming.attachment:
        if not incoming.attachment.name.lower().endswith((".txt", ".md")):
            return [tell(workspace, incoming, "ingest-wrong-file")]
        if incoming.attachment.size > FileSizeLimit.FILESIZE_DOWNLOAD:
            megabytes = FileSizeLimit.FILESIZE_DOWNLOAD // 1_000_000
            return [tell(workspace, incoming, "ingest-large", megabytes=megabytes)]
        name = incoming.attachment.name
        (found,) = read_bytes(name, incoming.attachment.read())
    elif (text := incoming.text.strip() or incoming.quoted or "").strip():
        # Typed after the command it has no date of its own, and is the same article when it is typed again.
        published = None if incoming.text.strip() else incoming.sent
        found = article({"text": text, "title": headline(text), "published": published}, source="message")
    else:
        return [tell(workspace, incoming, "ingest-empty")]
    report = workspace.ingestor.ingest([found])
    workspace.save()
    if report.failed:
        return [tell(workspace, incoming, "ingest-failed", error=report.failures[0].error)]
    outcome = next(name for name in ("added", "updated", "unchanged") if getattr(report, name))
    return [tell(workspace, incoming, f"ingest-{outcome}", passages=report.passages)]


def headline(text: str) -> str:
    """The first line of a message, cut at a word: what its article is listed as."""
    return shorten(text.strip().splitlines()[0], _HEADLINE, placeholder=" …")
