"""Backup and restore: nothing half, nothing lost, and one clear line for whatever is wrong."""

import os
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from retrieval.backup import FORMER, Copied, back_up, restore
from retrieval.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, ArchiveUnwritable, QawlError, UsageError
from retrieval.sqlite_archive import SqliteArchive
from retrieval.sqlite_database import FILE, SqliteDatabase
from retrieval.types import Article
from tests.fakes import FakeEncoder, old_archive, prepare, vector_index

TEXTS = {
    "ar": "قال لافروف إن الإرهابيين يتلقون دعماً مالياً خارجياً.",
    "en": "The mayor said that every family had left the town.",
    "ru": "Патрушев заявил о химическом оружии.",
}
ARTICLES = [Article(id=lang, text=text, lang=lang) for lang, text in TEXTS.items()]


def fill(folder: Path, *articles: Article) -> Path:
    with closing(SqliteArchive(folder)) as archive:
        archive.bind_model("fake 1")
        archive.put([prepare(one) for one in articles])
    return folder


def texts(folder: Path) -> dict[str, str]:
    with closing(SqliteArchive(folder)) as archive:
        assert archive.problems() == []
        return {one.id: one.text for one in archive.articles()}


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return fill(tmp_path / "data", *ARTICLES)


@pytest.fixture
def saved(data_dir: Path, tmp_path: Path) -> Path:
    return back_up(data_dir, tmp_path / "saved.sqlite3").path


