"""How well two words spell one name, each in Arabic, Cyrillic or Latin letters: evidence from an alignment of letters.

Letters are aligned one to one, one to two or one to none; what each correspondence is worth was learned from names
that Wikidata has in Arabic, English and Russian (`tests/evaluation/fit_names.py`).
"""

import gzip
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate
from math import exp
from typing import NamedTuple

from anyascii import anyascii

Worths = dict[tuple[str, str], float]

ARABIC, CYRILLIC, LATIN = "ACL"
CONSONANTS, VOWELS_ONLY = "bftskhlrmn", "a"  # what a skeleton is of

# Latin letters that spell one sound together; a capital stands for a sound without a letter of its own.
_TOGETHER = {
    "tch": "C", "sch": "S", "sh": "S", "ch": "C", "kh": "X", "gh": "G", "zh": "Z", "th": "T", "ph": "f", "ck": "k",
    "ts": "Q", "tz": "Q", "dj": "j", "ou": "u", "oo": "u", "ee": "i", "x": "ks",
}  # fmt: skip
_LATIN_SOUND = re.compile("|".join(_TOGETHER))
_NOT_LATIN = re.compile(r"[^a-z]+")
_CYRILLIC_LETTERS = str.maketrans(
    {"і": "и", "є": "е", "ґ": "г", "ў": "у", "ј": "й", "’": "", "'": "", "ђ": "ж", "ћ": "ч"}
)
_ARABIC_LETTERS = str.maketrans(
    {"ء": "", "ۆ": "و", "ہ": "ه", "ھ": "ه", "ے": "ي", "ژ": "ز", "ٹ": "ت", "ڈ": "د", "’": "", "'": ""}
)
_TWICE = re.compile(r"(.)\1+")

# The commonest Arabic given names, many of which differ by a long vowel alone, folded: each is another's.
_COMMON = frozenset(
    """
    احمد محمد محمود حمد حامد حميد حماد حسن حسين محسن حسان سلمان سليمان سالم سليم سلام سلامه سلطان
    عمر عمرو عامر عمار معمر عمران ناصر نصر نصار منصور خالد خليل خليفه خلف خلفان سعد سعيد سعود مسعود
    سعدون اسعد فهد فهيد نايف نواف رشيد راشد رشاد مرشد ماجد مجيد مجدي جمال جميل كريم كارم سمير سامر
    سامي عادل عدنان علي علاء عبدالله عبيد عابد يوسف يونس صالح صلاح مصلح طارق طاهر وليد وائل زياد زيد
    يزيد زايد بدر بندر بشار بشير تركي جابر جبر جبير نور نوري منير انور فيصل فوزي فواز فايز فتحي فاتح
    مهدي هادي هاني حمزه حازم حاتم ياسر ياسين يحيي ماهر مهر مازن مروان شاكر شكري
    """.split()  # noqa: SIM905
)

# What may stand before and after a name within a word, and what reading it so costs, in nats.
_BEFORE = {
    ARABIC: {
        "و": 1.5, "ف": 2.0, "ب": 1.5, "ل": 1.5, "ك": 2.0, "ول": 2.0, "وب": 2.0,
        "ال": 0.2, "وال": 1.5, "بال": 1.5, "فال": 2.0, "لل": 1.5, "لو": 2.0, "دي": 2.0, "دو": 2.0,
    },
    LATIN: {"al": 2.0, "el": 2.0, "le": 2.0, "de": 2.0, "di": 2.0, "du": 2.0},
    CYRILLIC: {"аль": 1.0, "эль": 1.0, "ле": 2.0, "де": 2.0, "ди": 2.0},
}  # fmt: skip
_CASES = "а я у ю е ы и ом ем ым им ой ей ою ею ого его ому ему ых их ами ями ам ах й ь ый ий ая"
_AFTER = {
    CYRILLIC: dict.fromkeys(_CASES.split(), 1.0),
    LATIN: {"a": 0.0, "ya": 0.0},  # only beside a Russian ending: Obama and Обамы
    ARABIC: {"ا": 0.0, "ه": 0.0, "يا": 0.0},
}
# The article as it is said before some letters: Essebsi is al-Sebsi.
_ASSIMILATED = re.compile(r"[aeu]([tdrzsnl])\1.{2}")
_ASSIMILATED_COST = 1.5

