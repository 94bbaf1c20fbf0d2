"""Copies of the archive in one file each, made while it is in use, and the way back from one."""

import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from retrieval.errors import ArchiveDamaged, ArchiveError, ArchiveUnwritable, QawlError, UsageError
from retrieval.files import write_atomically
from retrieval.folder_lock import FolderLock
from retrieval.sqlite_database import APPLICATION_ID, FILE, SqliteDatabase, migrations

FORMER = f"{FILE}.former"  # what a restore puts aside
_BESIDE = ("-wal", "-shm")  # what SQLite keeps beside an open file


@dataclass(frozen=True)
class Copied:
    """A backup that was made, or brought back: which file it is, and how many articles it holds."""

    path: Path
    articles: int


@dataclass(frozen=True)
class Contents:
    """What is in an archive or a backup."""

    articles: int
    model: str | None


def inspect(path: Path) -> Contents:
    """Looks into an archive without changing it: no migration, no write.

    Raises:
        ArchiveError: there is none, it is damaged, or of a newer Qawl.
    """
    with _opened(path, "archive") as database:
        model = database.execute("SELECT value FROM meta WHERE name = 'model'").fetchone()
        return Contents(_articles(database), model and str(model[0]))


def back_up(data_dir: Path, dest: Path) -> Copied:
    """Copies the archive in `data_dir` to the file `dest`, or to a new file in the folder `dest`.

    The copy is of one instant, whoever writes meanwhile; it is in its place once it is whole. Nothing derived is in it:
    indexes are built anew from the archive. An earlier backup of that name is replaced, except by an empty archive.

    Raises:
        UsageError: `dest` is no place for a backup.
        ArchiveError: there is no archive, it is damaged, or the copy cannot be written.
    """
    archive = data_dir / FILE
    with _opened(archive, "archive") as database:
        articles = _articles(database)
        if dest.is_dir():
            dest /= f"qawl-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.sqlite3"
        _refuse_to_replace(dest, archive, articles)
        try:
            write_atomically(dest, lambda path: _copy(database, path))
        except OSError as error:
            raise ArchiveUnwritable(f"{dest} cannot be written: {error.strerror}.") from error
    return Copied(dest, articles)


def restore(data_dir: Path, src: Path, *, force: bool = False) -> Copied:
    """Puts the backup `src` in the place of the archive in `data_dir`: whole, or not at all.

    The former archive stays beside it as `FORMER`. The restored one has an identity of its own, so that no index of the
    former is taken for its own.

    Raises:
        QawlError: there is no such backup, or without `force` the archive holds articles.
        ArchiveError: the backup is damaged, none of ours or of a newer Qawl, or the archive is in use.
    """
    with _opened(src, "backup"):  # before anything is made
        pass
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ArchiveUnwritable(f"The data folder {data_dir} cannot be made: {error.strerror}.") from error
    if (data_dir / FILE).exists() and src.samefile(data_dir / FILE):
        raise UsageError(f"{src} is the archive itself: name the backup to bring back.")
    with closing(FolderLock(data_dir, alone=True)):
        if not force:
            _refuse_to_put_aside(data_dir / FILE)
        scratch = data_dir / "restoring"
        try:
            shutil.rmtree(scratch, ignore_errors=True)  # of a restore that was killed
            scratch.mkdir(mode=0o700)
            articles = _prepare(src, scratch)
            _swap(scratch / FILE, data_dir / FILE)
        except OSError as error:
            raise ArchiveUnwritable(f"Nothing was restored: {data_dir} cannot be written: {error.strerror}.") from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return Copied(src, articles)


@contextmanager
def _opened(path: Path, what: str) -> Iterator[sqlite3.Connection]:
    """The file, which is one of ours and of no newer Qawl; no migration is applied to it."""
    if not path.is_file():
        raise (ArchiveError if what == "archive" else QawlError)(f"There is no {what} {path}.")
    uri = f"{path.absolute().as_uri()}?mode={'rw' if what == 'archive' else 'ro'}"
    with _told(path), closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as database:
        (application,) = database.execute("PRAGMA application_id").fetchone()
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if application != APPLICATION_ID:
            raise ArchiveDamaged(f"{path} is no {what} of Qawl.")
        if version > migrations()[-1][0]:
            raise ArchiveError(f"{path} was written by a newer Qawl: update this one.")
        yield database


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turns what SQLite says about the file into what an admin can act on."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
        if code == sqlite3.SQLITE_NOTADB:
            raise ArchiveDamaged(f"{path} is no archive or backup of Qawl, or its beginning is damaged.") from error
        if code == sqlite3.SQLITE_CORRUPT:
            raise ArchiveDamaged(f"{path} is damaged.") from error
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise ArchiveUnwritable(f"{path} could not be copied: the disk is full or failing.") from error
        raise ArchiveError(f"{path} could not be copied: {error}.") from error


