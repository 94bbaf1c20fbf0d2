"""How admins take articles in by message: what was understood is shown first, and can be taken back at any time."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from mimetypes import guess_extension
from textwrap import shorten

from telegram.constants import CallbackQueryLimit, FileSizeLimit

from bot.addressee import Addressee
from bot.incoming import Incoming, Kind, Origin, Pressed
from bot.listing import day, heading, line
from bot.messages import say
from bot.replies import Button, Outcome, Reply, carried, shortened
from bot.richtext import RichText
from bot.voice import language_of, tell
from bot.workspace import Workspace
from ingest.limits import article
from ingest.pipeline import Preview, Report
from ingest.queue import Job, What, packed
from ingest.sources import FILES
from ingest.telegram_posts import article_of_post, says_something
from retrieval.errors import JobError, SourceError
from retrieval.types import Article

_HEADLINE = 80  # characters of a title made from a message's first line
_SPEAKERS = 5  # named in a preview: a line or two on a phone
_TITLES = 3  # of what was taken in
_JOBS = 50  # among which one of the same message is looked for
_LINK = re.compile(r"https?://[^\s<>«»“”\"\u200e\u200f]+", re.IGNORECASE)
_OPENED = {")": "(", "]": "["}
_AFTER_LINK = ".,;:!?،؛؟…'’"
_SHARED = 200  # characters of a headline that a phone's Share button puts beside the link
_KINDS = tuple(kind for one in FILES for kind in one.kinds if kind.startswith("."))
_EXPORT = ".json"  # Telegram calls it result.json, people rename it
_LOOK_SECONDS = 0.2  # between two looks at a job that another process works on


@dataclass(frozen=True)
class _Given:
    """Something to be taken in, see `Queue.add`."""

    what: What
    name: str
    payload: bytes = b""


class _Refused(Exception):
    """What cannot be taken in; `message` is what the admin reads."""

    def __init__(self, message: str, **values: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.values = values


def ingest(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /ingest does: a job for each link, or one for the file, the post or the text, each with its message."""
    try:
        given = _given(incoming)
    except SourceError as error:
        return [tell(workspace, incoming, "ingest-failed", error=str(error))]
    except _Refused as refusal:
        return [tell(workspace, incoming, refusal.message, **refusal.values)]
    language = language_of(workspace, incoming)
    if incoming.place.kind is Kind.TERMINAL:
        return [preview(workspace, _offer(workspace, one), language) for one in given]
    place = incoming.place
    to = Addressee(place.chat, place.person, place.message, language, place.thread, place.kind is Kind.GROUP)
    replies = []
    for one in given:
        before = _before(workspace, to, one)
        if before is None or not before[1].message:
            job = before[0] if before else _offer(workspace, one, to)
            text = line([RichText(say(language, "ingest-reading")), RichText(shortened(job.name))], language, gap=" ")
            replies.append(Reply(text, job=job.id))
    return replies


def _offer(workspace: Workspace, one: _Given, to: Addressee | None = None) -> Job:
    return workspace.queue.add(one.what, one.name, one.payload, to.written() if to else "", offered=True)


def _before(workspace: Workspace, to: Addressee, one: _Given) -> tuple[Job, Addressee] | None:
    """The job that the same message has led to before: a former process was killed, or the message was edited."""
    for job in workspace.queue.jobs(limit=_JOBS):
        other = Addressee.read(job.place)
        same = other and (other.chat, other.asked) == (to.chat, to.asked) and job.name == one.name
        if other and same and (one.what != "articles" or workspace.queue.payload(job.id) == one.payload):
            return job, other
    return None


def _given(incoming: Incoming) -> list[_Given]:
    """What a message gives: its file, its links, or its text, else that of the message that it replies to."""
    if incoming.attachment:
        return [_file(incoming)]
    own = incoming.text.strip()
    text = own or (incoming.quoted or "").strip()
    links = list(dict.fromkeys(map(_without_mark, _LINK.findall(text))))
    if links and (not says_something(text) or _is_headline(_LINK.sub("", text).strip())):
        return [_Given("url", link) for link in links]
    if not text:
        raise _Refused("ingest-empty")
    origin = None if own and incoming.command else incoming.origin  # of what is replied to: not of words of one's own
    found = _post(text, origin) if origin else _typed(text, None if own else incoming)
    if isinstance(found, SourceError):
        raise found
    return [_Given("articles", found.title or headline(text), packed([found]))]


def _without_mark(link: str) -> str:
    """A link without what a sentence puts behind it; a bracket that it opens itself is its own."""
    link = link.rstrip(_AFTER_LINK)
    while link.endswith(tuple(_OPENED)) and link.count(link[-1]) > link.count(_OPENED[link[-1]]):
        link = link[:-1].rstrip(_AFTER_LINK)
    return link


