"""What is installed is whole: an editable checkout finds files that a wheel would lack."""

import tomllib
from pathlib import Path

from tests.shared_data import REPOSITORY

SETTINGS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
PACKAGES = [REPOSITORY / one.rstrip("*") for one in SETTINGS["packages"]["find"]["include"]]


def test_every_file_of_ours_that_is_no_python_goes_into_the_wheel() -> None:
    packed: set[Path] = set()
    for package, patterns in SETTINGS["package-data"].items():
        for pattern in patterns:
            packed |= set((REPOSITORY / package.replace(".", "/")).glob(pattern))
    data = {
        one for package in PACKAGES for one in package.rglob("*") if one.is_file() and one.suffix not in (".py", ".pyc")
    }
    assert {str(one.relative_to(REPOSITORY)) for one in data - packed} == set()


def test_every_folder_with_python_is_a_package() -> None:
    """Without an `__init__.py` setuptools leaves a folder out."""
    folders = {one.parent for package in PACKAGES for one in package.rglob("*.py")}
    assert [one for one in folders if not (one / "__init__.py").exists()] == []
