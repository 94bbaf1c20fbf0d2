"""Fits the weights of `retrieval/fusion.py` on data that quality is never judged on.

    python -m tests.evaluation.fit_fusion

Within a language, headlines of the development archive must find their own article's text among others of all
three languages: conditional logistic regression. Across languages, questions about parts of sentences of parallel
news (NTREX) must find the three versions of their document: the best of a grid by R@1 + recall@3. The latter give the
threshold of `retrieval/answering.py`, too.
"""

import random
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from bot.workspace import Workspace
from config import load_settings
from retrieval.fusion import Features, Weights, match, rank
from retrieval.types import Article
from tests.shared_data import DATA, read_lines

HEADLINES = {"ar.ant": 250, "en.bbc": 250, "ru.nerel": 225}
DISTRACTORS = 2  # articles without a question for each with one
SPANS = 400
ABOUT = {"ar": "ماذا قيل عن {}؟", "en": "What was said about {}?", "ru": "Что говорят о том, что {}?"}
GRID = {
    "cross": (0.0, 0.03, 0.05, 0.07, 0.1, 0.13, 0.16, 0.2),
    "bridge": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5),
}


@dataclass(frozen=True)
class Asked:
    """A question with its features; `owners` is the article of each candidate, `relevant` the right ones."""

    features: Features
    owners: list[str]
    relevant: frozenset[str]


def main() -> None:
    rng = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        within = collect(Path(folder) / "headlines", *headlines(rng))
        across = collect(Path(folder) / "parallel", *parallel(rng))
    report(within, across, fit(within, across))


def fit(within: Sequence[Asked], across: Sequence[Asked]) -> Weights:
    """The weights; `dense` and `sharpness` stay as they are set by hand (docs/quality.md says why)."""
    found = minimize(lambda x: surprise(within, *x), x0=(20.0, 0.3), method="Nelder-Mead")
    best = replace(Weights(), stems=round(float(found.x[1]), 3))
    pairs = [replace(best, cross=cross, bridge=bridge) for cross in GRID["cross"] for bridge in GRID["bridge"]]
    return max(pairs, key=lambda weights: r1(across, weights) + recall3(across, weights))


def surprise(questions: Sequence[Asked], scale: float, stems: float) -> float:
    """Mean -log of the share that softmax(scale x match) gives to the right articles' candidates."""
    weights = replace(Weights(), stems=stems)
    total = 0.0
    for one in questions:
        logits = scale * match(one.features, weights)
        right = logits[[owner in one.relevant for owner in one.owners]]
        total += np.logaddexp.reduce(logits) - (np.logaddexp.reduce(right) if len(right) else logits.min() - 10)
    return total / len(questions)


def report(within: Sequence[Asked], across: Sequence[Asked], best: Weights) -> None:
    print(asdict(best))
    print(f"headlines R@1 {r1(within, best):.4f}")
    print(f"parallel R@1 {r1(across, best):.4f}, recall@3 {recall3(across, best):.4f}")
    print(f"threshold {threshold(across, best):.3f}")


def threshold(questions: Sequence[Asked], weights: Weights) -> float:
    """The match that best tells the right articles' candidates from the best others.

    Each question counts twice: for the candidates in its own language, and for those in the others.
    """
    right, wrong = [], []
    for one in questions:
        matches, same = match(one.features, weights), one.features.same
        relevant = np.array([owner in one.relevant for owner in one.owners])
        for language in (same, ~same):
            if (language & relevant).any() and (language & ~relevant).any():
                right.append(matches[language & relevant].max())
                wrong.append(matches[language & ~relevant].max())
    cuts = np.linspace(0, 1, 401)
    balance = [np.mean(np.array(right) >= cut) + np.mean(np.array(wrong) < cut) for cut in cuts]
    return float(cuts[int(np.argmax(balance))])


def headlines(rng: random.Random) -> tuple[list[Article], list[tuple[str, frozenset[str]]]]:
    articles, questions = [], []
    for name, count in HEADLINES.items():
        lines = [one for one in read_lines(DATA / "archive" / f"{name}.jsonl.gz") if len(one.get("title") or "") > 15]
        for i, line in enumerate(rng.sample(lines, min(len(lines), count * (1 + DISTRACTORS)))):
            text = line["text"].removeprefix(line["title"]).strip()[:1500]  # the first paragraphs are enough, and fast
            if text:
                articles.append(Article(id=line["id"], text=text, lang=line["lang"]))
                if i < count:
                    questions.append((line["title"], frozenset([line["id"]])))
    return articles, questions


def parallel(rng: random.Random) -> tuple[list[Article], list[tuple[str, frozenset[str]]]]:
    documents: dict[str, set[str]] = {}
    articles, questions = [], []
    for name in ("ar", "en", "ru"):
        for line in read_lines(DATA / "archive" / f"{name}.ntrex.jsonl.gz"):
            document = line["id"].rsplit("-", 1)[0]
            documents.setdefault(document, set()).add(line["id"])
            articles.append(Article(id=line["id"], text=line["text"], lang=name))
    for article in articles:
        right = frozenset(documents[article.id.rsplit("-", 1)[0]])
        words = article.text.split()
        for _ in range(max(1, SPANS // len(articles) + 1)):
            start = rng.randrange(max(1, len(words) - 11))
            span = " ".join(words[start : start + rng.randint(4, 11)])
            questions.append((ABOUT[article.lang or ""].format(span), right))
    return articles, questions


def collect(
    data_dir: Path, articles: Iterable[Article], questions: Sequence[tuple[str, frozenset[str]]]
) -> list[Asked]:
    workspace = Workspace(load_settings(data_dir=data_dir))
    print(workspace.ingestor.ingest(articles).passages, "passages", flush=True)
    asked = []
    texts = [question for question, _ in questions]
    for (_, relevant), (candidates, features) in zip(
        questions, workspace.searcher.features_each(texts, 1), strict=True
    ):
        if candidates:
            asked.append(Asked(features, [passage.article_id for passage in candidates], relevant))
    workspace.close()
    return asked


def ranked(asked: Asked, weights: Weights) -> list[str]:
    order = np.argsort(-rank(asked.features, match(asked.features, weights), weights), kind="stable")
    return list(dict.fromkeys(asked.owners[i] for i in order))


def r1(questions: Sequence[Asked], weights: Weights) -> float:
    return float(np.mean([ranked(one, weights)[0] in one.relevant for one in questions]))


def recall3(questions: Sequence[Asked], weights: Weights) -> float:
    shares = [len(one.relevant & set(ranked(one, weights)[:3])) / min(3, len(one.relevant)) for one in questions]
    return float(np.mean(shares))


if __name__ == "__main__":
    main()
