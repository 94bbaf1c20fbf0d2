"""What was found out about names: which are one's, what words each has, how those sound.

To find it out again for a million passages would take minutes, at each start and whenever an article goes.
"""

from collections.abc import Collection, Iterable, Iterator
from importlib.resources import files
from typing import NamedTuple
from zlib import crc32

from retrieval.folding import fold
from retrieval.name_words import has_and, name_words
from retrieval.names import indexed
from retrieval.offices import is_country
from retrieval.transliteration import Sound, nominative, sound

# The code and tables by which names are compared, and what of it is kept.
_COMPARING = [
    *("archive.py", "folding.py", "identities.py", "name_memory.py", "name_words.py", "names.py", "offices.py"),
    *("places.py", "skeletons.py", "source_follower.py", "speakers.py", "transliteration.py"),
    *("data/names.tsv.gz", "data/places.toml", "data/spellings.tsv.gz"),
]

Name = tuple[bool, str]  # whether it is a person's, and the name, folded or as it is spelt


class Reading(NamedTuple):
    """What a name is by itself.

    Attributes:
        folded: the name, folded.
        words: see `name_words`.
        country: whether a person's name is a country's.
        several: whether a person's name has an "and": it may be of several.
    """

    folded: str
    words: tuple[str, ...]
    country: bool
    several: bool


class NameMemory:
    """What each name was found to be, and to be like when it first came."""

    def __init__(self) -> None:
        self._like: dict[Name, Name | None] = {}
        self._liked_by: dict[Name, list[Name]] = {}
        self._readings: dict[Name, Reading] = {}  # by spelling
        self._sounds: dict[str, Sound] = {}
        self.unkept = 0  # what was noted since the last `keep_only`

    def _put(self, name: Name, other: Name | None) -> None:
        self._like[name] = other
        if other is not None:
            self._liked_by.setdefault(other, []).append(name)

    def alike(self, name: Name, among: Collection[Name]) -> Name | None:
        """One of the names among those that this one was found to be like.

        Raises:
            LookupError: that has to be found out: the name is new, or what it was like is not there.
        """
        if name not in self._like:
            raise LookupError(name)
        found = next((one for one in self._around(name) if one in among), None)
        if found is None and self._like[name] is not None:
            raise LookupError(name)
        if found != self._like[name]:  # the other came first this time
            self.note(name, found)
        return found

    def _around(self, name: Name) -> Iterator[Name]:
        other = self._like[name]
        if other is not None:
            yield other
        yield from self._liked_by.get(name, ())

    def note(self, name: Name, other: Name | None) -> None:
        """Remembers that a name is like another one, or like none."""
        self._put(name, other)
        self.unkept += 1

    def reading(self, spelling: Name) -> Reading:
        """What a name is by itself."""
        if spelling not in self._readings:
            person, name = spelling
            several = person and has_and(name)
            self._readings[spelling] = Reading(fold(name), name_words(name), person and is_country(name), several)
        return self._readings[spelling]

    def sound(self, word: str) -> Sound:
        """How a word of a name sounds."""
        if word not in self._sounds:
            self._sounds[word] = sound(word)
        return self._sounds[word]

    def keep_only(self, names: Collection[Name], spellings: Iterable[Name]) -> None:
        """Forgets what is not of these names, folded, and spellings: those of deleted articles are not to be kept."""
        like, self._like, self._liked_by = self._like, {}, {}
        for name, other in like.items():
            if name in names and (other is None or other in names):
                self._put(name, other)
        self._readings = {spelling: self.reading(spelling) for spelling in spellings}
        words = {word for one in self._readings.values() for word in indexed(one.words)}
        words |= set(map(nominative, words))
        self._sounds = {word: one for word, one in self._sounds.items() if word in words}
        self.unkept = 0


def comparison_version() -> str:
    """A checksum of the code and tables that names are compared by."""
    checksum = 0
    for name in _COMPARING:
        checksum = crc32(files("retrieval").joinpath(name).read_bytes(), checksum)
    return f"{checksum:08x}"
