"""What the commands do. Results go to stdout, progress and logs to stderr."""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from bot.feed_commands import find
from bot.messages import language_for, say
from bot.rendering import answer_blocks, plain
from bot.richtext import RichText, fit
from bot.terminal import chat as chat_in_terminal
from bot.terminal import show
from bot.workspace import Workspace
from config import Settings
from ingest.extent import Extent
from ingest.pipeline import Report
from ingest.sources import read
from retrieval.backup import FORMER, back_up
from retrieval.backup import restore as restore_backup
from retrieval.copying import End
from retrieval.copying import copy as copy_archive
from retrieval.errors import QawlError, QuestionError, SourceError, UsageError
from retrieval.private_files import make_private
from retrieval.sqlite_database import FILE
from retrieval.types import Answer, Plan

log = logging.getLogger(__name__)

_SPEED_SECONDS = 60.0  # that the time left is estimated by: what is there already goes by a hundred times faster
_INGEST_COLUMNS = (
    SpinnerColumn(),
    TextColumn("{task.description}"),
    BarColumn(),
    TaskProgressColumn(),
    TextColumn("{task.fields[speed]}"),
    TimeRemainingColumn(),
)

_TOGETHER = 32  # questions of a batch that are encoded in one go

# Titles and file names are shown as they are: "[/b]" is no markup in them, and ":dog:" no emoji.
_out = Console(soft_wrap=False, highlight=False, markup=False, emoji=False)
_err = Console(stderr=True, highlight=False, markup=False, emoji=False)


@contextmanager
def _workspace(settings: Settings) -> Iterator[Workspace]:
    _keep_private(settings.data_dir)
    workspace = Workspace(settings)
    try:
        yield workspace
    finally:
        workspace.close()


def _keep_private(data_dir: Path) -> None:
    try:
        mended = make_private(data_dir)
    except OSError as error:
        log.warning("Others may read the archive, and that cannot be changed: %s: %s.", error.filename, error.strerror)
        return
    if mended:
        log.warning("Others could read %s and %d more; from now on they cannot.", mended[0], len(mended) - 1)


def _well_formed(text: str) -> str:
    """The text with "?" for halves of UTF-16 pairs, which arguments and JSON can hold but no tokenizer takes."""
    return text.encode("utf-8", "replace").decode()


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False))


def ingest(settings: Settings, sources: list[str], *, as_json: bool, dry_run: bool) -> None:
    """`qawl ingest`."""
    report = Report()
    interrupted = False
    with _workspace(settings) as workspace:
        extent = Extent(sources)
        with Progress(*_INGEST_COLUMNS, console=_err, transient=True, speed_estimate_period=_SPEED_SECONDS) as bar:
            task = bar.add_task("", total=extent.total, speed="")
            began = time.monotonic()

            def progress(now: Report) -> None:
                nonlocal report
                report = now.model_copy()
                seconds = max(time.monotonic() - began, 0.001)
                worked = now.added + now.updated
                speed = f"{worked / seconds:.1f} articles/s, {now.passages / seconds:.0f} passages/s"
                bar.update(task, completed=extent.done, description=f"{now.done:,} articles", speed=speed)

            found = chain.from_iterable(read(source, workspace.fetcher, extent.opened) for source in sources)
            try:
                report = workspace.ingestor.ingest(found, dry_run=dry_run, progress=progress)
            except KeyboardInterrupt:
                interrupted = True
            if report.added + report.updated and not dry_run and not interrupted:
                bar.update(task, completed=extent.done, description="indexes", speed="")
                workspace.encoder.rest()  # to make the vector index anew takes as much memory again
                workspace.save()
    if as_json:
        _print_json(report.model_dump())
    else:
        done = "would be done" if dry_run else "done"
        print(
            f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, {report.failed} failed: "
            f"{report.passages} passages, {done} in {report.seconds:.1f} s"
        )
        for failure in report.failures:
            _err.print(f"qawl: {failure.source}: {failure.error}", soft_wrap=True)
    if interrupted:
        _err.print("qawl: Interrupted; what was done is stored. Run the same command again to go on.", soft_wrap=True)
        raise typer.Exit(130)
    if report.failed:
        raise typer.Exit(1)


