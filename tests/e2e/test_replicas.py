"""Three bots behind a load balancer and two workers on one database, one of each killed while all are busy.

They are real processes and a real server; only the model is the fake one. Run with -s it prints what happened.
"""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.messages import say
from config import load_settings
from ingest.feeds import Feed
from ingest.queue import packed
from retrieval.types import Article
from tests.e2e.balancer import Balancer, balancing
from tests.e2e.bot_api import BotApi
from tests.e2e.bot_api.chats import Chat
from tests.e2e.process import STOP_SECONDS, environment
from tests.fakes import FakeWorkspace
from tests.ingest.site import Site, page, running_site
from tests.postgres import Server
from tests.shared_data import REPOSITORY

ADMIN, CHANNEL = 7001, -1_001_888_000_009
BOTS, WORKERS = 3, 2
ASKERS = 36
JOBS, ARTICLES = 10, 8  # articles of a job: it takes a worker a second or so
WAIT = 120  # seconds for all of it on a machine that is busy with other tests
TEN_SECONDS = 10.0  # in which a process has to end when it is told to
QUESTIONS = {
    "en": "What did Lavrov say about harbour{}?",
    "ar": "ماذا قال Lavrov عن harbour{}؟",
    "ru": "Что Lavrov сказал о harbour{}?",
}


def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Process:
    """A bot or a worker."""

    name: str
    popen: "subprocess.Popen[bytes]"
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")

    def stop(self) -> float:
        """Ends it as an operator does; how many seconds that took."""
        began = time.monotonic()
        self.popen.send_signal(signal.SIGTERM)
        assert self.popen.wait(STOP_SECONDS) == 0, self.log
        return time.monotonic() - began


@dataclass
class Stage:
    """All that is there, and what has happened so far."""

    api: BotApi
    balancer: Balancer
    workspace: FakeWorkspace
    bots: list[Process]
    workers: list[Process]
    began: float = field(default_factory=time.monotonic)

    def tell(self, what: str) -> None:
        print(f"{time.monotonic() - self.began:6.1f} s  {what}")

    def count(self, sql: str) -> int:
        return int(self.workspace.database.rows(sql)[0][0])

    def unsettled(self) -> int:
        return self.count("SELECT count(*) FROM updates WHERE document IS NOT NULL")

    def said(self, chat: Chat) -> list[dict[str, Any]]:
        """What the bots say in a chat, top to bottom."""
        return [one for _, one in sorted(chat.messages.items()) if one.get("from") == self.api.bot]

    def written_down(self) -> set[tuple[int, int]]:
        """Chat and number of every message of an answer that the bots know of."""
        return set(self.workspace.database.rows("SELECT chat, message FROM answer_messages"))


