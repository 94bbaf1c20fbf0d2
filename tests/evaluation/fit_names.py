"""Makes `retrieval/data/spellings.tsv.gz` and `names.tsv.gz`; fits the likelihood of `retrieval/transliteration.py`.

    python -m tests.evaluation.fit_names

From the name tokens that Wikidata has in English, Arabic and Russian (CC0). What a correspondence of letters is worth
comes from expectation maximisation over the alignments of names (a joint multigram model: Bisani and Ney 2008), less
what chance would give. One row in five is never used for that: `tests/evaluation/names.py` judges on those.
"""

import gzip
import math
import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import permutations

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel
from scipy.optimize import minimize

from retrieval import transliteration
from retrieval.folding import fold
from retrieval.transliteration import (
    ARABIC,
    CYRILLIC,
    LATIN,
    evidence,
    likelihood,
    script,
    skeleton,
    sounds,
    without_article,
)
from tests.shared_data import DATA, REPOSITORY

Row = tuple[str, str, str]
Pair = tuple[str, str]
Weights = dict[Pair, float]

TOKENS = DATA / "names" / "tokens.en-ar-ru.tsv.gz"
OUT = REPOSITORY / "retrieval" / "data"
SCRIPTS = (LATIN, ARABIC, CYRILLIC)
STEPS = ((1, 1), (1, 2), (2, 1), (1, 0), (0, 1))
ROUNDS = 6
TRAINED_ON = 15_000  # rows; more change nothing
NOISE = -3.0  # mean log-probability of a letter, below which a pair is no transliteration
FEW = 1.5  # expected occurrences, below which a correspondence is forgotten

REGULAR = 0.9  # likelihood from which a row needs no listing: the letters say enough
PLAUSIBLE = 0.08  # fit below which two cells of a row are no spellings of one name

# Names that letters alone would never find: kings, popes and prophets, and Koreans as Russian writes them.
IRREGULAR = """
john يوحنا иоанн|paul بولس павел|francis فرنسيس франциск|benedict بندكت бенедикт|benedict بنديكتوس бенедикт
charles تشارلز карл|charles كارل карл|elizabeth اليزابيث елизавета|william ويليام вильгельм|george جورج георг
peter بطرس петр|pope البابا папа|philip فيليب филипп|henry هنري генрих|louis لويس людовик|moses موسي моисей
joseph يوسف иосиф|jesus يسوع иисус|david داود давид|solomon سليمان соломон|abraham ابراهيم авраам|jacob يعقوب иаков
michael ميخاييل михаил|james يعقوب яков|catherine كاترين екатерина|nicholas نيكولاس николай|alexander الكسندر александр
jong جونغ чен|jong جونغ чон|jung جونغ чон|un اون ын|il ايل ир|il ال ир|sung سونغ сен|park بارك пак|lee لي ли|yoon يون юн
reuters رويترز рейтер|reuters رويترز рейтерс
suk سوك сок|yeol يول ель|moon مون мун|jae جاي чжэ|in ان ин|hye هاي хе|ban بان пан|ki كي ги
geun كون кын|chung تشونغ чон|xi شي си|he خه хэ
lee لي и|yo يو е|yo جونغ е
"""


def main() -> None:
    rows = list(tokens())
    trained = [row for row in rows if not held_out(row)]
    random.Random(1).shuffle(trained)
    write("spellings.tsv.gz", spellings(trained))
    write("names.tsv.gz", [])
    transliteration._worths.cache_clear()
    transliteration._steps.cache_clear()
    print("likelihood", fit(trained[TRAINED_ON:]))
    write("names.tsv.gz", irregular(rows))


