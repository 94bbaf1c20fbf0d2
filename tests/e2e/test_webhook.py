"""The real bot process behind a webhook: the same behaviour, and nobody but Telegram gets in."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.messages import say
from tests.e2e.bot_api import BotApi, User
from tests.e2e.process import QAWL, START_SECONDS, Serve, environment, serving

ADMIN = 7001
CHANNEL = -1_001_888_000_003
SECRET = "s3cret_-token"
WAIT = 60  # seconds for an answer on a machine that is busy with other tests
QUESTION = "What did Patrushev say about chemical weapons?"


def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def webhook(port: int, **more: str) -> dict[str, str]:
    return {
        "TELEGRAM__WEBHOOK_URL": f"http://127.0.0.1:{port}/hooks/qawl",
        "TELEGRAM__WEBHOOK_SECRET": SECRET,
        "TELEGRAM__LISTEN": f"127.0.0.1:{port}",
        "TELEGRAM__CHANNELS": f"[{CHANNEL}]",
    } | more


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def bot(api: BotApi, port: int, with_sample: Callable[[str], Path]) -> Iterator[Serve]:
    with serving(with_sample("webhook"), api, [ADMIN], webhook(port)) as running:
        yield running
    assert "Traceback" not in running.log
    assert SECRET not in running.log
    assert api.token not in running.log


@pytest.fixture(autouse=True)
def nothing_refused(api: BotApi, bot: Serve) -> Iterator[None]:
    """Every message the bot sends is one that Telegram takes, and it never polls."""
    yield
    assert api.faults == []
    assert api.calls("getUpdates") == []
    api.forget_calls()


def reader(api: BotApi, language: str = "en") -> User:
    return api.user("Reader", language_code=language)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", QUESTION),
        ("ar", "ماذا قال باتروشيف عن منظمة حظر الأسلحة الكيميائية؟"),
        ("ru", "Что Патрушев сказал о химическом оружии?"),
    ],
)
def test_a_private_question_and_a_button_under_its_answer(api: BotApi, language: str, question: str) -> None:
    person = reader(api, language)
    person.says(question)
    answer = api.wait_for("sendMessage", chat=person, timeout=WAIT)
    assert "باتروشيف" in answer.params["text"]
    person.presses(answer.result, say(language, "button-sources"))
    assert "article.ar" in api.wait_for("sendMessage", chat=person, timeout=WAIT).params["text"]
    api.wait_for("answerCallbackQuery", timeout=WAIT)


def test_a_mention_in_a_group(api: BotApi) -> None:
    person = reader(api)
    group = api.group(members=(person,))
    person.says("What a day", chat=group)
    question = person.says(f"🌍 @qawl_test_bot {QUESTION}", chat=group)
    call = api.wait_for("sendMessage", chat=group, timeout=WAIT)
    assert call.params["reply_parameters"]["message_id"] == question["message_id"]
    assert "باتروشيف" in call.params["text"]


def test_a_post_of_a_channel(api: BotApi) -> None:
    channel = api.channel("Wire", id=CHANNEL)
    channel.posts("The pilot Anna Lind said that the new airfield is too short.")
    until = time.monotonic() + WAIT
    text = ""
    while "airfield" not in text and time.monotonic() < until:
        person = reader(api)
        person.says("What did Anna Lind say about the airfield?")
        text = api.wait_for("sendMessage", chat=person, timeout=WAIT).params["text"]
    assert "the new airfield is too short" in text
    assert api.calls("sendMessage", chat=channel) == []


def update(person: User, number: int, text: str = "/help") -> dict[str, Any]:
    """An update that the stand-in for Telegram did not send."""
    entities = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    message = {"message_id": number, "date": 1_700_000_000, "chat": person.as_json(), "from": person.user}
    return {"update_id": number, "message": message | {"text": text, "entities": entities}}


def post(port: int, content: dict[str, Any], **headers: str) -> int:
    with httpx.Client(verify=False, trust_env=False, timeout=WAIT) as client:
        return client.post(f"http://127.0.0.1:{port}/hooks/qawl", json=content, headers=headers).status_code


@pytest.mark.parametrize(
    "headers", [{}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}, {"X-Telegram-Bot-Api-Secret-Token": SECRET + "x"}]
)
def test_who_does_not_know_the_secret_is_refused_and_not_heard(
    api: BotApi, bot: Serve, port: int, headers: dict[str, str]
) -> None:
    person = reader(api)
    person.says("/start")
    api.wait_for("sendMessage", chat=person, timeout=WAIT)
    assert post(port, update(person, 900_000_001), **headers) == 403
    bot.at_rest()
    assert len(api.calls("sendMessage", chat=person)) == 1


def test_an_update_that_comes_again_is_handled_once(api: BotApi, bot: Serve, port: int) -> None:
    person = reader(api, "ru")
    person.says("/start")
    api.wait_for("sendMessage", chat=person, timeout=WAIT)
    again = update(person, 900_000_002)
    for _ in range(3):
        assert post(port, again, **{"X-Telegram-Bot-Api-Secret-Token": SECRET}) == 200
    assert api.wait_for("sendMessage", chat=person, timeout=WAIT).params["text"] == say("ru", "help")
    bot.at_rest()
    assert len(api.calls("sendMessage", chat=person)) == 2


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"TELEGRAM__LISTEN": "8443"}, "The setting telegram.listen is wrong"),
        ({"TELEGRAM__LISTEN": "127.0.0.1:http"}, "The setting telegram.listen is wrong"),
        ({"TELEGRAM__WEBHOOK_SECRET": "no spaces"}, "A webhook needs QAWL_TELEGRAM__WEBHOOK_SECRET"),
        ({"TELEGRAM__WEBHOOK_SECRET": ""}, "A webhook needs QAWL_TELEGRAM__WEBHOOK_SECRET"),
    ],
)
def test_wrong_settings_end_with_one_clear_line(
    api: BotApi, tmp_path: Path, wrong: dict[str, str], complaint: str
) -> None:
    status, lines = ended(api, tmp_path, webhook(free_port(), **wrong))
    assert (status, len(lines)) == (2, 1)
    assert complaint in lines[0]


def test_a_port_that_is_taken_ends_with_one_clear_line(port: int, tiny_model: Path, tmp_path: Path) -> None:
    with BotApi(token="123456:OTHER-token") as own:
        status, lines = ended(own, tmp_path, webhook(port, ENCODER__MODEL=str(tiny_model)))
    assert status == 1
    assert lines[-1] == f"qawl: Nothing can be listened to at 127.0.0.1:{port}: Address already in use."


def test_an_address_that_telegram_refuses_ends_with_one_clear_line(tiny_model: Path, tmp_path: Path) -> None:
    wrong = {"TELEGRAM__WEBHOOK_URL": "http://example.org/hooks/qawl", "ENCODER__MODEL": str(tiny_model)}
    with BotApi(token="123456:OTHER-token") as own:
        status, lines = ended(own, tmp_path, webhook(free_port(), **wrong))
    assert status == 2
    assert "QAWL_TELEGRAM__WEBHOOK_URL" in lines[-1]
    assert "HTTPS" in lines[-1].upper()


def ended(api: BotApi, folder: Path, settings: dict[str, str]) -> tuple[int, list[str]]:
    """The exit status and the last words of a bot that does not start; only what it says itself, not its log."""
    with_settings = environment(folder / "data", api, [], settings)
    done = subprocess.run(
        [QAWL, "serve"], env=with_settings, capture_output=True, text=True, timeout=START_SECONDS, check=False
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.splitlines()