@contextmanager
def running(name: str, folder: Path, command: str, settings: dict[str, str]) -> Iterator[Process]:
    log_file = folder / f"{name}.log"
    with log_file.open("ab") as log:
        popen = subprocess.Popen(
            [sys.executable, "-m", "tests.ingest.slow_qawl", command, "--data-dir", str(folder / name)],
            env=settings,
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield Process(name, popen, log_file)
    finally:
        if popen.poll() is None:
            popen.kill()
        popen.wait()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running_site() as own:
        yield own


@pytest.fixture(scope="module")
def stage(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("replicas")
    ports = [free_port() for _ in range(BOTS)]
    with ExitStack() as stack:
        url = stack.enter_context(postgres.database())
        api = stack.enter_context(BotApi(token="123456:TEST-token"))
        balancer = stack.enter_context(balancing(ports))
        settings = load_settings(data_dir=folder / "own").model_copy(update={"database_url": url})
        workspace = FakeWorkspace(settings)
        stack.callback(workspace.close)
        workspace.ingestor.ingest(news(number) for number in range(ASKERS))
        hook = {"TELEGRAM__WEBHOOK_URL": f"{balancer.url}/hooks/qawl", "TELEGRAM__WEBHOOK_SECRET": "s3cret"}
        shared = hook | {"DATABASE_URL": url, "TELEGRAM__CHANNELS": f"[{CHANNEL}]"}
        shared |= {"INGEST__ALLOW_PRIVATE_ADDRESSES": "true"}

        def started(name: str, command: str, **more: str) -> Process:
            return stack.enter_context(running(name, folder, command, environment(folder, api, [ADMIN], shared | more)))

        workers = [started(f"worker {number}", "work") for number in range(1, WORKERS + 1)]
        bots = [
            started(f"bot {number}", "serve", TELEGRAM__LISTEN=f"127.0.0.1:{port}")
            for number, port in enumerate(ports, 1)
        ]
        for one in workers:
            until(lambda one=one: "Working on what waits" in one.log, f"{one.name} does not start")  # type: ignore[misc]
        for port in ports:
            until(lambda port=port: listening(port), "the webhooks are not there")  # type: ignore[misc]
        yield Stage(api, balancer, workspace, bots, workers)
        for process in (*bots, *workers):
            assert "Traceback" not in process.log, process.log


def news(number: int) -> Article:
    return Article(id=f"news{number}", text=f"Lavrov said: the harbour{number} opens in spring.", lang="en")


def until(true: Callable[[], object], what: str, seconds: float = WAIT) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def listening(port: int) -> bool:
    with closing(socket.socket()) as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def test_a_conversation_goes_on_with_whichever_bot_is_next(stage: Stage) -> None:
    api = stage.api
    for number, language in enumerate(QUESTIONS):
        person = api.user("Reader", language_code=language)
        person.says(QUESTIONS[language].format(number))
        answer = api.wait_for("sendMessage", chat=person, timeout=WAIT)
        assert f"harbour{number}" in answer.params["text"]
        person.presses(answer.result, say(language, "button-sources"))
        assert f"news{number}" in api.wait_for("sendMessage", chat=person, timeout=WAIT).params["text"]
    assert min(stage.balancer.taken.values()) >= 2, "every bot had its turn"
    until(lambda: not stage.unsettled(), "all is dealt with")
    assert api.faults == []


def test_a_job_is_told_of_in_one_message_though_one_bot_hears_and_a_worker_works(stage: Stage) -> None:
    api = stage.api
    admin = api.user("Admin", id=ADMIN, language_code="en")
    admin.says("/ingest Peskov said: the lighthouse is painted blue. " + "It stands by the sea. " * 5)
    sent = api.wait_for("sendMessage", chat=admin, timeout=WAIT)
    confirm = say("en", "button-confirm")
    until(lambda: confirm in str(admin.messages[sent.result["message_id"]].get("reply_markup")), "there is a preview")
    admin.presses(admin.messages[sent.result["message_id"]], confirm)
    added = say("en", "ingest-added")
    until(lambda: added in admin.messages[sent.result["message_id"]]["text"], "the admin is told of the end")
    assert len(stage.said(admin)) == 1
    until(lambda: not stage.unsettled(), "all is dealt with")


def test_one_bot_and_one_worker_are_killed_and_nothing_is_lost_or_done_twice(stage: Stage, site: Site) -> None:
    api, workspace = stage.api, stage.workspace
    stage.began = time.monotonic()
    stage.tell(f"{BOTS} bots and {WORKERS} workers run")
    jobs = [
        workspace.queue.add("articles", f"job {number}", packed([taken_in(number, n) for n in range(ARTICLES)]))
        for number in range(JOBS)
    ]
    channel = api.channel("Wire", id=CHANNEL)
    askers = [api.user("Reader", language_code=list(QUESTIONS)[number % 3]) for number in range(ASKERS)]
    for number, person in enumerate(askers):
        person.says(list(QUESTIONS.values())[number % 3].format(number))
        if number % 6 == 0:
            channel.posts(f"Zakharova said: the ferry{number} sails on Sunday and comes back on Monday.")
    stage.tell(f"{ASKERS} questions, {ASKERS // 6} posts of a channel and {JOBS} jobs are on their way")

    def answered() -> int:
        return sum(bool(stage.said(one)) for one in askers)

    until(lambda: answered() >= ASKERS // 6 and stage.count(RUNNING) == WORKERS, "all are busy")
    for victim in (stage.bots[0], stage.workers[0]):
        victim.popen.kill()
        victim.popen.wait()
        stage.tell(f"{victim.name} is killed")
    stage.tell(
        f"{answered()} questions are answered, {stage.unsettled()} updates and {stage.count(OPEN)} jobs are open"
    )
    until(lambda: answered() == ASKERS, "every question is answered")
    stage.tell("every question is answered")
    until(lambda: not stage.unsettled(), "every update is dealt with")
    until(lambda: not stage.count(OPEN), "every job is done")
    stage.tell("every job is done")

    # What Telegram had taken when its bot was killed, and the bot could not write down any more, is said once again.
    known = stage.written_down()
    again = 0
    for number, person in enumerate(askers):
        messages = stage.said(person)
        doubted = [one for one in messages if (person.id, one["message_id"]) not in known]
        assert len(messages) - len(doubted) == 1, "none is answered twice"
        assert len(doubted) <= 1
        again += len(doubted)
        assert f"harbour{number}" in messages[-1]["text"]
    assert again <= 2, "a bot says no more than two things at once"  # see Desk: it has two threads

    ended = [workspace.queue.job(one.id) for one in jobs]
    assert [(one.state, one.report and one.report.added) for one in ended if one] == [("done", ARTICLES)] * JOBS
    assert sum(one.claim for one in ended if one) == JOBS + 1, "one was begun anew"
    ids = [one.id for one in workspace.archive.summaries() if one.id.startswith("job")]
    assert sorted(ids) == sorted(taken_in(number, n).id for number in range(JOBS) for n in range(ARTICLES))
    posts = [one for one in workspace.archive.summaries() if one.source == "Wire"]
    assert len(posts) == ASKERS // 6
    assert workspace.archive.problems() == []
    taken = [stage.bots[0].log.count("Taking up"), *(one.log.count("Taking up") for one in stage.bots[1:])]
    stage.tell(
        f"{len(ids)} articles of {JOBS} jobs, each once; {again} answers said again; taken up by {sum(taken)} bots"
    )

    workspace.feeds.add(
        Feed(site.put("/feed", FEED.format(url=site.put("/a", page("Feed"), Content_Type="text/html"))))
    )
    until(lambda: site.paths().count("/a"), "another process reads the feeds")
    assert site.paths().count("/feed") == 1
    stage.tell("a new feed is read, by one of those that are left")
    ended_in = [one.stop() for one in (*stage.bots[1:], *stage.workers[1:])]
    stage.tell(f"the others end when they are told to, the slowest within {max(ended_in):.1f} s")
    assert max(ended_in) < TEN_SECONDS


RUNNING = "SELECT count(*) FROM jobs WHERE state = 'running'"
OPEN = "SELECT count(*) FROM jobs WHERE state IN ('waiting', 'running')"
FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><link>https://example.org</link>'
    "<description>News</description><item><title>One</title><link>{url}</link></item></channel></rss>"
)


def taken_in(job: int, number: int) -> Article:
    lines = [f"Putin said: in town{job}x{number} the bridge{line} is closed." for line in range(12)]
    return Article(id=f"job{job}-{number}", text="\n".join(lines), lang="en")