def ask(settings: Settings, question: str | None, batch: Path | None, *, as_json: bool, limit: int) -> None:
    """`qawl ask`."""
    question = question and _well_formed(question)
    with _workspace(settings) as workspace:

        def answered(texts: list[str]) -> Iterator[dict[str, Any]]:
            workspace.load()
            yield from (_answer_fields(workspace, text, limit) for text in texts)

        if batch is not None:
            _batch(batch, as_json, answered)
        elif question is None:
            raise UsageError('Write a question: qawl ask "What did … say about …?", or give a file with --batch.')
        elif as_json:
            workspace.load()
            _print_json(_fields(workspace.answer(question, limit=limit)))
        else:
            workspace.load()
            answer = workspace.answer(question, limit=limit)
            language = language_for(answer.language)
            empty = answer.status == "not_found" and not workspace.archive.newest(1)
            blocks = [RichText(say(language, "archive-empty"))] if empty else answer_blocks(answer, language)
            for message in fit(blocks):
                show(_out, message)


def _fields(answer: Answer) -> dict[str, Any]:
    return answer.model_copy(update={"message": plain(answer)}).model_dump(mode="json")


def _answer_fields(workspace: Workspace, question: str, limit: int) -> dict[str, Any]:
    """An Answer for every line, even for one that is no question."""
    try:
        return _fields(workspace.answerer.answer(question, limit=limit))
    except QuestionError as error:
        refused = Answer(
            question=question, language="und", status="not_found", message=str(error), plan=Plan(topic=question)
        )
        return refused.model_dump(mode="json")


def search(settings: Settings, question: str | None, batch: Path | None, *, k: int, as_json: bool) -> None:
    """`qawl search`."""
    question = question and _well_formed(question)
    with _workspace(settings) as workspace:
        fields = {"article_id", "start", "end", "score"}

        def ranked(texts: list[str]) -> Iterator[dict[str, Any]]:
            for hits in workspace.searcher.search_each(texts, k):
                yield {"hits": [hit.model_dump(include=fields) for hit in hits]}

        if batch is not None:
            _batch(batch, as_json, ranked)
        elif question is None:
            raise UsageError('Write what to look for: qawl search "…", or give a file with --batch.')
        elif as_json:
            _print_json(next(ranked([question])))
        else:
            for hit in workspace.searcher.search(question, k):
                article = workspace.archive.article(hit.article_id)
                if article:
                    quote = article.text[hit.start : hit.end]
                    print(f"{hit.score:.3f}  {hit.article_id} [{hit.start}:{hit.end}]  {quote}")


def _batch(file: Path, as_json: bool, answer: Callable[[list[str]], Iterator[dict[str, Any]]]) -> None:
    """A JSON line out for every line in; lines that are no questions get one too, and the exit status says so."""
    if not as_json:
        raise UsageError("--batch needs --json.")
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")  # splitlines would cut at U+2028 within a string
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{file} cannot be read: {reason}.") from error
    bad = 0
    asked: list[tuple[object, str]] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            identity, question = _parse_question(line)
            if question is None:
                print(f'qawl: {file}:{number}: not a JSON object with "question"', file=sys.stderr)
                bad += 1
            asked.append((identity, question or ""))
    for start in range(0, len(asked), _TOGETHER):
        group = asked[start : start + _TOGETHER]
        for (identity, _), answered in zip(group, answer([question for _, question in group]), strict=True):
            _print_json({"id": identity, **answered})
        sys.stdout.flush()
    if bad:
        raise typer.Exit(1)


def _parse_question(line: str) -> tuple[object, str | None]:
    """The id and question of a line; no question when it is not an object that has one."""
    try:
        asked = json.loads(line)
    except ValueError:
        return None, None
    if not isinstance(asked, dict) or not isinstance(asked.get("question"), str):
        return asked.get("id") if isinstance(asked, dict) else None, None
    return asked.get("id"), _well_formed(asked["question"])


def articles(settings: Settings, *, as_json: bool) -> None:
    """`qawl articles`."""
    with _workspace(settings) as workspace:
        summaries = list(workspace.archive.summaries())
    if as_json:
        for summary in summaries:
            _print_json(asdict(summary))
        return
    table = Table("id", "title", "source", "published", "language", "passages", box=None)
    for one in summaries:
        row = (one.id, one.title or "", one.source or "", (one.published or "")[:10], one.lang, str(one.passages))
        table.add_row(*row)
    _out.print(table)


