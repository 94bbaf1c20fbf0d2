"""Who wrote an article, as pages and feeds say it."""

import re

from ingest.markup import one_line

_LONGEST = 100  # characters: four names
_MAIL = re.compile(r"\S+@\S+")  # RSS asks for "mail (name)", feeds have "name (mail)", too


def byline(said: str | None) -> str | None:
    """The name or names, without mail addresses; None for a link, or for a whole line that was taken for a name."""
    names = _MAIL.sub("", one_line(said) or "").strip(" ()<>,;").replace("; ", ", ")
    return names if names and len(names) <= _LONGEST and "/" not in names else None