def _is_headline(text: str) -> bool:
    """Whether a text is one line and one sentence at most, which whoever shares a page sends with its link."""
    return len(text) <= _SHARED and "\n" not in text and not re.search(r"[.!?؟…]\s", text)


def _file(incoming: Incoming) -> _Given:
    attachment = incoming.attachment
    assert attachment is not None
    name = attachment.name or "document"
    if not name.lower().endswith((*_KINDS, _EXPORT)):  # whoever sends it from another program may have named it anyhow
        name += guess_extension(attachment.media_type) or ""
    if not name.lower().endswith((*_KINDS, _EXPORT)):
        raise _Refused("ingest-wrong-file", kinds=" ".join(_KINDS))
    if attachment.size > FileSizeLimit.FILESIZE_DOWNLOAD:
        raise _Refused("ingest-large", megabytes=FileSizeLimit.FILESIZE_DOWNLOAD // 1_000_000)
    return _Given("file", name, attachment.read())


def _post(text: str, origin: Origin) -> Article | SourceError:
    """The article that a forwarded message is: a channel's post is the same one as when it comes in by itself."""
    if origin.chat is None or origin.message is None:
        fields = {"text": text, "title": headline(text), "source": origin.author, "published": origin.sent}
        return article(fields, source="message")
    return article_of_post(
        chat_id=origin.chat,
        message_id=origin.message,
        username=origin.username,
        title=origin.author,
        text=text,
        date=origin.sent,
        forwarded_from=None,
    )


def _typed(text: str, quoted: Incoming | None) -> Article | SourceError:
    """Typed after the command it has no date of its own, and is the same article when it is typed again."""
    published = quoted.sent if quoted else None
    return article({"text": text, "title": headline(text), "published": published}, source="message")


def headline(text: str) -> str:
    """The first line of a message, cut at a word: what its article is listed as."""
    return shorten(text.strip().splitlines()[0], _HEADLINE, placeholder=" …")


def preview(workspace: Workspace, job: Job, language: str) -> Reply:
    """What was understood of an offered job, with what may become of it; one that holds nothing new is dropped.

    Takes as long as reading it does: call it from a thread that may wait.
    """
    try:
        found = workspace.worker.overview(job)
    except SourceError as error:
        workspace.queue.drop(job.id)
        return _failure(job, str(error), language)
    if found.first is None:
        if found.temporary:
            return _failure(job, found.failures[0].error, language, _buttons(job, language, "again", "no"))
        workspace.queue.drop(job.id)
        return _failure(job, found.failures[0].error if found.failures else say(language, "ingest-none"), language)
    lines = _understood(found.first, job, language)
    if found.articles == 1 and found.first.known == "same":
        workspace.queue.drop(job.id)
        return Reply(_stacked([RichText(say(language, "ingest-unchanged")), lines[0]]))
    if found.articles > 1:
        lines.insert(0, RichText(say(language, "ingest-many", articles=found.articles)))
    if found.failures:
        first = found.failures[0]
        lines.append(_failures(len(found.failures), first.source, first.error, language))
    return Reply(_stacked(lines), _buttons(job, language, "yes", "no"))


def _understood(one: Preview, job: Job, language: str) -> list[RichText]:
    """Title; author, source and date; number of statements and whose."""
    link = job.name if _LINK.fullmatch(job.name) else None
    about = [RichText(shortened(name)) for name in (one.author, one.source) if name]
    about += [day(one.published, language)] if one.published else []
    said = [RichText(say(language, "statements", statements=one.statements))]
    if one.speakers:
        names = say(language, "comma") + " "
        named = names.join(one.speakers[:_SPEAKERS]) + ("…" if len(one.speakers) > _SPEAKERS else "")
        said.append(RichText(named))
    lines = [heading(one.title or job.name, language, link)]
    lines += [line(about, language)] if about else []
    lines.append(line(said, language, gap=": "))
    if one.known == "changed":
        lines.append(RichText(say(language, "ingest-changed")))
    return lines


def report(workspace: Workspace, job: Job, language: str) -> Reply:
    """Where a job stands that was confirmed."""
    put = job.report is not None and bool(job.report.added or job.report.updated)
    match job.state:
        case "done":
            assert job.report is not None
            return Reply(_stacked(_outcome(workspace, job, job.report, language)), _buttons(job, language, "no"))
        case "failed":
            return _failure(job, job.error or "", language, _buttons(job, language, "again", *(["no"] if put else [])))
        case "undone":
            return Reply(_stacked([RichText(say(language, "ingest-undone")), _name(job, language)]))
        case "waiting" if job.error:
            again = RichText(say(language, "ingest-again") + " ")
            again += RichText.dated(f"{job.due:%Y-%m-%d %H:%M} UTC", job.due)
            reason = RichText(say(language, "ingest-not-yet", error=_sentence(job.error)))
            buttons = _buttons(job, language, "again", *([] if put else ["no"]))
            return Reply(_stacked([reason, _name(job, language), again]), buttons)
        case "waiting":
            return Reply(_stacked([RichText(say(language, "ingest-waiting")), _name(job, language)]))
    lines = [RichText(say(language, "ingest-running")), _name(job, language)]
    if job.report and job.report.done:
        lines.append(_progress(job.report, language))
    return Reply(_stacked(lines))


def _outcome(workspace: Workspace, job: Job, done: Report, language: str) -> list[RichText]:
    """What was taken in: figures, the first titles, and what was not taken in and why."""
    if not done.added and not done.updated:
        lines = [RichText(say(language, "ingest-unchanged")), _name(job, language)]
    else:
        word = "ingest-added" if done.added else "ingest-updated"
        lines = [line([RichText(say(language, word)), _progress(done, language)], language, gap=" ")]
        for entry in workspace.queue.journal.entries(job.id)[:_TITLES]:
            if stored := workspace.archive.article(entry.article_id):
                lines.append(heading(stored.title or stored.id, language, stored.url))
        if done.unchanged:
            lines.append(RichText(say(language, "ingest-rest-unchanged", articles=done.unchanged)))
    if done.failed and done.failures:
        lines.append(_failures(done.failed, done.failures[0].source, done.failures[0].error, language))
    return lines


def _progress(report: Report, language: str) -> RichText:
    articles = say(language, "articles", articles=report.added + report.updated)
    statements = say(language, "statements", statements=report.statements)
    return line([RichText(articles), RichText(statements)], language)


def _failures(count: int, source: str, error: str, language: str) -> RichText:
    first = line([RichText(shortened(source)), RichText(_sentence(error))], language, gap=": ")
    return RichText(say(language, "ingest-unread", articles=count)) + "\n" + first


def _failure(job: Job, error: str, language: str, buttons: Sequence[Sequence[Button]] = ()) -> Reply:
    reason = RichText(say(language, "ingest-failed", error=_sentence(error)))
    return Reply(_stacked([reason, _name(job, language)]), buttons)


def _sentence(error: str) -> str:
    """The reason as it stands before a full stop of ours."""
    return error.strip().removesuffix(".")


def _name(job: Job, language: str) -> RichText:
    return line([RichText(shortened(job.name))], language)


def _stacked(lines: Sequence[RichText]) -> RichText:
    return RichText.joined(lines, "\n")


def _buttons(job: Job, language: str, *verbs: str) -> list[list[Button]]:
    labels = {"yes": "button-confirm", "no": "button-undo", "again": "button-retry"}
    return [[Button(say(language, labels[verb]), carried("job", verb, job.id)) for verb in verbs]]


def decide(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """Confirm, Undo and Retry under a job's message."""
    job = job_of(workspace, values, 1)
    if job is None:
        return Outcome(toast=tell(workspace, pressed, "job-gone").text.text)
    match values[0]:
        case "yes":
            done = workspace.queue.confirm(job.id)
        case "again":
            done = job.state == "offered" or workspace.queue.retry(job.id)
        case "no" if _droppable(job):
            done = workspace.queue.drop(job.id)
            if done:
                language = language_of(workspace, pressed)
                return Outcome(
                    edited=Reply(_stacked([RichText(say(language, "ingest-dropped")), _name(job, language)]))
                )
        case "no" if job.state in ("done", "failed"):
            try:
                workspace.worker.undo(job.id)
            except JobError as error:
                return Outcome(toast=shortened(str(error), CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH))
            done = True
        case _:
            done = False
    if not done:
        return Outcome(toast=tell(workspace, pressed, "job-busy").text.text, job=job.id)
    if pressed.place.kind is Kind.TERMINAL:
        return Outcome(edited=_finished(workspace, job.id, language_of(workspace, pressed)))
    return Outcome(toast=tell(workspace, pressed, "done").text.text, job=job.id)


def job_of(workspace: Workspace, values: Sequence[str], place: int) -> Job | None:
    """The job whose number a button carries in that place, while it is kept."""
    written = values[place] if place < len(values) else ""
    number = written.isascii() and written.isdecimal() and len(written) < 19  # SQLite counts up to 2 ** 63
    return workspace.queue.job(int(written)) if number else None


def _droppable(job: Job) -> bool:
    """Whether nothing of the job is in the archive, and nobody works on it."""
    put = job.report is not None and (job.report.added or job.report.updated)
    return job.state in ("offered", "waiting", "failed") and not put


def _finished(workspace: Workspace, job_id: int, language: str) -> Reply:
    """Where the job stands once it is worked on, here or by another process."""
    while True:
        workspace.worker.drain()
        job = workspace.queue.job(job_id)
        if job is None:
            return Reply(RichText(say(language, "job-gone")))
        if job.state == "offered":
            return preview(workspace, job, language)
        if job.state != "running" and (job.state != "waiting" or job.error):
            return report(workspace, job, language)
        time.sleep(_LOOK_SECONDS)