# Pinyin spells other sounds than English does; Russian writes them down by the system of Palladius.
_PINYIN = re.compile(
    "(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:i?ang|u?ang|[ei]ng|i?ong|u?ai|i?ao|[iu]?an|[aeo][iu]|en|in|un|i[aeu]|u[aoei]|[aeiou]))+"
)
_PINYIN_SOUNDS = {"zh": "j", "ch": "C", "sh": "S", "q": "Q", "j": "Qz", "x": "s", "z": "Qz", "c": "Q", "ng": "n"}
_PINYIN_SOUND = re.compile("|".join(_PINYIN_SOUNDS))
_PINYIN_COST = 1.0
_LONGEST = 40  # letters; longer ones are no names
_LEAST_LETTERS = 3  # that remain of a name after a clitic
_LEAST_STEM = 2  # that remain before an ending

# Nats for what training never saw; the rarest that it kept are about as bad.
_GAP, _MISMATCH, _RARE = -5.0, -4.5, 6.0
_LISTED = 0.85  # fit of two spellings that the table of irregular ones has in a row
_ENOUGH = 20.0  # nats: beyond, more letters tell no more
# Fitted with the right word among 5000: bias -7.1. Who is asked for is oftener there, and among fewer: 2.5 nats.
_BIAS, _WEIGHT, _FIT = -7.1 + 2.5, 0.30, 6.6


class Evidence(NamedTuple):
    """What speaks for two words being one name.

    Attributes:
        weight: log-likelihood ratio of "one name" to "two words by chance", in nats.
        fit: the same as a share of what the best possible spelling would give; 1 is perfect, chance is below 0.
    """

    weight: float
    fit: float


def script(word: str) -> str:
    """ARABIC, CYRILLIC or LATIN: the alphabet that a folded word is compared in."""
    for letter in word:
        if "\u0600" <= letter <= "\u08ff":
            return ARABIC
        if "\u0400" <= letter <= "\u052f":
            return CYRILLIC
    return LATIN


@lru_cache(maxsize=200_000)
def sounds(word: str) -> str:
    """A folded word as the letters that are aligned, one for each sound; words of other scripts are romanised."""
    which, word = script(word), word[:_LONGEST]
    if which == ARABIC:
        plain = word.translate(_ARABIC_LETTERS)
        return _TWICE.sub(r"\1", plain) if len(plain) > 2 else plain
    if which == CYRILLIC:
        return _TWICE.sub(r"\1", word.translate(_CYRILLIC_LETTERS).replace("дж", "џ"))
    plain = _NOT_LATIN.sub("", anyascii(word).lower())
    return _TWICE.sub(r"\1", _LATIN_SOUND.sub(lambda found: _TOGETHER[found[0]], plain))


def are_two(a: str, b: str) -> bool:
    """Whether two folded words are names that are each another's, however alike they look: محمد and محمود."""
    return a != b and a in _COMMON and b in _COMMON


@lru_cache(maxsize=200_000)
def evidence(a: str, b: str) -> Evidence:
    """What speaks for two folded words being one name, inflected or with a clitic as they may be."""
    if (script(a), a) > (script(b), b):
        a, b = b, a
    first, second = script(a), script(b)
    if a == b:
        return Evidence(_most(sounds(a), first)[-1], 1.0)
    if are_two(a, b):
        return Evidence(0.0, 0.0)
    best = Evidence(0.0, 0.0)
    for one, one_cost in _readings(a, first):
        for other, other_cost in _readings(b, second):
            best = max(best, _aligned(one, other, first + second, one_cost + other_cost), key=likelihood)
    if best.fit < 1 and rows(a) & rows(b):
        full = (_most(sounds(a), first)[-1] + _most(sounds(b), second)[-1]) / 2
        best = max(best, Evidence(_LISTED * full, _LISTED), key=likelihood)
    return best


