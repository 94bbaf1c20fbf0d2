"""Inline mode: `@bot lavrov financing`, typed in any chat, offers quotations to send there."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from telegram import InlineQuery, InlineQueryResultArticle, InlineQueryResultsButton, InputTextMessageContent, Update
from telegram.error import TelegramError
from telegram.ext import ContextTypes

from bot.access import Role, role_of
from bot.cards import Card, cards
from bot.chats.delivery import NO_PREVIEW, reason
from bot.chats.faults import FAULTS
from bot.messages import language_for, say
from bot.workspace import Workspace
from retrieval.errors import ArchiveError
from retrieval.folding import script_of

log = logging.getLogger(__name__)

_CARDS = 10  # more is scrolling, and typing one more word is quicker
# Seconds that Telegram may answer the same text from memory: an article that was taken in or out shows in a minute.
_CACHED = 60
_HINT_CACHED = 10
_SCRIPTS = {"ARABIC": "ar", "CYRILLIC": "ru"}  # Latin letters are typed by everybody


@dataclass(frozen=True)
class Offered:
    """Cards, and the line above them that leads to the bot's own chat."""

    cards: list[Card]
    hint: str | None = None


class Inline:
    """Answers inline queries: of each person only the newest, whoever types on does not wait for what they typed."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        # Apart from questions, so that typing does not wait for them; one, so that it takes no core from them.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="typing")
        self._newest: dict[int, str] = {}

    async def on_query(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """What is typed so far."""
        query = update.inline_query
        assert query is not None
        person = query.from_user.id
        self._newest[person] = query.id
        try:
            offered = await asyncio.get_running_loop().run_in_executor(self._pool, self._offered, query)
        except ArchiveError as error:
            if FAULTS.news("archive"):
                log.error("%s", error)
            return
        finally:
            if self._newest.get(person) == query.id:
                del self._newest[person]
        if offered:
            await _answer(query, offered)

    def _offered(self, query: InlineQuery) -> Offered | None:
        """What fits; None when something newer was typed in the meantime."""
        person = query.from_user
        if self._newest.get(person.id) != query.id:
            return None
        typed = query.query.strip()
        chosen = self._workspace.memory.language(person.id)
        language = language_for(_SCRIPTS.get(script_of(typed) or ""), chosen, person.language_code)
        if role_of(person.id, self._workspace.settings.telegram) < Role.READER:
            return Offered([], say(language, "stranger"))
        with self._workspace.precedence.question():
            offer = self._workspace.type_ahead.offer(typed, language=language, limit=_CARDS)
        made = cards(offer.evidence, typed, language)
        if not made:
            return Offered([], say(language, "inline-nothing"))
        hint = "inline-examples" if not typed else None if offer.fits else "inline-newest"
        return Offered(made, say(language, hint) if hint else None)


async def _answer(query: InlineQuery, offered: Offered) -> None:
    button = InlineQueryResultsButton(offered.hint, start_parameter="inline") if offered.hint else None
    try:
        await query.answer(
            [_result(card) for card in offered.cards],
            cache_time=_HINT_CACHED if offered.hint else _CACHED,
            is_personal=True,  # labels are in the reader's language, and not everybody may read
            button=button,
        )
    except TelegramError as error:  # nobody waits for it any longer, or the next letter asks again
        if FAULTS.news("inline"):
            log.info("Quotations were not shown: %s.", reason(error))


def _result(card: Card) -> InlineQueryResultArticle:
    content = InputTextMessageContent(
        card.message.text, entities=card.message.entities(), link_preview_options=NO_PREVIEW
    )
    return InlineQueryResultArticle(card.id, card.title, content, description=card.description)
