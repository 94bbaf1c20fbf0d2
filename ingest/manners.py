"""How Qawl behaves as a guest of other people's servers when nobody is waiting for the page."""

import threading
import time
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import httpx

from ingest.fetching import Fetched, Fetcher
from ingest.robots import allowed
from retrieval.errors import SourceError, UnexpectedStatus

# Seconds between two requests to one host: what large sites that state a Crawl-delay ask for, and a feed's articles of
# one day still come within a minute or two.
PAUSE = 1.0

# Seconds to leave a host alone that says it is too busy and not until when.
_BUSY = 60.0

# Seconds after which it is asked again whatever it said; a slip of the pen must not silence it for years.
_LONGEST = 86_400.0


@dataclass
class _Host:
    turn: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0
    busy_until: float = 0.0


_hosts: WeakKeyDictionary[Fetcher, dict[str, _Host]] = WeakKeyDictionary()
_lock = threading.Lock()


def fetch_politely(fetcher: Fetcher, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
    """What `fetcher.fetch` gives, if robots.txt allows it, and no sooner than a pause after the host's last answer.

    A host that answered that it is too busy is left alone for as long as it said: it is not asked at all until then.

    Raises:
        SourceError: as `fetch` does, and when the site does not want the page fetched, or not now.
    """
    with _lock:
        host = _hosts.setdefault(fetcher, {}).setdefault(_host(url), _Host())
    with host.turn:
        if time.monotonic() < host.busy_until:
            wait = host.busy_until - time.monotonic()
            raise UnexpectedStatus(url, "its server asked to be left alone for a while; try again later", 429, wait)
        if not allowed(fetcher, url):
            raise SourceError(url, "its site's robots.txt does not let robots read it, or cannot be read")
        time.sleep(max(0.0, host.free_at - time.monotonic()))
        try:
            return fetcher.fetch(url, etag=etag, last_modified=last_modified)
        except UnexpectedStatus as error:
            if error.status in (429, 503):
                host.busy_until = time.monotonic() + min(error.retry_after or _BUSY, _LONGEST)
            raise
        finally:
            host.free_at = time.monotonic() + PAUSE


def _host(url: str) -> str:
    try:
        return httpx.URL(url).netloc.decode("ascii")
    except (httpx.InvalidURL, ValueError):
        return url
