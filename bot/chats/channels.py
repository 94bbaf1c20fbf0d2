"""Channels: their posts become articles. Telegram does not tell bots which posts are deleted."""

import asyncio
import logging
import time
from typing import Any

from telegram import Message, Update
from telegram.ext import BaseHandler, ContextTypes, MessageHandler, filters

from bot.chats.inbox import Settling
from bot.chats.reading import origin_of
from bot.workspace import Workspace
from ingest.queue import packed
from ingest.telegram_posts import article_of_post, post_id
from retrieval.errors import ArchiveError, SourceError
from retrieval.types import Article

log = logging.getLogger(__name__)

_PATIENCE = 10.0  # seconds for a post that is just being taken in: it takes one or two
_JOBS = 1000  # looked through for one about the same post, newest first


class Channels:
    """Takes in the posts of the channels that are listed in the settings, or that an admin of the bot approved."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def handlers(self) -> list[BaseHandler[Update, Any, Any]]:
        """What is to be done with posts and with their edits."""
        return [MessageHandler(filters.UpdateType.CHANNEL_POSTS, self.on_post)]

    async def on_post(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A post, or its new version."""
        post = update.effective_message
        assert post is not None
        edited = update.edited_channel_post is not None
        try:
            await asyncio.to_thread(self._take_in, post, update.update_id, edited=edited)
        except ArchiveError as error:
            log.error("A post must wait for the next start: %s", error)
            settling = context.application.update_processor
            assert isinstance(settling, Settling)
            settling.keep(update)

    def _take_in(self, post: Message, update: int, *, edited: bool) -> None:
        """Takes in a post, unless a later version of it came first: Telegram's numbers of updates tell their order."""
        workspace = self._workspace
        if not is_taken_in(workspace, post.chat.id):
            return
        found, name = article_of(post), f"post {post_id(post.chat.id, post.message_id)}"
        if isinstance(found, Article):
            with workspace.database.transaction():
                if workspace.memory.newest(name, update):
                    _enqueue(workspace, found)
        elif edited:  # its author took the words back
            if workspace.memory.newest(name, update):
                _take_out(workspace, post_id(post.chat.id, post.message_id), found.source)
        elif post.text or post.caption:
            log.info("%s is not taken in: %s.", found.source, found)


def is_taken_in(workspace: Workspace, channel: int) -> bool:
    """Whether the posts of a channel become articles."""
    return channel in workspace.settings.telegram.channels or workspace.memory.chat(channel).ingested


def article_of(post: Message) -> Article | SourceError:
    """The article that a post is, or why it is none."""
    return article_of_post(
        chat_id=post.chat.id,
        message_id=post.message_id,
        username=post.chat.username,
        title=post.chat.title,
        text=post.text or post.caption or "",
        date=post.date,
        forwarded_from=origin.author if (origin := origin_of(post)) else None,
    )


def _enqueue(workspace: Workspace, article: Article) -> None:
    workspace.queue.add("articles", article.url or article.id, packed([article]))


def _take_out(workspace: Workspace, article_id: str, name: str) -> None:
    """Takes a post's article out of the archive, and out of the queue, whose jobs of that name would put it back."""
    queue, until = workspace.queue, time.monotonic() + _PATIENCE
    while jobs := [job for job in queue.jobs("waiting", "running", limit=_JOBS) if job.name == name]:
        dropped = [queue.drop(job.id) for job in jobs]
        if all(dropped) or time.monotonic() > until:
            break
        time.sleep(0.2)
    workspace.archive.delete([article_id])
