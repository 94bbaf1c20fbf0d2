"""The whole of ingest against txtai: the same articles, the same encoder folder, each in processes of its own.

    python -m tests.benchmarks.against_txtai .venv-peers/bin/python [--articles 400]

Qawl reads, attributes, encodes, stores and indexes; txtai encodes and indexes, once the articles whole, of which its
model reads the first 512 tokens, and once as Qawl's passages, all of the text. Speed is that of the articles behind a
first few, so that neither start counts.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from config.settings import Encoder as EncoderSettings
from retrieval import bundled_model
from retrieval.encoder import Encoder, SentenceTransformerEncoder
from tests.benchmarks.bulk import ingest, sample
from tests.evaluation.fit_packing import passages
from tests.shared_data import REPOSITORY, read_lines

_FIRST = 0.2  # of the articles, whose time is taken away


def cut(articles: Iterable[dict[str, Any]], encoder: Encoder) -> list[dict[str, Any]]:
    """The passages of articles, as articles."""
    return [
        {"id": f"{one['id']}-{number}", "text": text}
        for one in articles
        for number, text in enumerate(passages(one["text"], one["lang"], encoder))
    ]


def by_txtai(python: Path, model: Path, articles: Iterable[dict[str, Any]], folder: Path) -> float:
    """Seconds in which txtai indexes these."""
    file = folder / "articles.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in articles), encoding="utf-8")
    started = time.monotonic()
    command = [python, "-m", "tests.evaluation.peers", "txtai", model, file, folder]
    subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - started


def by_qawl(articles: Iterable[dict[str, Any]], folder: Path) -> float:
    """Seconds in which Qawl takes these in."""
    file, data_dir = folder / "source.jsonl", Path(tempfile.mkdtemp(dir=folder))
    file.write_text("".join(json.dumps(one) + "\n" for one in articles), encoding="utf-8")
    return ingest(file, data_dir).seconds


def main() -> None:
    """Prints a line each, and the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("python", type=Path, help="a Python that has txtai (`make peers`)")
    parser.add_argument("--articles", type=int, default=400)
    arguments = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    model = bundled_model.ensure(EncoderSettings().cache_dir / "models")
    encoder = SentenceTransformerEncoder(EncoderSettings())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sample(folder / "sample.jsonl.gz", arguments.articles)
        articles = list(read_lines(folder / "sample.jsonl.gz"))
        first = articles[: round(_FIRST * len(articles))]
        parts = [cut(some, encoder) for some in (first, articles)]
        del encoder
        count = len(articles) - len(first)
        python = Path.cwd() / arguments.python
        qawl, whole, in_parts = (
            count / (later - sooner)
            for sooner, later in (
                tuple(by_qawl(some, folder) for some in (first, articles)),
                tuple(by_txtai(python, model, some, folder) for some in (first, articles)),
                tuple(by_txtai(python, model, some, folder) for some in parts),
            )
        )
    print(f"Qawl: {qawl:.1f} articles/s")
    print(f"txtai, articles whole: {whole:.1f} articles/s, Qawl {qawl / whole:.2f} times")
    print(f"txtai, passages: {in_parts:.1f} articles/s, Qawl {qawl / in_parts:.2f} times")


if __name__ == "__main__":
    main()
