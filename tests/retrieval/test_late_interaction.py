"""MaxSim, its packing, and the fusion of rankers: against plain loops, and at their limits."""

import numpy as np
import pytest

from retrieval.fusion import Features, Weights, match, rank
from retrieval.late_interaction import centre, maxsim
from retrieval.linear import unit
from retrieval.packing import Packing, token_bytes

RNG = np.random.default_rng(5)
TURN = np.linalg.qr(RNG.standard_normal((384, 384)))[0]


def vectors(count: int, dimension: int = 16) -> np.ndarray:
    return unit(RNG.standard_normal((count, dimension)).astype(np.float32))


def plainly(question: np.ndarray, weights: np.ndarray, passage: np.ndarray) -> float:
    """MaxSim as its docstring says it, one loop after another."""
    share = weights / weights.sum()
    blocks = [passage[i : i + 16] for i in range(0, len(passage), 16)]
    views = []
    for wanted in (len(blocks), 2, 4):
        size = wanted if wanted <= len(blocks) else len(blocks)
        windows = [np.concatenate(blocks[i : i + size]) for i in range(len(blocks) - size + 1)]
        views.append(max(float((window @ question.T).max(axis=0) @ share) for window in windows))
    return float(np.mean(views))


def scored(question: np.ndarray, weights: np.ndarray, passages: list[np.ndarray]) -> np.ndarray:
    """`maxsim` under one weighting."""
    lengths = np.array([len(passage) for passage in passages], np.int64)
    tokens = np.concatenate([np.empty((0, question.shape[1]), np.float32), *passages])
    return maxsim(tokens @ question.T, weights[None, :], lengths)[0]


def test_maxsim_is_what_its_definition_says() -> None:
    question, weights = vectors(6), RNG.random(6).astype(np.float32)
    passages = [vectors(n) for n in (1, 15, 16, 17, 31, 33, 64, 65, 200)]
    expected = [plainly(question, weights, passage) for passage in passages]
    assert np.allclose(scored(question, weights, passages), expected, atol=1e-5)


def test_a_passage_that_holds_the_question_scores_one() -> None:
    question = vectors(5)
    passages = [vectors(20), np.concatenate([vectors(40), question, vectors(40)])]
    scores = scored(question, np.ones(5, np.float32), passages)
    assert scores[1] == pytest.approx(1, abs=1e-5)
    assert scores[0] < 1


def test_scores_do_not_depend_on_the_other_candidates() -> None:
    question, weights = vectors(4), np.ones(4, np.float32)
    passages = [vectors(n) for n in (70, 3, 40)]
    together = scored(question, weights, passages)
    alone = [scored(question, weights, [passage])[0] for passage in passages]
    assert np.allclose(together, alone, atol=1e-6)


def test_nothing_to_compare_scores_zero() -> None:
    empty = np.empty((0, 16), np.float32)
    assert scored(vectors(3), np.ones(3, np.float32), []).shape == (0,)
    assert scored(vectors(3), np.ones(3, np.float32), [empty, vectors(2)])[0] == 0
    assert scored(empty, np.ones(0, np.float32), [vectors(2)]).tolist() == [0]


def test_centring_takes_each_layers_mean_away() -> None:
    layers = RNG.standard_normal((9, 2, 16)).astype(np.float32)
    shift = RNG.standard_normal((2, 16)).astype(np.float32) * 5
    assert np.allclose(centre(layers + shift, shift), centre(layers, np.zeros((2, 16), np.float32)), atol=1e-4)


def varied(count: int) -> np.ndarray:
    """Unit vectors that vary much along few axes, as token vectors do."""
    return unit((RNG.standard_normal((count, 384)) * np.linspace(1, 0.1, 384) @ TURN).astype(np.float32))


def test_packed_vectors_take_101_bytes_and_point_the_same_way() -> None:
    texts = [varied(n) for n in (7, 0, 50)]
    packing = Packing.of(varied(20_000))
    packed = [packing.pack(text) for text in texts]
    assert [len(one) for one in packed] == [101 * len(text) for text in texts]
    assert packing.pack_each(texts * 5) == packed * 5
    together = np.concatenate(texts)
    own, lengths = packing.cosines(packed, packing.stretched(together))
    assert lengths.tolist() == [7, 0, 50]
    assert own.shape == (57, 57)
    assert own.diagonal().min() > 0.9
    assert np.abs(own - together @ together.T).max() < 0.08


def test_what_varies_most_has_most_bits_and_what_varies_least_none() -> None:
    packing = Packing.of(varied(2000))
    assert packing.turn.shape == (384, 312)
    bits = np.array([5, 3] * 44 + [3, 2, 2, 1] * 56)
    for more, fewer in ((5, 3), (3, 2), (2, 1)):
        assert packing.spread[bits == more].min() >= packing.spread[bits == fewer].max()


@pytest.mark.parametrize("dimension", [16, 100, 384, 768, 1024])
def test_vectors_of_any_dimension_can_be_packed(dimension: int) -> None:
    few = unit(RNG.standard_normal((50, dimension)).astype(np.float32))
    packing = Packing.of(few)
    packed = packing.pack(few)
    assert len(packed) == 50 * token_bytes(dimension)
    own, _ = packing.cosines([packed], packing.stretched(few))
    assert own.argmax(axis=1).tolist() == list(range(50))


def test_long_texts_are_compared_as_short_ones_are() -> None:
    texts = [unit(RNG.standard_normal((n, 16)).astype(np.float32)) for n in (1000, 1, 0, 1500)]
    packing = Packing.of(np.concatenate(texts))
    packed, asked = [packing.pack(text) for text in texts], packing.stretched(vectors(5))
    together, lengths = packing.cosines(packed, asked)
    assert lengths.tolist() == [1000, 1, 0, 1500]
    assert np.allclose(together, np.concatenate([packing.cosines([one], asked)[0] for one in packed]), atol=1e-5)
    assert packing.cosines([], asked)[0].shape == (0, 5)


def features(count: int, langs: str = "en", **given: list[float]) -> Features:
    own = np.array((langs.split() * count)[:count])
    zeros = np.zeros(count, np.float32)
    columns = {name: np.array(values, np.float32) for name, values in given.items()}
    rest = {name: columns.get(name, zeros) for name in ("late", "dense", "stems")}
    return Features(langs=own, same=own == "en", vectors=vectors(count), **rest)


def test_more_of_any_feature_never_hurts() -> None:
    for name in ("late", "dense", "stems"):
        low, high = match(features(2, **{name: [0.2, 0.6]}), Weights())
        assert low < high, name


def test_one_candidate_scores_as_it_does_among_many() -> None:
    many = features(3, late=[0.5, 0.4, 0.1], stems=[0.2, 0, 0.9])
    one = features(1, late=[0.5], stems=[0.2])
    assert match(one, Weights())[0] == pytest.approx(match(many, Weights())[0])


def test_the_bridge_lifts_the_translation_of_the_best() -> None:
    found = features(4, langs="en ru", late=[0.8, 0.3, 0.4, 0.35])
    found.vectors[3] = found.vectors[0]  # the second Russian passage tells what the best English one tells
    matches = match(found, Weights(cross=0))
    scores = rank(found, matches, Weights())
    assert scores[3] > scores[1] + 0.1
    assert scores[3] > scores[2]


def test_in_one_language_the_bridge_changes_nothing() -> None:
    found = features(5, late=[0.1, 0.5, 0.3, 0.2, 0.4])
    matches = match(found, Weights())
    assert (rank(found, matches, Weights()) == matches).all()
