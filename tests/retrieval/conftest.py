"""What several tests of retrieval begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.sqlite_archive import SqliteArchive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SqliteArchive]:
    """An empty archive."""
    opened = SqliteArchive(tmp_path)
    yield opened
    opened.close()
