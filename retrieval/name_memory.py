"""Which names were found to be one's: to compare those of a million passages again at each start would take minutes."""

import json
import logging
from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import partial
from importlib.resources import files
from pathlib import Path
from zlib import crc32

from retrieval.files import write_atomically

log = logging.getLogger(__name__)

_COMPARING = ("speakers.py", "names.py", "name_words.py", "transliteration.py", "folding.py")
_TABLES = ("data/names.tsv.gz", "data/spellings.tsv.gz")

Name = tuple[bool, str]  # whether it is a person's, and the name, folded


class NameMemory:
    """What each name was found to be like when it first came; in a file, if one is given.

    The file is of one way to compare names, as code and tables have it. One of another, or damaged, is begun anew.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._like: dict[Name, Name | None] = {}
        self._liked_by: dict[Name, list[Name]] = defaultdict(list)
        self.unsaved = 0
        self._version = _way()
        try:
            stored = json.loads(path.read_text(encoding="utf-8")) if path else {}
            if stored.get("version") == self._version:
                for person, name, other in stored["names"]:
                    self._put((bool(person), name), None if other is None else (bool(person), other))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("The names that were compared before cannot be read, and are compared again: %s.", error)

    def _put(self, name: Name, other: Name | None) -> None:
        self._like[name] = other
        if other is not None:
            self._liked_by[other].append(name)

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
        self.unsaved += 1

    def save(self, names: Collection[Name]) -> None:
        """Keeps what is known of these names, and of no other: those of deleted articles are not to be found later.

        Raises:
            OSError: the file cannot be written.
        """
        if self._path is None:
            return
        kept = [(person, name, other and other[1]) for (person, name), other in self._like.items()]
        kept = [one for one in kept if one[:2] in names and (one[2] is None or (one[0], one[2]) in names)]
        text = json.dumps({"version": self._version, "names": kept}, ensure_ascii=False)
        write_atomically(self._path, partial(_put_into, text=text))
        self.unsaved = 0


def _way() -> str:
    """A checksum of the code and tables that names are compared by."""
    checksum = 0
    for name in (*_COMPARING, *_TABLES):
        checksum = crc32(files("retrieval").joinpath(name).read_bytes(), checksum)
    return f"{checksum:08x}"


def _put_into(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
