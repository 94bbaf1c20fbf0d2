"""Fits how sure a sentence must be to answer (`retrieval/confidence.py`) on questions of our own.

    python -m tests.evaluation.fit_answers

The questions (tests/evaluation/data) are about annotated documents that quality is never judged on. Each is answered
from the archive of all those documents; its candidate sentences that overlap a right one are right. The weights come
from logistic regressions, apart for sentences in the question's language and in others; the threshold is where as large
a share of unanswerable questions is refused as possible for the share of answerable ones answered. Articles are split
in five: every figure printed is of questions about articles that the weights were not fitted on.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from bot.workspace import Workspace
from config import load_settings
from retrieval import amounts
from retrieval.answering import Quotation
from retrieval.confidence import Terms, Weights, confidence
from retrieval.planning import Target
from retrieval.types import Article
from tests.shared_data import DATA, REPOSITORY, read_lines

QUESTIONS = REPOSITORY / "tests" / "evaluation" / "data"
FOLDS = 5
RIDGE = 0.02  # pull of the weights towards nothing: there are few questions
SHARES = (1.0, 0.5, 0.2, 0.1, 0.05)  # of `without_amount`; 1 takes no notice of numbers
DAY = date(2026, 1, 1)  # relative dates count from here
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tried:
    """A question, its plan, and all that might be quoted; `right` tells which of it answers."""

    question: dict[str, Any]
    target: Target
    found: list[Quotation]
    right: list[bool]

    @property
    def fold(self) -> int:
        return crc32(self.question["article_id"].encode()) % FOLDS


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        tried = list(collect(Path(folder)))
    for share in SHARES:
        held_out = [one for fold in range(FOLDS) for one in judged(tried, fold, share)]
        print(f"held out, without_amount {share}:", figures(held_out), flush=True)
    weights = fit(tried, Weights.without_amount)
    print(weights)
    print("all, fitted on themselves:", figures([shifted(one, weights) for one in tried]))


def questions() -> list[dict[str, Any]]:
    return [line for path in sorted(QUESTIONS.glob("questions.*.jsonl")) for line in read_lines(path)]


def articles() -> Iterator[Article]:
    """The documents that the questions are about."""
    wanted = {one["article_id"] for one in questions()}
    for name in ("native.ar", "native.ru", "ntrex.en-ar-ru"):
        for line in read_lines(DATA / "attribution" / f"{name}.jsonl"):
            if line["id"] in wanted:
                yield Article(id=line["id"], title=line.get("title") or None, text=line["text"], lang=line["lang"])


def collect(folder: Path) -> Iterator[Tried]:
    workspace = Workspace(load_settings(data_dir=folder))
    print(workspace.ingestor.ingest(articles()).statements, "statements", flush=True)
    answerer = workspace.answerer
    for one in questions():
        target, candidates = answerer.candidates(one["question"], answerer._asking.target(one["question"], DAY))
        found = answerer.ranked(target, candidates)
        yield Tried(one, target, found, [right(one, each) for each in found])
    workspace.close()


def right(question: dict[str, Any], one: Quotation) -> bool:
    """Whether a quotation shares half of itself, or of a right sentence, with that sentence."""
    if one.candidate.article.id != question["article_id"]:
        return False
    spans = question["support"] + question.get("also_right", [])
    inside = [
        (min(one.end, end) - max(one.start, start), min(one.end - one.start, end - start)) for start, end in spans
    ]
    return any(shared >= 0.5 * shorter for shared, shorter in inside)


def terms(one: Quotation) -> list[float]:
    candidate = one.candidate
    return [1.0, candidate.late, candidate.context, candidate.dense, candidate.stems]


def fit(tried: Sequence[Tried], without_amount: float) -> Weights:
    weights = Weights(logistic(tried, same=True), logistic(tried, same=False), without_amount)
    rates = [(one, rated(one, weights)) for one in tried]
    of_speaker = threshold([pair for pair in rates if pair[0].target.sources is not None])
    of_anybody = threshold([pair for pair in rates if pair[0].target.sources is None])
    return replace(weights, of_speaker=of_speaker, of_speaker_across=of_speaker, of_anybody=of_anybody)


def logistic(tried: Sequence[Tried], *, same: bool) -> Terms:
    """Weights by ridge-penalised maximum likelihood; each question counts once, however many candidates it has."""
    rows, labels, shares = [], [], []
    for one in tried:
        own = [
            (terms(each), label)
            for each, label in zip(one.found, one.right, strict=True)
            if each.candidate.same == same
        ]
        own.sort(key=lambda pair: -pair[0][1])
        for row, label in own[:20]:
            rows.append(row)
            labels.append(label)
            shares.append(1.0)
    x, y, w = np.array(rows), np.array(labels, float), np.array(shares)
    if not same:
        x[:, 4] = 0.0

    def loss(weights: Floats) -> float:
        logits = x @ weights
        return float(
            (w * (np.logaddexp(0, logits) - y * logits)).sum() / w.sum()
            + RIDGE * (weights[1:] ** 2).sum() / len(y) ** 0.5 / 10
        )

    found = minimize(loss, np.zeros(5), method="L-BFGS-B").x
    return tuple(round(float(value), 2) for value in found)  # type: ignore[return-value]


def rated(one: Tried, weights: Weights) -> list[float]:
    amount = one.target.asked.amount
    return [
        confidence(each.candidate, weights, lacks_amount=amount and not amounts.held(each.text)) for each in one.found
    ]


def threshold(rates: Sequence[tuple[Tried, list[float]]]) -> float:
    """Where answering the answerable and refusing the others are best balanced."""
    best = [(max(rate), one.question["answerable"]) for one, rate in rates if rate]
    cuts = np.geomspace(0.005, 0.7, 100)
    balance = [balanced(best, cut) for cut in cuts]
    top = np.flatnonzero(np.array(balance) >= max(balance) - 0.005)
    return round(float(cuts[top[len(top) // 2]]), 4)


def balanced(best: Sequence[tuple[float, bool]], cut: float) -> float:
    answered = np.mean([rate >= cut for rate, answerable in best if answerable])
    refused = np.mean([rate < cut for rate, answerable in best if not answerable])
    return float(answered + refused) / 2


def judged(tried: Sequence[Tried], fold: int, without_amount: float) -> list[tuple[Tried, list[float]]]:
    """The questions of a fold, rated by weights fitted on the others, shifted so that the threshold is 0.5."""
    weights = fit([one for one in tried if one.fold != fold], without_amount)
    return [shifted(one, weights) for one in tried if one.fold == fold]


def shifted(one: Tried, weights: Weights) -> tuple[Tried, list[float]]:
    speaker = one.target.sources is not None
    least = [weights.least(speaker=speaker, same=each.candidate.same) for each in one.found]
    return one, [rate - each + 0.5 for rate, each in zip(rated(one, weights), least, strict=True)]


def figures(rates: Sequence[tuple[Tried, list[float]]], cut: float = 0.5) -> dict[str, float]:
    asked = [(one, rate) for one, rate in rates if one.question["answerable"]]

    def hit(k: int, least: float) -> float:
        tops = [
            [
                (r, ok)
                for r, ok in sorted(zip(rate, one.right, strict=True), key=lambda pair: -pair[0])[:k]
                if r >= least
            ]
            for one, rate in asked
        ]
        return float(np.mean([any(ok for _, ok in top) for top in tops]))

    best = [(max(rate, default=-9.0), one.question["answerable"]) for one, rate in rates]
    return {
        "found": round(float(np.mean([any(one.right) for one, _ in asked])), 3),
        "hit@1 unabridged": round(hit(1, -9.0), 3),
        "hit@3 unabridged": round(hit(3, -9.0), 3),
        "hit@1": round(hit(1, cut), 3),
        "hit@3": round(hit(3, cut), 3),
        "answered": round(float(np.mean([r >= cut for r, a in best if a])), 3),
        "refused": round(float(np.mean([r < cut for r, a in best if not a])), 3),
        "balance": round(balanced(best, cut), 3),
        "ordered, of a speaker": ordered([pair for pair in rates if pair[0].target.sources is not None]),
        "ordered, of anybody": ordered([pair for pair in rates if pair[0].target.sources is None]),
    }


def ordered(rates: Sequence[tuple[Tried, list[float]]]) -> float:
    """The share of pairs of an answerable and an unanswerable question whose best confidences are in that order."""
    best = [(max(rate, default=-9.0), one.question["answerable"]) for one, rate in rates]
    better = np.array([one for one, answerable in best if answerable])[:, None]
    worse = np.array([one for one, answerable in best if not answerable])
    return round(float(np.mean((better > worse) + 0.5 * (better == worse))), 3)


if __name__ == "__main__":
    main()
