"""What a process has open, by its settings."""

import gc
from pathlib import Path

import pytest

from bot.workspace import Workspace
from config import load_settings
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
