"""The tables on PostgreSQL: made and brought up to date by whichever bot starts first."""

from importlib import resources
from typing import Any

import psycopg
from psycopg import errors

from retrieval.errors import ArchiveDamaged, ArchiveError, ArchiveUnwritable
from retrieval.postgres_counts import prepare

_LOCK = 0x5161776C  # "Qawl": of the locks that programs on one database agree on, ours
_SEARCH = 6  # the migration whose columns are filled by `prepare`, for SQL knows no stems


def bring_up_to_date(connection: psycopg.Connection[Any], where: str) -> None:
    """Applies the migrations that this database has not seen; several bots may do so at once.

    Raises:
        ArchiveError: the database is a newer Qawl's, is not in UTF-8, or lacks pgvector.
        ArchiveDamaged: its tables are somebody else's; nothing was changed.
        ArchiveUnwritable: its user may not make tables.
    """
    scripts = sorted(
        (int(entry.name.split("_")[0]), entry.read_text(encoding="utf-8"))
        for entry in (resources.files("retrieval") / "migrations" / "postgres").iterdir()
        if entry.name.endswith(".sql")
    )
    version = _version(connection)
    if version > scripts[-1][0]:
        raise ArchiveError(f"The database {where} was written by a newer Qawl: update this one.")
    if version == scripts[-1][0]:
        return
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise ArchiveError(
            f"The database {where} is in {encoding}: create one WITH ENCODING 'UTF8' TEMPLATE template0."
        )
    try:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            version = _version(connection)  # another process may have been faster
            for number, script in scripts:
                if number > version:
                    connection.execute(script.encode())
                if number == _SEARCH > version:
                    prepare(connection)
            connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version bigint NOT NULL)")
            connection.execute("DELETE FROM schema_version")
            connection.execute("INSERT INTO schema_version VALUES (%s)", (scripts[-1][0],))
    except (errors.FeatureNotSupported, errors.UndefinedFile) as error:
        raise ArchiveError(f"The server of {where} has no pgvector: install version 0.7 or newer there.") from error
    except errors.UndefinedObject as error:  # halfvec came with 0.7
        raise ArchiveError(
            f"The pgvector of {where} is older than 0.7: install a newer one, then run ALTER EXTENSION vector UPDATE."
        ) from error
    except errors.DuplicateTable as error:
        raise ArchiveDamaged(
            f"The database {where} has tables of somebody else's, which were left as they are: give Qawl its own one."
        ) from error
    except errors.InsufficientPrivilege as error:
        if "extension" in str(error):
            raise ArchiveUnwritable(
                f"The user of {where} may not add pgvector: have an administrator run CREATE EXTENSION vector there."
            ) from error
        raise


def _version(connection: psycopg.Connection[Any]) -> int:
    """The number of the last migration that was applied; 0 before the first."""
    (there,) = connection.execute("SELECT to_regclass('schema_version') IS NOT NULL").fetchone() or (False,)
    if not there:
        return 0
    (version,) = connection.execute("SELECT max(version) FROM schema_version").fetchone() or (None,)
    return int(version or 0)
