"""Looking after the archive by message: articles, wishes, jobs, figures and feeds, in three languages."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from telegram.constants import MessageLimit

from bot.access import Role
from bot.conversation import press, respond
from bot.incoming import TERMINAL, Incoming, Place, Pressed
from bot.messages import say
from bot.replies import Button, Outcome, Reply, carried
from config import load_settings
from ingest.feeds import Feed
from ingest.queue import packed
from retrieval.types import Answer, Article, Plan
from tests.fakes import FakeWorkspace
from tests.ingest.site import Site, page, running_site

LANGUAGES = pytest.mark.parametrize("language", ["en", "ar", "ru"])
NOW = datetime(2024, 5, 1, tzinfo=UTC)
TITLES = {"en": "Ships sail at dawn", "ar": "السفن تبحر عند الفجر", "ru": "Корабли уходят на рассвете"}


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


def told(workspace: FakeWorkspace, command: str, text: str = "", language: str = "en") -> Reply:
    """The one message that answers an admin's command."""
    (reply,) = respond(workspace, Incoming(text, Role.ADMIN, command=command, language=language))
    assert reply.text.units <= MessageLimit.MAX_TEXT_LENGTH
    assert len(reply.text.runs) <= MessageLimit.MESSAGE_ENTITIES
    return reply


def buttons(rows: Sequence[Sequence[Button]]) -> dict[str, str]:
    return {button.label: button.data or "" for row in rows for button in row}


def pressing(workspace: FakeWorkspace, reply: Reply | Outcome, label: str, language: str = "en") -> Outcome:
    data = buttons(reply.buttons or ())[label]
    return press(workspace, Pressed(data, Role.ADMIN, TERMINAL, language))


def turned(workspace: FakeWorkspace, reply: Reply, label: str, language: str = "en") -> Reply:
    """The message as it is once the button is pressed."""
    outcome = pressing(workspace, reply, label, language)
    assert outcome.edited
    return outcome.edited


def filled(workspace: FakeWorkspace, number: int, **rest: object) -> None:
    stories = [
        Article.model_validate({"id": f"a{n:02}", "title": f"Title {n}", "text": f"Putin said: no {n}.", **rest})
        for n in range(1, number + 1)
    ]
    workspace.ingestor.ingest(stories)


def ids(workspace: FakeWorkspace) -> list[str]:
    return [one.id for one in workspace.archive.summaries()]


# --- articles


@LANGUAGES
def test_articles_are_listed_newest_first_with_source_date_and_statements(
    workspace: FakeWorkspace, language: str
) -> None:
    filled(workspace, 1, title=TITLES[language], source="TASS", published="2024-05-01", id="https://example.org/a")
    reply = told(workspace, "articles", language=language)
    text = reply.text.text.replace("\u2068", "").replace("\u2069", "")
    head, _, title, about = text.splitlines()
    assert head == say(language, "articles-page", first=1, last=1, total=1)
    assert TITLES[language] in title
    day = say(language, "day", day=NOW.date())
    comma = say(language, "comma")
    assert about.strip("\u200f\u200e") == f"TASS{comma} {day}{comma} {say(language, 'statements', statements=1)}"
    assert [run.url for run in reply.text.runs if run.url] == ["https://example.org/a"]
    assert list(buttons(reply.buttons)) == ["🗑 1"]


def test_pages_are_turned_in_the_same_message(workspace: FakeWorkspace) -> None:
    filled(workspace, 23)
    first = told(workspace, "articles")
    assert [label for label in buttons(first.buttons) if "🗑" not in label] == ["Older"]
    assert first.text.text.splitlines()[2] == "1. Title 23"
    second = turned(workspace, first, "Older")
    assert second.text.text.startswith("Articles 11–20 of 23")
    assert list(buttons(second.buttons))[-2:] == ["Newer", "Older"]
    third = turned(workspace, second, "Older")
    assert third.text.text.splitlines()[-2] == "23. Title 1"
    assert list(buttons(third.buttons)) == ["🗑 21", "🗑 22", "🗑 23", "Newer"]
    assert turned(workspace, turned(workspace, third, "Newer"), "Newer") == first


