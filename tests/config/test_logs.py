"""Logs: lines or JSON, never a secret, and people by pseudonyms."""

import json
import logging
import stat
import threading
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path

import pytest

from config import logs
from config.logs import KEY_FILE, handling, keep_people_private, keep_secret, pseudonym, set_up_logging
from config.settings import Log

SECRET = "123456:AAH-very-secret"
PERSON = 70_012_345


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("bot", "ingest", "retrieval")}
    for name in ("_secrets", "_people"):
        monkeypatch.setattr(logs, name, set())
    monkeypatch.setattr(logs, "_key", b"k" * 32)
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, one in levels.items():
        logging.getLogger(name).setLevel(one)


class Written:
    """What was written to stderr so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._before = ""

    def getvalue(self) -> str:
        self._before += self._capsys.readouterr().err
        return self._before


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Written:
    return Written(capsys)


def raise_with(text: str) -> None:
    try:
        raise RuntimeError(text)
    except RuntimeError:
        logging.getLogger("bot.test").exception("it failed at %s", text)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_secret_is_blotted_out_of_text_and_json_tracebacks_included(written: Written, form: str) -> None:
    set_up_logging(Log(format=form))
    keep_secret(SECRET)
    keep_secret("")
    raise_with(f"https://api.telegram.org/bot{SECRET}/getMe")
    assert SECRET not in written.getvalue()
    assert written.getvalue().count("bot***/getMe") >= 2, "in the message and in the traceback"


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("text", ["Лавров", "لافروف قال", "emoji 🎉", 'a "quote"\nand a line'])
def test_any_text_is_logged_as_it_is(written: Written, form: str, text: str) -> None:
    set_up_logging(Log(format=form))
    logging.getLogger("bot.test").info("%s", text)
    if form == "json":
        (line,) = written.getvalue().splitlines()
        assert json.loads(line)["message"] == text
    else:
        assert text in written.getvalue()


def test_json_has_time_level_request_and_exception(written: Written) -> None:
    set_up_logging(Log(format="json"))
    with handling(41, PERSON):
        raise_with("sea")
    logging.getLogger("bot.test").warning("after")
    first, second = map(json.loads, written.getvalue().splitlines())
    assert (first["level"], first["logger"], first["request"]) == ("ERROR", "bot.test", "41")
    assert first["person"] == pseudonym(PERSON)
    assert "RuntimeError: sea" in first["exception"]
    assert first["time"].endswith("+00:00")
    assert second.keys() == {"time", "level", "logger", "message"}


def test_a_request_goes_along_into_a_thread(written: Written) -> None:
    set_up_logging()
    with handling(42, PERSON):
        context = copy_context()
    thread = threading.Thread(target=context.run, args=(logging.getLogger("bot.test").info, "computed"))
    thread.start()
    thread.join()
    assert f"[42 {pseudonym(PERSON)}]: computed" in written.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
def test_people_are_pseudonyms_that_only_the_key_can_make(written: Written, tmp_path: Path, form: str) -> None:
    set_up_logging(Log(format=form))
    keep_people_private(tmp_path, [9_000_001])
    with handling(43, PERSON):
        raise_with(f"chat {PERSON}, message 1{PERSON}")
    logging.getLogger("bot.test").warning("The admin %d was not told.", 9_000_001)
    log = written.getvalue()
    assert f"chat {PERSON}" not in log
    assert "9000001" not in log
    assert f"1{PERSON}" in log, "other numbers stay as they are"
    assert f"chat {pseudonym(PERSON)}" in log
    before = pseudonym(PERSON)
    keep_people_private(tmp_path)
    assert pseudonym(PERSON) == before, "a restart changes nothing"
    (tmp_path / "other").mkdir()
    keep_people_private(tmp_path / "other")
    assert pseudonym(PERSON) != before


def test_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    keep_people_private(tmp_path)
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert len((tmp_path / KEY_FILE).read_bytes()) == 32


def test_a_key_that_cannot_be_kept_is_said_and_pseudonyms_are_made_all_the_same(
    written: Written, tmp_path: Path
) -> None:
    set_up_logging()
    keep_people_private(tmp_path / "nowhere")
    assert "cannot be kept" in written.getvalue()
    assert pseudonym(PERSON).startswith("p-")


def test_the_level_is_ours_and_the_http_client_stays_silent(written: Written) -> None:
    set_up_logging(Log(level="debug"))
    logging.getLogger("bot.test").debug("detail")
    logging.getLogger("httpx").info("GET https://api.telegram.org/bot1:x/getMe")
    assert "detail" in written.getvalue()
    assert "getMe" not in written.getvalue()
    set_up_logging(Log(level="error"))
    logging.getLogger("bot.test").warning("unwanted")
    assert "unwanted" not in written.getvalue()
