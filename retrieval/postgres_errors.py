"""What PostgreSQL says, as what an admin can act on."""

import re

import psycopg
from psycopg import errors

from retrieval.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, ArchiveUnwritable

# What libpq says of a server that it got no answer from, and what a server says that will take connections again.
_AWAY = re.compile(
    r"refused|timeout expired|timed out|translate host name|No such file|unexpectedly|unreachable|No route to host"
    r"|reset by peer|starting up|shutting down|recovery mode|too many (clients|connections)|connection slots"
    r"|terminating connection|consuming input failed|the connection is (closed|lost)"
)
_BUSY = (
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.QueryCanceled,
    errors.IdleInTransactionSessionTimeout,
    errors.InsufficientResources,
)

# What is tried in turn: a kind of error, what it is to us, and the line about it.
_KINDS: list[tuple[type[psycopg.Error] | tuple[type[psycopg.Error], ...], type[ArchiveError], str]] = [
    (errors.DiskFull, ArchiveUnwritable, "cannot be written: its disk is full. Nothing stored before is lost"),
    (errors.ReadOnlySqlTransaction, ArchiveUnwritable, "can only be read, as a standby can: point at the primary"),
    (errors.InsufficientPrivilege, ArchiveUnwritable, "does not allow it: {reason}. Grant its user what it needs"),
    ((errors.DataCorrupted, errors.IndexCorrupted), ArchiveDamaged, "is damaged: {reason}. Restore a backup"),
    (_BUSY, ArchiveBusy, "is busy: {reason}. Try again later"),
    (psycopg.OperationalError, ArchiveError, "lets nobody in: {reason}. Check QAWL_DATABASE_URL"),
    (psycopg.Error, ArchiveError, "failed: {reason}"),
]


def understood(error: psycopg.Error, where: str) -> ArchiveError:
    """The error for admins; `where` is the database, without password."""
    reason = _reason(error)
    kind, text = next((ours, text) for theirs, ours, text in _KINDS if isinstance(error, theirs))
    if (
        kind is ArchiveError
        and isinstance(error, psycopg.OperationalError)
        and (error.sqlstate or _AWAY.search(reason))
    ):
        kind, text = ArchiveBusy, "does not answer: {reason}. Qawl goes on when it does"
    return kind(f"The database {where} {text.format(reason=reason)}.")


def _reason(error: psycopg.Error) -> str:
    """The heart of the message in one line."""
    text = error.diag.message_primary or str(error) or type(error).__name__
    first = next((line for line in text.splitlines() if "failed: " in line), text.splitlines()[0])
    return re.sub(r"\s+", " ", first.rpartition("failed: ")[2].removeprefix("FATAL:")).strip().rstrip(".")
