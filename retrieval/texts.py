"""The texts of the articles that an answer may be from, read when they are first wanted: most never are."""

from collections.abc import Collection

from retrieval.archive import Archive, StoredText

_GONE = StoredText("", "", None)


class Texts:
    """Texts by article number, empty for an article that has gone or was replaced; for use in one thread."""

    def __init__(self, archive: Archive, numbers: Collection[int]) -> None:
        self._archive = archive
        self._unread = set(numbers)
        self._read: dict[int, StoredText] = {}

    def read(self, numbers: Collection[int]) -> None:
        """Reads these at once, but for what was read before."""
        wanted = self._unread.intersection(numbers)
        self._unread -= wanted
        if wanted:
            self._read |= dict.fromkeys(wanted, _GONE) | self._archive.texts_of(wanted)

    def __getitem__(self, number: int) -> StoredText:
        if number in self._unread:
            self.read(self._unread)  # whoever looks at one without `read` looks at all of them
        return self._read[number]
