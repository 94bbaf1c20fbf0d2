"""Bringing indexes up to date: whoever asks does not wait for whoever does so, and whoever has written does."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from retrieval.archive import Archive
from retrieval.types import Article
from tests.fakes import FakeWorkspace


def article(name: str) -> Article:
    return Article(id=name, text=f"Peter Smith said: {name} is a bulletin about {name}.")


@contextmanager
def somebody_catching_up(workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Future[None]]:
    """A thread that has begun to bring the index up to date and does not get on until the end of the block."""
    at_it, go_on = threading.Event(), threading.Event()
    changes = type(workspace.archive).changes

    def slow(self: Archive, since: int) -> Any:
        if threading.current_thread() is not threading.main_thread():
            at_it.set()
            assert go_on.wait(30)
        return changes(self, since)  # type: ignore[arg-type]

    monkeypatch.setattr(type(workspace.archive), "changes", slow)
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(workspace.index.maintain)
        try:
            assert at_it.wait(30)
            yield other
        finally:
            go_on.set()


def found(workspace: FakeWorkspace, question: str) -> list[str]:
    return [one.article_id for one in workspace.searcher.search(question, 5)]


def test_a_question_goes_on_with_the_state_before(workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.ingestor.ingest([article("Hekla")])
    assert found(workspace, "Hekla") == ["Hekla"]
    workspace.ingestor.ingest([article("Katla")])
    with somebody_catching_up(workspace, monkeypatch) as other:
        assert found(workspace, "Katla") == ["Hekla"], "it is not there yet, and nobody waited"
    other.result(timeout=30)
    assert found(workspace, "Katla")[0] == "Katla"


def test_what_is_deleted_meanwhile_is_not_quoted(workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.ingestor.ingest([article("Hekla"), article("Katla")])
    workspace.catch_up()
    workspace.archive.delete(["Hekla"])
    with somebody_catching_up(workspace, monkeypatch):
        answer = workspace.answer("What did Peter Smith say about Hekla?", limit=5)
        assert {one.article_id for one in (*answer.evidence, *answer.nearest)} == {"Katla"}


def test_the_first_question_waits_for_the_index(workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.ingestor.ingest([article("Hekla")])
    with ThreadPoolExecutor(1) as pool:
        with somebody_catching_up(workspace, monkeypatch):
            asked = pool.submit(found, workspace, "Hekla")
            with pytest.raises(TimeoutError):
                asked.result(timeout=0.3)
        assert asked.result(timeout=30) == ["Hekla"]


def test_whoever_has_written_waits_until_it_is_found(workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.ingestor.ingest([article("Hekla")])
    workspace.index.maintain()
    with ThreadPoolExecutor(1) as pool:
        with somebody_catching_up(workspace, monkeypatch):
            workspace.ingestor.ingest([article("Katla")])
            written = pool.submit(workspace.index.maintain)
            with pytest.raises(TimeoutError):
                written.result(timeout=0.3)
        written.result(timeout=30)
    assert found(workspace, "Katla")[0] == "Katla"


def test_a_speaker_who_was_stored_since_the_question_was_planned_is_named(workspace: FakeWorkspace) -> None:
    workspace.ingestor.ingest([article("Hekla")])
    workspace.speakers.catch_up(workspace.archive)
    workspace.ingestor.ingest([Article(id="new", text="Anna Jones said: whales are late this year.")])
    (new,) = (one for one in workspace.archive.sources(0) if one.name == "Anna Jones")
    assert workspace.speakers.speaker(new.id) is None
    speaker = workspace.asking.speaker(new.id)
    assert speaker is not None
    assert speaker.name == "Anna Jones"
