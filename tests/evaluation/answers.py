"""Who said what, judged: statements and answers of the seed article and of the twelve gold articles."""

import gzip
import json
import random
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.evaluation.programs import qawl, run
from tests.shared_data import DATA, SAMPLE, SHARED, read_lines

ANSWERS = {
    "hit@1": ("", "0.90"),
    "hit@3": ("1.00", "0.97"),
    "speaker_precision@3": ("", "0.97"),
    "wrong_speaker_quotes": ("0", ""),
    "abstained_when_not": ("1.00", ""),
    "balanced_abstention": ("", "0.90"),
    "verbatim": ("1.0", "1.0"),
}
_OTHERS = Path(__file__).parent / "data"
STATEMENTS = {"F1": "0.88", "wrong_speaker": "2 %", "spurious": "", "verbatim": "1.0"}


class Figure(NamedTuple):
    """One measured value, and what was to be reached."""

    set: str
    name: str
    value: float
    reach: str


def figures(folder: Path) -> Iterator[Figure]:
    """All figures of statements and answers."""
    seed, gold = folder / "seed", folder / "gold"
    qawl(seed, "ingest", str(SAMPLE))
    qawl(gold, "ingest", str(DATA / "gold" / "articles.jsonl"))
    seed_article = {"id": SAMPLE.stem, "lang": "ar", "text": SAMPLE.read_text(encoding="utf-8")}
    yield from statements(
        "seed statements", folder, seed, [seed_article], renamed("seed/statements.jsonl"), ("1.00", "0")
    )
    yield from asked("seed questions", folder, seed, [seed_article], renamed("seed/questions.jsonl"), 0)
    articles = list(read_lines(DATA / "gold" / "articles.jsonl"))
    gold_statements = list(read_lines(DATA / "gold" / "statements.jsonl"))
    yield from statements("gold statements", folder, gold, articles, gold_statements, (STATEMENTS["F1"], "2 %"))
    for lang in ("ar", "en", "ru"):
        own = [one for one in articles if one["lang"] == lang]
        said = [one for one in gold_statements if one["lang"] == lang]
        yield next(iter(statements(f"gold statements, {lang}", folder, gold, own, said, ("0.82", ""))))
    yield from asked("gold questions", folder, gold, articles, list(read_lines(DATA / "gold" / "questions.jsonl")), 1)


def others(folder: Path) -> Iterator[Figure]:
    """Figures of 71 articles of the archive, annotated by reading, without looking at what the program finds."""
    said, asking = (list(read_lines(_OTHERS / f"others.{name}.jsonl")) for name in ("statements", "questions"))
    yield from of_archive(folder / "others", "71 others", said, asking)


def unseen(folder: Path) -> Iterator[Figure]:
    """Figures of the 98 articles that a language model annotated and the tagger was not trained on."""
    lines = [line for line in read_lines(_OTHERS / "archive.statements.jsonl.gz") if line["test"]]
    said = [
        {
            **{name: one[name] for name in ("speaker", "speaker_en", "kind")},
            "article_id": line["id"],
            "lang": line["lang"],
            "span": one["sentence"],
            # as in the gold statements: what nobody named says, and what goes on without a cue
            "optional": one["kind"] == "stance" or not one["speaker"] or (one["kind"] == "indirect" and not one["cue"]),
        }
        for line in lines
        for one in line["statements"]
    ]
    asking = [one for one in read_lines(_OTHERS / "archive.questions.jsonl") if one["test"]]
    yield from of_archive(folder / "unseen", "98 unseen", said, asking, {line["id"] for line in lines})


def of_archive(
    folder: Path, title: str, said: list[dict[str, Any]], asking: list[dict[str, Any]], ids: Collection[str] = ()
) -> Iterator[Figure]:
    """Figures of the articles of the archive with these statements, questions and ids."""
    folder.mkdir()
    wanted = {*ids, *(one["article_id"] for one in (*said, *asking))}
    lines = (line for path in sorted((DATA / "archive").glob("*.jsonl.gz")) for line in read_lines(path))
    articles = [{name: line[name] for name in ("id", "lang", "text")} for line in lines if line["id"] in wanted]
    write(folder / "source.jsonl", articles)
    data_dir = folder / "data"
    qawl(data_dir, "ingest", str(folder / "source.jsonl"))
    yield from statements(f"statements of {title}", folder, data_dir, articles, said, (STATEMENTS["F1"], "2 %"))
    for lang in ("ar", "en", "ru"):
        own = [one for one in articles if one["lang"] == lang]
        rows = [one for one in said if one["lang"] == lang]
        yield next(iter(statements(f"statements of {title}, {lang}", folder, data_dir, own, rows, ("0.82", ""))))
    yield from asked(f"questions about {title}", folder, data_dir, articles, asking, 1)


def among_many(folder: Path, count: int) -> Iterator[Figure]:
    """The gold questions with `count` other articles of the development archive around them, chosen by chance.

    A folder that has been used before keeps what it has: more articles come on top of fewer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data_dir, around = folder / "many", folder / "around.jsonl.gz"
    articles = list(read_lines(DATA / "gold" / "articles.jsonl"))
    own = {one["id"] for one in articles}
    lines = [line for path in sorted((DATA / "archive").glob("*.jsonl.gz")) for line in read_lines(path)]
    others = [line for line in lines if line["id"] not in own]
    random.Random(1).shuffle(others)
    with gzip.open(around, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(line) + "\n" for line in others[:count])
    qawl(data_dir, "ingest", str(DATA / "gold" / "articles.jsonl"), str(around))
    questions = list(read_lines(DATA / "gold" / "questions.jsonl"))
    yield from asked(
        f"gold questions among {min(count, len(others)):,} articles", folder, data_dir, articles, questions, 1
    )


def renamed(name: str) -> list[dict[str, Any]]:
    """The lines of a file about the seed article, under the id that its file name gives it."""
    lines = list(read_lines(DATA / name))
    return [{**one, "article_id": SAMPLE.stem} if "article_id" in one else one for one in lines]


def statements(
    title: str,
    folder: Path,
    data_dir: Path,
    articles: list[dict[str, Any]],
    gold: list[dict[str, Any]],
    reach: tuple[str, str],
) -> Iterator[Figure]:
    found = folder / "statements.jsonl"
    found.write_text(qawl(data_dir, "statements", "--json"), encoding="utf-8")
    scored = score("statements", folder, articles, gold, found)
    for name, wanted in zip(("F1", "wrong_speaker", "spurious", "verbatim"), (*reach, "", "1.0"), strict=True):
        yield Figure(title, name, scored[name], wanted)


def asked(
    title: str, folder: Path, data_dir: Path, articles: list[dict[str, Any]], gold: list[dict[str, Any]], column: int
) -> Iterator[Figure]:
    questions, found = folder / "questions.jsonl", folder / "answers.jsonl"
    write(questions, gold)
    found.write_text(qawl(data_dir, "ask", "--batch", str(questions), "--json"), encoding="utf-8")
    scored = score("answers", folder, articles, gold, found)
    for name, reach in ANSWERS.items():
        yield Figure(title, name, scored[name], reach[column])


def score(
    task: str, folder: Path, articles: Iterable[dict[str, Any]], gold: Iterable[dict[str, Any]], found: Path
) -> dict[str, float]:
    write(folder / "articles.jsonl", articles)
    write(folder / "gold.jsonl", gold)
    program = [sys.executable, SHARED / "eval" / "score.py", task]
    scored: dict[str, float] = json.loads(run([*program, folder / "articles.jsonl", folder / "gold.jsonl", found]))
    return scored


def write(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
