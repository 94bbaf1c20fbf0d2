"""Milliseconds of our own from a letter typed to the cards that are offered, beside a plain answer to the same text.

Over the beginnings of 1 000 articles, as in `searching`; what is typed are names that are quoted there, names and
topics, and topics alone, each broken off somewhere.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.cards import cards
from bot.workspace import Workspace
from config import load_settings
from retrieval.folding import script_of
from tests.benchmarks.searching import material

TYPED = 200
CARDS = 10


def typed_texts(workspace: Workspace, headlines: list[str]) -> list[str]:
    """What people are in the middle of typing, the same in every run; the three scripts in turn."""
    chance = random.Random(1)
    by_script: dict[str, list[str]] = {"ARABIC": [], "LATIN": [], "CYRILLIC": []}
    workspace.speakers.catch_up(workspace.archive)
    for one in workspace.speakers.all():
        by_script.get(script_of(one.speaker.name) or "", []).append(one.speaker.name.split()[-1].lower())
    topics: dict[str, list[str]] = {"ARABIC": [], "LATIN": [], "CYRILLIC": []}
    for line in headlines:
        topics.get(script_of(line) or "", []).append(" ".join(line.lower().split()[:3]))
    made = []
    for number in range(TYPED):
        script = list(by_script)[number % 3]
        name = chance.choice(by_script[script][:50] or ["lavrov"])
        topic = chance.choice(topics[script] or ["oil prices"])
        text = (name, topic, f"{name} {topic}")[number // 3 % 3]
        made.append(text[: chance.randint(3, max(3, len(text)))])
    return made


def rows() -> list[tuple[str, str]]:
    """What was measured, and the figure."""
    articles, headlines = material()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(load_settings(data_dir=Path(folder)))
        workspace.ingestor.ingest(articles)
        found = measured(workspace, headlines)
        workspace.close()
    return found


def measured(workspace: Workspace, headlines: list[str]) -> list[tuple[str, str]]:
    """The figures of an archive."""
    workspace.warm_up()
    texts = typed_texts(workspace, headlines)
    for text in ("warm", "тепл", "دافئ"):  # whoever types first waits for tables of their script
        _cards(workspace, text)
    offered: list[float] = []
    empty = 0
    answered: list[float] = []
    with ThreadPoolExecutor(1) as typing, ThreadPoolExecutor(1) as answering:
        for text in texts:
            made, taken = typing.submit(_timed, lambda text=text: _cards(workspace, text)).result()
            empty += not made
            offered.append(taken)
            answered.append(answering.submit(_timed, lambda text=text: workspace.answerer.answer(text)).result()[1])
    offered.sort()
    answered.sort()
    return [
        ("texts typed, those with nothing to offer", f"{len(texts)}, {empty}"),
        ("cards, p50", f"{statistics.median(offered):.0f} ms"),
        ("cards, p95", f"{offered[int(0.95 * len(offered))]:.0f} ms"),
        ("a plain answer to the same, p50", f"{statistics.median(answered):.0f} ms"),
        ("a plain answer to the same, p95", f"{answered[int(0.95 * len(answered))]:.0f} ms"),
        ("ratio of the medians", f"{statistics.median(offered) / statistics.median(answered):.2f}"),
    ]


def _cards(workspace: Workspace, text: str) -> object:
    offer = workspace.type_ahead.offer(text, language="en", limit=CARDS)
    return cards(offer.evidence, text, "en")


def _timed(work: Callable[[], object]) -> tuple[object, float]:
    started = time.perf_counter()
    done = work()
    return done, (time.perf_counter() - started) * 1000
