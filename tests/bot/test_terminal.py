"""The conversation in the terminal: quotations indented, buttons pressed by their numbers."""

import io
import sys
from collections.abc import Sequence
from datetime import date

import pytest
from rich.console import Console

from bot.richtext import RichText
from bot.terminal import chat, show
from retrieval.types import Answer, Article, Evidence, Plan
from tests.fakes import FakeWorkspace, prepare

WIDTH = 100


def talk(workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch, *lines: str) -> str:
    """What is printed when these lines are typed."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines)))
    console = Console(file=io.StringIO(), width=WIDTH)
    chat(workspace, console)
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def story(number: int) -> Article:
    text = f"Before {number}.\n\nShips sail {number}.\n\nAfter {number}."
    return Article(id=f"a{number}", title=f"T{number}", text=text, published=date(2024, 5, 1))


@pytest.fixture
def answering(workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> FakeWorkspace:
    """Answers every question with four quotations."""
    articles: Sequence[Article] = [story(number) for number in range(4)]
    workspace.archive.bind_model(workspace.encoder.identity)
    workspace.archive.put([prepare(one) for one in articles])
    found = [Evidence.cut(one, at := one.text.index("Ships"), at + 13, score=1.0) for one in articles]
    answer = Answer(question="?", language="en", status="answered", plan=Plan(topic="ships"), evidence=found)
    monkeypatch.setattr(workspace, "answer", lambda *_, **__: answer)
    return workspace


def test_buttons_are_pressed_by_their_numbers(answering: FakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = talk(answering, monkeypatch, "Ships?", "/4", "/1", "/1")
    asked, voted, more, context = (part.rstrip() for part in printed.split("qawl> ")[1:])
    assert "    Ships sail 0." in asked.splitlines()
    assert "— T0, May 1, 2024" in asked.splitlines()
    assert asked.splitlines()[-1] == "/1 More   /2 Context   /3 Sources   /4 👍   /5 👎"
    assert voted.splitlines()[1:] == ["Thank you!", "", "/1 More   /2 Context   /3 Sources   /4 👍 ✓   /5 👎"]
    assert "    Ships sail 3." in more.splitlines()
    assert more.splitlines()[-1] == "/1 Context   /2 Sources   /3 👍 ✓   /4 👎"
    assert [line for line in context.splitlines() if line.startswith("    ")] == [
        "    Before 3.",
        "    Ships sail 3.",
        "    After 3.",
    ]


@pytest.mark.parametrize("line", ["/0", "/6", "/999", "/" + "9" * 5000, "/²", "/-1"])
def test_a_number_without_a_button_is_an_unknown_command(
    answering: FakeWorkspace, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    assert "I don't know that command" in talk(answering, monkeypatch, "Ships?", line)


def test_an_article_that_went_in_the_meantime_is_said_to_be_gone(
    answering: FakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk(answering, monkeypatch, "Ships?")
    answering.archive.delete([f"a{number}" for number in range(4)])
    printed = talk(answering, monkeypatch, "Ships?", "/2", "/1")
    assert printed.count("That article is no longer in the archive") == 2
    assert printed.splitlines()[-1] == "/1 Context   /2 Sources   /3 👍   /4 👎"


def test_words_stand_out_within_a_quotation() -> None:
    console = Console(file=io.StringIO(), width=WIDTH, force_terminal=True, color_system="standard")
    show(console, RichText.styled("قال: ships sail", "blockquote").marked([(5, 10)], "bold"))
    assert isinstance(console.file, io.StringIO)
    assert "\x1b[1mships\x1b[0m" in console.file.getvalue()


def test_quotations_without_names_above_them_stand_apart() -> None:
    blocks = RichText.styled("one", "blockquote") + "\n— A\n\n" + RichText.styled("two", "blockquote") + "\n— B"
    console = Console(file=io.StringIO(), width=WIDTH)
    show(console, blocks)
    assert isinstance(console.file, io.StringIO)
    printed = [line.rstrip() for line in console.file.getvalue().splitlines()]
    assert printed == ["    one", "— A", "", "    two", "— B", ""]
