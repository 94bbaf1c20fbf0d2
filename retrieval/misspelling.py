"""Names nearly the one that somebody typed: Lavrvo and Лавроф are slips for Lavrov, in whatever script he is known."""

from collections.abc import Iterator, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA, Indel

from retrieval.names import name_words
from retrieval.transliteration import CYRILLIC, evidence, likelihood, rows, script, skeleton, without_article

# A slip takes away from what speaks for two words being one name, and from 0.75 `NameIndex.find` finds them all the
# same. What these numbers let through, of slips and of other people: tests/evaluation/misspellings.py.
_NEAR, _NEAR_ACROSS = 0.3, 0.2  # within a script, across two
_NEAR_BESIDE = 0.05  # beside a name that fits: Sergey Lavrvo
_FITS = 0.75
_ONE_SLIP, _TWO_SLIPS = 5, 9  # letters from which a word with so many slips is still the same
_SHORT = 4  # letters; a shorter word with a slip may be anything
_SOUNDS = 0.6  # share of the consonants in common, as where `NameIndex` looks
_SLIPPED = 0.5  # nearness of a word with slips that its letters alone tell
_CASES = ("ого", "ому", "ой", "ом", "ем", "ым", "а", "у", "ы", "е", "и", "я", "ю")


def nearness(typed: str, name: str) -> float:
    """How near a name is to the one typed, up to 1; 0 when it is somebody else's.

    Of two full names every word must be near; a family name alone is compared with the other's, and
    is no slip when the table of spellings lists it: it is somebody's.
    """
    one, other = name_words(typed), name_words(name)
    if not one or not other or len(one) > len(other):
        return 0.0
    if len(one) == 1:
        return 0.0 if rows(one[0]) else _near(one[0], other[-1])
    between = other[1:-1] if len(one) == len(other) else one[1:-1]
    *given, family = zip(one, (other[0], *between, other[-1]), strict=True)
    before = min(_near(*pair) for pair in given)
    return min(before, _near(*family, beside=before >= _FITS)) if before else 0.0


def sounding_near(typed: str, skeletons: Sequence[str]) -> list[str]:
    """Those of the skeletons of family names outside which no name is near the one typed."""
    words = name_words(typed)
    scorer = Indel.normalized_similarity
    found = (
        process.extract(skeleton(words[-1]), skeletons, scorer=scorer, score_cutoff=_SOUNDS, limit=None)
        if words
        else []
    )
    return [sound for sound, *_ in found]


def _near(typed: str, word: str, *, beside: bool = False) -> float:
    """How near two words are; `beside` another that fits, less is enough."""
    sounds, others = skeleton(typed), skeleton(word)
    if min(len(typed), len(word)) < _SHORT or Indel.normalized_similarity(sounds, others) < _SOUNDS:
        return float(typed == word)
    if sounds[0] != others[0] and not beside:  # the first is hardly ever the wrong one
        return 0.0
    likeness, same = likelihood(evidence(typed, word)), script(typed) == script(word)
    if likeness >= (_NEAR_BESIDE if beside else _NEAR if same else _NEAR_ACROSS):
        return likeness
    if same:
        return _SLIPPED if any(_slipped(one, other) for one in _bare(typed) for other in _bare(word)) else 0.0
    turned = max((likelihood(evidence(one, word)) for one in _turned(typed)), default=0.0)
    return _SLIPPED if turned >= _FITS else 0.0


def _slipped(one: str, other: str) -> bool:
    """Whether so few letters are dropped, doubled, swapped or wrong that the words may be one."""
    shorter = min(len(one), len(other))
    return OSA.distance(one, other) <= (shorter >= _ONE_SLIP) + (shorter >= _TWO_SLIPS)


def _bare(word: str) -> Iterator[str]:
    """The word, and without what inflects it."""
    yield without_article(word)
    if script(word) == CYRILLIC:
        yield from (word.removesuffix(ending) for ending in _CASES if word.endswith(ending))


def _turned(word: str) -> Iterator[str]:
    """The word with each two neighbouring letters the other way round."""
    if len(word) >= _ONE_SLIP:
        yield from (word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1))
