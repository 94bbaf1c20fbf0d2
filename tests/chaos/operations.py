"""A process that writes to an archive until it is killed, and says on a pipe what it begins and what it has done."""

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from config import load_settings
from ingest.queue import Job, packed
from ingest.worker import Worker
from retrieval.errors import SourceError
from retrieval.types import Article
from tests.fakes import FakeWorkspace

LEASE = timedelta(seconds=0.3)  # a killed worker's job is taken up by one of the next processes
_IDS = 24  # articles in turn: enough for several partitions and portions, few enough to check after each kill
_LONG = 400  # sentences of an article that takes several passages
_LANGUAGES = ("ar", "en", "ru")
_SAYS = {
    "ar": "لافروف said: الاتفاق قريب، والنص رقم {}.",
    "en": "Peter Smith said: we agree on number {}.",
    "ru": "Песков said: встреча состоится, номер {}.",
}


@dataclass(frozen=True)
class Step:
    """A line on the pipe: an operation that begins, or is done. `values` are ids of articles, each with its text.

    `state` is "begun" or "done"; `name` is that of a job in the queue, and of an update that was received.
    """

    operation: str
    state: str
    values: dict[str, str | None]
    name: str = ""


def heard(pipe: Connection) -> Step:
    """The next thing that the process says."""
    return Step(**json.loads(pipe.recv_bytes()))


def steps(pipe: Connection) -> Iterator[Step]:
    """What the process said until it was killed."""
    while True:
        try:
            yield heard(pipe)
        except EOFError:
            return


def write_until_killed(data_dir: Path, seed: int, pipe: Connection) -> None:
    """Opens the archive once it is told to on the pipe, and works on it in an order that the seed tells."""
    pipe.recv_bytes()
    _Writer(data_dir, random.Random(seed), pipe).run()


class _Writer:
    def __init__(self, data_dir: Path, chance: random.Random, pipe: Connection) -> None:
        self._data_dir = data_dir
        self._chance = chance
        self._pipe = pipe
        self._number = 0

    def run(self) -> None:
        operations = [self._ingest, self._update, self._delete, self._queue, self._receive, self._save, self._shut_down]
        self._say("open", "begun")
        self._open()
        self._say("open", "done")
        while True:
            self._chance.choice(operations)()

    def _open(self) -> None:
        self._workspace = FakeWorkspace(load_settings(data_dir=self._data_dir))
        workspace = self._workspace
        workspace.catch_up()
        self._worker = Worker(
            workspace.queue,
            workspace.archive,
            lambda: workspace.ingestor,
            self._read,
            lease=LEASE,
            catch_up=workspace.catch_up,
        )
        self._worker.start()

    def _read(self, job: Job, payload: bytes) -> Iterator[Article | SourceError]:
        for one in self._workspace._read(job, payload):
            time.sleep(0.001)  # so that kills meet every stage of a job
            yield one

    def _say(self, operation: str, state: str, values: dict[str, str | None] | None = None, name: str = "") -> None:
        step = {"operation": operation, "state": state, "values": values or {}, "name": name}
        self._pipe.send_bytes(json.dumps(step).encode())

    def _do(self, operation: str, work: Callable[[], Any], values: dict[str, str | None], name: str = "") -> None:
        self._say(operation, "begun", values, name)
        work()
        self._say(operation, "done", values, name)

    def _articles(self, prefix: str) -> dict[str, Article]:
        found = {}
        for _ in range(self._chance.randint(1, 4)):
            lang = self._chance.choice(_LANGUAGES)
            self._number += 1
            mark = f"{self._chance.getrandbits(40):x}.{self._number}"
            lines = [_SAYS[lang].format(f"{mark}.{n}") for n in range(self._chance.choice((1, 3, 12)))]
            article_id = f"{prefix}{self._chance.randrange(_IDS)}"
            found[article_id] = Article(id=article_id, text="\n".join(lines), title=f"«{mark}» 🐧", lang=lang)
        return found

    def _ingest(self) -> None:
        articles = self._articles("a")
        texts = {one.id: one.text for one in articles.values()}
        self._do("ingest", lambda: self._workspace.ingestor.ingest(articles.values()), dict(texts))

    def _update(self) -> None:
        article_id = f"a{self._chance.randrange(_IDS)}"
        text = " ".join(f"Update {self._chance.getrandbits(40):x} of {n}." for n in range(_LONG))
        article = Article(id=article_id, text=text, lang="en")
        self._do("update", lambda: self._workspace.ingestor.ingest([article]), {article_id: text})

    def _delete(self) -> None:
        chosen = [f"a{number}" for number in self._chance.sample(range(_IDS), 3)]
        self._do("delete", lambda: self._workspace.archive.delete(chosen), dict.fromkeys(chosen))

    def _queue(self) -> None:
        articles = self._articles("q")
        name = f"{self._chance.getrandbits(60):x}"
        texts = {one.id: one.text for one in articles.values()}
        payload = packed(list(articles.values()))
        self._do("queue", lambda: self._workspace.queue.add("articles", name, payload), dict(texts), name)

    def _receive(self) -> None:
        number = self._chance.getrandbits(60)
        memory = self._workspace.memory
        self._do("receive", lambda: memory.receive(number, json.dumps({"update_id": number})), {}, str(number))
        if self._chance.random() < 0.5:
            self._do("settle", lambda: memory.settle(number), {}, str(number))

    def _save(self) -> None:
        self._do("save", self._workspace.save, {})

    def _shut_down(self) -> None:
        def close() -> None:
            self._worker.stop()
            self._workspace.close()

        self._do("close", close, {})
        self._do("open", self._open, {})
