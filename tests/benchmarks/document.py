"""docs/performance.md: each benchmark writes the sections that are its own and leaves the others'."""

import os
import platform
import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import torch

from tests.shared_data import REPOSITORY

DOCUMENT = REPOSITORY / "docs" / "performance.md"
_INTRODUCTION = """# Performance

Written by `make bench` and `make bench-large`, each its own sections. Ratios are of one run on one machine; absolute
figures are that machine's.
"""


def update(sections: Mapping[str, str], path: Path = DOCUMENT) -> None:
    """Puts sections, by title, in the place of those of the same title, or behind all others."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    _, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    found = {title: body.strip("\n") for title, _, body in (part.partition("\n") for part in parts)}
    found |= {title: body.strip("\n") for title, body in sections.items()}
    whole = [_INTRODUCTION, *(f"## {title}\n\n{body}\n" for title, body in found.items())]
    path.write_text("\n".join(whole), encoding="utf-8")


def table(rows: list[tuple[str, ...]], head: tuple[str, ...] = ("what", "figure")) -> str:
    """Rows as a table in Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def machine() -> str:
    """What a run was made on, in a line."""
    packages = ("torch", "sentence-transformers", "faiss-cpu", "numpy")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in packages)
    native = "with" if torch.cpu.get_capabilities().get("avx512_bf16") else "without"
    return f"{os.cpu_count()} cores, {native} native bfloat16, Python {platform.python_version()}, {versions}.\n"
