"""What a process has open, by its settings."""

import pytest

from config import load_settings
from retrieval.errors import SourceError
from tests.fakes import FakeWorkspace
from tests.ingest.raw_site import answer, serve


def test_links_lead_into_the_own_network_only_where_the_operator_lets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as site:
        site.pages["/a"] = answer(b"<html>")
        with pytest.raises(SourceError, match="not a public address"):
            FakeWorkspace(load_settings()).fetcher.fetch(f"{site.url}/a")
        monkeypatch.setenv("QAWL_INGEST__ALLOW_PRIVATE_ADDRESSES", "true")
        assert FakeWorkspace(load_settings()).fetcher.fetch(f"{site.url}/a").data == b"<html>"
