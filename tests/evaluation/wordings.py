"""How many questions are read right: whose words are asked for, and that the topic is kept.

    python -m tests.evaluation.wordings [-v]

The questions are a language model's, which knew the product's purpose and nothing of its rules; in `seen` ones mistakes
were looked at and rules written. A speaker is right word for word, but for an English article and an attached Arabic
preposition; the topic when it has half of the words that it should have.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from math import ceil
from pathlib import Path
from typing import Any

from retrieval.folding import words
from retrieval.questions import analyse
from tests.shared_data import read_lines

FILE = Path(__file__).parent / "data" / "wordings.jsonl"
DAY = date(2026, 1, 1)


def main() -> None:
    right: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for one in read_lines(FILE):
        asked = analyse(one["question"], today=DAY)
        fits = is_right(one, asked.speaker, asked.topic)
        right["seen" if one["seen"] else "unseen", one["lang"]].append(fits)
        if "-v" in sys.argv and not fits:
            print(f"{one['question']}\n    {asked.speaker} | {asked.topic}\n    {one['speaker']} | {one['topic']}")
    for (part, lang), each in sorted(right.items()):
        print(f"{part} {lang}: {sum(each)} of {len(each)}")


def is_right(wanted: Mapping[str, Any], speaker: str | None, topic: str) -> bool:
    """Whether a question was read as it is meant; what is nobody's has any topic."""
    if not wanted["speaker"] or not speaker:
        return not wanted["speaker"] and not speaker
    kept = len(set(words(wanted["topic"])) & set(words(topic)))
    return _bare(speaker) == _bare(wanted["speaker"]) and kept >= ceil(len(set(words(wanted["topic"]))) / 2)


def _bare(name: str) -> list[str]:
    first, *others = words(name)
    if first in {"the", "a", "an"}:
        return others
    return [first.removeprefix("ل").removeprefix("ب"), *others]


if __name__ == "__main__":
    main()
