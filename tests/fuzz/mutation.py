"""Inputs made of seeds by chance, the same for the same seed: for where no coverage-guided fuzzer is."""

import random
from collections.abc import Iterator, Sequence

_LONGEST = 1500  # bytes: most of what breaks, breaks on little, and little is quick
_PIECES = [
    piece.encode("utf-8", "surrogatepass")
    for piece in (
        *[
            ".",
            "!",
            "?",
            "…",
            ":",
            "؛",
            "،",
            "؟",
            "。",
            "«",
            "»",
            "“",
            "”",
            '"',
            "'",
            "(",
            ")",
            "[",
            "]",
            "<",
            ">",
            "&",
            ";",
            "|",
            "/",
            "\\",
            "@",
            "#",
            "%",
            "-",
            "–",
            "—",
            "0",
            "9",
            "١",
            "½",
            "²",
            "Ⅷ",
            "㊀",
            "🐧",
            "👩\u200d👧",
            "",
        ],
        *("\n", "\n\n", "\r\n", "\t", " ", "\u00a0", "\u2028", "\x85", "\x1c", "\0", "\ufeff", "\u200f", "\u202e"),
        *(
            "\u0301",
            "ـ",
            "ً",
            "ﷺ",
            "İ",
            "ß",
            "ǆ",
            "\ud83d",
            "\ude00",
            "\U0010ffff",
            "و",
            "ال",
            "ё",
            "A.",
            "т. е.",
            "Mr.",
        ),
        *(
            "said",
            "قال",
            "заявил",
            "who",
            "кто",
            "من",
            "2017",
            "yesterday",
            "في",
            "по словам",
            "<p>",
            "</p>",
            "<!--",
            "]]>",
        ),
        *("&amp;", "&#0;", "&#x110000;", "<![CDATA[", '{"', "null", "1e999", "\\ud800", "-1", "99999999999999999999"),
    )
]


def inputs(seeds: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """The seeds, and then mutations of them without end."""
    yield from seeds
    chance = random.Random(seed)
    while True:
        data = chance.choice(seeds)
        for _ in range(chance.choice((1, 1, 2, 3, 8))):
            data = _mutated(data, seeds, chance)
        yield data[:_LONGEST]


def _mutated(data: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    start = chance.randint(0, len(data))
    end = chance.randint(start, min(len(data), start + 40))
    match chance.randrange(7):
        case 0:
            return data[:start] + chance.choice(_PIECES) + data[start:]
        case 1:
            return data[:start] + chance.choice(_PIECES) * chance.randint(1, 60) + data[end:]
        case 2:
            return data[:start] + data[end:]
        case 3:
            return data[:end] + data[start:end] * chance.randint(1, 20) + data[end:]
        case 4:
            return data[:start] + chance.randbytes(chance.randint(1, 4)) + data[start:]
        case 5:
            other = chance.choice(seeds)
            return data[:start] + other[chance.randint(0, len(other)) :]
        case _:
            return data[start:] + data[:start]
