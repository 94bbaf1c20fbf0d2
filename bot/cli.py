"""The command line `qawl`: what each command takes. What they do is in `commands`."""

import io
import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import commands
from config import Settings, load_settings
from config.logs import set_up_logging
from config.settings import SettingsError
from retrieval.errors import QawlError, UsageError

log = logging.getLogger(__name__)

app = typer.Typer(
    help="Ask who said what: verbatim, attributed, cited answers from your own archive of news articles.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder of the archive (default: QAWL_DATA_DIR or your own)."),
]
Config = Annotated[Path | None, typer.Option("--config", help="Settings file (TOML).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON only.")]
Batch = Annotated[Path | None, typer.Option("--batch", help='File of lines {"id", "question"}; one line out for each.')]


def main() -> None:
    """Runs `qawl`; every error that Qawl raises on purpose is one line on stderr and its exit status."""
    os.umask(0o077)  # what is made in the data folder is its owner's alone, indexes and all
    set_up_logging()
    for stream in (sys.stdin, sys.stdout, sys.stderr):  # CONTRACT: all text is UTF-8, whatever the locale says
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except (QawlError, SettingsError) as error:
        print(f"qawl: {error}", file=sys.stderr)
        sys.exit(error.exit_status if isinstance(error, QawlError) else UsageError.exit_status)
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _settings(data_dir: Path | None, config: Path | None) -> Settings:
    settings = load_settings(config=config, data_dir=data_dir)
    set_up_logging(settings.log)
    return settings


@app.command()
def ingest(
    sources: Annotated[list[str], typer.Argument(help="Files (.txt .md .jsonl .jsonl.gz) and folders.")],
    json: Json = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; store nothing.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Take articles in; the same again changes nothing, a changed one replaces its old version."""
    commands.ingest(_settings(data_dir, config), sources, as_json=json, dry_run=dry_run)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question, in any language.")] = None,
    batch: Batch = None,
    json: Json = False,
    limit: Annotated[int, typer.Option(min=1, max=50, help="Most quotations in an answer.")] = 3,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Answer a question from the archive, in the articles' own words."""
    commands.ask(_settings(data_dir, config), question, batch, as_json=json, limit=limit)


@app.command()
def search(
    question: Annotated[str | None, typer.Argument(help="What to look for, in any language.")] = None,
    batch: Batch = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="Passages to return.")] = 10,
    json: Json = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Rank the archive's passages; never abstains."""
    commands.search(_settings(data_dir, config), question, batch, k=k, as_json=json)


@app.command()
def articles(json: Json = False, data_dir: DataDir = None, config: Config = None) -> None:
    """List what is in the archive."""
    commands.articles(_settings(data_dir, config), as_json=json)


@app.command()
def delete(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Articles' ids, as `qawl articles` prints them.")],
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Take articles out of the archive."""
    commands.delete(_settings(data_dir, config), ids)


@app.command()
def stats(json: Json = False, data_dir: DataDir = None, config: Config = None) -> None:
    """Count what the archive holds."""
    commands.stats(_settings(data_dir, config), as_json=json)


@app.command()
def chat(data_dir: DataDir = None, config: Config = None) -> None:
    """Talk to the bot here in the terminal; no Telegram, no token."""
    commands.chat(_settings(data_dir, config))


@app.command()
def serve(data_dir: DataDir = None, config: Config = None) -> None:
    """Run the Telegram bot until it is stopped."""
    commands.serve(_settings(data_dir, config))


@app.command()
def work(data_dir: DataDir = None, config: Config = None) -> None:
    """Take in what waits in the queue, and read the feeds, until it is stopped; any number of them, beside bots."""
    commands.work(_settings(data_dir, config))


@app.command()
def statements(
    article: Annotated[str | None, typer.Option(help="Only this article's.")] = None,
    speaker: Annotated[str | None, typer.Option(help="Only this speaker's; a name in any script.")] = None,
    json: Json = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """List who said what, word for word."""
    commands.statements(_settings(data_dir, config), article=article, speaker=speaker, as_json=json)


@app.command()
def speakers(json: Json = False, data_dir: DataDir = None, config: Config = None) -> None:
    """List who is quoted in the archive, the most quoted first."""
    commands.speakers(_settings(data_dir, config), as_json=json)


@app.command()
def wishes(json: Json = False, data_dir: DataDir = None, config: Config = None) -> None:
    """List questions that the archive could not answer, the most asked first."""
    commands.wishes(_settings(data_dir, config), as_json=json)


feeds = typer.Typer(help="Read feeds by a schedule, while `qawl serve` runs.", no_args_is_help=True)
app.add_typer(feeds, name="feeds")


@feeds.command("list")
def list_feeds(json: Json = False, data_dir: DataDir = None, config: Config = None) -> None:
    """List the feeds and when each is read next."""
    commands.feeds(_settings(data_dir, config), as_json=json)


@feeds.command("add")
def add_feeds(
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="Feeds, sitemaps, or pages that name a feed.")],
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Read feeds from now on; their newest articles are taken in first."""
    commands.add_feeds(_settings(data_dir, config), urls)


@feeds.command("remove")
def remove_feeds(
    which: Annotated[list[str], typer.Argument(metavar="URL|NUMBER...", help="As `qawl feeds list` prints them.")],
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Read feeds no longer; their articles stay."""
    commands.remove_feeds(_settings(data_dir, config), which)


@app.command()
def check(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what is wrong.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Prove that archive and indexes agree."""
    commands.check(_settings(data_dir, config), repair=repair)


@app.command()
def backup(
    dest: Annotated[Path, typer.Argument(help="A file, or a folder to put a new file in.")],
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Copy the archive to a file, while it is in use."""
    commands.backup(_settings(data_dir, config), dest)


@app.command()
def restore(
    src: Annotated[Path, typer.Argument(help="A file that `qawl backup` made.")],
    force: Annotated[bool, typer.Option("--force", help="Put an archive that holds articles aside for it.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Bring the archive back from a copy."""
    commands.restore(_settings(data_dir, config), src, force=force)


@app.command()
def copy(
    source: Annotated[str | None, typer.Option("--from", metavar="FOLDER|URL", help="Where it is.")] = None,
    target: Annotated[str | None, typer.Option("--to", metavar="FOLDER|URL", help="Where it is to be.")] = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Bring an archive into PostgreSQL, or back into a data folder, without encoding it anew.

    FOLDER is a data folder, URL is postgresql://USER:PASSWORD@HOST/DATABASE; the one that is left out is the archive of
    the settings. All that is kept goes along: articles with all that was made of them, wishes, feeds and what they have
    brought, waiting and ended jobs, languages, groups and channels, answers and votes. Admins and who may ask are
    settings: set them for the new bots, too. A copy that was interrupted goes on when it is started again.
    """
    commands.copy(_settings(data_dir, config), source, target)


@app.command()
def doctor(data_dir: DataDir = None, config: Config = None) -> None:
    """Tell what is wrong with token, network, model, folder and settings, and what to do."""
    commands.doctor(_settings(data_dir, config))
