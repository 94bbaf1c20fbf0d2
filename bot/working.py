"""A process that only works: on what waits to be taken in, and on the feeds while no other process reads them."""

import logging
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

from bot.workspace import Workspace

log = logging.getLogger(__name__)

_GRACE = 8.0  # seconds for what is at work to get to its next pause: runtimes kill ten after SIGTERM


def work(workspace: Workspace) -> None:
    """Works until SIGTERM or SIGINT; what was begun is handed back to the other workers, and goes on there.

    While it runs, bots on the same database leave the queue to it.

    Raises:
        ArchiveError: the archive cannot be opened, or its vectors are another encoder's.
        ModelUnavailable: the encoder's weights cannot be had.
    """
    workspace.open()  # until here a signal ends the process at once: it has begun nothing
    ended = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: ended.set())
    worker, poller, duties = workspace.worker, workspace.poller, workspace.database.duties

    def wanted() -> bool:
        duties.takes_part("ingest")
        return True

    worker.wanted = wanted
    # Nobody asks here. Indexes in the database are everybody's; those in a folder are each process's own.
    worker.catch_up = workspace.index.maintain if workspace.database.shared else lambda: None
    worker.start()
    poller.start()
    log.info("Working on what waits to be taken in.")
    ended.wait()
    log.info("Ending: what is at work is handed back.")
    with ThreadPoolExecutor() as both:
        both.map(lambda part: part.stop(_GRACE), (worker, poller))
