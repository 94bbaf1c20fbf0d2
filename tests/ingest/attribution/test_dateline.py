"""Datelines: what an article begins with, and nobody says."""

import pytest

from ingest.attribution.dateline import dateline_end
from ingest.attribution.language import language_words
from ingest.attribution.mentions import said, words_of
from tests.ingest.attribution.test_mentions import likely, tags_of, tokens_at


@pytest.mark.parametrize(
    ("dateline", "rest"),
    [
        ("محمد الزهراني- سبق- مكة المكرمة:", " سيطرت فرق الإطفاء على حريق"),
        ("عبدالله البرقاوي-سبق-الرياض:", " علمت الصحيفة"),
        ("واس – جدة :", " استقبل الملك"),
        ("نايف السعدي – عين اليوم\n", "انطلقت الفعاليات"),
        ("Ahmed Ali - Reuters - Cairo:", " The army said"),
        ("Иван Петров — ТАСС — Москва:", " Министр заявил"),
    ],
)
def test_who_reports_from_where_is_a_dateline(dateline: str, rest: str) -> None:
    assert dateline_end(dateline + rest) == len(dateline)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Lavrov: we are ready",
        "Лавров - журналистам: «Мы готовы»",
        "Аль-Джазира: Израиль нанёс удар",
        "The German music business - the third largest in the world - is ill",
        "قال لافروف - وزير الخارجية - إن بلاده مستعدة",
        "- one - two - three",
        ":" * 1000,
        "a-" * 1000,
    ],
)
def test_other_beginnings_are_none(text: str) -> None:
    assert dateline_end(text) == 0


def test_nobody_says_what_a_dateline_introduces() -> None:
    text = "Ali - AFP - Cairo: it rains"
    tokens = tokens_at((0, 3), (6, 9), (12, 17), (19, 21), (22, 27))
    (words,) = words_of(text, tokens, tags_of("source, first", "source", "source", "content, first", "content"))
    assert [text[one.start : one.end] for one in words] == ["it", "rains"]
    assert said(0, words, likely(direct=0.9), text, language_words("en")) is None
