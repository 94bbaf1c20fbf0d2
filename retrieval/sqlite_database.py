"""One SQLite file (WAL): readers never wait, writers take turns, and every error says what an admin can do."""

import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import Any

from retrieval.duties import Alone
from retrieval.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, ArchiveUnwritable
from retrieval.folder_lock import FolderLock

FILE = "archive.sqlite3"
APPLICATION_ID = 0x5161776C  # "Qawl": tells our files from other SQLite databases
_BUSY_SECONDS = 60  # a bulk ingest commits every second or so; a minute means that something hangs
_CACHE = 32_768  # kB of pages that each reader keeps: with SQLite's 2 MB a question takes a third longer to read
_WHOLE = ("BEGIN IMMEDIATE", "COMMIT", ["ROLLBACK"])
_PART = ("SAVEPOINT part", "RELEASE part", ["ROLLBACK TO part", "RELEASE part"])


class SqliteDatabase:
    """A `Database` in the folder `data_dir`, safe to use from any thread: one connection writes, others read.

    Whoever reads sees what was last committed, and within a transaction of theirs what they have written.

    Raises:
        ArchiveDamaged: the file is no archive of ours, or damaged.
        ArchiveUnwritable: the folder cannot be written.
        ArchiveBusy: a backup is being restored there.
    """

    skip_locked = ""
    shared = False

    def __init__(self, data_dir: Path) -> None:
        self.duties = Alone()
        self.path = data_dir / FILE
        self._lock = threading.RLock()
        self._writer = 0  # the thread that has a transaction
        self._readers: list[sqlite3.Connection] = []  # that nobody reads with just now
        self._closed = False
        try:
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ArchiveUnwritable(f"The data folder {data_dir} cannot be made: {error.strerror}.") from error
        with ExitStack() as undo, self.errors():
            self._folder = FolderLock(data_dir)
            undo.callback(self._folder.close)
            self._db = self._connect()
            undo.callback(self._db.close)
            self._open()
            undo.pop_all()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    def _open(self) -> None:
        application, tables = self._db.execute(  # one statement: another process may be making the file just now
            "SELECT (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)"
        ).fetchone()
        if application != APPLICATION_ID and tables:
            raise ArchiveDamaged(f"{self.path} is not an archive of Qawl; it was left as it is.")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.execute("PRAGMA secure_delete = ON")  # what somebody had forgotten is not to be found in the file
        self._use_wal()
        self._db.execute("PRAGMA synchronous = FULL")  # what was acknowledged survives a power cut
        self._migrate()

    def _use_wal(self) -> None:
        """Switches the file to WAL; SQLite's own waiting does not cover this when several processes start at once."""
        deadline = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return

    def _migrate(self) -> None:
        """Applies the migrations that this file has not seen; `user_version` is the number of the last one."""
        scripts = migrations()
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > scripts[-1][0]:
            raise ArchiveError(f"{self.path} was written by a newer Qawl: update this one.")
        if version == scripts[-1][0]:
            return
        with self.transaction():
            (version,) = self._db.execute("PRAGMA user_version").fetchone()  # another process may have been faster
            for number, script in scripts:
                if number > version:
                    for statement in _statements(script):
                        self._db.execute(statement)
                    self._db.execute(f"PRAGMA user_version = {number}")
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turns what SQLite says into what an admin can act on."""
        try:
            yield
        except sqlite3.Error as error:
            code = (error.sqlite_errorcode or 0) & 0xFF if hasattr(error, "sqlite_errorcode") else 0
            if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise ArchiveDamaged(
                    f"{self.path} is damaged; nothing was overwritten. Restore a backup with `qawl restore`."
                ) from error
            if code == sqlite3.SQLITE_BUSY:
                raise ArchiveBusy(
                    f"Another process has been writing to {self.path} for over {_BUSY_SECONDS} s: try again later."
                ) from error
            if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
                raise ArchiveUnwritable(f"{self.path} cannot be written: check the folder's permissions.") from error
            if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
                raise ArchiveUnwritable(
                    f"{self.path} cannot be written: the disk is full or failing. Nothing stored before is lost."
                ) from error
            raise ArchiveError(f"The archive {self.path} failed: {error}.") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See `Database.transaction`."""
        within = self._writer == threading.get_ident()
        begin, commit, rollback = _PART if within else _WHOLE
        with self._lock, self.errors():
            self._db.execute(begin)
            self._writer = threading.get_ident()
            try:
                yield
                self._db.execute(commit)
            except BaseException:
                for statement in rollback if self._db.in_transaction else ():
                    self._db.execute(statement)
                raise
            finally:
                if not within:
                    self._writer = 0

    def time(self) -> float:
        """See `Database.time`."""
        return time.time()

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """See `Database.rows`."""
        with self.errors(), self._reading() as connection:
            return connection.execute(sql, values).fetchall()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that no other thread uses meanwhile; within a transaction the one that writes."""
        if self._closed or self._writer == threading.get_ident():
            yield self._db
            return
        try:
            connection = self._readers.pop()
        except IndexError:
            connection = self._connect()
            connection.execute("PRAGMA query_only = ON")
            connection.execute(f"PRAGMA cache_size = -{_CACHE}")
        try:
            yield connection
        finally:
            self._readers.append(connection)
            if self._closed:
                self._close_readers()

    def _close_readers(self) -> None:
        with suppress(IndexError):
            while True:
                self._readers.pop().close()

    def run(self, sql: str, *values: object) -> int:
        """See `Database.run`."""
        with self._lock, self.errors():
            return self._db.execute(sql, values).rowcount

    def insert(self, sql: str, *values: object) -> int:
        """Runs an INSERT; the id of its row."""
        with self._lock, self.errors():
            return self._db.execute(sql, values).lastrowid or 0

    def run_many(self, sql: str, each: Iterable[Sequence[object]]) -> None:
        """See `Database.run_many`."""
        with self._lock, self.errors():
            self._db.executemany(sql, each)

    def close(self) -> None:
        """See `Database.close`."""
        with self._lock:
            self._closed = True
            self._close_readers()
            self._db.close()
            self._folder.close()


def migrations() -> list[tuple[int, str]]:
    """Number and script of each migration, oldest first."""
    return sorted(
        (int(entry.name.split("_")[0]), entry.read_text(encoding="utf-8"))
        for entry in (resources.files("retrieval") / "migrations").iterdir()
        if entry.name.endswith(".sql")
    )


def _statements(script: str) -> Iterator[str]:
    """The statements of a migration; `executescript` would commit the transaction around it."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
