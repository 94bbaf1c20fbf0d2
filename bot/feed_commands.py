"""Feeds, as admins see and change them in a chat."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.incoming import Incoming, Pressed
from bot.listing import day, digest, heading, line, numbered_buttons
from bot.messages import say
from bot.replies import Button, Outcome, Reply, carried, messages, shortened
from bot.richtext import RichText
from bot.voice import language_of, tell
from bot.workspace import Workspace
from ingest.feeds import MAX_NEW, Feed
from retrieval.errors import SourceError

_TRASH = "🗑"
_BUTTONS = 50  # feeds with a button each; a keyboard may hold 100


def feeds(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /feeds does: lists them; or adds one, or takes one off the list."""
    word, _, rest = incoming.text.strip().partition(" ")
    given = rest.split()
    match word.lower():
        case "" | "list":
            return _feeds(workspace, language_of(workspace, incoming))
        case "add" if given:
            return [_add(workspace, incoming, one) for one in given]
        case "remove" if given:
            found = [(find(workspace, one), one) for one in given]  # first: numbers change as feeds go
            return [_removed(workspace, incoming, feed, one) for feed, one in found]
    return [tell(workspace, incoming, "feeds-how")]


def find(workspace: Workspace, wanted: str) -> Feed | None:
    """The feed on the list with that address or number."""
    listed = workspace.feeds.all()
    if wanted.isascii() and wanted.isdecimal() and len(wanted) < 9 and 1 <= int(wanted) <= len(listed):
        return listed[int(wanted) - 1]
    return next((one for one in listed if one.url == wanted), None)


def _add(workspace: Workspace, incoming: Incoming, url: str) -> Reply:
    from ingest.feed_discovery import find_feed  # noqa: PLC0415  a tenth of a second that asking need not wait

    address = url if "://" in url else f"https://{url}"
    try:
        feed = find_feed(address, workspace.fetcher)
    except SourceError as error:
        return tell(workspace, incoming, "feed-refused", error=str(error).removesuffix("."))
    language = language_of(workspace, incoming)
    if not workspace.feeds.add(feed):
        return Reply(_titled(feed, language) + "\n" + say(language, "feed-known"))
    return Reply(_titled(feed, language) + "\n" + say(language, "feed-added", articles=MAX_NEW))


def _removed(workspace: Workspace, to: Incoming | Pressed, feed: Feed | None, wanted: str) -> Reply:
    language = language_of(workspace, to)
    if feed is None or not workspace.feeds.remove(feed.url):
        return Reply(line([RichText(say(language, "feed-unknown")), RichText(shortened(wanted))], language, gap=" "))
    return Reply(_titled(feed, language) + "\n" + say(language, "feed-removed"))


def remove(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """Takes a feed off the list when it is said twice."""
    language = language_of(workspace, pressed)
    feed = next((one for one in workspace.feeds.all() if values[:1] == [digest(one.url)]), None)
    if feed is None or values[1:] == ["yes"]:
        toast = say(language, "feed-removed") if feed and workspace.feeds.remove(feed.url) else None
        first, *rest = _feeds(workspace, language)
        return Outcome(toast=toast, edited=first, replies=rest)
    buttons = [
        [Button(say(language, "button-remove"), carried("feeds", values[0], "yes"))],
        [Button(say(language, "button-keep"), carried("feeds"))],
    ]
    return Outcome(edited=Reply(_titled(feed, language), buttons))


def _feeds(workspace: Workspace, language: str) -> list[Reply]:
    listed = workspace.feeds.all()
    if not listed:
        return [Reply(RichText(f"{say(language, 'feeds-none')}\n{say(language, 'feeds-how')}"))]
    blocks = [
        _titled(one, language, f"{place}. ") + "\n" + _state(one, language) for place, one in enumerate(listed, 1)
    ]
    buttons = numbered_buttons(_TRASH, "feeds", [(digest(one.url),) for one in listed[:_BUTTONS]])
    return messages(blocks, buttons)


def _titled(feed: Feed, language: str, mark: str = "") -> RichText:
    """Its title, and its address where the title does not lead there."""
    return heading(feed.title or feed.url, language, feed.url, mark) + "\n" + line([RichText(feed.url)], language)


def _state(feed: Feed, language: str) -> RichText:
    if feed.failing_since:
        since = day(feed.failing_since.astimezone(UTC), language)
        return line([RichText(say(language, "feed-fails-since")), since], language, gap=" ")
    if feed.next_poll <= datetime.now(UTC):
        return RichText(say(language, "feed-due"))
    return RichText(say(language, "feed-next") + " ") + RichText.dated(f"{feed.next_poll:%H:%M} UTC", feed.next_poll)
