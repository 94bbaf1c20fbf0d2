"""What the bot says: the same in every language, with the right plurals."""

import re
from datetime import date

import pytest
from fluent.syntax import FluentParser, ast, visitor

from bot.messages import LANGUAGES, file_text, language_for, say

NUMBERS = (0, 1, 2, 3, 5, 11, 21, 100)


class _Variables(visitor.Visitor):
    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:
        self.found.add(node.id.name)


def messages(language: str) -> dict[str, set[str]]:
    """Every message of a language and the variables in it."""
    found = {}
    for entry in FluentParser().parse(file_text(language)).body:
        assert not isinstance(entry, ast.Junk), f"{language}: {entry.content}"
        if isinstance(entry, ast.Message):
            variables = _Variables()
            variables.visit(entry)
            assert entry.id.name not in found, f"{language} has {entry.id.name} twice"
            found[entry.id.name] = variables.found
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_message_with_the_same_variables(language: str) -> None:
    assert messages(language) == messages("en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", messages("en"))
def test_every_message_can_be_said(language: str, message: str) -> None:
    others = {"error": "X", "day": date(2024, 5, 1)}
    values = {name: others.get(name, 7) for name in messages("en")[message]}
    text = say(language, message, **values)
    assert text.strip()
    assert not re.search(r"[{}\u2068\u2069]|\$", text), "nothing of the template is left, and no isolation marks"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["0 articles", "1 article", *[f"{n} articles" for n in NUMBERS[2:]]]),
        ("ru", ["0 статей", "1 статья", "2 статьи", "3 статьи", "5 статей", "11 статей", "21 статья", "100 статей"]),
        (
            "ar",
            ["0 مقال", "مقال واحد", "مقالان", "3 مقالات", "5 مقالات", "11 مقالاً", "21 مقالاً", "100 مقال"],
        ),
    ],
)
def test_numbers_take_the_right_form(language: str, expected: list[str]) -> None:
    for number, words in zip(NUMBERS, expected, strict=True):
        text = say(language, "articles", articles=number)
        assert re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text), text


def test_an_unknown_message_is_a_defect_not_an_empty_text() -> None:
    with pytest.raises((KeyError, LookupError)):
        say("en", "no-such-message")


def test_a_missing_value_is_a_defect_not_a_hole() -> None:
    with pytest.raises(KeyError):
        say("en", "ingest-failed")


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        (("ar",), "ar"),
        (("ar-EG",), "ar"),
        (("RU",), "ru"),
        ((None, "ru"), "ru"),
        (("fr", "ar"), "ar"),
        (("und", None), "en"),
        (("fr", "de"), "en"),
        (("", "pt-br"), "en"),
        ((), "en"),
    ],
)
def test_the_first_language_that_the_bot_speaks_is_taken(wishes: tuple[str | None, ...], language: str) -> None:
    assert language_for(*wishes) == language


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["in 1 more article", "in 2 more articles", "in 11 more articles", "in 21 more articles"]),
        ("ru", ["ещё в 1 статье", "ещё в 2 статьях", "ещё в 11 статьях", "ещё в 21 статье"]),
        ("ar", ["في مقال آخر", "في مقالين آخرين", "في 11 مقالاً آخر", "في 21 مقالاً آخر"]),
    ],
)
def test_other_articles_are_counted_in_the_right_form(language: str, expected: list[str]) -> None:
    for number, words in zip((1, 2, 11, 21), expected, strict=True):
        assert say(language, "also-in", articles=number).endswith(words)


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "May 1, 2024"), ("ar", "1 مايو 2024"), ("ru", "1 мая 2024\u202fг.")]
)
def test_a_day_is_written_in_the_readers_language(language: str, expected: str) -> None:
    assert say(language, "day", day=date(2024, 5, 1)) == expected
