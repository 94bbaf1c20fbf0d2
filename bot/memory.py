"""What the bot remembers between two messages: settings of people and chats, answers given, votes, updates received."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bot.incoming import Place
from retrieval.database import Database
from retrieval.types import Answer

KEEP_DAYS = 30  # that an answer's buttons work, and what the bot knows about who asked
_DAY = 24 * 3600.0
_FOLLOWED = 30 * 60.0  # seconds after which a question starts a conversation of its own
_SEEN = 2 * _DAY  # Telegram offers an update again for a day
LEASE = 15.0  # seconds after which what a process that was killed had begun is taken up by another one


@dataclass(frozen=True)
class Given:
    """An answer that was given: where, to whom, in which messages."""

    id: str
    place: Place
    messages: tuple[int, ...]
    answer: Answer


@dataclass(frozen=True)
class ChatSettings:
    """What was set for a chat. `told` and `ingested`: see migration 6."""

    language: str | None = None
    silent: bool = False
    told: bool = False
    ingested: bool = False


class Memory:
    """Keeps it all in the database, so that it survives a restart and is shared by several bots."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._owner = secrets.token_hex(8)  # of the updates that this process deals with

    def language(self, person: int) -> str | None:
        """The language that somebody chose."""
        rows = self._db.rows("SELECT language FROM people WHERE id = ?", person)
        return str(rows[0][0]) if rows else None

    def choose_language(self, person: int, language: str | None) -> None:
        """Remembers it, or with None that nothing is chosen."""
        if language is None:
            self._db.run("DELETE FROM people WHERE id = ?", person)
            return
        self._db.run(
            "INSERT INTO people VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET language = excluded.language",
            *(person, language),
        )

    def chat(self, chat: int) -> ChatSettings:
        """What was set for a chat; the defaults when nothing was."""
        rows = self._db.rows("SELECT language, silent, told, ingested FROM chats WHERE id = ?", chat)
        return ChatSettings(rows[0][0], *map(bool, rows[0][1:])) if rows else ChatSettings()

    def set_chat(self, chat: int, settings: ChatSettings) -> None:
        """Remembers it."""
        values = (settings.language, int(settings.silent), int(settings.told), int(settings.ingested))
        self._db.run(
            "INSERT INTO chats VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET language = excluded.language,"
            " silent = excluded.silent, told = excluded.told, ingested = excluded.ingested",
            *(chat, *values),
        )

    def migrate(self, old: int, new: int) -> None:
        """A group became a supergroup: it has another id from now on. To be told twice changes nothing."""
        with self._db.transaction():
            if self._db.rows("SELECT 1 FROM chats WHERE id = ?", old):
                self._db.run("DELETE FROM chats WHERE id = ?", new)
                self._db.run("UPDATE chats SET id = ? WHERE id = ?", new, old)
            self._db.run("UPDATE answers SET chat = ? WHERE chat = ?", new, old)
            self._db.run("DELETE FROM answer_messages WHERE chat = ?", old)  # a supergroup counts messages anew

    def leave(self, chat: int) -> None:
        """Forgets a chat that the bot was taken out of."""
        with self._db.transaction():
            self._db.run("DELETE FROM chats WHERE id = ?", chat)
            self._db.run("DELETE FROM answers WHERE chat = ?", chat)

    def give(self, place: Place, answer: Answer) -> str:
        """Remembers an answer before it is sent; its id."""
        given = secrets.token_urlsafe(8)
        document = answer.model_dump_json(exclude={"message", "timings_ms"})
        self._db.run(
            "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, 1, ?)",
            *(given, place.chat, place.thread, place.person, place.message, document, time.time()),
        )
        return given

    def sent(self, given: str, chat: int, messages: Sequence[int]) -> None:
        """Remembers that an answer is in these messages, beside those that it is in already."""
        with self._db.transaction():
            self._db.run_many(
                "INSERT INTO answer_messages VALUES (?, ?, ?)"
                " ON CONFLICT (chat, message) DO UPDATE SET answer = excluded.answer",
                [(chat, one, given) for one in messages],
            )

    def given(self, given: str) -> Given | None:
        """The answer with that id, while it is remembered."""
        return self._one("id = ?", given)

    def followed(self, place: Place) -> Given | None:
        """The answer that a question asked in this place, by this person, follows."""
        since = time.time() - _FOLLOWED
        where = "chat = ? AND thread = ? AND person = ? AND followed = 1 AND given > ? AND message < ?"
        return self._one(where, place.chat, place.thread, place.person, since, place.message)

    def answering(self, place: Place) -> Given | None:
        """The answer that was given to the very message of this place: it was edited since."""
        return self._one("chat = ? AND message = ?", place.chat, place.message)

    def in_message(self, chat: int, message: int) -> Given | None:
        """The answer that a message of the bot belongs to."""
        return self._one("id = (SELECT answer FROM answer_messages WHERE chat = ? AND message = ?)", chat, message)

    def begin_anew(self, place: Place) -> None:
        """What this person asks here next follows nothing."""
        self._db.run(
            "UPDATE answers SET followed = 0 WHERE chat = ? AND thread = ? AND person = ?",
            *(place.chat, place.thread, place.person),
        )

    def _one(self, where: str, *values: object) -> Given | None:
        rows = self._db.rows(
            "SELECT id, chat, thread, person, message, answer FROM answers"  # noqa: S608  words of ours
            f" WHERE {where} ORDER BY message DESC, given DESC LIMIT 1",
            *values,
        )
        if not rows:
            return None
        given, chat, thread, person, message, answer = rows[0]
        messages = self._db.rows("SELECT message FROM answer_messages WHERE answer = ? ORDER BY message", given)
        place = Place(chat=chat, person=person, message=message, thread=thread)
        return Given(given, place, tuple(row[0] for row in messages), Answer.model_validate_json(answer))

    def vote(self, given: str, person: int, *, useful: bool) -> None:
        """Remembers what somebody thinks of an answer; the last word counts."""
        self._db.run(
            "INSERT INTO votes VALUES (?, ?, ?) ON CONFLICT (answer, person) DO UPDATE SET useful = excluded.useful",
            *(given, person, int(useful)),
        )

    def votes(self, given: str | None = None) -> tuple[int, int]:
        """How many votes there are for an answer, or for all, and how many against."""
        counts = "SELECT useful, count(*) FROM votes WHERE answer = COALESCE(?, answer) GROUP BY useful"
        rows = dict(self._db.rows(counts, given))
        return int(rows.get(1, 0)), int(rows.get(0, 0))

    def answered(self) -> tuple[int, int]:
        """How many of the remembered questions had an answer, and how many not."""
        found = '%"status":"answered"%'  # a quotation mark within a text would have a backslash before it
        ((yes, every),) = self._db.rows(
            "SELECT COALESCE(sum(CASE WHEN answer LIKE ? THEN 1 ELSE 0 END), 0), count(*) FROM answers", found
        )
        return int(yes), int(every) - int(yes)

    def forget(self, person: int) -> int:
        """Deletes all that is known about somebody; how many answers that were."""
        with self._db.transaction():
            self._db.run("DELETE FROM votes WHERE person = ?", person)
            self._db.run("DELETE FROM people WHERE id = ?", person)
            return self._db.run("DELETE FROM answers WHERE person = ?", person)

    def receive(self, update: int, document: str) -> bool:
        """Writes down an update before it is acknowledged, as this process's; False when it was received before."""
        return bool(
            self._db.run(
                "INSERT INTO updates (id, document, received, owner, due) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO NOTHING",
                *(update, document, time.time(), self._owner, self._db.time() + LEASE),
            )
        )

    def settle(self, update: int) -> None:
        """An update was dealt with."""
        self._db.run("UPDATE updates SET document = NULL WHERE id = ?", update)

    def unsettled(self) -> list[str]:
        """Updates that were received and not dealt with, oldest first."""
        rows = self._db.rows("SELECT document FROM updates WHERE document IS NOT NULL ORDER BY id")
        return [str(row[0]) for row in rows]

    def hold(self) -> None:
        """Keeps this process's unsettled updates for another lease."""
        due = self._db.time() + LEASE
        self._db.run("UPDATE updates SET due = ? WHERE document IS NOT NULL AND owner = ?", due, self._owner)

    def let_go(self) -> None:
        """Leaves this process's unsettled updates to whoever is there, at once."""
        self._db.run("UPDATE updates SET due = 0 WHERE document IS NOT NULL AND owner = ?", self._owner)

    def take_up(self) -> list[str]:
        """The unsettled updates of processes that have died, which are this one's now, oldest first.

        Where the database is not shared, those of every other process: it was this one's predecessor.
        """
        now = self._db.time()
        left = "document IS NOT NULL AND owner <> ?"
        values: list[object] = [self._owner]
        if self._db.shared:  # far further off than a lease: from before the clock was set back
            left += " AND (due <= ? OR due > ?)"
            values += [now, now + 2 * LEASE]
        with self._db.transaction():
            rows = self._db.rows(
                "UPDATE updates SET owner = ?, due = ? WHERE id IN"  # noqa: S608  words of ours
                f" (SELECT id FROM updates WHERE {left}{self._db.skip_locked}) RETURNING id, document",
                *(self._owner, now + LEASE, *values),
            )
        return [str(document) for _, document in sorted(rows)]

    def newest(self, name: str, update: int) -> bool:
        """Whether no later update about what has this name was written down; this one is now."""
        return self._mark(name, update, "<=")

    def first(self, name: str, update: int) -> bool:
        """Whether this is the update about what has this name that was written down first."""
        return self._mark(name, update, "=")

    def _mark(self, name: str, update: int, replaces: str) -> bool:
        return bool(
            self._db.run(
                "INSERT INTO marks VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"  # noqa: S608  words of ours
                f" SET number = excluded.number, made = excluded.made WHERE marks.number {replaces} excluded.number",
                *(name, update, time.time()),
            )
        )

    def tidy(self) -> None:
        """Deletes what is older than it is kept."""
        now = time.time()
        with self._db.transaction():
            self._db.run("DELETE FROM answers WHERE given < ?", now - KEEP_DAYS * _DAY)
            self._db.run("DELETE FROM updates WHERE document IS NULL AND received < ?", now - _SEEN)
            self._db.run("DELETE FROM marks WHERE made < ?", now - _SEEN)
            if self._db.shared:
                self._db.run("DELETE FROM allowances WHERE whole < ?", self._db.time())
