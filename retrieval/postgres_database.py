"""One PostgreSQL database: for any number of processes on any machines, and back by itself when it was away."""

import logging
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import conninfo
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from retrieval.errors import ArchiveBusy, ArchiveError, UsageError
from retrieval.postgres_duties import PostgresDuties
from retrieval.postgres_errors import understood
from retrieval.postgres_schema import bring_up_to_date

# The pool tells of every failed attempt to connect; whoever waited for the connection reports it in one line.
logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)

_CONNECTIONS = 8  # of one process, and one for its duties: ten processes within the 100 that PostgreSQL allows
_WAIT_SECONDS = 10  # for a connection: a server that restarts is back sooner, and nobody waits longer for an answer
_AWAY_SECONDS = 1  # for a connection to a server that was away just now: a question takes several statements
_CONNECT_SECONDS = 5  # for an answer to one attempt to connect
_RETRY_SECONDS = 4  # the pool's waits double from one second: given up after so long, the next question tries anew

# A process or machine that vanishes must not block the others: its locks go in a minute, and who waits gives up then.
# Search takes milliseconds, compiling it would take a hundred. What it reads is in memory, or on no turning disk: taken
# for four times as dear as reading in a row, all statements were read instead of those of 180 articles (50 ms, not 6).
# Of the vectors next to a question's, some are not seen any more or not enough: then more are looked at (pgvector 0.8;
# older ones take no notice). A question is not like the passages that the index has in order: of the nearest 60 it
# found 85 % with 100, 96 % with 200, 98 % with 400.
_SETTINGS = b"""
    SET lock_timeout = '60s';
    SET idle_in_transaction_session_timeout = '60s';
    SET tcp_keepalives_idle = 30;
    SET tcp_keepalives_interval = 10;
    SET tcp_keepalives_count = 3;
    SET jit = off;
    SET random_page_cost = 1.1;
    SET hnsw.ef_search = 200;
    SET hnsw.iterative_scan = strict_order;
"""
_DEFAULTS = {
    "application_name": "qawl",
    "connect_timeout": _CONNECT_SECONDS,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}

_TOKENS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|\?")

Connection = psycopg.Connection[tuple[Any, ...]]


class PostgresDatabase:
    """A `Database` at a `postgresql://` address; safe to use from any thread.

    Outside of a transaction each statement is one of its own, on whichever connection is free.

    Raises:
        UsageError: the address is none.
        ArchiveError: it cannot be used; see `postgres_errors` and `postgres_schema`.
    """

    skip_locked = " FOR UPDATE SKIP LOCKED"
    shared = True

    def __init__(self, url: str) -> None:
        given = _parameters(url)
        self._address = conninfo.make_conninfo("", **{**_DEFAULTS, **given})
        self.where = f"{given.get('dbname', '')} at {given.get('host', 'localhost')}:{given.get('port', 5432)}"
        self._own = threading.local()
        self._away = False
        self.duties = PostgresDuties(self._connect, self.errors)
        with self.errors(), self._connect() as connection:
            bring_up_to_date(connection, self.where)
        self._pool = ConnectionPool(
            self._address,
            connection_class=Connection,
            kwargs={"autocommit": True},
            min_size=1,
            max_size=_CONNECTIONS,
            reconnect_timeout=_RETRY_SECONDS,
            configure=_configure,
            check=self._check,
            num_workers=1,
            name="qawl",
            open=True,
        )

    def _connect(self) -> Connection:
        connection = Connection.connect(self._address, autocommit=True)
        _configure(connection)
        return connection

    def _check(self, connection: Connection) -> None:
        """Raises when the server has closed the connection, which is seen here without asking the server."""
        try:
            for _ in range(2):  # the first look may find its farewell, the second that nothing follows
                connection.pgconn.consume_input()
        except psycopg.OperationalError:
            self._pool.drain()  # one by one the pool would take seconds to find out that the others are closed, too
            raise

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turns what PostgreSQL says into what an admin can act on."""
        try:
            yield
        except PoolClosed as error:
            raise ArchiveError(f"The database {self.where} was closed by this process.") from error
        except PoolTimeout as error:
            raise self._why(error) from error
        except psycopg.Error as error:
            raise understood(error, self.where) from error

    def _why(self, waited: PoolTimeout) -> ArchiveError:
        """Why there was no connection; the pool does not know."""
        try:
            self._connect().close()
        except psycopg.Error as error:
            self._away = True
            return understood(error, self.where)
        return ArchiveBusy(f"All connections to the database {self.where} are busy ({waited}): try again later.")

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """The connection of this thread's transaction, else any that is free."""
        held: Connection | None = getattr(self._own, "connection", None)
        if held:
            with self.errors():
                yield held
        else:
            with self.errors(), self._pool.connection(_AWAY_SECONDS if self._away else _WAIT_SECONDS) as free:
                self._away = False
                yield free

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See `Database.transaction`."""
        with self.connection() as connection:
            former = getattr(self._own, "connection", None)
            self._own.connection = connection
            try:
                with connection.transaction():
                    yield
            finally:
                self._own.connection = former

    def time(self) -> float:
        """See `Database.time`."""
        return float(self.rows("SELECT extract(epoch FROM clock_timestamp())::double precision")[0][0])

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """See `Database.rows`."""
        with self.connection() as connection:
            return connection.execute(translated(sql), values, binary=True).fetchall()

    def run(self, sql: str, *values: object) -> int:
        """See `Database.run`."""
        with self.connection() as connection:
            return connection.execute(translated(sql), values).rowcount

    def run_many(self, sql: str, each: Iterable[Sequence[object]]) -> None:
        """See `Database.run_many`."""
        with self.connection() as connection, connection.cursor() as cursor:
            cursor.executemany(translated(sql), each)

    def copy(self, table: str, columns: dict[str, str], rows: Iterable[Sequence[object]]) -> None:
        """Adds rows to a table, in the fastest way; `columns` are its columns and the types of the values.

        A value of type bytea goes into a column of any type, as that type's binary form.
        """
        names = ", ".join(f'"{name}"' for name in columns)
        with (
            self.connection() as connection,
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)".encode()) as copy,
        ):
            copy.set_types(list(columns.values()))
            for row in rows:
                copy.write_row(row)

    def close(self) -> None:
        """See `Database.close`."""
        self.duties.close()
        self._pool.close()


@lru_cache(maxsize=1000)  # every statement is a constant of ours: there are some hundred
def translated(sql: str) -> bytes:
    """The statement in psycopg's way: `%s` for each `?` that stands for a value, and `%%` for `%`."""
    return _TOKENS.sub(lambda one: "%s" if one[0] == "?" else one[0], sql.replace("%", "%%")).encode()


def _parameters(url: str) -> dict[str, Any]:
    """What the address says."""
    expected = "QAWL_DATABASE_URL must look like postgresql://USER:PASSWORD@HOST:5432/DATABASE"
    if not re.match(r"postgres(ql)?://", url):
        raise UsageError(f"{expected}; unset it to use the archive in the data folder.")
    try:
        found = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:  # its words may hold the password
        found = {"host": "@"}
    # A password with @, : or / that is not written as %XX ends up in host and port, and must not be shown.
    if "@" in str(found.get("host", "")) or not re.fullmatch(r"[\d,]*", str(found.get("port", ""))):
        raise UsageError(f"{expected}; special characters in user and password are written as %XX.")
    return found


def _configure(connection: Connection) -> None:
    connection.execute(_SETTINGS)
