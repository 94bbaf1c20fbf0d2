"""How many pairs of descriptions are told to be one person's or body's, and to be two's.

    python -m tests.evaluation.descriptions [-v]

The pairs are a language model's, which knew nothing of the table; those of two are near each other: another ministry,
another country. Of `seen` ones mistakes were looked at while the table was mended. Where somebody is from is only known
as far as the pairs tell.
"""

import sys
from collections import Counter
from pathlib import Path

from retrieval.descriptions import Notion, agreement, contradict
from retrieval.planning import AGREES
from tests.shared_data import read_lines

NOWHERE = frozenset[Notion]
FILE = Path(__file__).parent / "data" / "descriptions.jsonl"


def main() -> None:
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for one in read_lines(FILE):
        pair = one["asked"], one["called"], NOWHERE
        taken = "taken for one" if agreement(*pair) >= AGREES else "told apart" if contradict(*pair) else "neither"
        part = "seen" if one["seen"] else "unseen"
        counts[part, "across" if one["across"] else "within", "one" if one["same"] else "two", taken] += 1
        if "-v" in sys.argv and taken == ("told apart" if one["same"] else "taken for one"):
            print(taken, "|", one["asked"], "|", one["called"])
    for (part, across, are, taken), count in sorted(counts.items()):
        print(f"{part}, {across} languages, {are}: {taken} {count}")


if __name__ == "__main__":
    main()
