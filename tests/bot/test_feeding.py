"""Taking in by message: what was understood is shown, confirmed, told, and taken back."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.access import Role
from bot.addressee import Addressee
from bot.conversation import press, respond
from bot.feeding import preview, report
from bot.incoming import TERMINAL, Attachment, Incoming, Kind, Origin, Place, Pressed
from bot.messages import say
from bot.replies import Button, Outcome, Reply, carried
from config import load_settings
from ingest.pipeline import Report
from ingest.queue import Job, packed
from retrieval.errors import ArchiveUnwritable, SourceError
from retrieval.types import Article
from tests.fakes import FakeWorkspace
from tests.ingest.site import PARAGRAPHS, Site, page, running_site

FILES = Path(__file__).parents[1] / "ingest" / "files"
STORY = "Dogs bark at night, the mayor said.\n\nDogs guard the old harbour."
SAID = {
    "en": "Ministers met in Geneva.\nSergey Lavrov said: the talks go on.\nPutin said: we agree.",
    "ar": "اجتمع الوزراء في جنيف.\nسيرغي لافروف said: المحادثات مستمرة.\nبوتين said: نحن متفقون.",
    "ru": "Министры встретились в Женеве.\nСергей Лавров said: переговоры идут.\nПутин said: мы согласны.",
}
SPEAKERS = {"en": ("Sergey Lavrov", "Putin"), "ar": ("سيرغي لافروف", "بوتين"), "ru": ("Сергей Лавров", "Путин")}
LANGUAGES = pytest.mark.parametrize("language", ["en", "ar", "ru"])
PRIVATE = Place(chat=7, person=7, message=5)
SENT = datetime(2024, 5, 1, 8, tzinfo=UTC)
WIRE = Origin("Wire", SENT, chat=-1001888000001, message=12, username="wire")


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as running:
        yield running


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWorkspace]:
    """One that may fetch from the loopback."""
    monkeypatch.setenv("QAWL_INGEST__ALLOW_PRIVATE_ADDRESSES", "true")
    opened = FakeWorkspace(load_settings())
    yield opened
    opened.close()


def given(workspace: FakeWorkspace, text: str = "", **rest: Any) -> list[Reply]:
    """What an admin hears who gives something in the terminal."""
    command = rest.pop("command", "ingest")
    return list(respond(workspace, Incoming(text, Role.ADMIN, command=command, **{"language": "en", **rest})))


def shown(workspace: FakeWorkspace, text: str = "", **rest: Any) -> Reply:
    (reply,) = given(workspace, text, **rest)
    assert "  " not in reply.text.text
    return reply


def buttons(reply: Reply) -> list[Button]:
    return [button for row in reply.buttons for button in row]


def pressing(workspace: FakeWorkspace, reply: Reply, message: str, *, language: str = "en") -> Outcome:
    """What becomes of pressing the button with that label."""
    label = say(language, message)
    (data,) = (one.data for one in buttons(reply) if one.label == label)
    assert data
    return press(workspace, Pressed(data, Role.ADMIN, TERMINAL, language))


def confirmed(workspace: FakeWorkspace, reply: Reply, language: str = "en") -> Reply:
    outcome = pressing(workspace, reply, "button-confirm", language=language)
    assert outcome.edited
    return outcome.edited


def taken_in(workspace: FakeWorkspace, text: str = STORY, **rest: Any) -> str:
    return confirmed(workspace, shown(workspace, text, **rest)).text.text


def attachment(name: str, data: bytes = STORY.encode(), media_type: str = "") -> Attachment:
    return Attachment(name, len(data), lambda: data, media_type)


def never_read() -> bytes:
    raise AssertionError("the file was fetched")


def articles(workspace: FakeWorkspace) -> list[Article]:
    return list(workspace.archive.articles())


# --- the preview


@LANGUAGES
def test_a_preview_says_what_was_understood_and_nothing_is_taken_in_yet(
    workspace: FakeWorkspace, language: str
) -> None:
    record = {"text": SAID[language], "title": "T", "source": "Wire", "published": "2024-05-01"}
    file = attachment("a.jsonl", json.dumps(record).encode())
    reply = shown(workspace, language=language, attachment=file)
    title, about, said = reply.text.text.replace("\u2068", "").replace("\u2069", "").splitlines()
    assert title.strip("\u200f\u200e") == "T"
    assert "Wire" in about
    assert say(language, "day", day=date(2024, 5, 1)) in about
    assert say(language, "statements", statements=2) in said
    assert all(name in said for name in SPEAKERS[language])
    assert [one.label for one in buttons(reply)] == [say(language, "button-confirm"), say(language, "button-undo")]
    assert articles(workspace) == []


def test_of_many_articles_the_first_is_shown_and_their_number(workspace: FakeWorkspace) -> None:
    lines = [json.dumps({"id": f"a{n}", "title": f"Title {n}", "text": f"Ships sail {n}."}) for n in range(1234)]
    data = gzip.compress("\n".join([*lines, "{}"]).encode())
    text = shown(workspace, attachment=attachment("many.jsonl.gz", data)).text.text
    assert text.startswith("1,234 articles. The first:\nTitle 0\n")
    assert "1 article could not be read:" in text


@LANGUAGES
def test_what_is_there_already_is_said_and_not_offered(workspace: FakeWorkspace, language: str) -> None:
    taken_in(workspace, SAID[language])
    reply = shown(workspace, SAID[language], language=language)
    assert reply.text.text.startswith(say(language, "ingest-unchanged"))
    assert buttons(reply) == []
    assert workspace.queue.jobs("offered") == []


def test_a_newer_version_is_announced_and_replaces_the_former_until_it_is_undone(workspace: FakeWorkspace) -> None:
    taken_in(workspace, "", attachment=attachment("dogs.txt"))
    reply = shown(workspace, "", attachment=attachment("dogs.txt", b"Dogs bark by day, too."))
    assert say("en", "ingest-changed") in reply.text.text
    done = confirmed(workspace, reply)
    assert done.text.text.startswith("Updated: 1 article")
    assert [one.text for one in articles(workspace)] == ["Dogs bark by day, too."]
    pressing(workspace, done, "button-undo")
    assert [one.text for one in articles(workspace)] == [STORY]


# --- confirm, undo


@LANGUAGES
def test_what_is_confirmed_is_taken_in_told_and_taken_back(workspace: FakeWorkspace, language: str) -> None:
    reply = shown(workspace, SAID[language], language=language)
    done = confirmed(workspace, reply, language)
    text = done.text.text
    assert text.lstrip("\u200f\u200e").startswith(say(language, "ingest-added"))
    assert say(language, "articles", articles=1) in text
    assert say(language, "statements", statements=2) in text
    assert SAID[language].splitlines()[0] in text
    assert len(articles(workspace)) == 1
    outcome = pressing(workspace, done, "button-undo", language=language)
    assert outcome.edited
    assert outcome.edited.text.text.startswith(say(language, "ingest-undone"))
    assert articles(workspace) == []


def test_what_is_not_confirmed_is_forgotten_with_undo(workspace: FakeWorkspace) -> None:
    reply = shown(workspace, STORY)
    outcome = pressing(workspace, reply, "button-undo")
    assert outcome.edited
    assert outcome.edited.text.text.startswith(say("en", "ingest-dropped"))
    assert (workspace.queue.jobs(), articles(workspace)) == ([], [])
    assert pressing(workspace, reply, "button-confirm").toast == say("en", "job-gone")


def test_pressing_twice_takes_in_once(workspace: FakeWorkspace) -> None:
    reply = shown(workspace, STORY)
    confirmed(workspace, reply)
    assert pressing(workspace, reply, "button-confirm").toast == say("en", "job-busy")
    assert len(workspace.queue.jobs("done")) == 1


def test_undoing_what_was_changed_since_is_refused_with_the_reason(workspace: FakeWorkspace) -> None:
    done = confirmed(workspace, shown(workspace, "", attachment=attachment("dogs.txt")))
    taken_in(workspace, "", attachment=attachment("dogs.txt", b"Dogs bark by day, too."))
    toast = pressing(workspace, done, "button-undo").toast
    assert toast
    assert "changed again since" in toast
    assert len(toast) <= 200


@pytest.mark.parametrize("values", [(), ("yes",), ("yes", "x"), ("yes", "9" * 30), ("no", "-1"), ("again", "²")])
def test_buttons_that_are_none_of_ours_do_nothing(workspace: FakeWorkspace, values: tuple[str, ...]) -> None:
    outcome = press(workspace, Pressed(carried("job", *values), Role.ADMIN, TERMINAL, "en"))
    assert outcome == Outcome(toast=say("en", "job-gone"))


def test_a_full_disk_is_told_and_retry_helps_once_there_is_room(
    workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise ArchiveUnwritable("The disk is full.")

    reply = shown(workspace, STORY)
    with monkeypatch.context() as broken:
        broken.setattr(workspace.archive, "put", full)
        waiting = confirmed(workspace, reply)
    assert waiting.text.text.startswith("Not yet: The disk is full.\n")
    assert "UTC" in waiting.text.text
    again = pressing(workspace, waiting, "button-retry").edited
    assert again
    assert again.text.text.startswith("Taken in:")


# --- what can be given


@LANGUAGES
def test_a_link_is_the_article_of_its_page(workspace: FakeWorkspace, site: Site, language: str) -> None:
    url = site.put("/news/7", page("Lavrov", language), Content_Type="text/html")
    reply = shown(workspace, url)
    assert reply.text.text.startswith("Lavrov\n")
    assert reply.text.runs[0].style == "bold"
    assert [one.url for one in reply.text.runs if one.url] == [url]
    confirmed(workspace, reply)
    (article,) = articles(workspace)
    assert (article.id, article.text) == (url, "\n\n".join(PARAGRAPHS[language]))


def test_each_of_several_links_is_a_job(workspace: FakeWorkspace, site: Site) -> None:
    urls = [site.put(f"/{n}", page(f"Title {n}"), Content_Type="text/html") for n in range(3)]
    replies = given(workspace, " ".join([*urls, urls[0]]))
    assert [reply.text.text.splitlines()[0] for reply in replies] == ["Title 0", "Title 1", "Title 2"]
    assert [job.name for job in reversed(workspace.queue.jobs("offered"))] == urls


def test_what_was_shown_is_what_is_taken_in(workspace: FakeWorkspace, site: Site) -> None:
    url = site.put("/a", page("Before"), Content_Type="text/html")
    reply = shown(workspace, url)
    site.put("/a", page("After"), Content_Type="text/html")
    confirmed(workspace, reply)
    assert [one.title for one in articles(workspace)] == ["Before"]


def test_a_link_that_leads_nowhere_is_told_in_one_line_and_forgotten(workspace: FakeWorkspace, site: Site) -> None:
    reply = shown(workspace, f"{site.url}/missing")
    assert reply.text.text.splitlines()[0] == "Not taken in: there is no such page (404); check the address."
    assert buttons(reply) == []
    assert workspace.queue.jobs() == []


def test_a_server_that_is_busy_can_be_asked_again(workspace: FakeWorkspace, site: Site) -> None:
    url = site.put("/a", b"", status=503)
    reply = shown(workspace, url)
    assert "too busy" in reply.text.text
    assert [one.label for one in buttons(reply)] == ["Retry", "Undo"]
    site.put("/a", page("Lavrov"), Content_Type="text/html")
    again = pressing(workspace, reply, "button-retry").edited
    assert again
    assert again.text.text.startswith("Lavrov\n")
    confirmed(workspace, again)
    assert len(articles(workspace)) == 1


@pytest.mark.parametrize("name", ["libreoffice.en.docx", "chromium.ar.pdf"])
def test_documents_are_read_as_the_files_they_are(workspace: FakeWorkspace, name: str) -> None:
    taken_in(workspace, "", attachment=attachment(name, (FILES / name).read_bytes()))
    (article,) = articles(workspace)
    assert len(article.text) > 200


@pytest.mark.parametrize(
    ("name", "media_type", "data"),
    [
        ("", "text/plain", STORY.encode()),
        ("report", "application/pdf", (FILES / "chromium.en.pdf").read_bytes()),
        ("page", "text/html", page("Lavrov")),
    ],
)
def test_a_file_without_an_ending_is_what_its_sender_says(
    workspace: FakeWorkspace, name: str, media_type: str, data: bytes
) -> None:
    taken_in(workspace, "", attachment=attachment(name, data, media_type))
    assert len(articles(workspace)) == 1


@pytest.mark.parametrize("name", ["a", "", "a.txt.exe", "jsonl", "photo.jpg"])
def test_a_file_of_another_kind_is_refused_unread(workspace: FakeWorkspace, name: str) -> None:
    text = shown(workspace, "", attachment=Attachment(name, 10, never_read, "image/jpeg")).text.text
    assert text.startswith("I cannot read files of that kind; send one of these: ")
    assert all(kind in text for kind in (".txt", ".md", ".pdf", ".docx", ".html", ".jsonl"))


def test_a_file_beyond_telegrams_limit_is_refused_unread(workspace: FakeWorkspace) -> None:
    reply = shown(workspace, "", attachment=Attachment("a.txt", 20_000_001, never_read))
    assert reply.text.text == say("en", "ingest-large", megabytes=20)
    assert workspace.queue.jobs() == []


def test_a_file_that_telegram_does_not_hand_over_is_told(workspace: FakeWorkspace) -> None:
    def fails() -> bytes:
        raise SourceError("a.txt", "Telegram does not hand the file over; send it again")

    text = shown(workspace, "", attachment=Attachment("a.txt", 10, fails)).text.text
    assert text == "Not taken in: Telegram does not hand the file over; send it again."


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "empty"), (b" \n", "empty"), (b"\0\1\2\3", "binary"), (b"a\0b", "binary"), ("🎉".encode(), "no words")],
)
def test_a_file_that_is_no_article_is_refused_with_the_reason(
    workspace: FakeWorkspace, data: bytes, reason: str
) -> None:
    reply = shown(workspace, "", attachment=attachment("a.md", data))
    first, second = reply.text.text.splitlines()
    assert reason in first
    assert second == "a.md"
    assert buttons(reply) == []
    assert workspace.queue.jobs() == []


def test_a_file_in_another_encoding_is_decoded(workspace: FakeWorkspace) -> None:
    text = "قال وزير الخارجية الروسي سيرغي لافروف إن الإرهابيين يواصلون الحصول على دعم خارجي."
    for number, encoding in enumerate(("utf-16", "cp1256")):
        taken_in(workspace, "", attachment=attachment(f"{number}.txt", text.encode(encoding)))
    assert [one.text for one in articles(workspace)] == [text, text]


@pytest.mark.parametrize("quoted", [None, "", "  \n"])
def test_nothing_to_take_in_is_explained(workspace: FakeWorkspace, quoted: str | None) -> None:
    assert shown(workspace, "", quoted=quoted).text.text == say("en", "ingest-empty")


def test_a_message_of_nothing_but_emoji_is_refused(workspace: FakeWorkspace) -> None:
    assert "no words" in shown(workspace, "🎉🎉").text.text


def test_the_message_that_was_replied_to_is_taken_in_with_its_date(workspace: FakeWorkspace) -> None:
    taken_in(workspace, "", quoted=STORY, sent=SENT)
    (article,) = articles(workspace)
    assert (article.text, article.published) == (STORY, SENT)


def test_a_link_that_was_replied_to_is_fetched(workspace: FakeWorkspace, site: Site) -> None:
    url = site.put("/a", page("Lavrov"), Content_Type="text/html")
    assert shown(workspace, "", quoted=f"👉 {url}").text.text.startswith("Lavrov\n")


def test_a_text_with_a_link_in_it_is_a_text(workspace: FakeWorkspace, site: Site) -> None:
    text = f"The mayor said that the ferry sails again. More: {site.url}/a"
    taken_in(workspace, text)
    assert [one.text for one in articles(workspace)] == [text]
    assert site.asked == []


@pytest.mark.parametrize(
    "text",
    [
        "Lavrov: the ferry sails again on 1.5 from the old harbour {}",
        "Лавров сказал, что паром снова ходит через залив.\n{}",
        "({}).",
        "«{}»،",
        "{} {}",
    ],
)
def test_a_page_that_somebody_shares_is_fetched_once(workspace: FakeWorkspace, site: Site, text: str) -> None:
    url = site.put("/a", page("Lavrov"), Content_Type="text/html")
    assert shown(workspace, text.format(url, url)).text.text.startswith("Lavrov\n")
    assert [one.path for one in site.asked if one.path != "/robots.txt"] == ["/a"]


def test_a_message_is_listed_by_its_first_line(workspace: FakeWorkspace) -> None:
    taken_in(workspace, "Dogs bark at night\n" + "word " * 100)
    taken_in(workspace, "word " * 100)
    first, second = (one.title for one in articles(workspace))
    assert first == "Dogs bark at night"
    assert second is not None
    assert len(second) <= 80
    assert second.startswith("word word")


def test_the_same_text_typed_again_later_is_the_same_article(workspace: FakeWorkspace) -> None:
    taken_in(workspace, "Cats sleep all day.", sent=SENT)
    assert "already have" in shown(workspace, "Cats sleep all day.", sent=datetime(2026, 1, 2, tzinfo=UTC)).text.text


@pytest.mark.parametrize("how", ["reply", "forward"])
@LANGUAGES
def test_a_forwarded_post_is_the_article_that_the_channel_itself_gives(
    workspace: FakeWorkspace, how: str, language: str
) -> None:
    message = {"quoted": SAID[language]} if how == "reply" else {"text": SAID[language], "command": None}
    place = {} if how == "reply" else {"place": PRIVATE}
    (reply,) = given(workspace, origin=WIRE, **message, **place)
    if reply.job:
        job = workspace.queue.job(reply.job)
        assert job
        reply = preview(workspace, job, "en")
    confirmed(workspace, reply)
    workspace.worker.drain()
    (article,) = articles(workspace)
    assert article.id == "telegram:-1001888000001:12"
    assert (article.url, article.source, article.published) == ("https://t.me/wire/12", "Wire", SENT)
    assert article.text == SAID[language]


def test_what_a_person_wrote_is_taken_in_as_theirs(workspace: FakeWorkspace) -> None:
    taken_in(workspace, "", quoted=STORY, origin=Origin("Olga Ivanova", SENT))
    (article,) = articles(workspace)
    assert (article.source, article.published) == ("Olga Ivanova", SENT)


def test_words_of_ones_own_are_not_those_of_the_post_that_they_reply_to(workspace: FakeWorkspace) -> None:
    taken_in(workspace, STORY, quoted="Something else that was said.", origin=WIRE)
    (article,) = articles(workspace)
    assert (article.text, article.source) == (STORY, None)


def test_a_post_that_says_nothing_is_refused(workspace: FakeWorkspace) -> None:
    assert "shorter than a sentence" in shown(workspace, "", quoted="Good morning!", origin=WIRE).text.text


@pytest.mark.parametrize(
    ("role", "origin", "kind"),
    [
        (Role.READER, WIRE, Kind.PRIVATE),
        (Role.ADMIN, Origin("Olga", SENT), Kind.PRIVATE),
        (Role.ADMIN, WIRE, Kind.GROUP),
    ],
)
def test_other_forwarded_messages_are_questions(
    workspace: FakeWorkspace, role: Role, origin: Origin, kind: Kind
) -> None:
    place = Place(7, 7, 5, kind=kind)
    (reply,) = respond(workspace, Incoming("What did Lavrov say?", role, place, origin=origin, language="en"))
    assert reply.text.text == say("en", "archive-empty")


# --- in Telegram


def asked(text: str = STORY, **rest: Any) -> Incoming:
    return Incoming(text, Role.ADMIN, **{"place": PRIVATE, "command": "ingest", "language": "ar", **rest})


def test_in_telegram_it_is_kept_before_it_is_acknowledged_and_read_afterwards(
    workspace: FakeWorkspace, site: Site
) -> None:
    replies = respond(workspace, asked(f"{site.url}/a {site.url}/b"))
    assert [reply.text.text.strip("\u200f").startswith(say("ar", "ingest-reading")) for reply in replies] == [
        True,
        True,
    ]
    assert site.asked == []
    jobs = [workspace.queue.job(reply.job or 0) for reply in replies]
    assert [job and job.state for job in jobs] == ["offered", "offered"]
    assert {Addressee.read(job.place) for job in jobs if job} == {Addressee(7, 7, 5, "ar")}


def test_a_message_that_is_handled_again_after_a_crash_leads_to_the_same_job(workspace: FakeWorkspace) -> None:
    (first,) = respond(workspace, asked())
    (again,) = respond(workspace, asked())
    assert (first.job, len(workspace.queue.jobs())) == (again.job, 1)
    (other,) = respond(workspace, asked(place=Place(7, 7, 6)))
    assert other.job != first.job, "it was written anew"


def test_an_edit_that_changes_nothing_is_not_answered_again_and_one_that_does_is(workspace: FakeWorkspace) -> None:
    (first,) = respond(workspace, asked())
    assert first.job
    workspace.queue.report_to(first.job, Addressee(7, 7, 5, "ar", message=6, shown="offered").written())
    assert respond(workspace, asked(edited=True)) == []
    assert len(respond(workspace, asked(f"{STORY} And cats sleep.", edited=True))) == 1


def job(workspace: FakeWorkspace, **changes: Any) -> Job:
    added = workspace.queue.add("articles", "news.jsonl", packed([Article(id="a", text=STORY)]))
    from dataclasses import replace

    return replace(added, **changes)


@LANGUAGES
def test_progress_names_the_job_and_how_far_it_has_got(workspace: FakeWorkspace, language: str) -> None:
    running = job(workspace, state="running", report=Report(added=40, updated=2, statements=311))
    text = report(workspace, running, language).text.text
    assert text.startswith(say(language, "ingest-running"))
    assert "news.jsonl" in text
    assert say(language, "articles", articles=42) in text
    assert say(language, "statements", statements=311) in text


def test_a_job_that_put_something_and_failed_can_be_retried_and_undone(workspace: FakeWorkspace) -> None:
    failed = job(workspace, state="failed", error="it broke off", report=Report(added=1, statements=1))
    reply = report(workspace, failed, "en")
    assert reply.text.text.startswith("Not taken in: it broke off.")
    assert [one.label for one in buttons(reply)] == ["Retry", "Undo"]


def test_what_could_not_be_read_is_told_beside_what_was_taken_in(workspace: FakeWorkspace) -> None:
    data = b'{"id": "a", "title": "Dogs", "text": "Dogs bark."}\n{"id": "b"}\n'
    text = taken_in(workspace, "", attachment=attachment("two.jsonl", data))
    assert text.startswith("Taken in: 1 article, no quotations\nDogs\n1 article could not be read:\n")
    assert "text" in text.splitlines()[-1]
