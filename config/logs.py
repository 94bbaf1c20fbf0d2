"""Logging to stderr, without secrets."""

import logging


def set_up_logging(*, verbose: bool = False) -> None:
    """Sends our own records from INFO (DEBUG when `verbose`) to stderr, and other packages' from WARNING.

    httpx logs every request's address at INFO, and Telegram's addresses carry the token: it stays at WARNING
    whatever happens.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    for package in ("bot", "ingest", "retrieval"):
        logging.getLogger(package).setLevel(logging.DEBUG if verbose else logging.INFO)
    # A proxy's error page is reported by whoever retries; its traceback helps nobody.
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)
    for chatty in ("httpx", "httpcore", "apscheduler", "transformers", "sentence_transformers"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