def _articles(database: sqlite3.Connection) -> int:
    return int(database.execute("SELECT count(*) FROM articles").fetchone()[0])


def _refuse_to_replace(dest: Path, archive: Path, articles: int) -> None:
    if not dest.parent.is_dir():
        raise UsageError(f"There is no folder {dest.parent}: make it first.")
    if not dest.exists():
        return
    if dest.samefile(archive) or any(dest.with_name(dest.name + one).exists() for one in _BESIDE):
        raise UsageError(f"{dest} is an archive in use, no backup: choose another name.")
    try:
        with _opened(dest, "backup") as former:
            there = _articles(former)
    except QawlError as error:
        raise UsageError(f"{dest} is there and no backup of Qawl: choose another name, or move it away.") from error
    if there and not articles:
        raise UsageError(f"The archive is empty and {dest} holds {there:,} articles: move it away, if that is meant.")


def _copy(database: sqlite3.Connection, path: Path) -> None:
    """VACUUM INTO reads one snapshot, hinders no writer, and leaves out what was deleted: /forget holds in backups."""
    path.unlink(missing_ok=True)  # of a backup that was killed: in a container process numbers come again
    path.touch(mode=0o600)
    database.execute("VACUUM INTO ?", (str(path),))
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        _check(copy, path)


def _check(database: sqlite3.Connection, path: Path) -> None:
    if database.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        raise ArchiveDamaged(f"{path} is damaged.")


def _refuse_to_put_aside(archive: Path) -> None:
    if not archive.exists() or not archive.stat().st_size:
        return
    try:
        with _opened(archive, "archive") as database:
            there = _articles(database)
    except QawlError:
        raise QawlError(
            f"{archive} is there and cannot be read: say --force to put it aside and the backup in its place."
        ) from None
    if there:
        raise QawlError(
            f"{archive.parent} holds {there:,} articles: say --force to put them aside and the backup in their place."
        )


def _prepare(src: Path, scratch: Path) -> int:
    """Makes the archive that is to be put in place, checked and of this version, in a folder of its own."""
    path = scratch / FILE
    path.touch(mode=0o600)
    with _opened(src, "backup") as backup, _told(src), closing(sqlite3.connect(path)) as copy:
        backup.backup(copy)  # with what lies in a -wal beside it
        try:
            _check(copy, src)
        except sqlite3.DatabaseError as error:
            raise ArchiveDamaged(f"{src} is damaged.") from error
        articles = _articles(copy)
    database = SqliteDatabase(scratch)
    try:
        database.run("UPDATE meta SET value = ? WHERE name = 'identity'", secrets.token_hex(16))
    finally:
        database.close()
    return articles


def _swap(new: Path, archive: Path) -> None:
    """Puts the new file in the place of the archive; after a crash at any instant one of both is there, whole.

    A -wal that stays behind would be written into the new file: it is written into its own first, or is put aside.
    """
    former = archive.with_name(FORMER)
    if archive.exists():
        for one in ("", *_BESIDE):
            former.with_name(former.name + one).unlink(missing_ok=True)
        _settle_wal(archive)
        for one in _BESIDE:
            beside = archive.with_name(archive.name + one)
            if beside.exists():
                beside.rename(former.with_name(former.name + one))
        try:
            former.hardlink_to(archive)
        except OSError:  # a file system without links
            shutil.copy2(archive, former)
    new.replace(archive)
    folder = os.open(archive.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _settle_wal(archive: Path) -> None:
    """Has SQLite write what is in the -wal into the file, as whoever closes it last does; damaged ones stay as is."""
    try:
        with _told(archive), closing(sqlite3.connect(archive, isolation_level=None)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except ArchiveDamaged:
        return
