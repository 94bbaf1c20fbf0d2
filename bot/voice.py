"""In which language the bot speaks to whom."""

import re

from bot.incoming import Incoming, Kind, Pressed
from bot.messages import language_for, say
from bot.replies import Reply
from bot.richtext import RichText
from bot.workspace import Workspace
from retrieval.errors import ArchiveError
from retrieval.language import detect_language

_NO_WORDS = re.compile(r"\S*(?:://|@)\S*")  # links and names of accounts are Latin in every language


def language_of(workspace: Workspace, to: Incoming | Pressed) -> str:
    """The language of their question, else what they chose, else what their group did, else what their app speaks."""
    asked = to.text if isinstance(to, Incoming) and to.command in (None, "ask") else ""
    written = detect_language(_NO_WORDS.sub(" ", asked))
    return language_for(written, chosen_language(workspace, to), to.language)


def chosen_language(workspace: Workspace, to: Incoming | Pressed) -> str | None:
    """What somebody chose with /language, else what their group did; nothing while the database is away."""
    known = to.place.person or to.place.kind is Kind.TERMINAL  # there nobody else is person 0
    try:
        own = workspace.memory.language(to.place.person) if known else None
        return own or (workspace.memory.chat(to.place.chat).language if to.place.kind is Kind.GROUP else None)
    except ArchiveError:  # which they are about to hear of, in some language
        return None


def tell(workspace: Workspace, to: Incoming | Pressed, message: str, **values: str | int) -> Reply:
    """The message in their language."""
    return Reply(RichText(say(language_of(workspace, to), message, **values)))
