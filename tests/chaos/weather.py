"""Telegram on a bad day: a stand-in whose calls fail by chance, and whose updates come twice and out of order."""

import random
from collections import deque
from dataclasses import dataclass
from http import HTTPStatus

from tests.e2e.bot_api import BotApi
from tests.e2e.bot_api.calls import Failure
from tests.e2e.bot_api.limits import Json
from tests.e2e.bot_api.updates import Updates

_AGAIN = 3  # updates that come again with others, of so many that came last
_LAST = 100
_TOO_LATE = 6.0  # seconds: the bot waits five for an answer


@dataclass(frozen=True)
class Weather:
    """What befalls calls: each kind of failure with its share, and whether the line itself breaks now and then."""

    name: str
    failures: tuple[tuple[float, Failure], ...] = ()
    breaks: bool = False


def _failure(
    status: int | None = None, *, drop: bool = False, delay: float = 0, applied: bool = False, **parameters: int
) -> Failure:
    return Failure(status, None, parameters, drop, delay, applied)


CALM = Weather("calm")
STORMS = (
    Weather("429", ((0.1, _failure(HTTPStatus.TOO_MANY_REQUESTS, retry_after=1)),)),
    Weather("5xx", tuple((0.1, _failure(status)) for status in (500, 502, 503))),
    Weather("slow", ((0.3, _failure(delay=1.0)),)),
    Weather("time-outs", tuple((0.02, _failure(drop=True, delay=_TOO_LATE, applied=done)) for done in (True, False))),
    Weather("resets", tuple((0.05, _failure(drop=True, applied=done)) for done in (True, False)), breaks=True),
)


class BadDay(BotApi):
    """A stand-in for Telegram in changing weather. Which calls fail is chance, the same for the same `seed`."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.weather = CALM
        self.failed = 0
        self._chance = random.Random(seed)
        self._telegram.updates = Disorder(self._chance)

    @property
    def port(self) -> int:
        """Where it listens itself."""
        return int(self._socket.getsockname()[1])

    def _next_failure(self, method: str) -> Failure | None:
        drawn = self._chance.random()
        for share, failure in self.weather.failures:
            drawn -= share
            if drawn < 0:
                self.failed += 1
                return failure
        return None


class Disorder(Updates):
    """Updates of which each batch is shuffled, and brings some that the bot has confirmed already."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.pushed = 0
        self.again = 0
        self._chance = chance
        self._last: deque[Json] = deque(maxlen=_LAST)

    def push(self, kind: str, content: Json) -> None:
        """See `Updates.push`."""
        self.pushed += 1
        super().push(kind, content)

    async def poll(self, offset: int, limit: int, timeout: float, allowed: list[str] | None) -> list[Json]:
        """See `Updates.poll`."""
        batch = await super().poll(offset, limit, timeout, allowed)
        if not batch:
            return []
        again = self._chance.sample(self._last, min(_AGAIN, len(self._last)))
        self.again += len(again)
        self._last.extend(batch)
        self._chance.shuffle(mixed := [*batch, *again])
        return mixed
