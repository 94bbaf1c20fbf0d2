"""An answer as a person reads it.

Quotations stand verbatim in blocks of their own; labels are in the reader's language, and every line of ours starts in
its direction. Messages have no link previews: the quotation is the point, and a preview would show one source of three.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from bot.context import Surroundings
from bot.direction import isolated, led, unmarked
from bot.highlighting import highlights
from bot.messages import language_for, say
from bot.replies import Button, Reply, carried, messages, shortened
from bot.richtext import RichText, Style
from retrieval.types import Answer, Article, Evidence, Speaker

SHOWN = 3  # quotations in one message: what a phone shows without scrolling far

# Quotations longer than this fold in Telegram: about eight lines on a phone.
_FOLD_AFTER = 400
_TITLE = 150  # UTF-16 units of a title: four lines on a phone


@dataclass(frozen=True)
class Votes:
    """How many think that an answer is useful, and how many not; `shared` when several people may vote on it."""

    up: int = 0
    down: int = 0
    shared: bool = False


def answer_replies(answer: Answer, given: str, language: str) -> list[Reply]:
    """The messages that answer; buttons carry `given`, the answer's id."""
    if answer.status == "answered":
        more = len(answer.evidence) > SHOWN
        return quotation_replies(answer, answer.evidence[:SHOWN], given, language, start=0, more=more)
    if answer.plan.choices:
        return messages([_asked_back(answer, language)], choice_buttons(answer, given), answers=given)
    buttons = [_about(given, language, 0)] if answer.nearest else []
    return messages(answer_blocks(answer, language), buttons, answers=given)


def choice_buttons(answer: Answer, given: str) -> list[list[Button]]:
    """One button for each of the people whom a name may mean."""
    choices = enumerate(answer.plan.choices)
    return [[Button(shortened(_name(one)) or one.id, carried("who", given, number))] for number, one in choices]


def quotation_replies(
    answer: Answer,
    shown: Sequence[Evidence],
    given: str,
    language: str,
    *,
    start: int,
    more: bool,
    votes: Votes | None = None,
) -> list[Reply]:
    """Quotations of an answer, number `start` and following, and what one may do next."""
    buttons = quotation_buttons(given, language, start=start, more=more, votes=votes or Votes())
    return messages([_quotation(one, answer, language) for one in shown], buttons, answers=given)


def quotation_buttons(given: str, language: str, *, start: int, more: bool, votes: Votes | None) -> list[list[Button]]:
    """What is under quotations; without `votes` they are not the last ones shown, and voted on further down."""
    rows = [_about(given, language, start)]
    if more:
        rows.insert(0, [Button(say(language, "button-more"), carried("more", given, start + SHOWN))])
    if votes:
        thumbs = (("👍", votes.up, 1), ("👎", votes.down, 0))
        rows.append(
            [Button(_thumb(mark, count, votes), carried("vote", given, start, yes)) for mark, count, yes in thumbs]
        )
    return rows


def _thumb(mark: str, count: int, votes: Votes) -> str:
    if not count:
        return mark
    return f"{mark} {count}" if votes.shared else f"{mark} ✓"


def _about(given: str, language: str, start: int) -> list[Button]:
    return [Button(say(language, f"button-{name}"), carried(name, given, start)) for name in ("context", "sources")]


def context_replies(shown: Sequence[Surroundings], language: str) -> list[Reply]:
    """Each quotation among the paragraphs around it; unfolded, since somebody asked to read them."""
    return messages([_in_context(one, language) for one in shown])


def _in_context(one: Surroundings, language: str) -> RichText:
    text = RichText.styled(one.text, "blockquote")
    if one.quotes != [(0, len(one.text))]:
        text = text.marked(one.quotes, "bold")
    return text + "\n" + _source("— ", one.article, language)


def source_replies(articles: Sequence[Article], language: str) -> list[Reply]:
    """The articles as a list."""
    return messages([_source("• ", one, language) for one in articles], gap="\n")


def answer_blocks(answer: Answer, language: str) -> list[RichText]:
    """The answer's parts in reading order; a message may be split between any two."""
    if answer.status == "answered":
        return [_quotation(evidence, answer, language) for evidence in answer.evidence]
    if answer.plan.choices:
        named = [RichText("• ") + RichText.styled(_name(one), "bold") for one in answer.plan.choices]
        return [_asked_back(answer, language), *named]
    blocks = [RichText(say(language, "not-found"))]
    if answer.nearest:
        first, *rest = [_quotation(evidence, answer, language) for evidence in answer.nearest]
        blocks += [RichText.styled(say(language, "nearest"), "italic") + "\n" + first, *rest]
    return blocks


def plain(answer: Answer) -> str:
    """The answer as text without formatting: the `message` of an Answer."""
    return "\n\n".join(block.text for block in answer_blocks(answer, language_for(answer.language)))


def _asked_back(answer: Answer, language: str) -> RichText:
    return RichText(say(language, "did-you-mean" if answer.plan.misspelt else "which-speaker"))


def _quotation(evidence: Evidence, answer: Answer, language: str) -> RichText:
    style: Style = "expandable_blockquote" if len(evidence.quote) > _FOLD_AFTER else "blockquote"
    name = _name(evidence.speaker) if evidence.speaker else ""
    above = RichText.styled(name, "bold") + ("\n" if name else "")
    quote = RichText.styled(evidence.quote, style)
    if answer.status == "answered":  # in what is no answer nothing answers the question
        quote = quote.marked(highlights(answer.plan.topic, evidence.quote, answer.language), "bold")
    return above + quote + "\n" + _source("— ", evidence, language, elsewhere=len(evidence.also_in))


def _name(speaker: Speaker) -> str:
    """Name and role as the article has them, in its direction as the quotation below."""
    name, role = (" ".join(unmarked(part or "").split()) for part in (speaker.name, speaker.role))
    return f"{name} ({role})" if name and role else name or role


def _source(mark: str, one: Evidence | Article, language: str, *, elsewhere: int = 0) -> RichText:
    """Where a quotation is from: title, author, source, date and in how many other articles it is."""
    article_id = one.id if isinstance(one, Article) else one.article_id
    title = next(filter(None, map(_value, (one.title, article_id))), say(language, "untitled"))
    web = _web_address(one.url)
    parts = [isolated(RichText.styled(title, "text_link", web) if web else RichText(title), language)]
    parts += [isolated(RichText(name), language) for name in map(_value, (one.author, one.source)) if name]
    if one.published is not None:
        parts.append(_day(one.published, language))
    line = RichText(mark) + RichText.joined(parts, f"{say(language, 'comma')} ")
    if elsewhere:
        line += f" ({say(language, 'also-in', articles=elsewhere)})"
    return led(line, language)


def _value(text: str | None) -> str:
    return shortened(unmarked(text or ""), _TITLE)


def _web_address(url: str | None) -> str | None:
    """The address if Telegram would make a link of it: for the web, and with a dot in the host's name."""
    try:
        parts = urlsplit(url or "")
        return url if parts.scheme in ("http", "https") and "." in (parts.hostname or "").strip(".") else None
    except ValueError:
        return None


def _day(published: date | datetime, language: str) -> RichText:
    """The day in the reader's language, for where Telegram does not put it in the reader's own form."""
    day = published.date() if isinstance(published, datetime) else published
    return RichText.dated(say(language, "day", day=day), published)
