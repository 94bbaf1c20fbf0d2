"""What is installed for deployment is what `pyproject.toml` asks for, each package by its hash."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.shared_data import REPOSITORY

LOCK = (REPOSITORY / "deploy" / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = [one for extra in PROJECT["optional-dependencies"].values() for one in extra]
WANTED = [Requirement(one) for one in (*PROJECT["dependencies"], *EXTRAS)]


def pinned() -> dict[str, str]:
    """The version of each package in the lock."""
    lines = [line.split() for line in LOCK.splitlines() if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in (one[0].split("==") for one in lines)}


def test_the_lock_holds_what_the_project_asks_for() -> None:
    versions = pinned()
    missing = [str(one) for one in WANTED if not one.specifier.contains(versions.get(canonicalize_name(one.name), "0"))]
    assert missing == [], "make deploy/requirements.lock anew, see docs/operations.md"


def test_every_package_in_the_lock_has_a_hash() -> None:
    lines = [line for line in LOCK.splitlines() if line and not line.startswith("#")]
    assert len(lines) > len(WANTED)
    assert [line for line in lines if not re.search(r"--hash=sha256:[0-9a-f]{64}", line)] == []
