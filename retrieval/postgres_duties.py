"""Duties as PostgreSQL's advisory locks: the server lets go of them when a process or its connection dies."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg

from retrieval.duties import Duty

_CLASS = 0x5161776C  # "Qawl": of the locks that programs on one database agree on, ours
_NUMBERS: dict[Duty, int] = {"feeds": 1, "reports": 2, "ingest": 3}

Session = psycopg.Connection[tuple[Any, ...]]


class PostgresDuties:
    """`Duties` on a connection of their own, made when it is first needed, and anew when it was cut.

    `errors` turns what PostgreSQL says into an `ArchiveError`.
    """

    def __init__(self, connect: Callable[[], Session], errors: Callable[[], AbstractContextManager[None]]) -> None:
        self._connect = connect
        self._errors = errors
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._held: set[Duty] = set()

    def leads(self, duty: Duty) -> bool:
        """See `Duties.leads`."""
        return self._hold(duty, b"SELECT pg_try_advisory_lock(%s, %s)")

    def takes_part(self, duty: Duty) -> None:
        """See `Duties.takes_part`."""
        self._hold(duty, b"SELECT pg_try_advisory_lock_shared(%s, %s)")

    def others_do(self, duty: Duty) -> bool:
        """See `Duties.others_do`."""
        sql = (
            b"SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = %s"
            b" AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
        )
        with self._lock, self._errors():
            return _says(self._alive(), sql, duty)

    def _hold(self, duty: Duty, sql: bytes) -> bool:
        with self._lock, self._errors():
            session = self._alive()
            if duty not in self._held and _says(session, sql, duty):  # locks are counted: one is enough
                self._held.add(duty)
            return duty in self._held

    def _alive(self) -> Session:
        """The connection, which the server has just answered on: what is held by it is still held."""
        if self._session and not self._session.closed:
            try:
                self._session.execute(b"SELECT")
            except psycopg.OperationalError:
                self._session.close()
            else:
                return self._session
        self._held.clear()
        self._session = self._connect()
        return self._session

    def close(self) -> None:
        """Gives everything up."""
        with self._lock:
            if self._session:
                self._session.close()


def _says(session: Session, sql: bytes, duty: Duty) -> bool:
    row = session.execute(sql, (_CLASS, _NUMBERS[duty])).fetchone()
    return bool(row and row[0])
