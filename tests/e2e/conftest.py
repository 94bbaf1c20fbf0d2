"""What many end-to-end tests begin with, made once."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.bot_api import BotApi
from tests.e2e.process import qawl
from tests.shared_data import SAMPLE


@pytest.fixture(scope="session")
def with_sample(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Gives a fresh data folder, for tests of that name, in which `qawl ingest` has put the sample."""
    archive = tmp_path_factory.mktemp("sample") / "data"
    done = qawl(archive, "ingest", str(SAMPLE))
    assert done.returncode == 0, done.stderr
    return lambda name: Path(shutil.copytree(archive, tmp_path_factory.mktemp(name) / "data"))


@pytest.fixture(scope="module")
def api() -> Iterator[BotApi]:
    """Telegram, as the bot of a module's tests meets it."""
    with BotApi(token="123456:TEST-token") as server:
        yield server