def test_a_page_of_long_titles_fits_a_message(workspace: FakeWorkspace) -> None:
    filled(workspace, 10, title="خبر 🐧 " * 90, source="وكالة " * 40, published="2024-05-01")
    assert told(workspace, "articles", language="ar").text.text.count("خبر") > 20


@LANGUAGES
def test_an_article_goes_when_it_is_said_twice(workspace: FakeWorkspace, language: str) -> None:
    filled(workspace, 12)
    asked = turned(workspace, told(workspace, "articles", language=language), "🗑 3", language)
    assert asked.text.text.startswith(say(language, "delete-this"))
    assert "Title 10" in asked.text.text
    assert len(ids(workspace)) == 12
    outcome = pressing(workspace, asked, say(language, "button-delete"), language)
    assert outcome.toast == say(language, "deleted", articles=1)
    assert "a10" not in ids(workspace)
    assert outcome.edited
    assert "Title 10" not in outcome.edited.text.text
    assert "11. " in turned(workspace, outcome.edited, say(language, "button-older"), language).text.text


def test_what_is_kept_stays(workspace: FakeWorkspace) -> None:
    filled(workspace, 2)
    listed = told(workspace, "articles")
    asked = turned(workspace, listed, "🗑 1")
    assert turned(workspace, asked, say("en", "button-keep")) == listed
    assert len(ids(workspace)) == 2


def test_the_button_deletes_the_article_that_it_stood_beside_whatever_came_since(workspace: FakeWorkspace) -> None:
    filled(workspace, 2)
    listed = told(workspace, "articles")
    workspace.ingestor.ingest([Article(id="new", text="It rained.")])
    turned(workspace, turned(workspace, listed, "🗑 1"), say("en", "button-delete"))
    assert ids(workspace) == ["a01", "new"]
    assert pressing(workspace, listed, "🗑 1").toast == say("en", "article-gone")


def test_the_last_article_of_the_last_page_leads_back(workspace: FakeWorkspace) -> None:
    filled(workspace, 11)
    last = turned(workspace, told(workspace, "articles"), "Older")
    left = turned(workspace, turned(workspace, last, "🗑 11"), say("en", "button-delete"))
    assert left.text.text.startswith("Articles 1–10 of 10")
    for _ in range(10):
        left = turned(workspace, turned(workspace, left, "🗑 1"), say("en", "button-delete"))
    assert left.text.text == say("en", "archive-empty")


def test_articles_are_deleted_by_id(workspace: FakeWorkspace) -> None:
    filled(workspace, 3)
    workspace.ingestor.ingest([Article(id="my notes", text="It rained.")])
    assert told(workspace, "delete", "my notes").text.text == say("en", "deleted", articles=1)
    text = told(workspace, "delete", "a01 a03 a01 a99").text.text
    assert text == f"{say('en', 'deleted', articles=2)}\n{say('en', 'delete-missing', article='a99')}"
    assert ids(workspace) == ["a02"]
    assert told(workspace, "delete", " ").text.text == say("en", "delete-which")


# --- wishes


@LANGUAGES
def test_wishes_are_cleared_one_by_one_or_all_when_it_is_said_twice(workspace: FakeWorkspace, language: str) -> None:
    for times, question in enumerate(("Who?", "من قال ذلك؟", "Кто?"), 1):
        for _ in range(times):
            workspace.archive.wish(question, "en", NOW)
    reply = told(workspace, "wishes", language=language)
    lines = reply.text.text.replace("\u2068", "").replace("\u2069", "").splitlines()
    assert lines[0] == say(language, "wishes", questions=3)
    assert [line.strip("\u200f\u200e") for line in lines[1:]] == ["1. Кто? ×3", "2. من قال ذلك؟ ×2", "3. Who? ×1"]
    left = turned(workspace, reply, "✓ 2", language)
    assert {one.question for one in workspace.archive.wishes()} == {"Who?", "Кто?"}
    asked = pressing(workspace, left, say(language, "button-clear-all"), language)
    assert len(workspace.archive.wishes()) == 2
    cleared = pressing(workspace, asked, say(language, "button-clear-all"), language).edited
    assert cleared
    assert cleared.text.text == say(language, "wishes-none")
    assert workspace.archive.wishes() == []


