"""Who is quoted in an archive: the sources of all articles, one identity a person across spellings and scripts.

Worked out in memory from the names that the archive keeps, and brought up to date with its every write. Names are
compared only when their family names sound alike or stand together in the table of `transliteration`.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from retrieval.archive import Archive, StoredSource
from retrieval.errors import ArchiveUnwritable
from retrieval.folding import fold, script_of
from retrieval.identities import Identity, body_stems, keys, one_body, own_name, speaker_id
from retrieval.misspelling import nearness, sounding_near
from retrieval.name_memory import NameMemory, Reading, comparison_version
from retrieval.name_words import is_of_several
from retrieval.names import NameIndex, name_likeness, name_words
from retrieval.offices import is_country
from retrieval.skeletons import Skeletons
from retrieval.snapshots import keep, kept
from retrieval.source_follower import SourceFollower
from retrieval.transliteration import Sound
from retrieval.types import Speaker

log = logging.getLogger(__name__)

SNAPSHOT = "speakers.snapshot"  # its file in the data folder
_FORMER = "names.json"  # that of before

_SAME = 0.75  # likeness from which two full names are one person's; that of `NameIndex.find`
_WITHIN = 0.8  # likeness from which a name within a longer phrase counts
_SPELT = 0.9  # likeness that a family name has with its own cases and spellings in one script, and other words have not
_SPELT_BARE = 0.97  # the same where nothing but a family name is known
_CLOSE = 0.05  # likeness by which a second person may fall behind and still be meant
_SUGGESTED = 3  # people asked back for a misspelt name: what somebody reads at a glance
_BETTER_KNOWN = 3  # times as many statements make a body of one word the person of that family name: "أردوغان"
_DOMINANT = 10  # times as many statements make a bare family name mean the one who is in the news
_GOES_ON = re.compile(r"\s+[A-ZА-ЯЁ]\w+")  # a name of one word that does is somebody else's given name
_KEEP_AFTER = 500  # new names, which take a second or two to compare
_KEEP_SHARE = 0.05  # of all names: to keep those of a million passages takes two seconds
_LONGEST_BODY = 5  # words: a longer source is a description, which nobody asks for by name

# What is kept, and the classes of it.
_STATE = [
    *("_archive", "_sequence", "_memory", "_identities", "_by_spelling", "_by_name", "_by_key", "_by_id"),
    *("_stored", "_nobody", "_names", "_bare_names"),
]
_KEPT = (NameMemory, Reading, Sound, NameIndex, Skeletons, Identity)


@dataclass(frozen=True)
class Found:
    """Somebody who fits a name, whether that is a person, and the ids of their sources."""

    speaker: Speaker
    person: bool
    likeness: float
    sources: frozenset[int]
    statements: int


class SpeakerIndex(SourceFollower):
    """The speakers of an archive, by source and by name in any script.

    What was worked out is kept in `data_dir`, if it is given, so that the next start goes on from there.
    """

    def __init__(self, data_dir: Path | None = None) -> None:
        self._path = data_dir and data_dir / SNAPSHOT
        self._memory = NameMemory()
        self._kept = 0  # the sequence number that the file has reached
        super().__init__()

    def catch_up(self, archive: Archive, *, wait: bool = True) -> None:
        """See `SourceFollower.catch_up`."""
        super().catch_up(archive, wait=wait)
        with self._lock:
            if self._anew or self._memory.unkept >= max(_KEEP_AFTER, _KEEP_SHARE * len(self._by_name)):
                try:
                    self._keep()
                except OSError as error:  # who asks must not suffer from a full disk
                    log.warning("%s cannot be written: %s", self._path, error)

    def _follow(self, archive: Archive) -> None:
        if not self._archive:
            self._take_up(archive)
        super()._follow(archive)

    def _take_up(self, archive: Archive) -> None:
        """Goes on from what was kept, if it is of this archive and of this way to compare names."""
        try:
            state = kept(self._path, comparison_version(), _KEPT) if self._path else None
        except (OSError, ValueError) as error:
            log.warning("%s cannot be read, and is made anew: %s.", self._path, error)
            return
        if state and state["_archive"] == archive.identity and state["_sequence"] <= archive.sequence():
            sources = map(StoredSource._make, state["_stored"])
            with self._lock:
                self.__dict__.update(state, _stored={one.id: one for one in sources})
                self._kept, self._anew = self._sequence, False

    def save(self) -> None:
        """Puts on disk what was worked out.

        Raises:
            ArchiveUnwritable: when the file cannot be written.
        """
        with self._lock:
            if self._sequence != self._kept:
                try:
                    self._keep()
                except OSError as error:
                    raise ArchiveUnwritable(f"{self._path} cannot be written: {error.strerror}.") from error

    def _keep(self) -> None:
        self._anew = False  # written or not: not tried again with every question
        self._memory.keep_only(self._by_name.keys(), self._by_spelling.keys())
        if self._path:
            self._path.with_name(_FORMER).unlink(missing_ok=True)
            sources = list(map(tuple, self._stored.values()))  # those are plain: kept in a fifth of the time
            state = {name: self.__dict__[name] for name in _STATE} | {"_stored": sources}
            keep(self._path, comparison_version(), state)
        self._kept = self._sequence

    def _clear(self) -> None:
        self._anew = True  # the file may name those of deleted articles
        self._identities: list[Identity] = []
        self._by_spelling: dict[tuple[bool, str], int] = {}
        self._by_name: dict[tuple[bool, str], int] = {}  # the same, by folded spellings
        self._by_key: dict[str | int, list[int]] = {}
        self._by_id: dict[str, int] = {}  # by what the id is or would be, were it any other of the names'
        self._stored: dict[int, StoredSource] = {}
        self._nobody: set[int] = set()  # countries, and people named together, that were taken for one
        self._hosts_of: dict[int, list[int]] = {}  # what `_hosts` found since the last new source
        self._names = NameIndex()
        self._bare_names = NameIndex()  # of people whose given name is not known

    def _add(self, stored: StoredSource) -> None:
        if stored.id in self._stored:
            return
        if self._hosts_of:
            self._hosts_of.clear()
        name, person = own_name(stored), stored.person
        number = self._by_spelling.get((person, name))
        if number is None:
            number = self._by_spelling[person, name] = self._numbered(name, person)
        self._identities[number].add(stored, name)
        self._stored[stored.id] = stored

    def _of(self, stored: StoredSource) -> int:
        """The identity that a source was found to be."""
        return self._by_spelling[stored.person, own_name(stored)]

    def _numbered(self, name: str, person: bool) -> int:
        """The identity that has a spelling from now on: one that is known, or a new one."""
        folded, words, country, several = self._memory.reading((person, name))
        if (person, folded) in self._by_name:
            return self._by_name[person, folded]
        number = self._joined(name, folded, person)
        if number is None:
            number = len(self._identities)
            self._identities.append(Identity(person))
        self._by_name[person, folded] = number
        self._by_id[speaker_id(folded, person)] = number
        if country or (several and is_of_several(name, self._names.knows)):
            self._nobody.add(number)
            return number
        for key in keys(words, self._memory.sound):
            self._by_key.setdefault(key, []).append(number)
        if person or len(name.split()) <= _LONGEST_BODY:
            bare = person and len(words) < 2
            (self._bare_names if bare else self._names).put(words, name, number, self._memory.sound)
        return number

    def _joined(self, name: str, folded: str, person: bool) -> int | None:
        """The identity that a new name belongs to, remembered or found out."""
        try:
            known = self._memory.alike((person, folded), self._by_name)
            return None if known is None else self._by_name[known]
        except LookupError:
            number = self._same(name, person)
        self._memory.note(
            (person, folded), None if number is None else (person, fold(self._nearest_name(name, number)))
        )
        return number

    def _nearest_name(self, name: str, number: int) -> str:
        return max(self._identities[number].names, key=lambda own: name_likeness(name, own))

    def _same(self, name: str, person: bool) -> int | None:
        """The identity that a new name belongs to: full names only, since a family name alone may be anybody's."""
        if not person:
            near = {number for key in keys(name_words(name)) for number in self._by_key.get(key, ())}
            bodies = sorted(number for number in near if not self._identities[number].person)
            return next(
                (one for one in bodies if any(one_body(name, own) for own in self._identities[one].names)), None
            )
        if len(name_words(name)) < 2:
            return None
        likeness = {number: self._likeness(name, number) for number in self._alike(name)}
        fitting = [number for number in likeness if likeness[number] >= _SAME and self._fits_most(name, number)]
        return max(fitting, key=likeness.__getitem__, default=None)

    def _fits_most(self, name: str, number: int) -> bool:
        """Whether a name is also like most of what this identity is called in its script: one name alone would chain
        "فهد الجبير", "فهد بن محمد الجبير" and "محمد الجبوري" to one person.
        """
        script = script_of(name)
        names = self._identities[number].names.items()
        own_script = {own: max(1, count) for own, count in names if script_of(own) == script}
        full = {own: count for own, count in own_script.items() if len(name_words(own)) > 1}
        alike = sum(count for own, count in full.items() if name_likeness(name, own, _SAME) >= _SAME)
        return 2 * alike >= sum(full.values())

    def _alike(self, name: str) -> set[int]:
        found = {number for key in keys(name_words(name)) for number in self._by_key.get(key, ())}
        return {number for number in found if self._identities[number].person and self._identities[number].full}

    def _likeness(self, name: str, number: int) -> float:
        """How surely a name is this identity's; below `_SAME` it is not weighed to the end."""
        return max(name_likeness(name, own, _SAME) for own in self._identities[number].names)

    def _is_like(self, name: str, number: int) -> bool:
        """Whether a name is surely enough this identity's."""
        return any(name_likeness(name, own, _SAME) >= _SAME for own in self._identities[number].names)

    def _host(self, number: int) -> int:
        """Whom a bare family name means: the only full name that has it, or by far the most quoted one."""
        hosts = self._hosts(number)
        if not hosts or (len(hosts) > 1 and not self._dominates(hosts[0], hosts[1])):
            return number
        body, most = not self._identities[number].person, self._identities[hosts[0]].statements
        return number if body and most < _BETTER_KNOWN * self._identities[number].statements else hosts[0]

    def _may_host(self, number: int, guest: int) -> bool:
        """Whether `_hosts` of the guest may have that identity; told without all the others of that family name."""
        identity = self._identities[guest]
        return not identity.full and self._is_like(next(iter(identity.names)), number)

    def _hosts(self, number: int) -> list[int]:
        """The two most quoted whom a bare family name may mean, or fewer; nobody else for a full name."""
        identity = self._identities[number]
        if identity.full or number in self._nobody:
            return []
        if number not in self._hosts_of:
            name = next(iter(identity.names))
            ranked = sorted(self._alike(name), key=lambda one: (-self._identities[one].statements, one))
            self._hosts_of[number] = list(islice((one for one in ranked if self._is_like(name, one)), 2))
        return self._hosts_of[number]

    def _dominates(self, one: int, other: int) -> bool:
        return self._identities[one].statements >= _DOMINANT * max(1, self._identities[other].statements)

    def speaker(self, source_id: int) -> Speaker | None:
        """The speaker that a source is, named as its article names them; None for a source that has gone."""
        with self._lock:
            stored = self._stored.get(source_id)
            return None if stored is None else self._speaker(self._host(self._of(stored)), stored)

    def find(self, phrase: str) -> list[Found]:
        """Who may be meant by a phrase that names somebody, likeliest first; several are as many people."""
        with self._lock:
            likeness = dict(self._fitting(phrase))
            best = max(likeness.values(), default=0.0)
            people = {number: sure for number, sure in likeness.items() if self._identities[number].person}
            named = max(people.values(), default=0.0)
            near = [number for number in likeness if likeness[number] >= best - _CLOSE]
            if _SPELT <= named < best - _CLOSE:  # "المعلم" is a teacher, and Walid al-Moualem
                near += [number for number in people if people[number] >= named - _CLOSE]
            near.sort(key=lambda number: (-likeness[number], -self._identities[number].statements))
            return [self._found(number, likeness[number]) for number in near]

    def _fitting(self, phrase: str) -> list[tuple[int, float]]:
        """The hosts with a name that fits; a bare family name that may be one of several only beside those."""
        hosts: dict[int, float] = {}
        for number, score in self._known_as(self._names, phrase):
            host = self._host(number)  # a body's, too: "أردوغان"
            hosts[host] = max(score, hosts.get(host, 0.0))
        fitting = list(hosts.items())
        best = max((score for number, score in fitting if self._identities[number].person), default=1.0)
        bare = [(number, min(score, best)) for number, score in self._known_as(self._bare_names, phrase)]
        return fitting + [one for one in bare if self._host(one[0]) == one[0] and (fitting or not self._hosts(one[0]))]

    def _known_as(self, names: NameIndex, phrase: str) -> list[tuple[int, float]]:
        """The identities with a name that fits the phrase or, for people, a part of it."""
        whole = [(number, score) for number, score in names.find(phrase) if isinstance(number, int)]
        if fitting := [one for one in whole if self._identities[one[0]].person or self._is_body(phrase, one[0])]:
            return fitting
        # Within a phrase a capital letter is no sentence's: who asks for Yelena Lavrova does not mean Sergey Lavrov.
        text = f"of {phrase}"
        return [
            (number, score)
            for start, end, number, score in names.find_in(text, _WITHIN)
            if isinstance(number, int)
            and self._is_part(text[start:end], number, score)
            and (names is self._names or not text[end:].strip())  # a given name alone is anybody's
            and (" " in text[start:end] or not self._goes_on(names, text, end))
        ]

    @staticmethod
    def _goes_on(names: NameIndex, text: str, end: int) -> bool:
        """Whether a name of one word is a given name that a family name follows, and not "Трамп Иран", "Путин НАТО"."""
        following = _GOES_ON.match(text, end)
        word = following[0].strip() if following else ""
        return bool(word) and not (word.isupper() or is_country(word) or names.find(word))

    def _is_part(self, part: str, number: int, likeness: float) -> bool:
        """Whether part of a phrase is a name of these people: "المعهد البحثي" has neither العهد nor البحري."""
        identity = self._identities[number]
        spelt = likeness >= (_SPELT if identity.full else _SPELT_BARE)
        return (
            identity.person
            and not is_country(part)
            and (spelt or all(script_of(part) != script_of(name) for name in identity.names))
        )

    def _is_body(self, phrase: str, number: int) -> bool:
        """Whether a phrase that sounds like a body's name is it: a minister's office sounds like his ministry."""
        names = self._identities[number].names
        count = len(name_words(phrase))
        return any(
            len(name_words(name)) == count
            if script_of(phrase) != script_of(name)
            else body_stems(phrase) <= body_stems(name)
            for name in names
        )

    def nearly(self, name: str) -> list[Found]:
        """People whose names are nearly this one, the nearest first, then the most quoted; three at most."""
        with self._lock:
            nearest: dict[int, float] = {}
            sounds = sounding_near(name, [key for key in self._by_key if isinstance(key, str)])
            for number in sorted({number for sound in sounds for number in self._by_key[sound]}):
                identity = self._identities[number]
                near = max((nearness(name, own) for own in identity.names), default=0.0) if identity.person else 0.0
                if near:
                    host = self._host(number)
                    nearest[host] = max(near, nearest.get(host, 0.0))
            found = [self._found(number, near) for number, near in nearest.items()]
            return sorted(found, key=lambda one: (-one.likeness, -one.statements))[:_SUGGESTED]

    def by_id(self, speaker_id: str) -> Found | None:
        """The speaker who has, or by another of their names once had, this id; None when nobody quoted has."""
        with self._lock:
            number = self._by_id.get(speaker_id)
            return None if number is None else self._found(self._host(number), 1.0)

    def is_person(self, phrase: str) -> bool:
        """Whether the whole phrase is a name of people who are quoted; of a body it is not."""
        with self._lock:
            whole = (number for names in (self._names, self._bare_names) for number, _ in names.find(phrase))
            return any(isinstance(number, int) and self._identities[number].person for number in whole)

    def sure(self, found: list[Found]) -> Found | None:
        """The one who is meant, when one fits best or is quoted by far the most."""
        ranked = sorted(found, key=lambda one: -one.statements)
        if len(ranked) == 1 or (len(ranked) > 1 and ranked[0].statements >= _DOMINANT * max(1, ranked[1].statements)):
            return ranked[0]
        return None

    def all(self) -> list[Found]:
        """Everybody, the most quoted first."""
        with self._lock:
            guests: dict[int, list[int]] = {}
            for number in range(len(self._identities)):
                guests.setdefault(self._host(number), []).append(number)
            everybody = [self._found(number, 1.0, meant) for number, meant in guests.items()]
            return sorted(everybody, key=lambda one: (-one.statements, one.speaker.name))

    def stored(self, source_id: int) -> StoredSource | None:
        """A source as the archive keeps it."""
        return self._stored.get(source_id)

    def _found(self, number: int, likeness: float, meant: Sequence[int] | None = None) -> Found:
        """An identity with the names that mean it, its own among them, where they are not known yet."""
        own = [self._identities[one] for one in meant or (number, *self._guests(number))]
        sources = frozenset().union(*(one.sources for one in own))
        most = self._stored[-max(one.most for one in own)[1]]
        statements = sum(one.statements for one in own)
        return Found(self._speaker(number, most), self._identities[number].person, likeness, sources, statements)

    def _guests(self, number: int) -> Iterator[int]:
        """The bare family names that mean this person."""
        if self._identities[number].person:
            names = self._identities[number].names
            near = {one for name in names for key in keys(name_words(name)) for one in self._by_key.get(key, ())}
            bare = (one for one in near if one != number and self._may_host(number, one))
            yield from (one for one in bare if self._host(one) == number)

    def _speaker(self, number: int, stored: StoredSource) -> Speaker:
        own = self._identities[number]
        names = sorted({*own.names, *self._identities[self._of(stored)].names, stored.name})
        script = script_of(stored.name)
        mine = [name for name in names if script_of(name) == script]
        name = stored.name
        if stored.person and len(name_words(name)) < 2:
            name = max(mine, key=lambda one: (len(name_words(one)), own.names.get(one, 0)))
        role = stored.role or own.roles.get(stored.lang)
        aliases = dict.fromkeys(one for one in (stored.name, *stored.aliases, *names) if one != name)
        return Speaker(id=speaker_id(fold(own.first), own.person), name=name, aliases=list(aliases), role=role)
