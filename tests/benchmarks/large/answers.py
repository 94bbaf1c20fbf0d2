"""How long answers take in one archive: one after the other, many at once, and what they go into."""

import cProfile
import os
import pstats
import random
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from bot.chats.desk import ANSWERED_AT_ONCE
from bot.workspace import Workspace
from retrieval.folding import script_of
from retrieval.threads import spare
from tests.benchmarks.searching import material

ASKERS = 32
_STARTING = 30.0  # seconds that a second process has to start, beside questions
_PROFILED = 40
_FORMS = {"ARABIC": "ماذا قال {} عن {}؟", "LATIN": "What did {} say about {}?", "CYRILLIC": "Что {} сказал о {}?"}


def questions(workspace: Workspace, count: int) -> list[str]:
    """Headlines of real articles that are not in the archive, and every second time what somebody said about one.

    Of those who are quoted every second is one of the twenty who are quoted most.
    """
    headlines = material()[1]
    chance = random.Random(1)
    workspace.speakers.catch_up(workspace.archive)
    names: dict[str, list[str]] = {}
    for one in workspace.speakers.all():
        if len(one.speaker.name.split()) > 1:
            names.setdefault(script_of(one.speaker.name) or "", []).append(one.speaker.name)
    asked = []
    for number in range(count):
        headline = headlines[number % len(headlines)]
        own = names.get(script_of(headline) or "", [])
        if number % 2 or not own:
            asked.append(headline)
        else:
            name = chance.choice(own[:20] if number % 4 else own)
            asked.append(_FORMS[script_of(headline) or "LATIN"].format(name, " ".join(headline.split()[:4])))
    return asked


def alone(workspace: Workspace, asked: Sequence[str]) -> list[float]:
    """Milliseconds of each answer, one after the other, ascending; each question was asked once before."""
    for question in asked:
        workspace.answerer.answer(question)
    return sorted(_milliseconds(workspace, question) for question in asked)


def together(workspace: Workspace, asked: Sequence[str]) -> tuple[float, list[float]]:
    """Questions a second with `ASKERS` who ask again once they have their answer, and each one's milliseconds.

    As many are answered at once as the bot answers; the others wait, and that counts. What they ask before, while a
    second process starts, does not.
    """
    with ThreadPoolExecutor(ASKERS) as askers, ThreadPoolExecutor(ANSWERED_AT_ONCE) as desk:

        def ask(question: str) -> float:
            begun = time.perf_counter()
            desk.submit(workspace.answering, question).result()
            return (time.perf_counter() - begun) * 1000

        started = time.perf_counter()
        while time.perf_counter() < started + _STARTING:
            list(askers.map(ask, asked))
        started = time.perf_counter()
        taken = list(askers.map(ask, asked))
        seconds = time.perf_counter() - started
    return len(asked) / seconds, sorted(taken)


def _milliseconds(workspace: Workspace, question: str) -> float:
    started = time.perf_counter()
    workspace.answerer.answer(question)
    return (time.perf_counter() - started) * 1000


def stages(workspace: Workspace, asked: Sequence[str]) -> dict[str, float]:
    """Mean milliseconds of an answer's stages, by its own clock."""
    found = [workspace.answerer.answer(question).timings_ms for question in asked]
    return {name: statistics.mean(getattr(one, name) for one in found) for name in type(found[0]).model_fields}


def costliest(workspace: Workspace, asked: Sequence[str], count: int = 12) -> list[tuple[str, float]]:
    """Functions of `retrieval` and their share of the time, what they call included; the costliest first.

    Those that only hand on to others of the list are not in it. Everything is done in one thread, as when every core
    has an answer of its own: a profile sees no others.
    """
    profile = cProfile.Profile()
    with ExitStack() as all_cores:
        for _ in range(os.cpu_count() or 1):
            all_cores.enter_context(spare.work())
        profile.enable()
        for question in asked[:_PROFILED]:
            workspace.answerer.answer(question)
        profile.disable()
    rows = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    total = max(row[3] for row in rows.values())
    outer = {"answering", "search", "sentence_ranking", "threads"}
    spent = {
        f"{Path(file).stem}.{name}": row[3] / total
        for (file, _, name), row in rows.items()
        if "/retrieval/" in file and not name.startswith(("_", "<")) and Path(file).stem not in outer
    }
    return sorted(spent.items(), key=lambda one: -one[1])[:count]


def at(share: float, ascending: Sequence[float]) -> float:
    """The value that this share of them is not above."""
    return ascending[min(len(ascending) - 1, int(share * len(ascending)))]