def test_long_wishes_fit_a_message(workspace: FakeWorkspace) -> None:
    for number in range(30):
        workspace.archive.wish(f"{number} " + "ماذا قال 🐧 " * 90, "ar", NOW)
    reply = told(workspace, "wishes")
    assert len(reply.text.text.splitlines()) == 11


# --- jobs


@LANGUAGES
def test_failed_and_waiting_jobs_are_listed_with_the_reason_and_tried_again(
    workspace: FakeWorkspace, language: str
) -> None:
    failed = workspace.queue.add("articles", "خبر.jsonl", packed([Article(id="a", text="It rained.")]))
    claimed = workspace.queue.claim(timedelta(seconds=9))
    assert claimed
    workspace.queue.fail(claimed, "the disk is full.")
    waiting = workspace.queue.add("articles", "news", packed([Article(id="b", text="It snowed.")]))
    reply = told(workspace, "jobs", language=language)
    text = reply.text.text.replace("\u2068", "").replace("\u2069", "")
    assert f"{say(language, 'job-failed')}: the disk is full" in text
    assert say(language, "job-waiting") in text
    assert list(buttons(reply.buttons)) == ["↻ 1", "🗑 1", "↻ 2", "🗑 2"]
    outcome = pressing(workspace, reply, "↻ 2", language)
    assert (outcome.toast, outcome.job) == (say(language, "done"), failed.id)
    again = workspace.queue.job(failed.id)
    assert again
    assert again.state == "waiting"
    pressing(workspace, reply, "🗑 1", language)
    assert workspace.queue.job(waiting.id) is None
    assert pressing(workspace, reply, "🗑 1", language).toast == say(language, "job-gone")


def test_when_nothing_waits_that_is_said(workspace: FakeWorkspace) -> None:
    assert told(workspace, "jobs").text.text == say("en", "jobs-none")


# --- figures


@LANGUAGES
def test_figures_have_bars_at_the_ends_of_their_lines(workspace: FakeWorkspace, language: str) -> None:
    filled(workspace, 4, published="2024-05-01")
    workspace.ingestor.ingest([Article(id="ru", text="Лавров said: Это очень важно для нас всех.", lang="ru")])
    place = Place(5, 5, 9)
    plan = Plan(topic="x")
    for status in ("answered", "answered", "not_found"):
        answer = Answer(question='"status":"answered"', language="en", status=status, plan=plan)
        given = workspace.memory.give(place, answer)
    workspace.memory.vote(given, 5, useful=True)
    workspace.archive.wish("Who?", "en", NOW)
    workspace.queue.add("url", "https://example.org/a")
    (reply,) = respond(workspace, Incoming("", Role.ADMIN, command="stats", language=language))
    text = reply.text.text.replace("\u2068", "").replace("\u2069", "").replace("\u200f", "").replace("\u200e", "")
    assert text.startswith(f"{say(language, 'articles', articles=5)}{say(language, 'comma')} ")
    assert f"{say(language, 'language-en')}: 4 {'▇' * 12}" in text
    assert f"{say(language, 'language-ru')}: 1 {'▇' * 3}" in text
    assert f"2024-05: 4 {'▇' * 12}" in text
    assert f"Putin: 4 {'▇' * 12}" in text
    assert say(language, "stats-answered", answered=2, unanswered=1) in text
    assert "👍 1   👎 0" in text
    assert say(language, "stats-wishes", questions=1) in text
    assert f"{say(language, 'job-waiting')}: 1" in text


def test_an_empty_archive_has_no_figures(workspace: FakeWorkspace) -> None:
    assert told(workspace, "stats").text.text == say("en", "archive-empty")


# --- feeds


def rss(title: str) -> str:
    return f'<rss version="2.0"><channel><title>{title}</title><item><link>/a</link></item></channel></rss>'


