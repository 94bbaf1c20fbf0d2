"""How well names are found across scripts.

    python -m tests.evaluation.names

People: each form of a name in two scripts must find its person among all, who are indexed in the third, and nobody
else. Held out: words, and names made of two, whose letters were not trained on, with their table rows taken away.
"""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from unittest.mock import patch

from retrieval import transliteration
from retrieval.names import NameIndex, name_words
from tests.evaluation.fit_names import Row, held_out, tokens
from tests.shared_data import DATA, REPOSITORY, read_lines

PEOPLE = REPOSITORY / "tests" / "retrieval" / "people.jsonl"
FIGURES = DATA / "names" / "figures.jsonl"
SCRIPTS = ("ar", "en", "ru")
HELD_OUT = 1_000
MANY = 50_000
ASKED = 300

Question = tuple[str, int, set[int]]  # a name, whom it must find, and who else may be found


def main() -> None:
    for path in (PEOPLE, FIGURES):
        for script in SCRIPTS if path.exists() else ():
            report(f"{path.stem}, indexed in {script}", *people(path, script))
    if not DATA.is_dir():
        return
    rows = list(tokens())
    random.Random(5).shuffle(rows)
    unseen = [row for row in rows if held_out(row)]
    with without_table():
        report("held-out words", *invented([(row,) for row in unseen[:HELD_OUT]]))
        report("held-out names", *invented(list(zip(unseen[:HELD_OUT], unseen[HELD_OUT:], strict=False))))
    index, questions = invented(list(islice(zip(cycle(rows), cycle(rows[1:-1]), strict=False), MANY)))
    report("50 000 names", index, questions)
    started = time.perf_counter()
    for name, *_ in questions:
        index.find_in(f"What did the minister tell reporters about {name.title()} after the meeting in Vienna?")
    print(f"a question of 14 words: {(time.perf_counter() - started) / len(questions) * 1000:.1f} ms")


def people(path: Path, script: str) -> tuple[NameIndex, list[Question]]:
    """Everybody's names in one script, and questions in the others; a family name may find all who have it."""
    everybody = list(read_lines(path))
    index = NameIndex()
    families: dict[str, set[int]] = {}
    for number, person in enumerate(everybody):
        families.setdefault(name_words(person["en"][0])[-1], set()).add(number)
        for name in person[script]:
            index.add(name, number)
    questions = []
    for number, person in enumerate(everybody):
        family = families[name_words(person["en"][0])[-1]]
        for other in set(SCRIPTS) - {script}:
            for name in person[other]:
                questions.append((name, number, family if len(name_words(name)) == 1 else set()))
    return index, questions


def invented(names: Sequence[tuple[Row, ...]]) -> tuple[NameIndex, list[Question]]:
    """Names of rows' words in Arabic, and questions in the other two scripts; who is spelt the same may be found."""
    index = NameIndex()
    same: dict[str, set[int]] = {}
    for number, name in enumerate(names):
        arabic = " ".join(row[1] for row in name)
        index.add(arabic, number)
        same.setdefault(arabic, set()).add(number)
    questions = [
        (" ".join(row[cell] for row in name), number, same[" ".join(row[1] for row in name)])
        for number, name in enumerate(names[:ASKED])
        for cell in (0, 2)
    ]
    return index, questions


def report(title: str, index: NameIndex, questions: Sequence[Question]) -> None:
    """Prints recall, how often somebody else is found, how often first, and the time of a question."""
    found_right = found_wrong = first_wrong = 0
    index.find("warm")
    started = time.perf_counter()
    for name, right, allowed in questions:
        found = [key for key, _ in index.find(name)]
        wrong = [key for key in found if key != right and key not in allowed]
        found_right += right in found
        found_wrong += bool(wrong)
        first_wrong += found[:1] == wrong[:1] != []
    each = (time.perf_counter() - started) / len(questions)
    n = len(questions)
    print(
        f"{title}: {n} questions, recall {found_right / n:.3f}, somebody else {found_wrong / n:.3f}, "
        f"first {first_wrong / n:.3f}, {each * 1000:.1f} ms each",
        flush=True,
    )


@contextmanager
def without_table() -> Iterator[None]:
    """The table of irregular spellings is empty meanwhile."""
    caches = (transliteration.rows, transliteration.evidence)
    for cache in caches:
        cache.cache_clear()
    with patch.object(transliteration, "_rows", dict):
        yield
    for cache in caches:
        cache.cache_clear()


if __name__ == "__main__":
    main()