def test_a_backup_is_one_private_file_and_brings_everything_back(saved: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert {one.name for one in tmp_path.iterdir()} == {"data", "saved.sqlite3"}
    elsewhere = tmp_path / "elsewhere"
    assert restore(elsewhere, saved) == Copied(saved, 3)
    assert texts(elsewhere) == TEXTS
    assert stat.S_IMODE((elsewhere / FILE).stat().st_mode) == 0o600
    assert not (elsewhere / FORMER).exists()


def test_a_folder_gets_a_new_file_each_time(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    done = back_up(data_dir, folder)
    assert done.path.parent == folder
    assert done.path.name.startswith("qawl-2")
    assert list(folder.iterdir()) == [done.path]


def test_jobs_people_and_settings_of_chats_are_in_it_and_what_was_deleted_is_not(
    data_dir: Path, tmp_path: Path
) -> None:
    with closing(SqliteDatabase(data_dir)) as database:
        database.run("INSERT INTO people VALUES (77, 'ru')")
        database.run("INSERT INTO chats (id, language) VALUES (-5, 'ar')")
        database.run("PRAGMA secure_delete = OFF")  # as SQLite is built in most places
        database.run("INSERT INTO wishes VALUES ('a forgotten question', 'en', 1, '')")
        database.run("DELETE FROM wishes")
        done = back_up(data_dir, tmp_path / "saved.sqlite3")
    assert b"a forgotten question" not in done.path.read_bytes()
    restore(tmp_path / "new", done.path)
    with closing(SqliteDatabase(tmp_path / "new")) as database:
        assert database.rows("SELECT language FROM people") == [("ru",)]
        assert database.rows("SELECT id, language FROM chats") == [(-5, "ar")]


def test_what_is_deleted_is_not_in_the_file_any_more(data_dir: Path) -> None:
    with closing(SqliteDatabase(data_dir)) as database:
        with database.transaction():
            assert database.rows("PRAGMA secure_delete") == [(1,)], "however SQLite was built"
        database.run("INSERT INTO wishes VALUES ('a forgotten question', 'en', 1, '')")
    assert b"a forgotten question" in (data_dir / FILE).read_bytes()
    with closing(SqliteDatabase(data_dir)) as database:
        database.run("DELETE FROM wishes")
    assert b"a forgotten question" not in (data_dir / FILE).read_bytes()


WRITER = """
import sys
from contextlib import closing
from pathlib import Path
from retrieval.sqlite_archive import SqliteArchive
from retrieval.types import Article
from tests.fakes import prepare
with closing(SqliteArchive(Path(sys.argv[1]))) as archive:
    for number in range(100_000):
        pair = [Article(id=f"{half}-{number}", text=f"Number {number} sings.\\n" * 50, lang="en") for half in "ab"]
        archive.put([prepare(one) for one in pair])
        print(number, flush=True)
"""


@contextmanager
def writing(data_dir: Path):
    """Another process that takes in pairs of articles, each pair in one go."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(data_dir)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:  # it is well under way
            if line.strip() == "20":
                break
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_backup_while_another_process_writes_is_of_one_instant_and_stops_nobody(
    data_dir: Path, tmp_path: Path
) -> None:
    with writing(data_dir) as process:
        copies = [back_up(data_dir, tmp_path / f"{number}.sqlite3") for number in range(5)]
        assert process.poll() is None
    assert copies[0].articles < copies[-1].articles, "it wrote all the time"
    for number, copy in enumerate(copies):
        restore(tmp_path / f"new{number}", copy.path)
        found = texts(tmp_path / f"new{number}").keys() - TEXTS.keys()
        assert {one for one in found if one[0] == "a"} == {"a" + one[1:] for one in found if one[0] == "b"}
        assert len(found) >= 2 * 20


def test_the_former_archive_is_put_aside_with_its_last_writes(data_dir: Path, saved: Path, tmp_path: Path) -> None:
    fill(data_dir, Article(id="later", text="Snow fell."))
    restore(data_dir, saved, force=True)
    assert texts(data_dir) == TEXTS
    shutil.copy(data_dir / FORMER, tmp_path / "former.sqlite3")
    restore(tmp_path / "again", tmp_path / "former.sqlite3")
    assert "later" in texts(tmp_path / "again")
    restore(data_dir, saved, force=True)  # a second one replaces what the first put aside
    assert texts(data_dir) == TEXTS


def test_an_index_of_the_former_archive_is_not_taken_for_the_restored_ones(
    data_dir: Path, saved: Path, tmp_path: Path
) -> None:
    """The restored archive reaches the former one's sequence number again, with other articles."""
    fill(data_dir, Article(id="later", text="Snow fell."))
    with closing(SqliteArchive(data_dir)) as archive:
        index = vector_index(data_dir, FakeEncoder())
        index.catch_up(archive)
        index.save()
    restore(data_dir, saved, force=True)
    fill(data_dir, Article(id="other", text="Rain fell.\nAnd hail."))
    with closing(SqliteArchive(data_dir)) as archive:
        assert vector_index(data_dir, FakeEncoder()).problems(archive) == []


def test_a_damaged_archive_is_put_aside_only_when_told_to(data_dir: Path, saved: Path) -> None:
    (data_dir / FILE).write_bytes(b"nothing" * 1000)
    (data_dir / (FILE + "-wal")).write_bytes(b"of use")
    with pytest.raises(QawlError, match="--force"):
        restore(data_dir, saved)
    restore(data_dir, saved, force=True)
    assert texts(data_dir) == TEXTS
    assert (data_dir / FORMER).read_bytes() == b"nothing" * 1000


def test_an_empty_archive_makes_way_without_a_word(saved: Path, tmp_path: Path) -> None:
    fill(tmp_path / "empty")
    restore(tmp_path / "empty", saved)
    assert texts(tmp_path / "empty") == TEXTS


def test_articles_make_way_only_when_told_to(data_dir: Path, saved: Path) -> None:
    with pytest.raises(QawlError, match="3 articles: say --force"):
        restore(data_dir, saved)


def test_a_backup_of_an_earlier_version_is_brought_up_to_this_one(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    old_archive(tmp_path / "old", *ARTICLES)
    done = back_up(tmp_path / "old", tmp_path / "saved.sqlite3")
    with closing(sqlite3.connect(tmp_path / "old" / FILE)) as untouched:
        assert untouched.execute("PRAGMA user_version").fetchone() == (3,), "whoever backs up before an upgrade"
    restore(tmp_path / "new", done.path)
    with closing(SqliteArchive(tmp_path / "new")) as archive:
        assert {one.id: one.text for one in archive.articles()} == TEXTS


# --- restoring: what is wrong is said in one line, and nothing has changed


def damaged(saved: Path) -> None:
    content = bytearray(saved.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    saved.write_bytes(content)


def cut(saved: Path) -> None:
    os.truncate(saved, saved.stat().st_size // 2)


def foreign(saved: Path) -> None:
    saved.unlink()
    with closing(sqlite3.connect(saved)) as other:
        other.execute("CREATE TABLE articles (id)")


def newer(saved: Path) -> None:
    with closing(sqlite3.connect(saved)) as database:
        database.execute("PRAGMA user_version = 9999")


@pytest.mark.parametrize(
    ("spoil", "error", "said"),
    [
        (Path.unlink, QawlError, "There is no backup"),
        (lambda saved: saved.write_bytes(b"no database" * 999), ArchiveDamaged, "no archive or backup of Qawl"),
        (lambda saved: saved.write_bytes(b""), ArchiveDamaged, "no backup of Qawl"),
        (foreign, ArchiveDamaged, "no backup of Qawl"),
        (damaged, ArchiveDamaged, "is damaged"),
        (cut, ArchiveDamaged, "is damaged"),
        (newer, ArchiveError, "newer Qawl"),
    ],
)
def test_a_wrong_backup_changes_nothing(
    data_dir: Path, saved: Path, spoil: Callable[[Path], object], error: type[QawlError], said: str
) -> None:
    spoil(saved)
    before = {one: one.read_bytes() for one in data_dir.iterdir()}
    with pytest.raises(error, match=said) as caught:
        restore(data_dir, saved, force=True)
    assert "\n" not in str(caught.value)
    assert str(saved) in str(caught.value)
    assert {one: one.read_bytes() for one in data_dir.iterdir()} == before


def test_an_archive_that_is_in_use_is_left_alone(data_dir: Path, saved: Path) -> None:
    with writing(data_dir), pytest.raises(ArchiveBusy, match="stop `qawl serve`"):
        restore(data_dir, saved, force=True)
    restore(data_dir, saved, force=True)  # the process was killed: its hold went with it
    assert texts(data_dir) == TEXTS


def test_nobody_opens_the_archive_while_it_is_replaced(
    data_dir: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    replace = Path.replace

    def slowly(self: Path, target: Path) -> Path:
        reached.set()
        assert go_on.wait(20)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", slowly)
    restoring = threading.Thread(target=restore, args=(data_dir, saved), kwargs={"force": True})
    restoring.start()
    try:
        assert reached.wait(20)
        with pytest.raises(ArchiveBusy, match="restored"):
            SqliteArchive(data_dir)
    finally:
        go_on.set()
        restoring.join()
    assert texts(data_dir) == TEXTS


def test_the_archive_itself_is_no_backup(data_dir: Path) -> None:
    with pytest.raises(UsageError, match="the archive itself"):
        restore(data_dir, data_dir / FILE, force=True)


KILLED = """
import os, sys
from pathlib import Path
from retrieval import backup
step = int(sys.argv[3])
calls = 0
def counted(name, args):
    global calls
    if name in {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "sqlite3.connect"}:
        calls += 1
        if calls == step:
            os._exit(9)
sys.addaudithook(counted)
backup.restore(Path(sys.argv[1]), Path(sys.argv[2]), force=True)
"""


def test_killed_at_any_step_one_of_both_archives_is_there_whole(data_dir: Path, saved: Path, tmp_path: Path) -> None:
    fill(data_dir, Article(id="later", text="Snow fell."))
    outcomes = []
    for step in range(1, 40):
        folder = Path(shutil.copytree(data_dir, tmp_path / f"killed{step}"))
        status = subprocess.run([sys.executable, "-c", KILLED, folder, saved, str(step)], check=False).returncode
        outcomes.append(sorted(texts(folder)))
        if status == 0:
            break
        assert status == 9
        restore(folder, saved, force=True)  # what was left behind does not stand in the way
        assert texts(folder) == TEXTS
    assert step > 5
    assert status == 0
    former, restored = sorted([*TEXTS, "later"]), sorted(TEXTS)
    assert all(one in (former, restored) for one in outcomes)
    assert outcomes[0] == former
    assert outcomes[-1] == restored


# --- backing up: what is wrong is said in one line, and what was there is kept


def test_an_earlier_backup_is_replaced(data_dir: Path, saved: Path, tmp_path: Path) -> None:
    fill(data_dir, Article(id="later", text="Snow fell."))
    assert back_up(data_dir, saved).articles == 4
    restore(tmp_path / "new", saved)
    assert "later" in texts(tmp_path / "new")


def test_an_empty_archive_does_not_replace_a_full_backup(saved: Path, tmp_path: Path) -> None:
    fill(tmp_path / "empty")
    with pytest.raises(UsageError, match="holds 3 articles"):
        back_up(tmp_path / "empty", saved)


@pytest.mark.parametrize("content", [b"", b"a thesis", b"SQLite format 3\0" + bytes(5000)])
def test_what_is_no_backup_is_not_overwritten(data_dir: Path, tmp_path: Path, content: bytes) -> None:
    mine = tmp_path / "thesis.docx"
    mine.write_bytes(content)
    with pytest.raises(UsageError, match="no backup of Qawl"):
        back_up(data_dir, mine)
    assert mine.read_bytes() == content


def test_an_archive_in_use_is_not_overwritten(data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="in use"):
        back_up(data_dir, data_dir / FILE)
    other = fill(tmp_path / "other", ARTICLES[0])
    with closing(SqliteArchive(other)), pytest.raises(UsageError, match="in use"):
        back_up(data_dir, other / FILE)
    assert list(texts(other)) == ["ar"]


def test_a_folder_that_is_not_there_is_said(data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="make it first"):
        back_up(data_dir, tmp_path / "nowhere" / "saved.sqlite3")


def test_there_is_nothing_to_back_up_before_the_first_article(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="There is no archive"):
        back_up(tmp_path / "nothing", tmp_path / "saved.sqlite3")
    assert not (tmp_path / "nothing").exists()


def test_a_damaged_archive_makes_no_backup_and_keeps_the_last_good_one(data_dir: Path, saved: Path) -> None:
    before = saved.read_bytes()
    damaged(data_dir / FILE)
    with pytest.raises(ArchiveDamaged, match="is damaged"):
        back_up(data_dir, saved)
    assert saved.read_bytes() == before
    assert list(saved.parent.glob("*.tmp")) == []


LIMITED = """
import sys
from pathlib import Path
from retrieval import backup
from retrieval.errors import ArchiveUnwritable
try:
    getattr(backup, sys.argv[1])(Path(sys.argv[2]), Path(sys.argv[3]))
except ArchiveUnwritable as error:
    print(error)
"""


@pytest.mark.parametrize("what", ["back_up", "restore"])
def test_a_full_disk_leaves_everything_as_it_was(data_dir: Path, saved: Path, tmp_path: Path, what: str) -> None:
    """Files may grow to a quarter of what is needed."""
    before = saved.read_bytes()
    most = saved.stat().st_size // 4
    empty = tmp_path / "empty"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, what, data_dir if what == "back_up" else empty, saved],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "disk is full or failing" in done.stdout or "cannot be written" in done.stdout, done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert saved.read_bytes() == before
    assert list(tmp_path.glob("*.tmp")) == []
    assert not empty.exists() or list(empty.iterdir()) == []
    assert texts(data_dir) == TEXTS


def test_a_folder_that_cannot_be_made_is_said(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveUnwritable, match="cannot be made"):
        restore(tmp_path / "file" / "data", saved)