@LANGUAGES
def test_a_feed_is_added_listed_and_removed(workspace: FakeWorkspace, site: Site, language: str) -> None:
    address = site.put("/feed", rss(TITLES[language]))
    added = told(workspace, "feeds", f"add {address}", language)
    assert TITLES[language] in added.text.text
    assert say(language, "feed-added", articles=50) in added.text.text
    assert say(language, "feed-known") in told(workspace, "feeds", f"add {address}", language).text.text
    listed = told(workspace, "feeds", language=language)
    assert address in listed.text.text
    assert say(language, "feed-due") in listed.text.text
    removed = told(workspace, "feeds", "remove 1", language)
    assert say(language, "feed-removed") in removed.text.text
    empty = told(workspace, "feeds", language=language).text.text
    assert empty == f"{say(language, 'feeds-none')}\n{say(language, 'feeds-how')}"


def test_a_feed_is_removed_by_its_button_when_it_is_said_twice(workspace: FakeWorkspace) -> None:
    for name in "abc":
        workspace.feeds.add(Feed(f"https://example.org/{name}", f"News {name}"))
    listed = told(workspace, "feeds")
    assert list(buttons(listed.buttons)) == ["🗑 1", "🗑 2", "🗑 3"]
    asked = turned(workspace, listed, "🗑 2")
    assert "News b" in asked.text.text
    assert turned(workspace, asked, say("en", "button-keep")) == listed
    outcome = pressing(workspace, asked, say("en", "button-remove"))
    assert outcome.toast == say("en", "feed-removed")
    assert [one.title for one in workspace.feeds.all()] == ["News a", "News c"]


def test_several_feeds_are_removed_by_the_numbers_that_were_shown(workspace: FakeWorkspace) -> None:
    for name in "abcd":
        workspace.feeds.add(Feed(f"https://example.org/{name}"))
    replies = respond(workspace, Incoming("remove 1 https://example.org/c 2 9", Role.ADMIN, command="feeds"))
    assert [one.url[-1] for one in workspace.feeds.all()] == ["d"]
    assert replies[-1].text.text.startswith(say("en", "feed-unknown"))


@LANGUAGES
def test_how_a_feed_fares_is_listed(workspace: FakeWorkspace, language: str) -> None:
    feed = Feed("https://example.org/a", "A", next_poll=datetime.now(UTC) + timedelta(minutes=9))
    workspace.feeds.add(feed)
    assert say(language, "feed-next") in told(workspace, "feeds", language=language).text.text
    workspace.feeds.save(replace(feed, failing_since=NOW, failures=7))
    text = told(workspace, "feeds", language=language).text.text
    assert say(language, "feed-fails-since") in text
    assert say(language, "day", day=NOW.date()) in text


def test_a_page_that_names_no_feed_is_refused_in_one_line(workspace: FakeWorkspace, site: Site) -> None:
    home = site.put("/", page("Home"), Content_Type="text/html")
    text = told(workspace, "feeds", f"add {home}").text.text
    assert text == "Not added: it is neither a feed nor a page that names one; give the address of the feed itself."
    assert workspace.feeds.all() == []


@pytest.mark.parametrize("text", ["add", "remove", "frobnicate", "add "])
def test_how_feeds_are_managed_is_explained(workspace: FakeWorkspace, text: str) -> None:
    assert told(workspace, "feeds", text).text.text == say("en", "feeds-how")


def test_many_feeds_are_listed_in_as_few_messages_as_they_fit(workspace: FakeWorkspace) -> None:
    for number in range(40):
        workspace.feeds.add(Feed(f"https://example.org/{number:02}/" + "x" * 90, "Новости " * 30))
    replies = respond(workspace, Incoming("", Role.ADMIN, command="feeds"))
    assert "40. " in replies[-1].text.text
    assert len(buttons(replies[-1].buttons)) == 40


# --- buttons that are none of ours


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("articles", ("x",)),
        ("articles", ()),
        ("articles", ("99999",)),
        ("jobs", ()),
        ("jobs", ("again",)),
        ("jobs", ("again", "x")),
    ],
)
def test_a_forged_button_changes_nothing(workspace: FakeWorkspace, action: str, values: tuple[str, ...]) -> None:
    filled(workspace, 1)
    outcome = press(workspace, Pressed(carried(action, *values), Role.ADMIN, TERMINAL, "en"))
    assert outcome.toast
    assert len(ids(workspace)) == 1
