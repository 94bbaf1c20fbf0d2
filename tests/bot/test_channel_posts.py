"""A post as it comes from Telegram is the article that an export of the channel gives."""

import io
import json
from typing import Any

import pytest
from telegram import Message

from bot.chats.channels import article_of
from ingest.sources.telegram_export import TelegramExport
from retrieval.errors import SourceError
from retrieval.types import Article

BARE, CHANNEL = 1_888_000_001, -1_001_888_000_001
SENT = 1_700_000_000
TEXTS = {
    "en": "Harbour news\n\nThe mayor said that the ferry 🛳 sails again on Sunday.",
    "ar": "أخبار الميناء\n\nقال رئيس البلدية إن العبّارة ستبحر من جديد يوم الأحد.",
    "ru": "Новости порта\n\nМэр заявил, что паром снова пойдёт в воскресенье.",
}
USER = {"id": 7, "is_bot": False, "first_name": "Anna", "last_name": "Lind"}
AGENCY = {"id": -1_009, "type": "channel", "title": "Agency"}
ORIGINS: list[tuple[dict[str, Any], str]] = [
    ({"type": "user", "date": SENT, "sender_user": USER}, "Anna Lind"),
    ({"type": "hidden_user", "date": SENT, "sender_user_name": "Анна"}, "Анна"),
    ({"type": "chat", "date": SENT, "sender_chat": AGENCY | {"type": "supergroup"}}, "Agency"),
    ({"type": "channel", "date": SENT, "chat": AGENCY, "message_id": 3}, "Agency"),
]


def live(**content: Any) -> Article | SourceError:
    chat = {"id": CHANNEL, "type": "channel", "title": "Wire"}
    post = {"message_id": 12, "date": SENT, "chat": chat, "sender_chat": chat}
    return article_of(Message.de_json(post | content, None))


def exported(text: str, **more: Any) -> Article | SourceError:
    message = {"id": 12, "type": "message", "date": "2023-11-14T23:13:20", "date_unixtime": str(SENT), "text": text}
    chat = {"name": "Wire", "type": "private_channel", "id": BARE, "messages": [message | more]}
    (found,) = TelegramExport().read(io.BytesIO(json.dumps(chat).encode()), "result.json")
    return found


@pytest.mark.parametrize("text", TEXTS.values())
def test_live_and_exported_posts_are_the_same_article(text: str) -> None:
    found = live(text=text)
    assert isinstance(found, Article)
    assert found == exported(text)
    assert found == live(caption=text, photo=[{"file_id": "F", "file_unique_id": "U", "width": 1, "height": 1}])
    assert found.content_hash == live(text=text, edit_date=SENT + 60).content_hash  # type: ignore[union-attr]


@pytest.mark.parametrize(("origin", "author"), ORIGINS)
def test_a_forwarded_post_is_its_authors(origin: dict[str, Any], author: str) -> None:
    found = live(text=TEXTS["en"], forward_origin=origin)
    assert isinstance(found, Article)
    assert found.source == f"{author} (Wire)"
    assert found == exported(TEXTS["en"], forwarded_from=author)


@pytest.mark.parametrize(
    "content", [{}, {"text": "🎉"}, {"text": "#news https://example.org"}, {"new_chat_title": "Wire 2"}]
)
def test_what_says_nothing_is_no_article(content: dict[str, Any]) -> None:
    assert isinstance(live(**content), SourceError)
