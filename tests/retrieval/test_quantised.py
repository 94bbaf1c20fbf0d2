"""Quantised vectors: what they find, and that their file never loses or invents one."""

import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from retrieval.quantised import GivenUp, Quantised, Scale, written

DIMENSION = 64
NONE = np.empty(0, np.int64)
Floats = npt.NDArray[np.float32]


def vectors(count: int, start: int = 1) -> Floats:
    """Unit vectors in a hundred loose bunches, as texts on a hundred subjects would be."""
    subjects = np.random.default_rng(0).standard_normal((100, DIMENSION))
    chance = np.random.default_rng(start)
    found = subjects[chance.integers(0, 100, count)] + 0.8 * chance.standard_normal((count, DIMENSION))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def made(
    folder: Path,
    ids: npt.NDArray[np.int64],
    some: Floats,
    former: Quantised | None = None,
    gone: list[int] | None = None,
) -> Quantised:
    without = np.array(gone or [], np.int64)
    return Quantised(written(folder / "v", ids, some, former=former, gone=without, unwanted=threading.Event()))


def test_it_finds_what_an_exact_search_finds(tmp_path: Path) -> None:
    some, questions = vectors(4000), vectors(50, start=2)
    found = made(tmp_path, np.arange(4000) * 3 + 5, some)
    shares = []
    for question in questions:
        nearest = np.argsort(-(some @ question))[:10] * 3 + 5
        scores, ids = found.search(question, 20, NONE)
        assert list(scores) == sorted(scores, reverse=True)
        shares.append(np.isin(nearest, ids).mean())
    assert np.mean(shares) > 0.9


def test_vectors_come_back_to_within_eight_bits(tmp_path: Path) -> None:
    some = vectors(500)
    found = made(tmp_path, np.arange(500), some)
    cosines = (found.vectors(np.arange(500)) * some).sum(axis=1) / np.linalg.norm(found.vectors(np.arange(500)), axis=1)
    assert cosines.min() > 0.999


def test_numbers_that_are_common_come_back_best() -> None:
    some = np.random.default_rng(3).standard_normal((20_000, 4)).astype(np.float32)
    scale = Scale.of(some)
    step = (some.max(axis=0) - some.min(axis=0)) / 255
    error = ((scale.decode(scale.encode(some)) - some) ** 2).mean(axis=0)
    assert (error < 0.7 * step**2 / 12).all(), "no better than steps of one size"


def test_of_some_ids_those_with_the_highest_products_are_found(tmp_path: Path) -> None:
    some, questions = vectors(4000), vectors(50, start=2)
    found = made(tmp_path, np.arange(4000) * 3 + 5, some)
    among = np.arange(0, 4000, 7)
    shares = []
    for question in questions:
        likely = found.nearest_among(among * 3 + 5, question, 40)
        assert (len(likely), likely.sum()) == (len(among), 40)
        shares.append(likely[np.argsort(-(some[among] @ question))[:10]].mean())
    assert np.mean(shares) > 0.95
    assert found.nearest_among(np.array([8, 5]), questions[0], 40).all()


def test_ids_that_are_not_there_have_no_row(tmp_path: Path) -> None:
    found = made(tmp_path, np.array([3, 7, 9, *range(200, 220)]), vectors(23))
    assert found.rows(np.array([9, 1, 3, 8, 100])).tolist() == [2, -1, 0, -1, -1]


def test_what_has_gone_is_not_found(tmp_path: Path) -> None:
    some = vectors(300)
    found = made(tmp_path, np.arange(300), some)
    gone = np.arange(0, 300, 2)
    _, ids = found.search(some[10], 40, gone)
    assert len(ids)
    assert not np.isin(ids, gone).any()


@pytest.mark.parametrize("more", [100, 1000], ids=["the cells are kept", "the cells are made anew"])
def test_a_later_file_has_the_former_one_the_new_ones_and_not_what_has_gone(tmp_path: Path, more: int) -> None:
    first, second = vectors(400), vectors(more, start=2)
    former = made(tmp_path, np.arange(400), first)
    later = made(tmp_path, np.arange(1000, 1000 + more), second, former, gone=[3, 399])
    expected = [*(i for i in range(400) if i not in (3, 399)), *range(1000, 1000 + more)]
    assert later.ids.tolist() == expected
    assert (later.learnt == 400) == (more == 100)
    kept = np.array([0, 200, 398])
    assert np.array_equal(later.vectors(later.rows(kept)), former.vectors(former.rows(kept))), "nothing is lost twice"
    assert later.search(second[5], 1, NONE)[1].tolist() == [1005]
    assert later.search(first[200], 1, NONE)[1].tolist() == [200]
    assert not np.isin(later.search(first[3], 50, NONE)[1], [3, 399]).any()


def test_an_id_that_went_may_come_again(tmp_path: Path) -> None:
    former = made(tmp_path, np.arange(100), vectors(100))
    again = vectors(1, start=9)
    later = made(tmp_path, np.array([50]), again, former, gone=[50])
    assert later.ids.tolist() == list(range(100))
    assert later.search(again[0], 1, NONE)[1].tolist() == [50]


def test_vectors_beyond_the_scale_are_cut_off() -> None:
    scale = Scale.of(vectors(100))
    far = np.full((1, DIMENSION), 100, np.float32)
    assert scale.encode(far).tolist() == [[255] * DIMENSION]
    assert scale.encode(-far).tolist() == [[0] * DIMENSION]


def test_a_file_that_is_not_wanted_any_more_is_not_written(tmp_path: Path) -> None:
    unwanted = threading.Event()
    unwanted.set()
    with pytest.raises(GivenUp):
        written(tmp_path / "v", np.arange(50), vectors(50), gone=NONE, unwanted=unwanted)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "lists", "head", "version"])
def test_a_damaged_file_is_not_opened(tmp_path: Path, damage: str) -> None:
    path = made(tmp_path, np.arange(200), vectors(200)).path
    content = path.read_bytes()
    lists = content.index(b"\n") + 1 + 8 * 200 + 4 * DIMENSION * (DIMENSION + 1) + 100
    path.write_bytes(
        {
            "cut": content[:-1],
            "lists": content[:lists] + bytes([content[lists] ^ 0xFF]) + content[lists + 1 :],
            "head": b"{}" + content,
            "version": content.replace(b'"format": 2', b'"format": 1', 1),
        }[damage]
    )
    with pytest.raises(ValueError):
        Quantised(path)


def test_damage_in_the_vectors_is_found_when_it_is_looked_for(tmp_path: Path) -> None:
    path = made(tmp_path, np.arange(200), vectors(200)).path
    assert Quantised(path).is_whole()
    content = bytearray(path.read_bytes())
    content[-10] ^= 0xFF
    path.write_bytes(content)
    assert not Quantised(path).is_whole()
