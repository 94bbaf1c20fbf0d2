"""`make eval`: runs the program over the development sets, scores what it prints, and writes docs/quality.md.

    python -m tests.evaluation [--peers PYTHON] [--only retrieval|answers] [--around N [--keep FOLDER]]

Every figure comes from the command line's own output, through the score program beside the data.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from config.settings import Encoder as EncoderSettings
from retrieval import bundled_model
from tests.evaluation import answers
from tests.evaluation.programs import qawl, run
from tests.shared_data import DATA, REPOSITORY, SHARED

SETS = {
    "arabic": ("arabic.xquad-ar", "arabic.xquad-en", "arabic.xquad-ru", "arabic.arcd"),
    "mixed": ("mixed.xquad-ar", "mixed.xquad-en", "mixed.xquad-ru"),
}
REACH = (0.935, 0.850, 0.790, 0.770, 0.85, 0.85, 0.85)

_PARTS = ("DENSE", "CENTRING", "LEXICAL", "LATE_INTERACTION", "BRIDGE")
ABLATIONS = {
    "**all**": set(_PARTS),
    "BM25 alone": {"LEXICAL"},
    "dense alone": {"DENSE"},
    "dense + centring": {"DENSE", "CENTRING"},
    "dense + centring + lexical": {"DENSE", "CENTRING", "LEXICAL"},
    "dense + centring + lexical + late interaction": {"DENSE", "CENTRING", "LEXICAL", "LATE_INTERACTION"},
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", type=Path, help="a Python that has txtai and haystack-ai (`make peers`)")
    parser.add_argument("--only", choices=("retrieval", "answers"), help="one half of the evaluation")
    parser.add_argument("--around", type=int, default=0, help="ask the gold questions among so many more articles")
    parser.add_argument("--keep", type=Path, help="where those are kept, so that hours of ingest may be had in parts")
    arguments = parser.parse_args()
    if not DATA.is_dir():
        sys.exit("There is no ../shared/data here: nothing to evaluate.")
    with tempfile.TemporaryDirectory() as folder:
        if arguments.only != "answers":
            rows = retrieval(Path(folder))
            if arguments.peers:
                rows |= peers(Path(folder), arguments.peers)
            write("figures", retrieval_table(rows))
        if arguments.only != "retrieval":
            write("figures of answers", answers_table(answers.figures(Path(folder))))
            write("figures of others", answers_table(answers.others(Path(folder))))
            write("figures of unseen", answers_table(answers.unseen(Path(folder))))
        if arguments.around:
            kept = arguments.keep or Path(folder)
            write("figures among many", answers_table(answers.among_many(kept, arguments.around)))


def retrieval(folder: Path) -> dict[str, list[float]]:
    rows: dict[str, list[float]] = {name: [] for name in ABLATIONS}
    for corpus, sets in SETS.items():
        data_dir, asked, hits = folder / corpus, folder / "asked.jsonl", folder / "hits.jsonl"
        qawl(data_dir, "ingest", str(DATA / "retrieval" / f"{corpus}.articles.jsonl"))
        files = [DATA / "retrieval" / f"{one}.questions.jsonl" for one in sets]
        asked.write_text("".join(file.read_text(encoding="utf-8") for file in files), encoding="utf-8")
        for name, parts in ABLATIONS.items():
            started = time.monotonic()
            switches = {f"QAWL_RANKING__{part}": str(part in parts).lower() for part in _PARTS}
            found = qawl(data_dir, "search", "--batch", str(asked), "-k", "10", "--json", **switches)
            hits.write_text(found, encoding="utf-8")
            figures = [figure(one, file, hits) for one, file in zip(sets, files, strict=True)]
            rows[name] += figures
            print(f"{name:40} {corpus:8} {figures} {time.monotonic() - started:5.0f} s", flush=True)
    return rows


def peers(folder: Path, python: Path) -> dict[str, list[float]]:
    model = bundled_model.ensure(EncoderSettings().cache_dir / "models")
    rows: dict[str, list[float]] = {}
    for name, title in {"txtai": "txtai, hybrid", "haystack": "Haystack, hybrid"}.items():
        rows[title] = []
        for corpus, sets in SETS.items():
            articles = DATA / "retrieval" / f"{corpus}.articles.jsonl"
            questions = [DATA / "retrieval" / f"{one}.questions.jsonl" for one in sets]
            run([python, "-m", "tests.evaluation.peers", name, model, articles, *questions, folder])
            for one, file in zip(sets, questions, strict=True):
                rows[title].append(figure(one, file, folder / file.name))
                print(f"{title:40} {one:18} {rows[title][-1]:.4f}", flush=True)
    return rows


def figure(name: str, questions: Path, hits: Path) -> float:
    scored = json.loads(run([sys.executable, SHARED / "eval" / "score.py", "retrieval", questions, hits]))
    return float(scored["recall@3" if name.startswith("mixed") else "R@1"])


def retrieval_table(rows: dict[str, list[float]]) -> list[str]:
    names = [one for sets in SETS.values() for one in sets]
    measures = ["recall@3" if one.startswith("mixed") else "R@1" for one in names]
    lines = [
        "| | " + " | ".join(f"{name} {measure}" for name, measure in zip(names, measures, strict=True)) + " |",
        "|---" * (len(names) + 1) + "|",
        "| to reach | " + " | ".join(f"{value:.3f}" for value in REACH) + " |",
    ]
    return lines + [
        f"| {title} | " + " | ".join(f"{value:.3f}" for value in values) + " |" for title, values in rows.items()
    ]


def answers_table(rows: Iterable[answers.Figure]) -> list[str]:
    lines = ["| set | figure | value | to reach |", "|---|---|---|---|"]
    return lines + [f"| {one.set} | {one.name} | {one.value:g} | {one.reach} |" for one in rows]


def write(mark: str, lines: list[str]) -> None:
    """Puts a table between its marks on the page."""
    page = REPOSITORY / "docs" / "quality.md"
    before, _, after = page.read_text(encoding="utf-8").partition(f"<!-- {mark} -->")
    _, _, after = after.partition(f"<!-- end of {mark} -->")
    table = "\n".join(lines)
    page.write_text(f"{before}<!-- {mark} -->\n{table}\n<!-- end of {mark} -->{after}", encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
