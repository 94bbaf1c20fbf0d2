"""Words with skeletons like one: as many and in the order that comparing with each would give."""

import random

from rapidfuzz.distance import Indel

from retrieval.skeletons import Skeletons

_LEAST = 0.65  # no two of these skeletons are so like: rounding has no say


def _compared_with_each(words: list[tuple[str, str]], skeleton: str, limit: int) -> list[str]:
    likeness = {word: Indel.normalized_similarity(skeleton, own) for word, own in words}
    near = [word for word, _ in words if likeness[word] >= _LEAST]
    return sorted(near, key=lambda word: -likeness[word])[:limit]


def test_what_is_near_is_what_comparing_with_each_finds() -> None:
    chance = random.Random(7)
    words = [(f"word {i}", "".join(chance.choices("bftskhlrmn", k=chance.randint(1, 7)))) for i in range(3000)]
    words += [("vowels", "a"), ("more vowels", "a")]
    known = Skeletons()
    for word, skeleton in words:
        known.add(word, skeleton)
    asked = [skeleton for _, skeleton in chance.sample(words, 100)] + ["a", "lfrf", "bbbbbb", "mnmnmnmnmnmn"]
    for skeleton in asked:
        assert known.near(skeleton, _LEAST, 40) == _compared_with_each(words, skeleton, 40)


def test_words_that_sound_the_same_come_in_the_order_in_which_they_came() -> None:
    known = Skeletons()
    for word, skeleton in [("لافروف", "lfrf"), ("Larov", "lrf"), ("Lavrov", "lfrf"), ("Лавров", "lfrf")]:
        known.add(word, skeleton)
    assert known.near("lfrf", _LEAST, 3) == ["لافروف", "Lavrov", "Лавров"]


def test_of_nothing_nothing_is_near() -> None:
    assert Skeletons().near("lfrf", _LEAST, 3) == []


def test_a_word_of_a_thousand_letters_is_a_word_like_any_other() -> None:
    known = Skeletons()
    known.add("long", "s" * 1000)
    known.add("short", "sl")
    assert known.near("sl", _LEAST, 3) == ["short"]
    assert known.near("s" * 1000, _LEAST, 3) == ["long"]
