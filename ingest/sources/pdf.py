"""A PDF with a text layer: one article."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ingest.limits import MAX_CHARACTERS, MAX_DOCUMENT_BYTES, MAX_PAGES, MAX_READING_BYTES, MAX_READING_SECONDS, article
from ingest.sniffing import kind, misnamed
from retrieval.errors import SourceError
from retrieval.types import Article

_CHILD = "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); from ingest.pdf.child import main; main()"
_LOG = logging.getLogger(__name__)


class PdfFile:
    """A `Source` of .pdf files. The article's id is the file's name without its ending.

    It has no date: a PDF states when the file was made, and a page that is printed today may be years old.
    """

    kinds = (".pdf",)

    def accepts(self, name: str, head: bytes) -> bool:
        """See `Source.accepts`. Any file that is a PDF, and any called one, to say what it is instead."""
        found = kind(head)
        return found == "pdf" or (found not in ("ooxml", "ole") and name.lower().endswith(self.kinds))

    def read(self, file: BinaryIO, name: str) -> Iterator[Article | SourceError]:
        """See `Source.read`."""
        data = file.read(MAX_DOCUMENT_BYTES + 1)
        if len(data) > MAX_DOCUMENT_BYTES:
            yield SourceError(name, f"it is larger than {MAX_DOCUMENT_BYTES // 1_000_000} MB; split it into articles")
        elif kind(data) != "pdf":
            yield SourceError(name, misnamed(data, "PDF"))
        else:
            yield _article(_answer(data), name)


def _answer(data: bytes) -> dict[str, Any]:
    """What the process that reads the PDF says of it."""
    limits = (MAX_PAGES, MAX_CHARACTERS, MAX_READING_SECONDS, MAX_READING_BYTES)
    command = [sys.executable, "-P", "-c", _CHILD, json.dumps(sys.path), *map(str, limits)]
    secretless = {key: value for key, value in os.environ.items() if not key.upper().startswith("QAWL_")}
    try:
        done = subprocess.run(  # noqa: S603  this interpreter, and no word from outside
            command, input=data, capture_output=True, timeout=MAX_READING_SECONDS, env=secretless, check=False
        )
    except subprocess.TimeoutExpired:
        return {"refused": f"reading it takes longer than {MAX_READING_SECONDS} seconds; split it, or print it anew"}
    if done.returncode == 0:
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer
    _LOG.info("the PDF reader ended with status %s: %s", done.returncode, done.stderr[-2000:].decode(errors="replace"))
    return {"refused": "it is a damaged PDF: open it in a viewer and save or print it anew"}


def _article(answer: dict[str, Any], name: str) -> Article | SourceError:
    if "refused" in answer:
        return SourceError(name, answer["refused"])
    text = "\n".join(answer["paragraphs"])
    return article({"id": Path(name).stem, "title": answer["title"], "text": text}, source=name)
