"""How sure it is that a sentence answers a question: a logistic regression over what the rankers say of it."""

import math
from dataclasses import dataclass

from retrieval.sentence_ranking import Candidate

Terms = tuple[float, float, float, float, float]


@dataclass(frozen=True)
class Weights:
    """Constant, and weights of `late`, `context`, `dense` and `stems` of a `Candidate`; see there.

    Fitted by `tests/evaluation/fit_answers.py` on questions of our own, apart for sentences in the question's language
    and in others (`across` before token vectors took three bits; fitted again it differs in the second digit).
    `without_amount` is what is left of the confidence in a sentence without a number where one is asked for; the same
    script tries others: 0.5 tells answerable from unanswerable questions less well, 0.05 no better.
    `of_speaker` is the confidence from which a statement of whom was asked about is an answer, `of_speaker_across` the
    same in another language than the question's, `of_anybody` that of any sentence when nobody was asked about; all are
    set by hand (docs/quality.md).
    """

    same: Terms = (-6.66, 3.24, 4.52, 2.46, 3.82)
    across: Terms = (-7.49, 6.2, 8.12, 1.38, 0.0)
    without_amount: float = 0.2
    of_speaker: float = 0.07
    of_speaker_across: float = 0.05
    of_anybody: float = 0.05

    def least(self, *, speaker: bool, same: bool) -> float:
        """The confidence that an answer needs, of whom was asked about, and in the question's language."""
        if not speaker:
            return self.of_anybody
        return self.of_speaker if same else self.of_speaker_across


def confidence(one: Candidate, weights: Weights, *, lacks_amount: bool = False) -> float:
    """From 0 to 1; comparable between questions and archives.

    `lacks_amount` is whether a number is asked for and what would be quoted has none.
    """
    constant, late, context, dense, stems = weights.same if one.same else weights.across
    logit = constant + late * one.late + context * one.context + dense * one.dense + stems * one.stems
    share = weights.without_amount if lacks_amount else 1.0
    return share / (1 + math.exp(-max(-50.0, min(50.0, logit))))
