"""Questions and what goes on from their answers: more quotations, their context, their sources, a vote."""

from collections.abc import Sequence

from bot.incoming import Incoming, Pressed
from bot.memory import Given
from bot.messages import language_for, say
from bot.rendering import SHOWN, answer_replies, context_replies, quotation_replies, source_replies
from bot.replies import Outcome, Reply
from bot.richtext import RichText
from bot.voice import chosen_language, language_of, tell
from bot.workspace import Workspace
from retrieval.errors import ArchiveDamaged
from retrieval.types import Answer, Article, Evidence

_FOUND = 4 * SHOWN  # quotations of an answer that More leads to


def ask(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """A question, or one that follows the last.

    Raises:
        QuestionError: when it is empty or too long.
    """
    return _answered(workspace, incoming, workspace.answer(incoming.text, limit=_FOUND))


def _answered(workspace: Workspace, to: Incoming | Pressed, answer: Answer) -> Sequence[Reply]:
    language = language_for(answer.language, chosen_language(workspace, to), to.language)
    if answer.status == "not_found" and not workspace.archive.counts().articles:
        return [Reply(RichText(say(language, "archive-empty")))]
    return answer_replies(answer, workspace.memory.give(to.place, answer), language)


def more(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """The next quotations of an answer."""
    given, language = _given(workspace, values), language_of(workspace, pressed)
    if given is None:
        return _gone(workspace, pressed)
    start = int(values[1])
    following = given.answer.evidence[start : start + SHOWN]
    there = [one for one in following if _article(workspace, one)]
    if not there:
        return _gone(workspace, pressed)
    left = start + SHOWN < len(given.answer.evidence)
    return Outcome(replies=quotation_replies(there, given.id, language, start=start, more=left))


def context(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """The paragraphs around each quotation of a message."""
    given, language = _given(workspace, values), language_of(workspace, pressed)
    shown = _shown(given, int(values[1])) if given else []
    articles = [(one, article) for one in shown if (article := _article(workspace, one))]
    return Outcome(replies=context_replies(articles, language)) if articles else _gone(workspace, pressed)


def sources(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """All articles that the quotations of a message are in."""
    given, language = _given(workspace, values), language_of(workspace, pressed)
    shown = _shown(given, int(values[1])) if given else []
    ids = dict.fromkeys(article for one in shown for article in (one.article_id, *one.also_in))
    articles = [article for one in ids if (article := workspace.archive.article(one))]
    return Outcome(replies=source_replies(articles, language)) if articles else _gone(workspace, pressed)


def vote(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """A thumb up or down."""
    given = _given(workspace, values)
    if given is None:
        return _gone(workspace, pressed)
    workspace.memory.vote(given.id, pressed.place.person, useful=values[1] == "1")
    return Outcome(toast=tell(workspace, pressed, "thanks").text.text)


def chosen(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """The question again, for the one who was chosen of several."""
    given = _given(workspace, values)
    choices = given.answer.plan.choices if given else []
    number = int(values[1])
    if given is None or number >= len(choices):
        return _gone(workspace, pressed)
    answer = workspace.answer(given.answer.question, limit=_FOUND)
    return Outcome(replies=_answered(workspace, pressed, answer))


def _given(workspace: Workspace, values: Sequence[str]) -> Given | None:
    return workspace.memory.given(values[0])


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
