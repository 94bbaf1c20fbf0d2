"""Lines start in their reader's direction, and values that run against it are set apart; nothing else is added."""

import pytest

from bot.direction import isolated, led, unmarked
from bot.richtext import RichText

RLM, LRM, FSI, PDI = "\u200f", "\u200e", "\u2068", "\u2069"


@pytest.mark.parametrize(
    ("language", "text", "line"),
    [
        ("ar", "— العنوان", "— العنوان"),
        ("ar", "— TASS، 2024", f"{RLM}— TASS، 2024"),
        ("ar", "• 2024 …", f"{RLM}• 2024 …"),
        ("en", "— TASS", "— TASS"),
        ("en", "— العنوان", f"{LRM}— العنوان"),
        ("ru", "— ТАСС", "— ТАСС"),
        ("ru", "— קול", f"{LRM}— קול"),
    ],
)
def test_a_mark_leads_only_where_the_first_letter_would_mislead(language: str, text: str, line: str) -> None:
    assert led(RichText(text), language).text == line


@pytest.mark.parametrize(
    ("language", "value", "apart"),
    [
        ("ar", "TASS", True),
        ("ar", "قناة RT", True),
        ("ar", "الجزيرة", False),
        ("ar", "24", False),
        ("en", "ТАСС 24", False),
        ("en", "الجزيرة", True),
        ("ru", "", False),
    ],
)
def test_what_runs_against_the_line_is_set_apart_with_its_formatting(language: str, value: str, apart: bool) -> None:
    made = isolated(RichText.styled(value, "bold"), language)
    assert made.text == (f"{FSI}{value}{PDI}" if apart else value)
    assert [made.text[run.start : run.end] for run in made.runs] == ([value] if value else [])


def test_marks_of_a_value_do_not_reach_beyond_it() -> None:
    assert unmarked(f"\u202bقناة{PDI} {RLM}RT\u202e") == "قناة RT"
    assert unmarked("می\u200cخواهم 👩\u200d👧") == "می\u200cخواهم 👩\u200d👧", "joiners are part of the spelling"
