"""Who is to hear of a job, and in which message: kept with the job, so that a restart finds them again."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Addressee:
    """Who is to hear of a job.

    Attributes:
        asked: the message that the job came with, of `person` in `chat` and its topic `thread`.
        message: the bot's message that tells of the job; 0 before it was sent.
        shown: the state of the job that it shows; empty while nothing is known of the job but its name.
    """

    chat: int
    person: int
    asked: int
    language: str
    thread: int = 0
    group: bool = False
    message: int = 0
    shown: str = ""

    def written(self) -> str:
        """As the place of a job."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, place: str) -> "Addressee | None":
        """The addressee of a job in that place; None when nobody waits for it: it came from a channel or a feed."""
        return cls(**json.loads(place)) if place else None
