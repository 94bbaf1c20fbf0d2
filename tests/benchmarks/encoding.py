"""Passages a second, against `SentenceTransformer.encode` in float32 with its default settings."""

import statistics
import time
from collections.abc import Callable

from config.settings import Encoder as EncoderSettings
from ingest.passages import passage_spans
from ingest.sentences import sentence_spans
from retrieval import bundled_model
from retrieval.encoder import SentenceTransformerEncoder
from retrieval.types import Sentence
from tests.shared_data import DATA, SAMPLE, read_lines

PASSAGES = 400
ROUNDS = 5


def texts(encoder: SentenceTransformerEncoder) -> list[str]:
    """Real passages: of the development archive where there is one, else of the sample article, over and over."""
    files = sorted((DATA / "archive").glob("*.jsonl.gz"))
    articles = [one["text"] for file in files for one, _ in zip(read_lines(file), range(40), strict=False)]
    found: list[str] = []
    for text in articles or [SAMPLE.read_text(encoding="utf-8")] * PASSAGES:
        sentences = [Sentence(start=a, end=b) for a, b in sentence_spans(text, "und")]
        found += [text[span.start : span.end] for span in passage_spans(text, sentences, encoder.token_counts)]
    return found[:: max(1, len(found) // PASSAGES)][:PASSAGES]


def rows() -> list[tuple[str, str]]:
    """What was measured, and the figure."""
    from sentence_transformers import SentenceTransformer

    settings = EncoderSettings()
    ours = SentenceTransformerEncoder(settings)
    plain = SentenceTransformer(
        str(bundled_model.ensure(settings.cache_dir / "models")), device="cpu", local_files_only=True
    )
    passages = texts(ours)
    prompted = ["passage: " + text for text in passages]
    speeds: list[tuple[float, float]] = []
    ours.encode(passages[:32], "passage")
    plain.encode(prompted[:32])
    for _ in range(ROUNDS):
        speeds.append(
            (
                len(passages) / _seconds(lambda: ours.encode(passages, "passage")),
                len(passages) / _seconds(lambda: plain.encode(prompted)),
            )
        )
    question = "What did Lavrov say about terrorism financing?"
    latencies = [_seconds(lambda: ours.encode([question], "query")) * 1000 for _ in range(50)]
    return [
        ("tokens a passage, mean", f"{statistics.mean(ours.token_counts(passages)):.0f}"),
        ("Qawl, pooled and token vectors", f"{statistics.median(a for a, _ in speeds):.0f} passages/s"),
        ("SentenceTransformer.encode, float32", f"{statistics.median(b for _, b in speeds):.0f} passages/s"),
        ("ratio, median of pairs", f"{statistics.median(a / b for a, b in speeds):.2f}"),
        ("one question, median", f"{statistics.median(latencies):.1f} ms"),
    ]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
