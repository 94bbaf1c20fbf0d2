"""`make bench`: runs every benchmark, prints tables, and writes docs/performance.md."""

import platform
from importlib import metadata

import torch

from tests.benchmarks import answering_while_ingesting, bulk, encoding, inline, searching
from tests.shared_data import REPOSITORY

BENCHMARKS = {
    "Encoding": encoding.rows,
    "Search": searching.rows,
    "Inline mode": inline.rows,
    "Answering while ingesting": answering_while_ingesting.rows,
    "Bulk ingest": bulk.rows,
}


def main() -> None:
    sections = [
        "# Performance\n",
        "Written by `make bench`. Ratios are of one run on one machine; absolute figures are that machine's.\n",
        machine(),
    ]
    for title, measure in BENCHMARKS.items():
        table = "\n".join(f"| {name} | {figure} |" for name, figure in measure())
        sections.append(f"## {title}\n\n| what | figure |\n|---|---|\n{table}\n")
        print(sections[-1])
    (REPOSITORY / "docs" / "performance.md").write_text("\n".join(sections), encoding="utf-8")


def machine() -> str:
    packages = ("torch", "sentence-transformers", "faiss-cpu", "numpy")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in packages)
    native = "with" if torch.cpu.get_capabilities().get("avx512_bf16") else "without"
    return (
        f"{torch.get_num_threads()} cores, {native} native bfloat16, Python {platform.python_version()}, {versions}.\n"
    )


main()
