"""docs/security.md names the tests that prove what it says: they must be there."""

import ast
import re

import pytest

from tests.shared_data import REPOSITORY

PAGE = (REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


@pytest.mark.parametrize(("file", "test"), NAMED, ids=[test for _, test in NAMED])
def test_a_test_that_the_page_names_is_there(file: str, test: str) -> None:
    tree = ast.parse((REPOSITORY / file).read_text(encoding="utf-8"))
    assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_threat_has_its_proof_and_what_remains() -> None:
    threats = [part for part in PAGE.split("\n## ") if "| proof |" in part]
    assert len(threats) == 5
    assert [part.splitlines()[0] for part in threats if "*Remains*" not in part or "tests/" not in part] == []
