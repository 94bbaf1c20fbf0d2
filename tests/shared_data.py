"""Where the development data lies: beside a checkout, never in it, and not on a user's machine."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[1]
SHARED = REPOSITORY.parent / "shared"
DATA = SHARED / "data"
SAMPLE = REPOSITORY / "ingest" / "sample" / "article.ar.txt"


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a .jsonl or .jsonl.gz file."""
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")  # noqa: SIM115
    with opened as lines:
        for line in lines:
            yield json.loads(line)
