"""Buttons: what they carry comes back, what is none of ours is known as such, labels fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replies import Button, carried, messages, number, shortened, uncarried
from bot.richtext import RichText


def test_what_a_button_carries_comes_back() -> None:
    assert uncarried(carried("vote", "A1b2-_x", 12, 1)) == ("vote", ["A1b2-_x", "12", "1"])


def test_a_button_that_telegram_would_refuse_is_a_defect() -> None:
    carried("more", "x" * 57)
    with pytest.raises(ValueError, match="cannot carry"):
        carried("more", "x" * 58)
    with pytest.raises(ValueError, match="cannot carry"):
        carried("more", "ب" * 29)


@pytest.mark.parametrize("data", ["", "1", "0|more|x|3", "2|more", "more|x|3", "|", "قول", "1\n|more"])
def test_buttons_of_other_versions_and_foreign_ones_are_none_of_ours(data: str) -> None:
    assert uncarried(data) is None


@pytest.mark.parametrize("written", ["", "-1", "+1", "1.5", "1e3", "٣", "²", " 1", "12345", "9" * 5000, "x", "\0"])
def test_a_number_that_we_do_not_write_is_none(written: str) -> None:
    assert number(["id", written], 1) is None


def test_a_number_that_we_write_is_one() -> None:
    assert [number(["id", "0", "9999"], place) for place in (0, 1, 2, 3)] == [None, 0, 9999, None]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Sergey Lavrov (minister)", "Sergey Lavrov (minister)"),
        ("one\n two", "one two"),
        ("Anna Petrova (first deputy head of the department of everything)", "Anna Petrova (first deputy head of the…"),
        ("Wang, who is " + "x" * 50, "Wang, who is " + "x" * 26 + "…"),
        ("🎉" * 30, "🎉" * 19 + "…"),
        ("", ""),
    ],
)
def test_a_long_label_is_cut_between_words(text: str, label: str) -> None:
    assert shortened(text, 40) == label


@given(st.text(max_size=200), st.integers(2, 80))
def test_a_label_never_exceeds_its_room(text: str, units: int) -> None:
    assert RichText(shortened(text, units)).units <= units


def test_buttons_are_under_the_last_of_several_messages() -> None:
    row = [[Button("More", "1|more|x|3")]]
    first, last = messages([RichText("a" * 4000), RichText("b" * 4000)], row, answers="x")
    assert (list(first.buttons), list(last.buttons)) == ([], row)
    assert first.answers == last.answers == "x"
    assert messages([], row) == []
