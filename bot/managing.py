"""How admins look after the archive: what is in it, what is wanted of it, what became of what they gave it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from bot.feeding import job_of
from bot.incoming import Incoming, Pressed
from bot.listing import day, digest, heading, line, numbered_buttons
from bot.memory import KEEP_DAYS
from bot.messages import say
from bot.replies import Button, Outcome, Reply, carried, messages, number, shortened
from bot.richtext import RichText
from bot.voice import language_of, tell
from bot.workspace import Workspace
from ingest.queue import Job
from retrieval.archive import ArticleSummary

_PAGE = 10  # in a list: what a phone shows in two or three screens, with a button for each
_QUESTION = 300  # UTF-16 units of a question in a list: ten of them fit a message
_REASON = 200  # of the reason why a job has failed, likewise
_SPEAKERS = 5
_MONTHS = 6
_BAR = 12  # blocks of the longest bar: with a name and a number before it a line fits a phone
_TRASH, _DONE, _AGAIN = "🗑", "✓", "↻"


# --- articles


def articles(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /articles shows: the newest page of the archive."""
    return [_articles(workspace, 0, language_of(workspace, incoming))]


def turn_articles(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """Another page, or an article of this one that is to go: it goes when it is said twice."""
    language, page = language_of(workspace, pressed), number(values, 0)
    if page is None:
        return Outcome(toast=say(language, "button-old"))
    if len(values) == 1:
        return Outcome(edited=_articles(workspace, page, language))
    chosen = next((one for one in workspace.archive.summaries() if digest(one.id) == values[1]), None)
    if chosen is None:
        return Outcome(toast=say(language, "article-gone"), edited=_articles(workspace, page, language))
    if values[2:] == ["yes"]:
        workspace.archive.delete([chosen.id])
        toast = say(language, "deleted", articles=1)
        return Outcome(toast=toast, edited=_articles(workspace, page, language))
    text = RichText(say(language, "delete-this")) + "\n" + _article(chosen, language)
    buttons = [
        [Button(say(language, "button-delete"), carried("articles", page, values[1], "yes"))],
        [Button(say(language, "button-keep"), carried("articles", page))],
    ]
    return Outcome(edited=Reply(text, buttons))


def _articles(workspace: Workspace, page: int, language: str) -> Reply:
    total = workspace.archive.counts().articles
    if not total:
        return Reply(RichText(say(language, "archive-empty")))
    page = min(page, (total - 1) // _PAGE)
    shown = workspace.archive.newest(_PAGE, page * _PAGE)
    first, last = page * _PAGE + 1, page * _PAGE + len(shown)
    blocks = [RichText(say(language, "articles-page", first=first, last=last, total=total))]
    blocks += [_article(one, language, f"{place}. ") for place, one in enumerate(shown, first)]
    buttons = numbered_buttons(_TRASH, "articles", [(page, digest(one.id)) for one in shown], first)
    turning = []
    if page:
        turning.append(Button(say(language, "button-newer"), carried("articles", page - 1)))
    if last < total:
        turning.append(Button(say(language, "button-older"), carried("articles", page + 1)))
    return Reply(RichText.joined(blocks, "\n\n"), [*buttons, turning] if turning else buttons)


def _article(one: ArticleSummary, language: str, mark: str = "") -> RichText:
    """Its title; and source, date, number of statements, and the id that /delete takes where the title has no link."""
    about = [RichText(shortened(one.source))] if one.source else []
    about += [day(date.fromisoformat(one.published[:10]), language)] if one.published else []
    about.append(RichText(say(language, "statements", statements=one.statements)))
    about += [] if one.id.startswith("http") else [RichText(f"[{shortened(one.id)}]")]
    return heading(one.title or one.id, language, one.id, mark) + "\n" + line(about, language)


def delete(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /delete does: takes articles out, by their ids."""
    written = incoming.text.strip()
    ids = [written] if workspace.archive.hashes([written]) else written.split()  # ids may hold spaces
    if not ids:
        return [tell(workspace, incoming, "delete-which")]
    language = language_of(workspace, incoming)
    gone = workspace.archive.delete(ids)
    lines = [RichText(say(language, "deleted", articles=len(gone)))]
    for missing in [one for one in dict.fromkeys(ids) if one not in gone]:
        lines.append(RichText(say(language, "delete-missing", article=shortened(missing))))
    return messages(lines, gap="\n")


# --- wishes


def wishes(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /wishes shows: questions without an answer, the most asked first."""
    return [_wishes(workspace, language_of(workspace, incoming))]


def grant(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """Takes one question off the list, or all of them when it is said twice."""
    language = language_of(workspace, pressed)
    if values[:1] == ["all"]:
        if values[1:] != ["yes"]:
            sure = [
                [Button(say(language, "button-clear-all"), carried("wishes", "all", "yes"))],
                [Button(say(language, "button-keep"), carried("wishes"))],
            ]
            return Outcome(buttons=sure)
        workspace.archive.grant()
    for one in workspace.archive.wishes():
        if values[:1] == [digest(one.question)]:
            workspace.archive.grant(one.question)
    return Outcome(edited=_wishes(workspace, language))


def _wishes(workspace: Workspace, language: str) -> Reply:
    wanted = workspace.archive.wishes()
    if not wanted:
        return Reply(RichText(say(language, "wishes-none")))
    shown = wanted[:_PAGE]
    blocks = [RichText(say(language, "wishes", questions=len(wanted)))]
    for place, one in enumerate(shown, 1):
        asked = RichText(f"×{one.times}")
        question = RichText(shortened(one.question, _QUESTION))
        blocks.append(line([RichText(f"{place}."), question, asked], language, gap=" "))
    buttons = numbered_buttons(_DONE, "wishes", [(digest(one.question),) for one in shown])
    return Reply(
        RichText.joined(blocks, "\n"), [*buttons, [Button(say(language, "button-clear-all"), carried("wishes", "all"))]]
    )


# --- jobs


def jobs(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /jobs shows: what has failed, what waits, and why."""
    return [_jobs(workspace, language_of(workspace, incoming))]


def decide_on_job(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """Has a job of the list tried again, or forgets it."""
    language, job = language_of(workspace, pressed), job_of(workspace, values, 1)
    if job is None:
        return Outcome(toast=say(language, "job-gone"), edited=_jobs(workspace, language))
    worked = workspace.queue.retry(job.id) if values[0] == "again" else workspace.queue.drop(job.id)
    toast = say(language, "done" if worked else "job-busy")
    return Outcome(toast=toast, edited=_jobs(workspace, language), job=job.id)


def _jobs(workspace: Workspace, language: str) -> Reply:
    shown = workspace.queue.jobs("failed", "waiting", "running", limit=_PAGE)
    if not shown:
        return Reply(RichText(say(language, "jobs-none")))
    blocks = [_job(one, f"{place}. ", language) for place, one in enumerate(shown, 1)]
    buttons = []
    for place, one in enumerate(shown, 1):
        if one.state != "running":
            again = Button(f"{_AGAIN} {place}", carried("jobs", "again", one.id))
            buttons.append([again, Button(f"{_TRASH} {place}", carried("jobs", "no", one.id))])
    return Reply(RichText.joined(blocks, "\n\n"), buttons)


def _job(job: Job, mark: str, language: str) -> RichText:
    state = RichText(say(language, f"job-{job.state}"))
    parts = [state, RichText(shortened(job.error.rstrip("."), _REASON))] if job.error else [state]
    return heading(job.name, language, job.name, mark) + "\n" + line(parts, language, gap=": ")


# --- figures


def stats(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /stats shows: figures with bars behind them.

    Bars stand at the ends of lines and need no columns: there is no font in which Arabic letters are as wide as digits.
    """
    language = language_of(workspace, incoming)
    counts = workspace.archive.counts()
    if not counts.articles:
        return [tell(workspace, incoming, "archive-empty")]
    languages = {_language(name, language): count for name, count in counts.languages.items()}
    dated = Counter((one.published or "")[:7] for one in workspace.archive.summaries())
    dated.pop("", None)
    workspace.speakers.catch_up(workspace.archive)
    speakers = {one.speaker.name: one.statements for one in workspace.speakers.all()[:_SPEAKERS]}
    figures = line(
        [
            RichText(say(language, "articles", articles=counts.articles)),
            RichText(say(language, "statements", statements=counts.statements)),
            RichText(say(language, "megabytes", megabytes=round(counts.bytes / 1e6))),
        ],
        language,
    )
    return messages(
        [
            figures,
            _bars(say(language, "stats-languages"), languages, language),
            *(
                [_bars(say(language, "stats-months"), dict(sorted(dated.items())[-_MONTHS:]), language)]
                if dated
                else []
            ),
            *([_bars(say(language, "stats-speakers"), speakers, language)] if speakers else []),
            _questions(workspace, language),
        ]
    )


def _language(code: str, language: str) -> str:
    try:
        return say(language, f"language-{code}")
    except LookupError:  # one of those that articles may be in and that the bot does not speak
        return code


def _bars(title: str, counts: dict[str, int], language: str) -> RichText:
    most = max(counts.values())
    lines = [heading(title, language)]
    for name, count in counts.items():
        bar = "▇" * max(1, round(_BAR * count / most))
        lines.append(line([RichText(shortened(name)), RichText(f"{count} {bar}")], language, gap=": "))
    return RichText.joined(lines, "\n")


def _questions(workspace: Workspace, language: str) -> RichText:
    answered, unanswered = workspace.memory.answered()
    up, down = workspace.memory.votes()
    waiting = workspace.queue.counts()
    lines = [
        heading(say(language, "stats-questions", days=KEEP_DAYS), language),
        RichText(say(language, "stats-answered", answered=answered, unanswered=unanswered)),
        RichText(f"👍 {up}   👎 {down}"),
        RichText(say(language, "stats-wishes", questions=len(workspace.archive.wishes()))),
    ]
    named = [(say(language, f"job-{state}"), waiting.get(state)) for state in ("waiting", "running", "failed")]
    if states := [RichText(f"{name}: {count}") for name, count in named if count]:
        lines.append(line(states, language))
    return RichText.joined(lines, "\n")
