"""What a site lets robots fetch (RFC 9309). Asked before Qawl fetches on its own account, as for feeds."""

import threading
import time
from contextlib import suppress
from weakref import WeakKeyDictionary

import httpx
from protego import Protego

from ingest.fetching import Fetcher
from retrieval.errors import SourceError, UnexpectedStatus

_NAME = "Qawl"
_KEPT = 3600.0  # seconds; the RFC allows a day, but who changes rules wants to see it
_KEPT_FAILURE = 300.0  # seconds; the articles of one feed must not wait for a dead server one by one
_READ = 500 * 1024  # bytes; what the RFC asks for at least
_EVERYTHING = Protego.parse("")
_NOTHING = Protego.parse("User-agent: *\nDisallow: /")

_Rules = dict[str, tuple[float, Protego]]
_known: WeakKeyDictionary[Fetcher, _Rules] = WeakKeyDictionary()
_lock = threading.Lock()


def allowed(fetcher: Fetcher, url: str) -> bool:
    """Whether the site's robots.txt lets Qawl fetch `url`; its rules are kept for an hour.

    Without a robots.txt (4xx) everything may be fetched; while it cannot be read (5xx, no answer), nothing.
    """
    try:
        site = str(httpx.URL(url).copy_with(raw_path=b"/robots.txt", fragment=None))
    except (httpx.InvalidURL, ValueError):
        return False
    with _lock:
        rules = _known.setdefault(fetcher, {})
    until, found = rules.get(site, (0.0, _NOTHING))
    if time.monotonic() >= until:
        kept, found = _ask(fetcher, site)
        rules[site] = (time.monotonic() + kept, found)
    return bool(found.can_fetch(url, _NAME))


def _ask(fetcher: Fetcher, site: str) -> tuple[float, Protego]:
    """How long to keep the rules of a site, and the rules."""
    try:
        text = fetcher.fetch(site).data[:_READ].decode("utf-8-sig", "replace")
    except UnexpectedStatus as error:
        if 400 <= error.status < 500 and error.status != 429:
            return _KEPT, _EVERYTHING
        return _KEPT_FAILURE, _NOTHING
    except SourceError:
        return _KEPT_FAILURE, _NOTHING
    with suppress(Exception):  # whatever a stranger's file makes of its parser
        return _KEPT, Protego.parse(text)
    return _KEPT_FAILURE, _NOTHING
