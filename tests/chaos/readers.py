"""Readers who want one answer to each thing they do, and do it again when the bot says that it may have been lost."""

import itertools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.messages import say
from tests.e2e.bot_api import User

_DOUBTS = {language: say(language, "in-doubt") for language in ("ar", "en", "ru")}
_QUESTIONS = {
    "ar": "ماذا قال لافروف عن الاتفاق رقم {}؟",
    "en": "What did Peter Smith say about agreement {}?",
    "ru": "Что Песков сказал о соглашении номер {}?",
}
NEWS = (
    "Peter Smith said: agreement {} is close.",
    "قال لافروف إن الاتفاق رقم {} قريب.",
    "Песков заявил, что соглашение номер {} близко.",
)


@dataclass
class Reader:
    """Somebody with a chat of their own. Only the newest thing they did is still to be answered."""

    person: User
    wanted: int = 0  # answers, to all they did so far
    again: Callable[[], object] = field(default=lambda: None)
    edits: int = 0  # of what they asked, while it may have been answered already
    heeded: int = 0  # doubts of the bot
    repeated: int = 0

    def does(self, what: Callable[[], object]) -> None:
        self.wanted += 1
        self.again = what
        what()

    @property
    def texts(self) -> list[str]:
        """What the bot has said to them, doubts too, top to bottom."""
        with self.person.telegram.lock:
            messages = sorted(self.person.messages.items())
        return [one["text"] for _, one in messages if one.get("from") == self.person.telegram.bot]

    def look(self) -> bool:
        """Whether all is answered. Whoever misses an answer where the bot doubts that it came does it again."""
        doubts, missing = self.doubts, self.wanted - self.answers
        if missing > 0 and doubts > self.heeded:
            self.repeated += 1
            self.again()
        self.heeded = doubts
        return missing <= 0

    @property
    def doubts(self) -> int:
        return sum(text in _DOUBTS.values() for text in self.texts)

    @property
    def answers(self) -> int:
        return sum(text not in _DOUBTS.values() for text in self.texts)

    def __str__(self) -> str:
        """Their chat, a message a line."""
        return "\n".join(f"{number}: {one['text']!r}" for number, one in sorted(self.person.messages.items()))


class Crowd:
    """All readers there were. Each comes once, asks or commands something, and some then press a button."""

    def __init__(self, new_user: Callable[..., User], chance: random.Random) -> None:
        self.readers: list[Reader] = []
        self.waiting: list[Reader] = []
        self.did: Counter[str] = Counter()
        self._new_user = new_user
        self._chance = chance
        self._numbers = itertools.count(1)

    def one_comes(self) -> None:
        number = next(self._numbers)
        language = self._chance.choice(list(_QUESTIONS))
        reader = Reader(self._new_user(language_code=language))
        self.readers.append(reader)
        self.waiting.append(reader)
        kind = self._chance.choices(["question", "edited question", "command"], [4, 1, 5])[0]
        self.did[kind] += 1
        text = _QUESTIONS[language].format(number)
        if kind == "command":
            reader.does(lambda: reader.person.says(self._chance.choice(["/start", "/help", "/language", "/privacy"])))
        elif kind == "question":
            reader.does(lambda: reader.person.says(text))
        else:
            reader.edits = 1
            reader.does(lambda: reader.person.edits(reader.person.says(text), f"{text} …"))

    def look(self) -> None:
        """Has all who wait see what came; some of those who got quotations ask for their sources."""
        still = [one for one in self.waiting if not one.look()]
        done = [one for one in self.waiting if one not in still]
        self.waiting = still
        for reader in done:
            sources = _button(reader, "1|sources")
            if sources and reader.wanted == 1 and self._chance.random() < 0.2:
                self.did["press"] += 1
                self.waiting.append(reader)
                reader.does(sources)

    def lost(self) -> list[Reader]:
        return [one for one in self.readers if one.answers < one.wanted]

    def doubled(self) -> list[Reader]:
        """Who was answered more often than they asked: at first, by an edit, or again where the bot had doubts.

        Where the bot cannot know whether its answer to what was asked at first arrived, it answers the edit beside it.
        """
        return [
            one
            for one in self.readers
            if one.answers > one.wanted + one.repeated + (one.edits * (1 + one.repeated) if one.doubts else 0)
        ]


def _button(reader: Reader, data: str) -> Callable[[], object] | None:
    """A press of the button with such data under what the bot said."""
    for message in list(reader.person.messages.values()):
        for row in message.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if (given := button.get("callback_data", "")).startswith(data):
                    return lambda: reader.person.sends_press(message, given)
    return None
