"""How many slips in names are suggested right, and how often another person's name is taken for a slip.

    python -m tests.evaluation.misspellings

Everybody of people.jsonl and figures.jsonl is known in one script. Asked for in each: by a name with one letter of its
family name dropped, doubled, swapped with the next or replaced by a neighbour on the keyboard; and by the right name,
while its bearer is not known.
"""

import random
from collections.abc import Iterator

from retrieval.misspelling import nearness
from retrieval.names import NameIndex, name_words
from tests.evaluation.names import FIGURES, PEOPLE, SCRIPTS
from tests.shared_data import read_lines

KEYBOARDS = {
    "en": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "ru": ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"),
    "ar": ("ضصثقفغعهخحجد", "شسيبلاتنمكط", "ئءؤرىةوزظ"),
}
LEAST = 4  # letters of a family name that a slip is made in
ROUNDS = 3
SUGGESTED = 3


def main() -> None:
    people = everybody()
    for known in SCRIPTS:
        for asked in SCRIPTS:
            for whole in (False, True):
                title = f"known in {known}, asked in {asked}, {'whole name' if whole else 'family name'}"
                print(f"{title}: {measured(people, known, asked, whole=whole)}", flush=True)


def everybody() -> list[dict[str, str]]:
    """One full name in each script for everybody, nobody twice."""
    people: dict[tuple[str, ...], dict[str, str]] = {}
    for path in (PEOPLE, FIGURES):
        for one in read_lines(path) if path.exists() else ():
            full = {
                script: max(one[script], key=lambda name: (len(name.split()) == 2, len(name))) for script in SCRIPTS
            }
            people.setdefault(tuple(name_words(full["en"])), full)
    return list(people.values())


def measured(people: list[dict[str, str]], known: str, asked: str, *, whole: bool) -> str:
    rng = random.Random(1)
    index = NameIndex()
    names = [(one[known], number) for number, one in enumerate(people)]
    for name, number in names:
        index.add(name, number)
    family = [name_words(one["en"])[-1] for one in people]
    slips = found = suggested = misled = others = 0
    for number, one in enumerate(people):
        *given, last = one[asked].split()
        before = given if whole else []
        same = {other for other in range(len(people)) if family[other] == family[number]}
        for slipped in slips_of(last, asked, rng) if len(last) >= LEAST else ():
            slips += 1
            name = " ".join([*before, slipped])
            if sure := {int(str(key)) for key, _ in index.find(name)}:
                found += bool(sure & same)
                continue
            near = suggestions(name, names)
            suggested += bool(near & same)
            misled += bool(near) and not near & same
        right = " ".join([*before, last])
        elsewhere = [(name, other) for name, other in names if other not in same]
        others += not {key for key, _ in index.find(right)} - same and bool(suggestions(right, elsewhere))
    return (
        f"of {slips} slips {found / slips:.3f} found all the same, {suggested / slips:.3f} suggested, "
        f"{misled / slips:.3f} only others suggested; of {len(people)} right names {others / len(people):.3f} suggested"
    )


def suggestions(name: str, names: list[tuple[str, int]]) -> set[int]:
    near = sorted(((nearness(name, known), number) for known, number in names), reverse=True)
    return {number for likeness, number in near[:SUGGESTED] if likeness}


def slips_of(word: str, script: str, rng: random.Random) -> Iterator[str]:
    for _ in range(ROUNDS):
        i = rng.randrange(len(word) - 1)
        beside = [near for row in KEYBOARDS[script] for near in neighbours(row, word[i].lower())]
        made = [word[:i] + word[i + 1 :], word[: i + 1] + word[i:], word[:i] + word[i + 1] + word[i] + word[i + 2 :]]
        made += [word[:i] + rng.choice(beside) + word[i + 1 :]] if beside else []
        slipped = rng.choice(made)
        if slipped.lower() != word.lower():
            yield slipped


def neighbours(row: str, letter: str) -> str:
    at = row.find(letter)
    return row[max(0, at - 1) : at] + row[at + 1 : at + 2] if at >= 0 else ""


if __name__ == "__main__":
    main()
