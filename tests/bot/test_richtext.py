"""Rich text: what is sent fits Telegram's limits, says everything, and is formatted where it should be."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.constants import MessageLimit

from bot.richtext import RichText, Run, fit

UNITS = int(MessageLimit.MAX_TEXT_LENGTH)
ENTITIES = int(MessageLimit.MESSAGE_ENTITIES)
EMOJI = "👩‍👩‍👧"


def units(text: str) -> bytes:
    return text.encode("utf-16-le")


def formatted(message: RichText) -> list[tuple[str, str]]:
    """What Telegram would show in each style, cut out by its own way of counting."""
    text = units(message.text)
    return [
        (entity.type, text[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le"))
        for entity in message.entities()
    ]


def words(text: str) -> str:
    return "".join(text.split())


def assert_sendable(messages: list[RichText]) -> None:
    for message in messages:
        assert 0 < len(units(message.text)) // 2 <= UNITS
        entities = message.entities()
        assert len(entities) <= ENTITIES
        assert all(one.length > 0 and one.offset + one.length <= message.units for one in entities)


# --- the text itself


@pytest.mark.parametrize("text", ["", "abc", "قال لافروف", "🎉", EMOJI, "a🎉ب" * 100])
def test_length_is_counted_as_telegram_does(text: str) -> None:
    assert RichText(text).units == len(units(text)) // 2


@pytest.mark.parametrize("before", ["", "plain ", "🎉🎉 ", f"{EMOJI} قال: ", "\u200f"])
def test_formatting_covers_exactly_the_words_it_was_given_to(before: str) -> None:
    text = (
        RichText(before)
        + RichText.styled("🎉 «لافروف»", "bold")
        + " — "
        + RichText.styled("link", "text_link", "https://x.org")
    )
    assert isinstance(text, RichText)
    assert formatted(text) == [("bold", "🎉 «لافروف»"), ("text_link", "link")]
    assert text.entities()[1].url == "https://x.org"


def test_an_empty_part_has_no_formatting() -> None:
    assert RichText.styled("", "bold").entities() == []


def test_a_cut_keeps_the_formatting_that_falls_within() -> None:
    text = RichText("aa bb cc", (Run(0, 2, "bold"), Run(3, 5, "italic"), Run(0, 8, "blockquote")))
    assert formatted(text.cut(1, 5)) == [("bold", "a"), ("italic", "bb"), ("blockquote", "a bb")]
    assert formatted(text.cut(2, 3)) == [("blockquote", " ")]


@pytest.mark.parametrize(
    ("when", "form", "seconds"),
    [
        (date(2024, 5, 1), "D", 1714557600),
        (datetime(2024, 5, 1, 23, 30, tzinfo=UTC), "Dt", 1714606200),
        (datetime(2024, 5, 2, 2, 30, tzinfo=timezone(timedelta(hours=3))), "Dt", 1714606200),
    ],
)
def test_a_date_is_told_to_telegram_as_exactly_as_it_is_known(when: date, form: str, seconds: int) -> None:
    text = RichText("🎉 ") + RichText.dated("اليوم", when) + "."
    (entity,) = text.entities()
    assert formatted(text) == [("date_time", "اليوم")]
    told = entity.to_dict()
    assert (told["date_time_format"], told["unix_time"]) == (form, seconds)


@pytest.mark.parametrize("hours", range(-10, 14))
def test_a_bare_date_is_that_day_wherever_readers_live(hours: int) -> None:
    (run,) = RichText.dated("x", date(2024, 5, 1)).runs
    assert run.time is not None
    assert datetime.fromtimestamp(run.time, timezone(timedelta(hours=hours))).date() == date(2024, 5, 1)


@pytest.mark.parametrize(
    "when", [date(1, 1, 1), date(1969, 12, 31), date(2040, 1, 1), datetime.max.replace(tzinfo=UTC)]
)
def test_a_date_that_apps_do_not_know_is_plain_text(when: date) -> None:
    assert RichText.dated("long ago", when) == RichText("long ago")


def test_parts_are_marked_beside_what_they_are_already() -> None:
    text = RichText.styled("aa bb cc", "blockquote").marked([(3, 5)], "bold")
    assert formatted(text) == [("blockquote", "aa bb cc"), ("bold", "bb")]
    assert formatted(text.cut(4, 8)) == [("blockquote", "b cc"), ("bold", "b")]


# --- packing


def test_what_fits_into_one_message_is_one_message() -> None:
    blocks = [RichText("first"), RichText.styled("second", "blockquote"), RichText("third")]
    (message,) = fit(blocks)
    assert message.text == "first\n\nsecond\n\nthird"
    assert formatted(message) == [("blockquote", "second")]


def test_nothing_is_no_message() -> None:
    assert fit([]) == []
    assert fit([RichText(""), RichText("")]) == []


def test_the_gap_counts_too() -> None:
    assert len(fit([RichText("a" * (UNITS - 3)), RichText("b")])) == 1
    assert len(fit([RichText("a" * (UNITS - 2)), RichText("b")])) == 2


@pytest.mark.parametrize("letter", ["ب", "🎉", "a"])
def test_a_message_is_split_between_blocks(letter: str) -> None:
    block = RichText.styled(letter * (UNITS // RichText(letter).units // 2 - 10), "blockquote")
    messages = fit([block] * 5)
    assert [message.text.count("\n\n") for message in messages] == [1, 1, 0]
    assert_sendable(messages)
    assert [quote for message in messages for quote in formatted(message)] == [("blockquote", block.text)] * 5


@pytest.mark.parametrize("word", ["كلمة", "word", "🎉🎉", "слово"])
def test_a_long_block_is_split_between_words(word: str) -> None:
    text = " ".join([word] * 3000)
    messages = fit([RichText.styled(text, "expandable_blockquote")])
    assert_sendable(messages)
    assert " ".join(message.text for message in messages) == text
    assert all({style for style, _ in formatted(message)} == {"expandable_blockquote"} for message in messages)
    assert len(messages) == -(-RichText(text).units // UNITS), "as few as can be"


def test_a_block_without_white_space_is_split_all_the_same() -> None:
    text = "🎉" * UNITS
    messages = fit([RichText(text)])
    assert_sendable(messages)
    assert "".join(message.text for message in messages) == text


@pytest.mark.parametrize("count", [ENTITIES, ENTITIES + 1, 3 * ENTITIES + 7])
def test_no_message_has_more_formatting_than_telegram_takes(count: int) -> None:
    block = RichText("")
    for number in range(count):
        block = block + RichText.styled(f"n{number}", "bold") + " "
    messages = fit([block])
    assert_sendable(messages)
    assert [words for message in messages for _, words in formatted(message)] == [f"n{i}" for i in range(count)]
    assert len(messages) == -(-count // ENTITIES)


def test_blocks_with_much_formatting_are_not_joined_beyond_the_limit() -> None:
    block = RichText("".join("ab" for _ in range(60)), tuple(Run(2 * i, 2 * i + 1, "bold") for i in range(60)))
    messages = fit([block, block])
    assert len(messages) == 2
    assert_sendable(messages)


PIECES = st.tuples(
    st.one_of(
        st.text("aب🎉 \n،—", max_size=300),
        st.integers(1, 6000).map(lambda n: "ب" * n),
        st.integers(1, 3000).map(lambda n: "🎉" * n),
        st.integers(1, 2000).map(lambda n: "قال لا " * n),
    ).filter(str.strip),
    st.sampled_from([None, "bold", "blockquote", "text_link"]),
)
BLOCKS = st.lists(st.lists(PIECES, min_size=1, max_size=4), max_size=5)


@given(BLOCKS)
def test_whatever_the_blocks_everything_is_said_once_in_order_within_the_limits(
    blocks: list[list[tuple[str, str | None]]],
) -> None:
    made = []
    for pieces in blocks:
        block = RichText("")
        for text, style in pieces:
            block += RichText.styled(text, style, "https://x.org") if style else text  # type: ignore[arg-type]
        made.append(block)
    messages = fit(made)
    assert_sendable(messages)
    assert words("".join(message.text for message in messages)) == words("".join(block.text for block in made))
    for style in ("bold", "blockquote", "text_link"):
        given_style = words("".join(text for pieces in blocks for text, own in pieces if own == style))
        shown = words("".join(text for message in messages for own, text in formatted(message) if own == style))
        assert shown == given_style
