"""Makes `retrieval/data/packing.npz`: the main axes of the bundled model's token vectors, and the spread along each.

    python -m tests.evaluation.fit_packing

From articles of the development archive, as many of each of the three languages. Nothing is judged on those. What was
packed with another file cannot be compared: a new one needs a migration, as `0011_packing.sql` is one.
"""

import os
import random
from collections.abc import Iterator
from itertools import chain

import numpy as np

from config import load_settings
from ingest.passages import passage_spans
from ingest.sentences import sentence_spans
from retrieval.encoder import Encoder, SentenceTransformerEncoder
from retrieval.language_means import LanguageMeans
from retrieval.late_interaction import centre
from retrieval.packing import Packing
from retrieval.types import Sentence
from tests.shared_data import DATA, REPOSITORY, read_lines

OUT = REPOSITORY / "retrieval" / "data" / "packing.npz"
LANGUAGES = ("ar", "en", "ru")
ARTICLES = 150  # of each language, or all


def main() -> None:
    """Writes the file."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    settings = load_settings()
    encoder = SentenceTransformerEncoder(settings.encoder)
    means = LanguageMeans(encoder, settings.encoder.cache_dir)
    vectors = []
    for lang in LANGUAGES:
        encoding = encoder.encode(list(_passages(lang, encoder)), "passage")
        vectors.append(centre(np.concatenate(encoding.tokens), means.tokens("passage", lang)))
    packing = Packing.of(np.concatenate(vectors))
    with OUT.open("wb") as file:
        np.savez_compressed(file, model=encoder.identity, turn=packing.turn.astype(np.float16), spread=packing.spread)


def _passages(lang: str, encoder: Encoder) -> Iterator[str]:
    """The passages of some articles of a language, drawn by chance from all its files."""
    lines = list(chain.from_iterable(map(read_lines, sorted((DATA / "archive").glob(f"{lang}.*.jsonl.gz")))))
    for line in random.Random(1).sample(lines, min(ARTICLES, len(lines))):
        yield from passages(line["text"], lang, encoder)


def passages(text: str, lang: str, encoder: Encoder) -> Iterator[str]:
    """The passages that Qawl cuts a text into."""
    sentences = [Sentence(start=start, end=end) for start, end in sentence_spans(text, lang)]
    yield from (text[one.start : one.end] for one in passage_spans(text, sentences, encoder.token_counts))


if __name__ == "__main__":
    main()
