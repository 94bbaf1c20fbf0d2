"""`qawl` with the fake model, slowed down: for tests that stop it in the middle."""

import signal
import time
from collections.abc import Sequence

from bot import cli, commands
from ingest import pipeline
from retrieval.encoder import Encoding, Role
from tests.fakes import FakeEncoder, FakeWorkspace


class SlowEncoder(FakeEncoder):
    """Takes its time over every batch."""

    def encode(self, texts: Sequence[str], role: Role) -> Encoding:
        time.sleep(0.05)
        return super().encode(texts, role)


pipeline._BATCH_CHARACTERS = 400  # some three articles: there must be batches to be stopped between
commands.Workspace = lambda settings: FakeWorkspace(settings, SlowEncoder())  # type: ignore[assignment,misc]
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what it starts aside ignore it
cli.main()
