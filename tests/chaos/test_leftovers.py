"""What a killed process leaves lying in the data folder: it must not stand in the way of the next."""

import shutil
from pathlib import Path

from config import load_settings
from retrieval.types import Article
from tests.fakes import FakeWorkspace

TEXTS = {"ar": "قال لافروف إن الاتفاق قريب.", "en": "Cranes fly south.", "ru": "Песков сообщил о встрече."}


def test_a_commit_of_words_that_was_cut_off_before_it_counted_is_done_again(tmp_path: Path) -> None:
    """Tantivy writes which documents are deleted to a file named by a number that the next commit uses again."""
    workspace = FakeWorkspace(load_settings(data_dir=tmp_path / "data"))
    workspace.ingestor.ingest([Article(id=lang, text=text, lang=lang) for lang, text in TEXTS.items()])
    workspace.save()
    words = workspace.words.path
    before = Path(shutil.copytree(words, tmp_path / "before"))
    workspace.archive.delete(["ru"])
    workspace.save()
    workspace.close()
    for name in ("meta.json", "sequence"):  # all but the new file and tantivy's list of files, which it writes first
        shutil.copy(before / name, words)

    again = FakeWorkspace(load_settings(data_dir=tmp_path / "data"))
    again.catch_up()
    assert again.problems() == []
    found = again.archive.passages(again.words.search("Cranes", "en", 3))
    assert [one.article_id for one in found] == ["en"]
    again.close()


def test_many_small_writes_leave_few_files_of_words(tmp_path: Path) -> None:
    """A post at a time for years: without merging, each would be a segment of its own, in five files."""
    workspace = FakeWorkspace(load_settings(data_dir=tmp_path / "data"))
    for number in range(40):
        workspace.ingestor.ingest([Article(id=str(number), text=f"{TEXTS['en']} {number}", lang="en")])
        workspace.words.catch_up(workspace.archive)
    assert len(list(workspace.words.path.iterdir())) < 40 * 5 / 2
    assert workspace.problems() == []
    workspace.close()
