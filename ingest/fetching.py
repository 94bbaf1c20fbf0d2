"""Pages and files from the web, fetched without being led anywhere that is not public."""

import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from importlib import metadata

import httpcore
import httpx

from ingest.addresses import Address, is_public
from ingest.connections import Budget, CheckedBackend, Refused
from retrieval.errors import SourceError, UnexpectedStatus

MAX_BYTES = 20_000_000  # as large as a file that is sent to the bot may be; a long report with its pictures
_SECONDS = 30.0  # a person waits for the reply
_REDIRECTS = 10  # link shorteners, consent and language pages together took five at most
_REDIRECTING = (301, 302, 303, 307, 308)

USER_AGENT = f"Qawl/{metadata.version('qawl')} (an archive of news with attributed quotations)"
_HEADERS = {
    "User-Agent": USER_AGENT,
    "Accept": "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, */*;q=0.5",
    "Accept-Encoding": "gzip, deflate",
}
_WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one address answered."""

    url: str
    """Where it was found, after redirects."""
    status: int
    """200, or 304 when it has not changed since `etag` or `last_modified`; then `data` is empty."""
    media_type: str
    """What the server claims it is, such as `text/html`, in lower case; empty when it claims nothing."""
    charset: str | None
    """The encoding that the server claims."""
    data: bytes
    etag: str | None
    last_modified: str | None


class Fetcher:
    """Fetches over http and https. Safe to share between threads.

    No cookies, no proxies, no credentials. `allow` says which addresses may be connected to.
    """

    def __init__(
        self,
        *,
        allow: Callable[[Address], bool] = is_public,
        seconds: float = _SECONDS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._allow = allow
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._tls = ssl.create_default_context()

    def fetch(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """What `url` answers, redirects followed, its compression undone.

        Raises:
            UnexpectedStatus: when it answers with anything but 200 or 304.
            SourceError: when it may not or cannot be fetched, is too large or too slow.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = _HEADERS | {name: value for name, value in conditions.items() if value}
        try:
            return self._fetch(url, headers, Budget(self._seconds, self._max_bytes))
        except Refused as error:
            raise SourceError(url, str(error), temporary=error.temporary) from error
        except httpcore.TimeoutException as error:
            reason = f"it did not come within {self._seconds:g} seconds; try again later"
            raise SourceError(url, reason, temporary=True) from error
        except httpcore.NetworkError as error:
            reason, temporary = _network_reason(error)
            raise SourceError(url, reason, temporary=temporary) from error
        except httpcore.ProtocolError as error:
            reason = "what its server sends is not HTTP, or breaks off; try again later"
            raise SourceError(url, reason, temporary=True) from error

    def _fetch(self, url: str, headers: dict[str, str], budget: Budget) -> Fetched:
        backend = CheckedBackend(self._allow, budget)
        at = _checked(url)
        with httpcore.ConnectionPool(self._tls, network_backend=backend) as pool:
            for _ in range(_REDIRECTS + 1):
                target = httpcore.URL(scheme=at.raw_scheme, host=at.raw_host, port=at.port, target=at.raw_path)
                with pool.stream("GET", target, headers=list(headers.items())) as response:
                    answered = _headers(response.headers)
                    if response.status in _REDIRECTING and "location" in answered:
                        at = _checked(_joined(at, answered["location"]))
                        continue
                    asked = any(name in headers for name in ("If-None-Match", "If-Modified-Since"))
                    if response.status != 200 and not (response.status == 304 and asked):
                        wait = _retry_after(answered.get("retry-after", ""))
                        raise UnexpectedStatus(url, _status_reason(response.status), response.status, wait)
                    with closing(response.iter_stream()) as chunks:  # type: ignore[type-var]
                        data = b"" if response.status == 304 else self._body(chunks, answered)
                    return _fetched(at, response.status, answered, data)
        raise Refused(f"it redirects more than {_REDIRECTS} times; open it in a browser and give the final address")

    def _body(self, chunks: Iterable[bytes], headers: dict[str, str]) -> bytes:
        coding = headers.get("content-encoding", "identity").strip().lower()
        if coding in ("identity", ""):
            return b"".join(chunks)
        if coding not in _WINDOWS:
            raise Refused(f"its server packs it as {coding[:40]}, unasked; download the page and give the file")
        data = bytearray()
        for piece in _unpacked(chunks, _WINDOWS[coding]):
            data += piece
            if len(data) > self._max_bytes:
                raise Refused(f"unpacked it is larger than {self._max_bytes / 1e6:g} MB")
        return bytes(data)


