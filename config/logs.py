"""Logging to stderr, without secrets."""

import logging

_secrets: set[str] = set()


class _Discreet(logging.Formatter):
    """Writes records with secrets blotted out, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for secret in _secrets:
            text = text.replace(secret, "***")
        return text


def set_up_logging() -> None:
    """Sends our own records from INFO to stderr, and other packages' from WARNING.

    httpx logs every request's address at INFO, and Telegram's addresses carry the token: it stays at WARNING
    whatever happens.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    for package in ("bot", "ingest", "retrieval"):
        logging.getLogger(package).setLevel(logging.INFO)
    # A proxy's error page and too many requests are reported by whoever retries; their tracebacks help nobody.
    for retried in ("telegram.request", "telegram.ext.AIORateLimiter"):
        logging.getLogger(retried).setLevel(logging.CRITICAL)
    for chatty in ("httpx", "httpcore", "apscheduler", "transformers", "sentence_transformers"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def keep_secret(secret: str) -> None:
    """From now on `secret` is blotted out of every record, whoever writes it."""
    _secrets.add(secret)
