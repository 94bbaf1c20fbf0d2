"""What packing token vectors costs: R@1 of the whole ranking with it and with float32 in its place.

python -m tests.evaluation.packing
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from bot.workspace import Workspace
from config import load_settings
from ingest.sources import read
from retrieval.packing import Packing
from tests.evaluation.__main__ import SETS, figure, write
from tests.shared_data import DATA

Floats = npt.NDArray[np.float32]

_TOGETHER = 32  # questions that are encoded in one go


def _pack(packing: Packing, vectors: Floats) -> bytes:
    return vectors.astype(np.float32).tobytes()


def _cosines(packing: Packing, packed: list[bytes], vectors: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
    tokens = np.frombuffer(b"".join(packed), np.float32).reshape(-1, vectors.shape[1])
    return tokens @ vectors.T, np.array([len(text) // (4 * vectors.shape[1]) for text in packed], np.int64)


def _unchanged(packing: Packing, vectors: Floats) -> Floats:
    return vectors


def main() -> None:
    rows = {"packed": figures()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Packing, "pack", _pack)
        patch.setattr(Packing, "cosines", _cosines)
        patch.setattr(Packing, "stretched", _unchanged)
        rows["float32"] = figures()
    names = [one for sets in SETS.values() for one in sets]
    lines = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    lines += [f"| {title} | " + " | ".join(f"{value:.4f}" for value in values) + " |" for title, values in rows.items()]
    write("figures of packing", lines)


def figures() -> list[float]:
    found = []
    for corpus, sets in SETS.items():
        with tempfile.TemporaryDirectory() as folder:
            workspace = Workspace(load_settings(data_dir=Path(folder)))
            workspace.ingestor.ingest(read(str(DATA / "retrieval" / f"{corpus}.articles.jsonl")))
            for one in sets:
                questions, hits = DATA / "retrieval" / f"{one}.questions.jsonl", Path(folder) / "hits.jsonl"
                hits.write_text("".join(_hits(workspace, questions)), encoding="utf-8")
                found.append(figure(one, questions, hits))
                print(one, found[-1], flush=True)
            workspace.close()
    return found


def _hits(workspace: Workspace, questions: Path) -> list[str]:
    asked = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    lines = []
    for start in range(0, len(asked), _TOGETHER):
        group = asked[start : start + _TOGETHER]
        for one, ranked in zip(group, workspace.searcher.search_each([q["question"] for q in group], 10), strict=True):
            hits = [hit.model_dump(include={"article_id", "start", "end", "score"}) for hit in ranked]
            lines.append(json.dumps({"id": one["id"], "hits": hits}) + "\n")
    return lines


if __name__ == "__main__":
    main()