def likelihood(found: Evidence) -> float:
    """The probability that the evidence is of one name, fitted by `tests/evaluation/fit_names.py`."""
    return 1 / (1 + exp(-max(-50.0, min(50.0, _BIAS + _WEIGHT * min(found.weight, _ENOUGH) + _FIT * found.fit))))


def _aligned(a: str, b: str, scripts: str, cost: float) -> Evidence:
    """The best alignment of two strings of sounds, the second up to any of its endings (and so the first)."""
    steps = _steps(scripts)
    added = [steps.added.get(letter, _GAP) for letter in b]
    table = [list(accumulate(added, initial=0.0))]
    for i, x in enumerate(a):
        above, before = table[i], table[i - 1]
        gone = steps.gone.get(x, _GAP)
        single, split, joined = steps.single.get(x, {}), steps.split.get(x), steps.joined.get(a[i - 1 : i + 1])
        best = above[0] + gone
        row = [best]
        for j, y in enumerate(b):  # plain comparisons: this is most of the time that names take
            best += added[j]
            if (other := above[j + 1] + gone) > best:
                best = other
            if (other := above[j] + single.get(y, _MISMATCH)) > best:
                best = other
            if joined and y in joined and (other := before[j] + joined[y]) > best:
                best = other
            if split and j and (pair := b[j - 1 : j + 1]) in split and (other := above[j - 1] + split[pair]) > best:
                best = other
            row.append(best)
        table.append(row)
    most_a, most_b = _most(a, scripts[0]), _most(b, scripts[1])
    found = Evidence(0.0, 0.0)
    for i, cost_a in _ends(a, scripts[0]):
        for j, cost_b in _ends(b, scripts[1]):
            if i == len(a) and scripts[1] != CYRILLIC and j < len(b):
                continue
            if j == len(b) and scripts[0] != CYRILLIC and i < len(a):
                continue
            weight = table[i][j] - cost - cost_a - cost_b
            found = max(found, Evidence(weight, 2 * weight / (most_a[i] + most_b[j] or 1.0)), key=likelihood)
    return found


@lru_cache(maxsize=200_000)
def _readings(word: str, which: str) -> list[tuple[str, float]]:
    """The sounds of the name that a folded word may be, without a clitic or as Pinyin; what each reading costs."""
    found = [(sounds(word), 0.0)]
    for clitic, cost in _BEFORE[which].items():
        if word.startswith(clitic) and len(word) - len(clitic) >= _LEAST_LETTERS:
            found.append((sounds(word[len(clitic) :]), cost))
    if which == LATIN and _ASSIMILATED.match(word):
        found.append((sounds(word[2:]), _ASSIMILATED_COST))
    if which == LATIN and _PINYIN.fullmatch(word):
        said = _PINYIN_SOUND.sub(lambda letters: _PINYIN_SOUNDS[letters[0]], word)
        found.append((said, _PINYIN_COST))
    return found


@lru_cache(maxsize=200_000)
def _ends(word: str, which: str) -> list[tuple[int, float]]:
    """The lengths that the name within the word may have, and what each costs."""
    found = [(len(word), 0.0)]
    for ending, cost in _AFTER[which].items():
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM:
            found.append((len(word) - len(ending), cost))
    return found


@lru_cache(maxsize=200_000)
def _most(word: str, which: str) -> list[float]:
    """The weight that a perfect spelling of each beginning of the word would have."""
    worth = _worths()[which]
    found = [0.0]
    for letter in word:
        found.append(found[-1] + worth.get((letter, ""), _RARE))
    return found


