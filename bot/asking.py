"""Questions and what goes on from their answers: more quotations, their context, their sources, a vote."""

import re
import time
from collections.abc import Sequence

from bot import metrics
from bot.context import surroundings
from bot.incoming import Incoming, Kind, Pressed
from bot.memory import Given
from bot.messages import language_for, say
from bot.rendering import (
    SHOWN,
    Votes,
    answer_replies,
    context_replies,
    quotation_buttons,
    quotation_replies,
    source_replies,
)
from bot.replies import Outcome, Reply, number
from bot.richtext import RichText
from bot.voice import chosen_language, tell
from bot.workspace import Workspace
from retrieval.errors import ArchiveDamaged
from retrieval.followups import is_courtesy
from retrieval.types import Answer, Article, Evidence

_FOUND = 4 * SHOWN  # quotations of an answer that More leads to

# Characters that nobody sees in a question and that would part a word or hide that there is none: marks of direction,
# breaks without width, the soft hyphen. Joiners stay: Persian words and emoji are spelt with them.
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def ask(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """A question, or one that follows the last.

    Raises:
        QuestionError: when it is empty or too long.
    """
    question = _UNSEEN.sub("", incoming.text)
    if is_courtesy(question):
        return [tell(workspace, incoming, "welcome")]
    if followed := _followed(workspace, incoming):
        question = workspace.answerer.following(question, followed.answer) or question
    return _answered(workspace, incoming, _answer(workspace, question))


def _followed(workspace: Workspace, incoming: Incoming) -> Given | None:
    """The answer that a message replies to, else the last one that this person got here."""
    place, memory = incoming.place, workspace.memory
    replied = memory.in_message(place.chat, incoming.replied) if incoming.replied else None
    return replied or memory.followed(place)


def _answer(workspace: Workspace, question: str, speaker_id: str | None = None) -> Answer:
    started = time.monotonic()
    answer = workspace.answer(question, limit=_FOUND, speaker_id=speaker_id)
    metrics.answered(answer, time.monotonic() - started)
    return answer


def _answered(workspace: Workspace, to: Incoming | Pressed, answer: Answer) -> Sequence[Reply]:
    language = _language(workspace, to, answer)
    if answer.status == "not_found" and not workspace.archive.newest(1):
        return [Reply(RichText(say(language, "archive-empty")))]
    return answer_replies(answer, workspace.memory.give(to.place, answer), language)


def more(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """The next quotations of an answer that are still in the archive; the vote moves on with them."""
    given, start = _carried(workspace, pressed, values)
    if given is None or not SHOWN <= start < len(given.answer.evidence):
        return _gone(workspace, pressed)
    language, before = _language(workspace, pressed, given.answer), start - SHOWN
    found = _following(workspace, given, start)
    votes = _votes(workspace, pressed, given)
    if found is None:
        buttons = quotation_buttons(given.id, language, start=before, more=False, votes=votes)
        return Outcome(toast=tell(workspace, pressed, "answer-gone").text.text, buttons=buttons)
    start, there = found
    left = _following(workspace, given, start + SHOWN) is not None
    replies = quotation_replies(given.answer, there, given.id, language, start=start, more=left, votes=votes)
    buttons = quotation_buttons(given.id, language, start=before, more=False, votes=None)
    return Outcome(replies=replies, buttons=buttons)


def context(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """The paragraphs around each quotation of a message."""
    given, start = _carried(workspace, pressed, values)
    shown = _shown(given, start) if given else []
    found = [(one, article) for one in shown if (article := _article(workspace, one))]
    if not given or not found:
        return _gone(workspace, pressed)
    return Outcome(replies=context_replies(surroundings(found), _language(workspace, pressed, given.answer)))


def sources(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """All articles that the quotations of a message are in."""
    given, start = _carried(workspace, pressed, values)
    shown = _shown(given, start) if given else []
    ids = dict.fromkeys(article for one in shown for article in (one.article_id, *one.also_in))
    there = workspace.archive.articles_of(ids)
    articles = [there[one] for one in ids if one in there]
    if not given or not articles:
        return _gone(workspace, pressed)
    return Outcome(replies=source_replies(articles, _language(workspace, pressed, given.answer)))


def vote(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """A thumb up or down; it shows on the button."""
    given, start = _carried(workspace, pressed, values)
    useful = number(values, 2)
    if given is None or useful is None or start >= len(given.answer.evidence):
        return _gone(workspace, pressed)
    workspace.memory.vote(given.id, pressed.place.person, useful=useful == 1)
    language, votes = _language(workspace, pressed, given.answer), _votes(workspace, pressed, given)
    left = _following(workspace, given, start + SHOWN) is not None
    buttons = quotation_buttons(given.id, language, start=start, more=left, votes=votes)
    return Outcome(toast=tell(workspace, pressed, "thanks").text.text, buttons=buttons)


def chosen(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """The question again, for the one who was chosen of several."""
    given, place = _carried(workspace, pressed, values)
    choices = given.answer.plan.choices if given else []
    if given is None or place >= len(choices):
        return _gone(workspace, pressed)
    answer = _answer(workspace, given.answer.question, choices[place].id)
    return Outcome(replies=_answered(workspace, pressed, answer))


def _carried(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> tuple[Given | None, int]:
    """The answer that a button is under and the number beside it.

    The answer is None when it is forgotten, was given in another chat, or the number is none that we write.
    """
    given = workspace.memory.given(values[0]) if values and values[0].isascii() else None
    place = number(values, 1)
    if given is None or given.place.chat != pressed.place.chat or place is None:
        return None, 0
    return given, place


def _language(workspace: Workspace, to: Incoming | Pressed, answer: Answer) -> str:
    return language_for(answer.language, chosen_language(workspace, to), to.language)


def _votes(workspace: Workspace, pressed: Pressed, given: Given) -> Votes:
    up, down = workspace.memory.votes(given.id)
    return Votes(up, down, shared=pressed.place.kind is Kind.GROUP)


def _following(workspace: Workspace, given: Given, start: int) -> tuple[int, list[Evidence]] | None:
    """What the next message from number `start` on shows and its number; None when the archive has nothing of it."""
    for first in range(start, len(given.answer.evidence), SHOWN):
        shown = given.answer.evidence[first : first + SHOWN]
        if there := [one for one in shown if _article(workspace, one)]:
            return first, there
    return None


def _shown(given: Given, start: int) -> list[Evidence]:
    """The quotations in the message that begins with number `start`."""
    evidence = given.answer.evidence if given.answer.status == "answered" else given.answer.nearest
    return evidence[start : start + SHOWN]


def _article(workspace: Workspace, one: Evidence) -> Article | None:
    """The article of a quotation, if it still says so."""
    try:
        article = workspace.archive.article(one.article_id)
    except ArchiveDamaged:
        return None
    return article if article and article.text[one.start : one.end] == one.quote else None


def _gone(workspace: Workspace, pressed: Pressed) -> Outcome:
    return Outcome(toast=tell(workspace, pressed, "answer-gone").text.text)
