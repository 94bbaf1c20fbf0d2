"""Quotations as cards to choose from while typing, each with the message that is sent when it is chosen."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from telegram.constants import MessageLimit

from bot.rendering import answer_blocks
from bot.replies import shortened
from bot.richtext import RichText
from retrieval.types import Answer, Evidence, Plan

# What a phone shows of a card: one line in bold, two or three in grey.
_TITLE = 80
_QUOTATION = 110
_SOURCE = 60


@dataclass(frozen=True)
class Card:
    """A quotation in short, and as the message that it becomes. `id` is the same whenever it is offered."""

    id: str
    title: str
    description: str
    message: RichText


def cards(evidence: Sequence[Evidence], typed: str, language: str) -> list[Card]:
    """A card for each quotation that has a speaker and fits one message whole."""
    made = [_card(one, typed, language) for one in evidence if one.speaker]
    return [one for one in made if one.message.units <= MessageLimit.MAX_TEXT_LENGTH]


def _card(one: Evidence, typed: str, language: str) -> Card:
    plan = Plan(topic=typed, intent="statements")
    (message,) = answer_blocks(
        Answer(question=typed, language=language, status="answered", plan=plan, evidence=[one]), language
    )
    speaker, *_, source = message.text.split("\n")  # see `rendering`: the first line and the last are ours
    place = f"{one.article_id}\n{one.start}\n{one.end}"
    return Card(
        id=hashlib.sha256(place.encode()).hexdigest()[:32],
        title=shortened(speaker, _TITLE),
        description=f"{shortened(one.quote, _QUOTATION)}\n{shortened(source, _SOURCE)}",
        message=message,
    )
