"""Files are whole or not there."""

import os
from pathlib import Path

import pytest

from retrieval.files import write_atomically


def test_the_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
    target = tmp_path / "file"
    for content in ("first", "second, and longer"):
        write_atomically(target, lambda path, content=content: path.write_text(content) and None)
        assert target.read_text() == content
    assert list(tmp_path.iterdir()) == [target]


def test_the_old_file_stands_until_the_new_one_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("old")

    def write(path: Path) -> None:
        path.write_text("new")
        assert target.read_text() == "old"
        assert path.parent == target.parent, "else the rename would be a copy"

    write_atomically(target, write)
    assert target.read_text() == "new"


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("old")

    def fail(path: Path) -> None:
        path.write_text("half of the n")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        write_atomically(target, fail)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_the_content_is_on_disk_before_it_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    happened = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (happened.append("fsync"), fsync(handle))[1])
    monkeypatch.setattr(Path, "replace", lambda *paths: (happened.append("rename"), replace(*paths))[1])
    write_atomically(tmp_path / "file", lambda path: path.write_text("new") and None)
    assert happened == ["fsync", "rename", "fsync"]