@lru_cache(maxsize=200_000)
def rows(word: str) -> frozenset[int]:
    """The rows of the table of irregular spellings that have the word, in whatever case."""
    table = _rows()
    found = {*table.get(word, ()), *table.get(without_article(word), ())}
    if script(word) == CYRILLIC:
        for end, _ in _ends(word, CYRILLIC)[1:]:
            for ending in ("", "а", "я", "й", "ь", "ий"):
                found.update(table.get(word[:end] + ending, ()))
    return frozenset(found)


@cache
def _worths() -> dict[str, Worths]:
    """What each correspondence is worth in nats, by the two scripts; a letter's rarity by its one script."""
    found: dict[str, Worths] = defaultdict(dict)
    for scripts, one, other, worth in _lines("spellings.tsv.gz"):
        found[scripts][one, other] = float(worth)
    return found


class _Steps(NamedTuple):
    """The correspondences of two scripts, by the letters of the first: what each is worth in nats.

    `gone` are letters for nothing, `added` those of the second script for nothing; `single` is letter for letter,
    `split` one for two, `joined` two for one.
    """

    gone: dict[str, float]
    added: dict[str, float]
    single: dict[str, dict[str, float]]
    split: dict[str, dict[str, float]]
    joined: dict[str, dict[str, float]]


@cache
def _steps(scripts: str) -> _Steps:
    steps = _Steps({}, {}, {}, {}, {})
    for (one, other), worth in _worths()[scripts].items():
        if not other:
            steps.gone[one] = worth
        elif not one:
            steps.added[other] = worth
        else:
            kind = steps.single if len(one) == len(other) else steps.split if len(one) < len(other) else steps.joined
            kind.setdefault(one, {})[other] = worth
    return steps


@cache
def _rows() -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, row in enumerate(_lines("names.tsv.gz")):
        for word in row:
            if word:
                found.setdefault(word, []).append(number)
    return found


def _lines(name: str) -> Iterable[list[str]]:
    data = files("retrieval").joinpath("data", name).read_bytes()
    return (line.split("\t") for line in gzip.decompress(data).decode("utf-8").splitlines())


_SKELETON = str.maketrans(
    {
        letter: kind
        for kind, letters in {
            "b": "bpбп" "ب",
            "f": "fvвф" "ف",
            "t": "tdTтд" "تطدضثذظ",
            "s": "szSZCQсзшжчцщ" "سصزش",
            "k": "kgqcGjкгџ" "كقغج",
            "h": "hXх" "هحخ",
            "l": "lл" "ل",
            "r": "rр" "ر",
            "m": "mм" "م",
            "n": "nн" "ن",
        }.items()
        for letter in letters
    }
)  # fmt: skip


_INSTRUMENTAL = ("ым", "им", "ом", "ем")


@lru_cache(maxsize=200_000)
def skeleton(word: str) -> str:
    """The consonants of a folded word, one of `CONSONANTS` for each, the same for every script, or `VOWELS_ONLY`."""
    return "".join(c for c in sounds(without_article(word)).translate(_SKELETON) if c in CONSONANTS) or VOWELS_ONLY


def nominative(word: str) -> str:
    """A folded Russian family name without the ending of the instrumental case, whose consonant sounds."""
    return word[:-2] if word.endswith(_INSTRUMENTAL) else word


class Sound(NamedTuple):
    """What words that may be one name word have in common: see `skeleton` and `rows`."""

    skeleton: str
    rows: tuple[int, ...]


def sound(word: str) -> Sound:
    """How a folded word sounds."""
    return Sound(skeleton(word), tuple(sorted(rows(word))))


@lru_cache(maxsize=200_000)
def romanised(word: str) -> str:
    """The sounds of a folded word in Latin letters, roughly."""
    return str(anyascii(sounds(without_article(word)))).lower()


def without_article(word: str) -> str:
    """A folded word without the Arabic article at its beginning."""
    return word[2:] if word.startswith("ال") and len(word) >= 5 and not word.startswith("الله") else word
