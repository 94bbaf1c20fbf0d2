"""What a process has open, by its settings."""

import gc
import os
from pathlib import Path

import pytest

from bot.relief import Relieved
from bot.workspace import _OF_ANSWERING, Workspace, _answering
from config import load_settings
from retrieval.answering import Answerer
from retrieval.errors import ModelUnavailable, SourceError
from retrieval.types import Article
from tests.fakes import FakeWorkspace
from tests.ingest.raw_site import answer, serve


def test_links_lead_into_the_own_network_only_where_the_operator_lets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as site:
        site.pages["/a"] = answer(b"<html>")
        with pytest.raises(SourceError, match="not a public address"):
            FakeWorkspace(load_settings()).fetcher.fetch(f"{site.url}/a")
        monkeypatch.setenv("QAWL_INGEST__ALLOW_PRIVATE_ADDRESSES", "true")
        assert FakeWorkspace(load_settings()).fetcher.fetch(f"{site.url}/a").data == b"<html>"


def test_what_answering_needs_is_loaded_before_the_first_question(workspace: FakeWorkspace) -> None:
    workspace.ingestor.ingest([Article(id="a", text="Olaf Berg said: the ferry sails.")])
    workspace.load()
    assert workspace.speakers.find("Olaf Berg"), "nobody has asked yet"
    assert gc.isenabled()


def test_a_model_that_cannot_be_loaded_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAWL_ENCODER__MODEL", "/no/such/folder")
    opened = Workspace(load_settings(data_dir=tmp_path))
    with pytest.raises(ModelUnavailable, match="/no/such/folder"):
        opened.load()
    opened.close()
    assert gc.isenabled()


@pytest.mark.parametrize(("cores", "helped"), [(1, False), (2, True), (None, False)])
def test_a_second_process_helps_where_there_is_a_core_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: int | None, helped: bool
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    opened = Workspace(load_settings(data_dir=tmp_path))
    opened.answerer = object.__new__(Answerer)
    assert isinstance(opened.answering, Relieved) == helped
    opened.close()


def test_bots_that_share_a_database_have_no_second_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    opened = Workspace(load_settings(data_dir=tmp_path).model_copy(update={"database_url": "postgresql://nowhere"}))
    opened.answerer = object.__new__(Answerer)
    assert not isinstance(opened.answering, Relieved)
    opened.close()


def test_the_second_process_knows_no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAWL_TELEGRAM__TOKEN", "123456:SECRET")
    given = load_settings(data_dir=tmp_path).model_dump(include=_OF_ANSWERING)
    assert "telegram" not in given
    opened: list[Workspace] = []
    monkeypatch.setattr(Workspace, "warm_up", lambda self: opened.extend([self]))
    monkeypatch.setattr(Workspace, "answerer", Answerer.__new__(Answerer))
    monkeypatch.setattr("bot.workspace.set_up_logging", lambda log: None)
    with _answering(given):
        assert opened[0].settings.data_dir == tmp_path
        assert opened[0].settings.telegram.token is None
        assert "QAWL_TELEGRAM__TOKEN" not in os.environ
