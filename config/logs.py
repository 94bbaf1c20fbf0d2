"""Logging to stderr, as text or as JSON: without secrets, and with pseudonyms for people."""

import hashlib
import json
import logging
import re
import secrets as random
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Log

KEY_FILE = "log.key"
_KEY_BYTES = 32
_PSEUDONYM_BYTES = 6  # two of a million people share one with a chance of 0.2 %; few enough to be read aloud
_LEAST_ID = 10_000  # of a person of today; a smaller one would be found in counts and ports

_secrets: set[str] = set()
_key = random.token_bytes(_KEY_BYTES)  # until `keep_people_private` brings the one that is kept
_people: set[int] = set()


@dataclass(frozen=True)
class _Request:
    """What is being handled, and whose it is."""

    id: str
    person: int | None


_request: ContextVar[_Request | None] = ContextVar("request", default=None)


@contextmanager
def handling(request: object, person: int | None) -> Iterator[None]:
    """Whatever is logged within, in tasks and threads too that take the context along, is marked as about this."""
    token = _request.set(_Request(str(request), person))
    try:
        yield
    finally:
        _request.reset(token)


def set_up_logging(log: Log | None = None) -> None:
    """Sends our own records from the wanted level on to stderr, and other packages' from WARNING.

    httpx logs every request's address at INFO, and Telegram's addresses carry the token: it stays at WARNING
    whatever happens.
    """
    log = log or Log()
    handler = logging.StreamHandler()
    handler.addFilter(_mark)
    handler.setFormatter(_Json() if log.format == "json" else _Text())
    level = log.level.upper()
    logging.basicConfig(handlers=[handler], level=max(logging.WARNING, logging.getLevelName(level)), force=True)
    logging.captureWarnings(log.format == "json")
    for package in ("bot", "ingest", "retrieval"):
        logging.getLogger(package).setLevel(level)
    # A proxy's error page and too many requests are reported by whoever retries; their tracebacks help nobody.
    for retried in ("telegram.request", "telegram.ext.AIORateLimiter"):
        logging.getLogger(retried).setLevel(logging.CRITICAL)
    for chatty in ("httpx", "httpcore", "apscheduler", "transformers", "sentence_transformers"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def keep_secret(secret: str) -> None:
    """From now on `secret` is blotted out of every record, whoever writes it."""
    if secret:
        _secrets.add(secret)


def keep_people_private(folder: Path, known: Collection[int] = ()) -> None:
    """From now on pseudonyms are made with the key in `folder`, so that they stay the same; it is made when missing.

    The ids of the `known` are replaced wherever they stand; those of others in what is logged while handling theirs.
    """
    global _key  # noqa: PLW0603  a process logs to one place
    path = folder / KEY_FILE
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(random.token_bytes(_KEY_BYTES))
    except FileExistsError:
        pass
    except OSError as error:
        logging.getLogger(__name__).warning("%s cannot be kept: %s. Pseudonyms are of this run.", path, error.strerror)
        return
    _key = path.read_bytes() or _key
    _people.update(known)


def pseudonym(person: int) -> str:
    """What stands for a person in logs: the same for the same key, and of no use without it (BLAKE2, keyed mode)."""
    return "p-" + hashlib.blake2b(str(person).encode(), key=_key, digest_size=_PSEUDONYM_BYTES).hexdigest()


def _mark(record: logging.LogRecord) -> bool:
    record.request = _request.get()
    return True


def _discreet(text: str, request: _Request | None) -> str:
    for secret in _secrets:
        text = text.replace(secret, "***")
    for person in {*_people, *([request.person] if request and request.person else [])}:
        if person >= _LEAST_ID and str(person) in text:
            text = re.sub(rf"(?<!\d){person}(?!\d)", pseudonym(person), text)
    return text


class _Text(logging.Formatter):
    """A line for people, and tracebacks below it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s%(about)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        request: _Request | None = getattr(record, "request", None)
        who = f" {pseudonym(request.person)}" if request and request.person else ""
        record.about = f" [{request.id}{who}]" if request else ""
        return _discreet(super().format(record), request)


class _Json(logging.Formatter):
    """One JSON object a line, tracebacks in it."""

    def format(self, record: logging.LogRecord) -> str:
        request: _Request | None = getattr(record, "request", None)
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _discreet(record.getMessage(), request),
        }
        if request:
            fields["request"] = request.id
            if request.person:
                fields["person"] = pseudonym(request.person)
        if record.exc_info:
            fields["exception"] = _discreet(self.formatException(record.exc_info), request)
        return json.dumps(fields, ensure_ascii=False)