def delete(settings: Settings, ids: list[str]) -> None:
    """`qawl delete`."""
    with _workspace(settings) as workspace:
        gone = workspace.archive.delete(ids)
    print(f"{len(gone)} deleted")
    missing = [article_id for article_id in dict.fromkeys(ids) if article_id not in gone]
    for article_id in missing:
        print(f"qawl: there is no article {article_id}; `qawl articles` lists them", file=sys.stderr)
    if missing:
        raise typer.Exit(1)


def stats(settings: Settings, *, as_json: bool) -> None:
    """`qawl stats`."""
    with _workspace(settings) as workspace:
        counts = workspace.archive.counts()
    if as_json:
        _print_json(asdict(counts))
        return
    table = Table(box=None, show_header=False)
    table.add_row("articles", f"{counts.articles:,}")
    for language, number in counts.languages.items():
        table.add_row(f"  in {language}", f"{number:,}")
    table.add_row("sentences", f"{counts.sentences:,}")
    table.add_row("passages", f"{counts.passages:,}")
    table.add_row("statements", f"{counts.statements:,}")
    table.add_row("on disk", f"{counts.bytes / 1e6:,.1f} MB")
    _out.print(table)


def statements(settings: Settings, *, article: str | None, speaker: str | None, as_json: bool) -> None:
    """`qawl statements`."""
    with _workspace(settings) as workspace:
        if article is not None and workspace.archive.article(article) is None:
            raise QawlError(f"There is no article {article}; `qawl articles` lists them.")
        for one in workspace.statements(article_id=article, speaker=speaker):
            if as_json:
                _print_json(one.model_dump(mode="json"))
            else:
                print(f"{one.speaker.name if one.speaker else '–'}: {' '.join(one.quote.split())}  [{one.article_id}]")


def speakers(settings: Settings, *, as_json: bool) -> None:
    """`qawl speakers`."""
    with _workspace(settings) as workspace:
        workspace.speakers.catch_up(workspace.archive)
        everybody = workspace.speakers.all()
    if as_json:
        for one in everybody:
            _print_json({**one.speaker.model_dump(), "statements": one.statements})
        return
    table = Table("name", "role", "also", "statements", box=None)
    for one in everybody:
        also = ", ".join(one.speaker.aliases[:3])
        table.add_row(one.speaker.name, one.speaker.role or "", also, str(one.statements))
    _out.print(table)


def wishes(settings: Settings, *, as_json: bool) -> None:
    """`qawl wishes`."""
    with _workspace(settings) as workspace:
        wanted = workspace.archive.wishes()
    if as_json:
        for one in wanted:
            _print_json(asdict(one))
        return
    table = Table("times", "last asked", "question", box=None)
    for one in wanted:
        table.add_row(str(one.times), one.last_asked[:10], one.question)
    _out.print(table)


def feeds(settings: Settings, *, as_json: bool) -> None:
    """`qawl feeds list`."""
    with _workspace(settings) as workspace:
        listed = workspace.feeds.all()
    if as_json:
        for one in listed:
            since = one.failing_since.isoformat() if one.failing_since else None
            polling = {"next_poll": one.next_poll.isoformat(), "failures": one.failures, "failing_since": since}
            _print_json({"url": one.url, "title": one.title, **polling})
        return
    table = Table("", "title", "url", "next", "fails since", box=None)
    for number, one in enumerate(listed, 1):
        due = "soon" if one.next_poll <= datetime.now(UTC) else f"{one.next_poll:%Y-%m-%d %H:%M}"
        failing = f"{one.failing_since:%Y-%m-%d}" if one.failing_since else ""
        table.add_row(str(number), one.title or "", one.url, due, failing)
    _out.print(table)


def add_feeds(settings: Settings, urls: list[str]) -> None:
    """`qawl feeds add`."""
    from ingest.feed_discovery import find_feed  # noqa: PLC0415  a tenth of a second that only this command needs

    failed = False
    with _workspace(settings) as workspace:
        for url in urls:
            try:
                feed = find_feed(url, workspace.fetcher)
            except SourceError as error:
                print(f"qawl: {url}: {error}", file=sys.stderr)
                failed = True
            else:
                print(f"{'added' if workspace.feeds.add(feed) else 'already there'}: {feed.url}")
    if failed:
        raise typer.Exit(1)


