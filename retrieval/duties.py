"""Which of several processes on one database does what only one of them is to do."""

from typing import Literal, Protocol

Duty = Literal["feeds", "reports", "ingest"]


class Duties(Protocol):
    """Shares work out among the processes that have a database open.

    What a process holds is given up when it closes or dies, however it dies. All methods raise `ArchiveError` when the
    database cannot be asked.
    """

    def leads(self, duty: Duty) -> bool:
        """Whether this process is the one that does it: it is from now on, unless another one has it."""

    def takes_part(self, duty: Duty) -> None:
        """Does it from now on, beside any number of others."""

    def others_do(self, duty: Duty) -> bool:
        """Whether a process `takes_part` in it."""


class Alone:
    """The duties of a process whose database is in a folder: all of them."""

    def leads(self, duty: Duty) -> bool:
        """See `Duties.leads`."""
        return True

    def takes_part(self, duty: Duty) -> None:
        """See `Duties.takes_part`."""

    def others_do(self, duty: Duty) -> bool:
        """See `Duties.others_do`."""
        return False
