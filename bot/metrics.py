"""What monitoring can ask: figures for Prometheus at `/metrics`, and at `/healthz` whether the bot does its work.

No label holds an id or a text of anybody; each has a handful of values.
"""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.workspace import Workspace
from retrieval.errors import ArchiveError, QawlError
from retrieval.types import Answer

_LANGUAGES = ("ar", "en", "ru")
BEAT_SECONDS = 5.0
_STUCK = 30.0  # seconds without a beat: nothing that runs in the event loop takes a tenth of that
_SILENT = 120.0  # seconds without an end of a poll: one waits 10 s for updates, and 30 s at most after a fault
_CLIENT_SECONDS = 10.0  # for a request to be said

_QUESTIONS = Counter("qawl_questions", "Questions by what became of them.", ["status", "language"])
_SECONDS = Histogram(
    "qawl_answer_seconds", "How long answers took.", buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30)
)
_UPDATES = Counter("qawl_updates", "Updates that were handled, by kind.", ["kind"])
_LAST_UPDATE = Gauge("qawl_last_update_timestamp_seconds", "When the last update was handled.")
_FAULTS = Counter("qawl_telegram_faults", "Calls of the Bot API that failed: 429, 4xx, 5xx, network.", ["kind"])


def answered(answer: Answer, seconds: float) -> None:
    """Counts an answer."""
    status = "asked_back" if answer.plan.choices else answer.status
    _QUESTIONS.labels(status, answer.language if answer.language in _LANGUAGES else "other").inc()
    _SECONDS.observe(seconds)


def handled(kind: str) -> None:
    """Counts an update; `kind` is Telegram's name of it."""
    _UPDATES.labels(kind).inc()
    _LAST_UPDATE.set_to_current_time()


def failed(status: int | None) -> None:
    """Counts a call of the Bot API that failed with that status of HTTP; None when there was no answer."""
    kind = "network" if status is None else "429" if status == 429 else f"{status // 100}xx"
    _FAULTS.labels(kind).inc()


class Health:
    """Whether the bot still does its work. `polls` is False behind a webhook, where silence tells nothing."""

    def __init__(self, *, polls: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._beat = clock()
        self._poll = clock() if polls else None

    def beat(self) -> None:
        """The event loop turns."""
        self._beat = self._clock()

    def polled(self) -> None:
        """Telegram was asked for updates; that it did not answer is no fault of ours."""
        if self._poll is not None:
            self._poll = self._clock()

    def problems(self) -> list[str]:
        """What stands still, one line each."""
        now = self._clock()
        found = []
        if now - self._beat > _STUCK:
            found.append(f"nothing has moved for {now - self._beat:.0f} s")
        if self._poll is not None and now - self._poll > _SILENT:
            found.append(f"updates have not been asked for since {now - self._poll:.0f} s")
        return found


class _Stock(Collector):
    """What is in the database at the moment of being asked."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def describe(self) -> Iterable[Metric]:
        """Nothing: the registry would otherwise look into the database to learn the names."""
        return []

    def collect(self) -> Iterator[Metric]:
        """See `Collector`."""
        opened = GaugeMetricFamily("qawl_archive_up", "1 when the archive can be read.")
        try:
            found = list(self._read())
        except ArchiveError:
            opened.add_metric([], 0)
            yield opened
            return
        opened.add_metric([], 1)
        yield opened
        yield from found

    def _read(self) -> Iterator[Metric]:
        workspace, database = self._workspace, self._workspace.database
        ((articles,),) = database.rows("SELECT count(*) FROM articles")
        yield GaugeMetricFamily("qawl_articles", "Articles in the archive.", value=articles)
        writes = workspace.archive.sequence()
        yield CounterMetricFamily("qawl_archive_writes", "Batches of articles stored or deleted, ever.", value=writes)
        yield GaugeMetricFamily("qawl_data_bytes", "Size of the data folder.", value=_size(workspace.data_dir))
        jobs = GaugeMetricFamily(
            "qawl_jobs", "Jobs of the ingest queue by state; the ended of 30 days.", labels=["state"]
        )
        states = dict(database.rows("SELECT state, count(*) FROM jobs GROUP BY state"))
        for state in ("offered", "waiting", "running", "done", "failed", "undone"):
            jobs.add_metric([state], states.get(state, 0))
        yield jobs
        ((waiting,),) = database.rows("SELECT count(*) FROM updates WHERE document IS NOT NULL")
        yield GaugeMetricFamily("qawl_updates_unsettled", "Updates received and not dealt with.", value=waiting)


def _size(folder: Path) -> int:
    size = 0
    for one in folder.rglob("*"):
        with suppress(FileNotFoundError):  # an index file that was replaced just now
            size += one.stat().st_size if one.is_file() else 0
    return size


@contextmanager
def offered(workspace: Workspace, health: Health) -> Iterator[None]:
    """Answers monitoring at `metrics.listen` as long as the context lasts; nothing where that is not set.

    Raises:
        QawlError: when nothing can be listened to there.
    """
    listen = workspace.settings.metrics.listen
    if not listen:
        yield
        return
    try:
        server = _Server(listen, workspace, health)
    except OSError as error:
        raise QawlError(f"Nothing can be listened to at {listen} (metrics.listen): {error.strerror}.") from error
    stock = _Stock(workspace)
    REGISTRY.register(stock)
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        REGISTRY.unregister(stock)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listen: str, workspace: Workspace, health: Health) -> None:
        host, _, port = listen.rpartition(":")
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host.strip("[]"), int(port)), _Handler)
        self.workspace = workspace
        self.health = health

    def problems(self) -> list[str]:
        """Why the bot does not do its work; none when it does."""
        found = self.health.problems()
        try:
            self.workspace.archive.sequence()
        except ArchiveError as error:
            found.append(str(error))
        return found


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _CLIENT_SECONDS

    def do_GET(self) -> None:
        if self.path == "/metrics":
            self._answer(200, CONTENT_TYPE_LATEST, generate_latest())
        elif self.path == "/healthz":
            problems = self.server.problems()
            body = json.dumps({"ok": not problems, "problems": problems}).encode()
            self._answer(503 if problems else 200, "application/json", body)
        else:
            self._answer(404, "text/plain", b"there is /metrics and /healthz\n")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name for it
        """Nothing: whoever monitors asks every few seconds."""
