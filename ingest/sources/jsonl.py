"""JSON Lines: an article a line, plain or gzipped."""

import gzip
import json
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from ingest.dates import published
from ingest.limits import MAX_FILE_BYTES, article
from retrieval.errors import SourceError
from retrieval.types import Article

_FIELDS = frozenset(Article.model_fields)
_MAX_LINE = 2 * MAX_FILE_BYTES  # a character may be escaped as \uXXXX; a longer line is read past, not into memory


class JsonLines:
    """A `Source` of .jsonl and .jsonl.gz files; an unreadable line is reported by its number and skipped."""

    kinds = (".jsonl", ".jsonl.gz")

    def accepts(self, name: str, head: bytes) -> bool:
        """See `Source.accepts`."""
        return name.lower().endswith(self.kinds)

    def read(self, file: BinaryIO, name: str) -> Iterator[Article | SourceError]:
        """See `Source.read`."""
        found = False
        lines = cast("BinaryIO", gzip.GzipFile(fileobj=file)) if name.lower().endswith(".gz") else file
        try:
            for number, line in enumerate(_lines(lines), 1):
                if line.strip():
                    found = True
                    yield _parse(line, source=f"{name}:{number}")
        except (gzip.BadGzipFile, EOFError, zlib.error):
            yield SourceError(name, "its gzip data is damaged; what came before the damage was read")
            return
        if not found:
            yield SourceError(name, "it is empty")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The file's lines; an overlong one is cut, which makes it invalid JSON, and the rest of it skipped."""
    while line := file.readline(_MAX_LINE):
        yield line
        while len(line) == _MAX_LINE and not line.endswith(b"\n"):
            line = file.readline(_MAX_LINE)


def _parse(line: bytes, *, source: str) -> Article | SourceError:
    if len(line) == _MAX_LINE:
        return SourceError(source, f"the line is longer than {_MAX_LINE} bytes")
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return SourceError(source, "the line is not UTF-8")
    except (ValueError, RecursionError):
        return SourceError(source, "the line is not valid JSON")
    if not isinstance(fields, dict):
        return SourceError(source, "the line is not a JSON object")
    if not isinstance(fields.get("text"), str):
        return SourceError(source, 'the line has no "text"')
    known = {name: value for name, value in fields.items() if name in _FIELDS and value not in (None, "")}
    if isinstance(known.get("id"), int):
        known["id"] = str(known["id"])
    if isinstance(known.get("author"), list):
        known["author"] = ", ".join(one for one in known["author"] if isinstance(one, str)) or None
    said = known.get("published")
    if isinstance(said, str) or (isinstance(said, int) and len(str(said)) == len("20261124")):
        known["published"] = published(str(said)) or said
    return article({**known, "text": fields["text"]}, source=source)
