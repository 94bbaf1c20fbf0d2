"""Near-duplicates: told by their words in a row, whatever the marks; found among thousands; kept together."""

import random

import pytest

from retrieval.archive import Prepared
from retrieval.folding import words
from retrieval.near_duplicates import ALIKE, bands, resemblance, signature
from retrieval.sqlite_archive import SqliteArchive
from retrieval.types import Article
from tests.fakes import FakeWorkspace, prepare

WORDS = {
    "ar": "قال الوزير إن المحادثات مع الجانب الآخر تسير في الاتجاه الصحيح وستستمر حتى نهاية العام الحالي",
    "en": "the minister said that talks with the other side go in the right direction until this year ends",
    "ru": "министр заявил что переговоры с другой стороной идут в правильном направлении до конца этого года",
}


def text(seed: int, length: int = 120, lang: str = "en") -> str:
    chance = random.Random(seed)
    return " ".join(chance.choice(WORDS[lang].split()) + str(chance.randrange(50)) for _ in range(length))


def edited(original: str, changes: int, seed: int = 1) -> str:
    """The text with so many words replaced, far apart."""
    own = original.split()
    for place in random.Random(seed).sample(range(0, len(own), 3), changes):
        own[place] = f"other{place}"
    return " ".join(own)


def true_resemblance(one: str, other: str) -> float:
    shingles = [{tuple(own[i : i + 3]) for i in range(len(own) - 2)} for own in (words(one), words(other))]
    return len(shingles[0] & shingles[1]) / len(shingles[0] | shingles[1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("قَالَ لافروف: «نحن مستعدّون».", "قال لافروف نحن مستعدون"),
        ("Talks go on,\nsaid LAVROV.", "talks go on – said Lavrov"),
        ("Он пришёл, увидел, победил!", "он пришел  увидел победил"),
    ],
)
def test_marks_case_and_space_make_no_difference(one: str, other: str) -> None:
    assert resemblance(signature(one), signature(other)) == 1


@pytest.mark.parametrize("lang", WORDS)
@pytest.mark.parametrize("changes", [1, 4, 8, 16, 30])
def test_the_estimate_is_near_the_share_of_common_shingles(lang: str, changes: int) -> None:
    original = text(7, 300, lang)
    other = edited(original, changes)
    estimate = resemblance(signature(original), signature(other))
    assert abs(estimate - true_resemblance(original, other)) < 4 * 0.044


def test_texts_that_are_alike_share_a_band_and_others_hardly_ever() -> None:
    originals = [text(seed) for seed in range(200)]
    copies = [edited(one, 4, seed) for seed, one in enumerate(originals)]
    assert all(true_resemblance(*pair) > ALIKE for pair in zip(originals, copies, strict=True))
    marks = [set(bands(signature(one))) for one in originals]
    assert sum(bool(mark & set(bands(signature(copy)))) for mark, copy in zip(marks, copies, strict=True)) >= 198
    assert sum(bool(marks[i] & marks[j]) for i in range(200) for j in range(i)) == 0


@pytest.mark.parametrize("nothing", ["", "…", "👍 !!"])
def test_a_text_without_words_resembles_nothing(nothing: str) -> None:
    assert signature(nothing) == b""
    assert bands(b"") == []
    assert resemblance(b"", b"") == 0


def test_short_texts_are_copies_only_when_every_word_is_the_same() -> None:
    assert resemblance(signature("Peskov: no."), signature("Peskov – no")) == 1
    assert resemblance(signature("Peskov: no."), signature("Peskov: yes.")) < ALIKE


# --- in the archive


def articles(**texts: str) -> list[Prepared]:
    return [prepare(Article(id=name, text=own)) for name, own in texts.items()]


@pytest.fixture
def archive(workspace: FakeWorkspace) -> SqliteArchive:
    assert isinstance(workspace.archive, SqliteArchive)
    return workspace.archive


def test_copies_are_known_from_each_other_and_others_are_not(archive: SqliteArchive) -> None:
    archive.put(articles(a=text(1), b=edited(text(1), 3), c=text(2)))
    archive.put(articles(d=edited(text(1), 2, seed=5)))
    assert archive.copies(["a", "c", "d", "nowhere"]) == {"a": {"b", "d"}, "d": {"a", "b"}}


def test_when_the_first_goes_the_others_stay_together(archive: SqliteArchive) -> None:
    archive.put(articles(a=text(1), b=edited(text(1), 3), c=edited(text(1), 2, seed=5)))
    archive.delete(["a"])
    assert archive.copies(["a", "b", "c"]) == {"b": {"c"}, "c": {"b"}}
    archive.put(articles(a=text(1)))
    assert archive.copies(["a"]) == {"a": {"b", "c"}}
    assert archive.problems() == []


def test_an_article_that_is_rewritten_leaves_its_copies(archive: SqliteArchive) -> None:
    archive.put(articles(a=text(1), b=edited(text(1), 3)))
    archive.put(articles(a=text(2)))
    assert archive.copies(["a", "b"]) == {}
    archive.put(articles(a=edited(text(1), 1)))
    assert archive.copies(["a", "b"]) == {"a": {"b"}, "b": {"a"}}
    assert archive.problems() == []


def test_it_joins_those_that_it_resembles_most(archive: SqliteArchive) -> None:
    far = edited(text(1), 4)
    archive.put(articles(a=text(1), x=text(3)))
    archive.put(articles(b=far, c=edited(far, 4, seed=9)))
    assert "b" in archive.copies(["c"])["c"]
    assert "x" not in archive.copies(["c"])["c"]
