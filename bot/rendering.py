"""An answer as a person reads it."""

from datetime import date, datetime

from bot.messages import language_for, say
from bot.richtext import RichText, Style
from retrieval.types import Answer, Evidence, Speaker

# Quotations longer than this fold in Telegram: about eight lines on a phone.
_FOLD_AFTER = 400


def answer_blocks(answer: Answer) -> list[RichText]:
    """The answer's parts in reading order; a message may be split between any two."""
    language = language_for(answer.language)
    if answer.status == "answered":
        return [_quotation(evidence, language) for evidence in answer.evidence]
    if answer.plan.choices:
        people = [_name(one) for one in answer.plan.choices]
        named = [RichText("• ") + RichText.styled(one, "bold") for one in people]
        return [RichText(say(language, "which-speaker")), *named]
    blocks = [RichText(say(language, "not-found"))]
    if answer.nearest:
        first, *rest = [_quotation(evidence, language) for evidence in answer.nearest]
        blocks += [RichText.styled(say(language, "nearest"), "italic") + "\n" + first, *rest]
    return blocks


def plain(answer: Answer) -> str:
    """The answer as text without formatting: the `message` of an Answer."""
    return "\n\n".join(block.text for block in answer_blocks(answer))


def _quotation(evidence: Evidence, language: str) -> RichText:
    style: Style = "expandable_blockquote" if len(evidence.quote) > _FOLD_AFTER else "blockquote"
    text = RichText("")
    if evidence.speaker:
        text += RichText.styled(_name(evidence.speaker), "bold") + "\n"
    return text + RichText.styled(evidence.quote, style) + "\n" + _source(evidence, language)


def _name(speaker: Speaker) -> str:
    return f"{speaker.name} ({' '.join(speaker.role.split())})" if speaker.role else speaker.name


def _source(evidence: Evidence, language: str) -> RichText:
    title = " ".join((evidence.title or evidence.article_id or say(language, "untitled")).split())
    web = evidence.url if evidence.url and evidence.url.startswith(("http://", "https://")) else None
    line = RichText("— ") + (RichText.styled(title, "text_link", web) if web else title)
    return line + "".join(f", {part}" for part in (evidence.source, _day(evidence.published)) if part)


def _day(published: date | datetime | None) -> str | None:
    return None if published is None else published.strftime("%Y-%m-%d")
