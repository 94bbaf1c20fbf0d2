"""An answer as a person reads it."""

from collections.abc import Sequence
from datetime import date, datetime

from bot.messages import language_for, say
from bot.replies import Button, Reply, carried, messages
from bot.richtext import RichText, Style
from retrieval.types import Answer, Article, Evidence, Speaker

SHOWN = 3  # quotations in one message: what a phone shows without scrolling far

# Quotations longer than this fold in Telegram: about eight lines on a phone.
_FOLD_AFTER = 400


def answer_replies(answer: Answer, given: str, language: str) -> list[Reply]:
    """The messages that answer; buttons carry `given`, the answer's id."""
    if answer.status == "answered":
        shown = answer.evidence[:SHOWN]
        return quotation_replies(shown, given, language, start=0, more=len(answer.evidence) > SHOWN)
    if answer.plan.choices:
        choices = [
            [Button(_name(one), carried("who", given, number))] for number, one in enumerate(answer.plan.choices)
        ]
        return messages([RichText(say(language, "which-speaker"))], choices, answers=given)
    buttons = [_about(given, language, 0)] if answer.nearest else []
    return messages(answer_blocks(answer, language), buttons, answers=given)


def quotation_replies(shown: Sequence[Evidence], given: str, language: str, *, start: int, more: bool) -> list[Reply]:
    """Quotations number `start` and following of an answer, and what one may do next."""
    rows = [_about(given, language, start)]
    rows.append([Button(mark, carried("vote", given, useful)) for mark, useful in (("👍", 1), ("👎", 0))])
    if more:
        rows.insert(0, [Button(say(language, "button-more"), carried("more", given, start + SHOWN))])
    return messages([_quotation(one, language) for one in shown], rows, answers=given)


def _about(given: str, language: str, start: int) -> list[Button]:
    return [Button(say(language, f"button-{name}"), carried(name, given, start)) for name in ("context", "sources")]


def context_replies(shown: Sequence[tuple[Evidence, Article]], language: str) -> list[Reply]:
    """Each quotation with the paragraph before and the one after."""
    return messages([_in_context(evidence, article, language) for evidence, article in shown])


def _in_context(evidence: Evidence, article: Article, language: str) -> RichText:
    text = article.text
    before = text[: evidence.start].rstrip().rpartition("\n")[2].strip()
    after = text[evidence.end :].strip().partition("\n")[0].strip()
    quote = RichText.styled(evidence.quote, "bold")
    whole = RichText(f"{before}\n" if before else "") + quote + (f"\n{after}" if after else "")
    return whole + "\n" + _source(evidence, language)


def source_replies(articles: Sequence[Article], language: str) -> list[Reply]:
    """The articles as a list."""
    return messages([_listed(one, language) for one in articles], gap="\n")


def _listed(article: Article, language: str) -> RichText:
    return RichText("• ") + _titled(article.title, article.id, article.url, article.source, article.published, language)


def answer_blocks(answer: Answer, language: str) -> list[RichText]:
    """The answer's parts in reading order; a message may be split between any two."""
    if answer.status == "answered":
        return [_quotation(evidence, language) for evidence in answer.evidence]
    if answer.plan.choices:
        named = [RichText("• ") + RichText.styled(_name(one), "bold") for one in answer.plan.choices]
        return [RichText(say(language, "which-speaker")), *named]
    blocks = [RichText(say(language, "not-found"))]
    if answer.nearest:
        first, *rest = [_quotation(evidence, language) for evidence in answer.nearest]
        blocks += [RichText.styled(say(language, "nearest"), "italic") + "\n" + first, *rest]
    return blocks


def plain(answer: Answer) -> str:
    """The answer as text without formatting: the `message` of an Answer."""
    return "\n\n".join(block.text for block in answer_blocks(answer, language_for(answer.language)))


def _quotation(evidence: Evidence, language: str) -> RichText:
    style: Style = "expandable_blockquote" if len(evidence.quote) > _FOLD_AFTER else "blockquote"
    text = RichText("")
    if evidence.speaker:
        text += RichText.styled(_name(evidence.speaker), "bold") + "\n"
    return text + RichText.styled(evidence.quote, style) + "\n" + _source(evidence, language)


def _name(speaker: Speaker) -> str:
    return f"{speaker.name} ({' '.join(speaker.role.split())})" if speaker.role else speaker.name


def _source(one: Evidence, language: str) -> RichText:
    return RichText("— ") + _titled(one.title, one.article_id, one.url, one.source, one.published, language)


def _titled(
    title: str | None,
    article_id: str,
    url: str | None,
    source: str | None,
    published: date | datetime | None,
    language: str,
) -> RichText:
    name = " ".join((title or article_id or say(language, "untitled")).split())
    web = url if url and url.startswith(("http://", "https://")) else None
    line = RichText.styled(name, "text_link", web) if web else RichText(name)
    return line + "".join(f", {part}" for part in (source, _day(published)) if part)


def _day(published: date | datetime | None) -> str | None:
    return None if published is None else published.strftime("%Y-%m-%d")