def tokens() -> Iterator[Row]:
    """The folded rows in which every cell is a word of its script."""
    with gzip.open(TOKENS, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = [fold(cell).strip("'`’\"-. ") for cell in line.rstrip("\n").split("\t")]
            if [script(cell) for cell in row] == list(SCRIPTS) and all(
                len(cell) > 1 and cell.replace("-", "").isalpha() for cell in row
            ):
                english, arabic, russian = row
                arabic = arabic.replace("-", "")
                yield english, arabic if english.startswith("al") else without_article(arabic), russian


def held_out(row: Row) -> bool:
    return zlib.crc32(row[0].encode()) % 5 == 0


def write(name: str, lines: Iterable[Sequence[str]]) -> None:
    text = "\n".join("\t".join(line) for line in lines)
    (OUT / name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def spellings(rows: Sequence[Row]) -> list[tuple[str, str, str, str]]:
    """Lines of two scripts, letters of each, worth in nats; and of one script, letter, nothing, rarity in nats."""
    said = [(sounds(row[0]), sounds(row[1]), sounds(row[2])) for row in rows]
    rare: dict[str, dict[str, float]] = {}
    for i, name in enumerate(SCRIPTS):
        counts = Counter("".join(row[i] for row in said))
        rare[name] = {letter: -math.log(n / counts.total()) for letter, n in counts.items() if n > 2}
    lines = [(name, letter, "", worth) for name, worths in rare.items() for letter, worth in worths.items()]
    for scripts, pairs in training_pairs(said).items():
        one, other = scripts[0], scripts[1]
        for (x, y), likely in correspondences(pairs).items():
            chance = sum(rare[one].get(letter, 6.0) for letter in x) + sum(rare[other].get(letter, 6.0) for letter in y)
            lines.append((scripts, x, y, math.log(likely) + chance))
    return [(scripts, x, y, f"{worth:.2f}") for scripts, x, y, worth in sorted(lines)]


def training_pairs(said: Sequence[Row]) -> dict[str, list[Pair]]:
    """Pairs of spellings for each two scripts, in the order of the scripts' letters."""
    some = said[:TRAINED_ON]
    pairs = {
        "AL": [(row[1], row[0]) for row in some],
        "CL": [(row[2], row[0]) for row in some],
        "AC": [(row[1], row[2]) for row in some],
        "LL": variants(said, lambda row: (row[1], row[2]), 0),
        "AA": variants(said, lambda row: (row[0][:3], row[2]), 1),
        "CC": variants(said, lambda row: (row[0][:3], row[1]), 2),
    }
    for i, name in enumerate(SCRIPTS):
        pairs[2 * name] += [(row[i], row[i]) for row in some[:2000]]
    return pairs


def variants(said: Sequence[Row], same: Callable[[Row], object], which: int) -> list[Pair]:
    """Spellings in one script of what the others say is one name, both ways round."""
    groups: dict[object, set[str]] = defaultdict(set)
    for row in said:
        groups[same(row)].add(row[which])
    return [pair for group in groups.values() for pair in permutations(sorted(group), 2)]


def correspondences(pairs: Sequence[Pair]) -> Weights:
    """The probability of each correspondence of letters."""
    likely = near_the_diagonal(pairs)
    for turn in range(ROUNDS):
        counts: Weights = defaultdict(float)
        for one, other in pairs:
            count(one, other, likely, counts, NOISE if turn > 1 else -math.inf)
        likely = shares({pair: n for pair, n in counts.items() if n >= FEW})
    return likely


def near_the_diagonal(pairs: Sequence[Pair]) -> Weights:
    counts: Weights = defaultdict(float)
    for one, other in pairs:
        for i, j, di, dj in steps(one, other):
            if abs(i / len(one) - j / len(other)) < 1 / 3:
                counts[one[i - di : i], other[j - dj : j]] += 1.0 if (di, dj) == (1, 1) else 0.15
    return shares(counts)


def steps(one: str, other: str) -> Iterator[tuple[int, int, int, int]]:
    for i in range(len(one) + 1):
        for j in range(len(other) + 1):
            for di, dj in STEPS:
                if i >= di and j >= dj:
                    yield i, j, di, dj


def shares(counts: Weights) -> Weights:
    total = sum(counts.values())
    return {pair: n / total for pair, n in counts.items()}


def count(one: str, other: str, likely: Weights, counts: Weights, noise: float) -> None:
    """Adds how often each correspondence is expected in the alignments of the two (forward-backward)."""
    n, m = len(one), len(other)
    all_steps = [(i, j, di, dj, (one[i - di : i], other[j - dj : j])) for i, j, di, dj in steps(one, other)]
    all_steps = [step for step in all_steps if step[4] in likely]
    ahead = np.zeros((n + 1, m + 1)).tolist()
    ahead[0][0] = 1.0
    for i, j, di, dj, pair in all_steps:
        ahead[i][j] += ahead[i - di][j - dj] * likely[pair]
    total = ahead[n][m]
    if total <= 0 or math.log(total) / (n + m) < noise:
        return
    behind = np.zeros((n + 1, m + 1)).tolist()
    behind[n][m] = 1.0
    for i, j, di, dj, pair in reversed(all_steps):
        gain = likely[pair] * behind[i][j]
        behind[i - di][j - dj] += gain
        counts[pair] += ahead[i - di][j - dj] * gain / total


def fit(rows: Sequence[Row], asked: int = 600, others: int = 5000) -> dict[str, float]:
    """Bias and weights by logistic regression: rows' own spellings against the most alike among 5000 others."""
    seen, right = [], []
    for one, other in ((0, 1), (2, 1), (0, 2), (1, 0)):
        words = sorted({row[other] for row in rows[:others]})
        bones = [skeleton(word) for word in words]
        for row in rows[: asked // 4]:
            near = process.extract(skeleton(row[one]), bones, scorer=Indel.normalized_similarity, limit=100)
            found = [(evidence(row[one], words[place]), False) for *_, place in near if words[place] != row[other]]
            for what, is_right in [(evidence(row[one], row[other]), True), *found]:
                if what.fit > PLAUSIBLE:
                    seen.append((1.0, min(what.weight, 20.0), what.fit))
                    right.append(is_right)
    x, y = np.array(seen), np.where(right, 1.0, -1.0)
    found = minimize(lambda w: np.logaddexp(0, -y * (x @ w)).sum() + 0.01 * w @ w, x0=np.zeros(3))
    return dict(zip(("bias", "weight", "fit"), found.x.round(2).tolist(), strict=True))


def irregular(rows: Sequence[Row]) -> list[Row]:
    """The rows that the letters alone do not settle, without cells that are no spelling of the others."""
    kept: list[Row] = [tuple(row.split()) for row in IRREGULAR.strip().replace("\n", "|").split("|") if row]  # type: ignore[misc]
    for row in rows:
        found = {pair: evidence(row[pair[0]], row[pair[1]]) for pair in ((0, 1), (0, 2), (1, 2))}
        linked = [pair for pair, what in found.items() if what.fit >= PLAUSIBLE or of_one_kind(row, pair)]
        unsure = [pair for pair in linked if likelihood(found[pair]) < REGULAR]
        if unsure or len(linked) == 2:
            cells = {cell for pair in linked for cell in pair}
            kept.append(tuple(cell if i in cells else "" for i, cell in enumerate(row)))  # type: ignore[arg-type]
    return kept


def of_one_kind(row: Row, pair: tuple[int, int]) -> bool:
    """Whether two cells are short and of the same consonants: they are given the benefit of the doubt."""
    one, other = row[pair[0]], row[pair[1]]
    return min(len(one), len(other)) < 4 and skeleton(one) == skeleton(other)


if __name__ == "__main__":
    main()
