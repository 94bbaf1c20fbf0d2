"""A small share of `make fuzz`: what anybody may send breaks no promise, and takes time in proportion to its length."""

import time
from collections.abc import Callable
from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.highlighting import highlights
from bot.replies import shortened
from bot.richtext import RichText, fit
from ingest.sentences import sentence_spans
from retrieval.folding import stems
from retrieval.questions import analyse
from tests.fuzz.mutation import inputs
from tests.fuzz.seeds import PAGES, TEXTS
from tests.fuzz.targets import TARGETS, TODAY, html
from tests.fuzz.watch import watched

_SECONDS = 0.6  # for each target: together well under a minute on a busy machine
_FRAGMENTS = st.sampled_from([piece for text in TEXTS for piece in text.split(" ")])
_TEXT = st.lists(st.one_of(_FRAGMENTS, st.text(max_size=8)), max_size=30).map(" ".join)


@pytest.mark.parametrize("name", TARGETS)
def test_mutations_of_real_text_break_nothing(name: str) -> None:
    target = TARGETS[name]
    deadline = time.monotonic() + _SECONDS
    for data in islice(inputs(target.seeds, seed=1), 10_000):
        watched(target, data)
        if time.monotonic() > deadline:
            break


@pytest.mark.parametrize(
    "name", ["sentences", "passages", "questions", "followups", "attribution", "rendering", "updates"]
)
def test_any_text_breaks_nothing(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(chance=st.binary(min_size=3, max_size=3), text=_TEXT)
    def holds(chance: bytes, text: str) -> None:
        watched(target, chance + text.encode("utf-8", "surrogatepass"))

    holds()


_GROWING: dict[str, Callable[[int], object]] = {
    **{f"sentences of {mark!r}": lambda n, mark=mark: sentence_spans(mark * n, "en") for mark in (
        "a. ", "A.", "(", "«", '"!', "…", "(a. ", "\n", "\u0301", "x y")},
    "stems": lambda n: stems("قال Lavrov сказал " * n, "ar"),
    "a question": lambda n: analyse("what did he say about it and who said " * n, today=TODAY),
    "a title": lambda n: shortened("a" * 20 * n, 150),
    "a title of words": lambda n: shortened("aб 🐧 " * 5 * n, 150),
    "messages": lambda n: fit([RichText.styled("слово 🐧 " * 3 * n, "blockquote")]),
    "highlights": lambda n: highlights("dogs bark Lavrov", "Лавров сказал dogs " * n, "en"),
    "a page of paragraphs": lambda n: html(PAGES[0].replace("</article>", "<p>a b c.</p>" * (n // 20)).encode()),
    "a page of tags": lambda n: html(b"<div>" * (n // 20)),
}  # fmt: skip


@pytest.mark.parametrize("what", _GROWING)
def test_time_grows_with_the_length_and_not_with_its_square(what: str) -> None:
    """Of n, 2n and 4n: quadratic work takes sixteen times as long for four times the length, linear four times."""
    work = _GROWING[what]
    work(100)
    taken = []
    for n in (5_000, 10_000, 20_000):
        once = []
        for _ in range(2):
            started = time.process_time()
            work(n)
            once.append(time.process_time() - started)
        taken.append(min(once))
    assert taken[2] < 0.05 or taken[2] / max(taken[0], 1e-4) < 10, taken