def _unpacked(chunks: Iterable[bytes], window: int) -> Iterator[bytes]:
    """The unpacked data in small pieces: a few bytes can hold a thousand times as many."""
    unpacker = None
    for chunk in chunks:
        if unpacker is None:
            # Some servers send deflate without its header, whose first byte says method 8.
            raw = window == zlib.MAX_WBITS and chunk[:1] and chunk[0] & 0x0F != 8
            unpacker = zlib.decompressobj(-zlib.MAX_WBITS if raw else window)
        try:
            packed = chunk
            while packed and not unpacker.eof:
                yield unpacker.decompress(packed, 1 << 16)
                packed = unpacker.unconsumed_tail
        except zlib.error as error:
            raise Refused("its compressed data is damaged; try again later", temporary=True) from error
    if unpacker is not None and not unpacker.eof:
        raise Refused("its compressed data breaks off; try again later", temporary=True)


def _checked(url: str) -> httpx.URL:
    """The address, if it is one that may be fetched."""
    try:
        parsed = httpx.URL(url.strip()).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused("it is not a valid address; copy it from the browser") from error
    if parsed.scheme not in ("http", "https"):
        raise Refused(f"{parsed.scheme or 'an address without a scheme'} cannot be fetched; only http and https can")
    if parsed.userinfo:
        raise Refused("it holds a user name or password; leave them out")
    if not parsed.host or (parsed.port or 0) > 65535:
        raise Refused("it names no server; copy it from the browser")
    return parsed


def _joined(at: httpx.URL, location: str) -> str:
    try:
        return str(at.join(location))
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused("it redirects to what is not a valid address") from error


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers by lower-case name; of one that is repeated, the first."""
    found: dict[str, str] = {}
    for name, value in raw:
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = value.decode("latin-1")
        found.setdefault(name.decode("latin-1").lower(), text)
    return found


def _fetched(at: httpx.URL, status: int, headers: dict[str, str], data: bytes) -> Fetched:
    message = Message()
    if claimed := headers.get("content-type"):
        message["Content-Type"] = claimed
    return Fetched(
        url=str(at),
        status=status,
        media_type=message.get_content_type() if claimed else "",
        charset=message.get_content_charset() if claimed else None,
        data=data,
        etag=headers.get("etag"),
        last_modified=headers.get("last-modified"),
    )


def _network_reason(error: httpcore.NetworkError) -> tuple[str, bool]:
    """Why there is no connection, and whether there may well be one later."""
    cause = error.args[0] if error.args else None  # httpcore's own chain of causes is cut
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {cause.verify_message}", False
    if isinstance(cause, ssl.SSLError):
        return "no secure connection could be made; try the address with http:// in front", False
    return f"no connection: {getattr(cause, 'strerror', None) or 'its server hung up'}; try again later", True


def _status_reason(status: int) -> str:
    match status:
        case 401 | 402 | 403 | 407 | 451:
            return f"its server refuses it ({status}); save the page in a browser and give the file"
        case 404 | 410:
            return f"there is no such page ({status}); check the address"
        case 429 | 503:
            return f"its server is too busy ({status}); try again later"
        case _ if status >= 500:
            return f"its server has a fault ({status}); try again later"
        case _:
            return f"its server answers with status {status} instead of a page; check the address in a browser"


def _retry_after(value: str) -> float | None:
    """Seconds to wait, which servers give as such or as a date."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