def remove_feeds(settings: Settings, which: list[str]) -> None:
    """`qawl feeds remove`."""
    failed = False
    with _workspace(settings) as workspace:
        found = [(find(workspace, one), one) for one in which]  # first: numbers change as feeds go
        for feed, one in found:
            if feed and workspace.feeds.remove(feed.url):
                print(f"removed: {feed.url}")
            else:
                print(f"qawl: there is no feed {one}; `qawl feeds list` shows them", file=sys.stderr)
                failed = True
    if failed:
        raise typer.Exit(1)


def chat(settings: Settings) -> None:
    """`qawl chat`."""
    with _workspace(settings) as workspace:
        workspace.open()
        chat_in_terminal(workspace, _out)


def serve(settings: Settings) -> None:
    """`qawl serve`."""
    from bot.chats.application import run  # noqa: PLC0415  half a second that only this command needs

    with _workspace(settings) as workspace:
        run(workspace)


def work(settings: Settings) -> None:
    """`qawl work`."""
    from bot.working import work as work_until_stopped  # noqa: PLC0415  half a second that only this command needs

    with _workspace(settings) as workspace:
        work_until_stopped(workspace)


def check(settings: Settings, *, repair: bool) -> None:
    """`qawl check`."""
    with _workspace(settings) as workspace:
        problems = workspace.repair() if repair else workspace.problems()
    for problem in problems:
        print(problem)
    if problems and not repair:
        raise typer.Exit(1)
    if not problems:
        print("Archive and indexes agree.")


def backup(settings: Settings, dest: Path) -> None:
    """`qawl backup`."""
    _only_embedded(settings, "pg_dump")
    done = back_up(settings.data_dir, dest)
    print(f"{done.path}: {done.articles:,} articles, {done.path.stat().st_size / 1e6:,.1f} MB")


def restore(settings: Settings, src: Path, *, force: bool) -> None:
    """`qawl restore`."""
    _only_embedded(settings, "pg_restore")
    done = restore_backup(settings.data_dir, src, force=force)
    print(f"{done.articles:,} articles restored from {done.path}")
    former = settings.data_dir / FORMER
    if former.exists():
        print(f"The former archive is kept as {former}: delete it when it is not needed any more.")
    with _workspace(settings) as workspace:
        workspace.save()


def _only_embedded(settings: Settings, instead: str) -> None:
    if settings.database_url:
        raise UsageError(f"The archive is in PostgreSQL: use {instead} for it, as docs/operations.md describes.")


def copy(settings: Settings, source: str | None, target: str | None) -> None:
    """`qawl copy`."""
    if source is None and target is None:
        raise UsageError("Say what to copy, and where: qawl copy --from FOLDER --to postgresql://…, or the other way.")
    with _end(settings, source, must_exist=True) as old, _end(settings, target) as new:
        columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
        with Progress(*columns, TimeRemainingColumn(), console=_err, transient=True) as bar:
            task = bar.add_task("", total=old.archive.counts().articles)

            def progress(done: int) -> None:
                bar.update(task, completed=done, description=f"{done:,} articles")

            done = copy_archive(old, new, progress)
    print(
        f"{done.articles:,} articles are in {new.name} as they are in {old.name}: "
        f"{done.written:,} of them brought now, and {done.beside:,} rows beside them"
    )


@contextmanager
def _end(settings: Settings, place: str | None, *, must_exist: bool = False) -> Iterator[End]:
    """The archive in a place, or that of the settings."""
    if place is not None and "://" in place:
        settings = settings.model_copy(update={"database_url": place})
    elif place is not None:
        settings = settings.model_copy(update={"database_url": None, "data_dir": Path(place)})
    if must_exist and not settings.database_url and not (settings.data_dir / FILE).is_file():
        raise UsageError(f"There is no archive in {settings.data_dir}.")
    with _workspace(settings) as workspace:
        name = getattr(workspace.database, "where", str(settings.data_dir))
        yield End(name, workspace.archive, workspace.database)


def doctor(settings: Settings) -> None:
    """`qawl doctor`."""
    from bot.doctor import State, examine  # noqa: PLC0415  half a second that only this command needs

    wrong = False
    for one in examine(settings):
        print(f"{one.state.value:8} {one.about}: {one.text}", flush=True)
        wrong |= one.state is State.PROBLEM
    if wrong:
        raise typer.Exit(1)
