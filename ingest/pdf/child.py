"""The process in which a PDF is read: it may be killed, run out of memory or crash, and nothing else does."""

import json
import sys
from io import BytesIO

from ingest.pdf.refusal import Refused
from ingest.pdf.text import read


def main() -> None:
    """Reads a PDF from stdin and writes its text, or why there is none, to stdout as JSON.

    Arguments: the most pages, characters, seconds of processor time and bytes of memory. Exit status 1 stands for a
    damaged file; its traceback is on stderr.
    """
    pages, characters, seconds, memory = (int(argument) for argument in sys.argv[1:])
    _limit(seconds=seconds, memory=memory)
    sys.setrecursionlimit(500)  # pages hang in a tree that files may draw as a loop
    try:
        text = read(BytesIO(sys.stdin.buffer.read()), max_pages=pages, max_characters=characters)
        answer = {"title": text.title, "paragraphs": text.paragraphs}
    except Refused as error:
        answer = {"refused": str(error)}
    except MemoryError:
        answer = {"refused": f"reading it takes more than {memory // 1_000_000} MB of memory"}
    sys.stdout.buffer.write(json.dumps(answer).encode("ascii"))


def _limit(*, seconds: int, memory: int) -> None:
    if sys.platform == "win32":
        return  # there only the clock limits it
    import resource  # noqa: PLC0415  Windows has none

    for what, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),  # it has nothing to write
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
