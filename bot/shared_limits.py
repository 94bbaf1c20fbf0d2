"""How often somebody may ask, counted for all bots on one database together."""

from bot.access import MINUTE, counted
from retrieval.database import Database


class _Refused(Exception):
    """Somebody must wait: nothing is taken off."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class SharedLimits:
    """What `Limits` does, by the clock of the database: the same token bucket, kept as the time when it is full again.

    That is the "theoretical arrival time" of the generic cell rate algorithm (ITU-T I.371), one number in place of two.
    `name` keeps it apart from other limits of the same people.
    """

    def __init__(self, database: Database, name: str, person: int, chat: int) -> None:
        self._db = database
        self._name = name
        self._seconds = {"person": MINUTE / person, "chat": MINUTE / chat}  # until one question comes back

    def wait(self, *, person: int, chat: int) -> float:
        """See `Limits.wait`.

        Raises:
            ArchiveError: the database cannot be asked.
        """
        try:
            with self._db.transaction():
                now = self._db.time()
                waits = [self._take(name, seconds, now) for name, seconds in self._of(person, chat)]
                if max(waits, default=0.0) > 0:
                    raise _Refused(max(waits))
        except _Refused as refused:
            return refused.seconds
        return 0.0

    def _take(self, name: str, seconds: float, now: float) -> float:
        """Takes one question off; how many seconds too early that is.

        Nobody has to wait for more than a minute, even if the clock was set back.
        """
        rows = self._db.rows(
            "INSERT INTO allowances VALUES (?, ?) ON CONFLICT (name) DO UPDATE"
            " SET whole = LEAST(GREATEST(allowances.whole, ?), ?) + ? RETURNING whole",
            *(name, now + seconds, now, now + MINUTE, seconds),
        )
        return float(rows[0][0]) - now - MINUTE

    def news(self, *, person: int, chat: int) -> bool:
        """See `Limits.news`.

        Raises:
            ArchiveError: the database cannot be asked.
        """
        now = self._db.time()
        each = self._of(person, chat)
        rows = self._db.rows(
            "SELECT name, whole FROM allowances WHERE name = ANY (?::text[])", [name for name, _ in each]
        )
        whole = dict(rows)
        again = {name: whole.get(name, now) - MINUTE + seconds for name, seconds in each}
        told = [self._tell(name, until, now) for name, until in again.items() if until > now]
        return any(told)

    def _tell(self, name: str, until: float, now: float) -> bool:
        sql = (
            "INSERT INTO allowances VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET whole = excluded.whole"
            " WHERE allowances.whole <= ?"
        )
        return self._db.run(sql, f"{name}: told", until, now) == 1

    def _of(self, person: int, chat: int) -> list[tuple[str, float]]:
        """Whose questions are counted, always in the same order, so that nobody waits for each other in a circle."""
        each = sorted(counted(person, chat))
        return [(f"{self._name} {kind} {number}", self._seconds[kind]) for kind, number in each]
