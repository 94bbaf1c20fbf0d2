"""A post of a Telegram channel as an article, the same whether it came in live or from an export."""

import re
from datetime import date as day

from ingest.headline import is_headline
from ingest.limits import article
from retrieval.errors import SourceError
from retrieval.types import Article

_CHANNELS_BELOW = -(10**12)  # Bot API: -100… are channels and supergroups, nearer to zero are basic groups and people
_NO_WORDS = re.compile(r"(?:https?://|t\.me/|www\.|[#@])\S+")
_WORD = re.compile(r"[^\W\d_]{2,}")

# "Putin: talks continue", "لافروف: الوضع خطير": the shortest that can say who said what. Shorter posts are greetings,
# links, hashtags and emoji.
_MIN_WORDS = 3


def post_id(chat_id: int, message_id: int) -> str:
    """The id of the article made of a post; `chat_id` is as the Bot API has it, -100… for channels."""
    return f"telegram:{chat_id}:{message_id}"


def post_link(chat_id: int, message_id: int, username: str | None) -> str | None:
    """Where a post can be read: by everybody if its channel has a username, else by members; None for basic groups."""
    if username:
        return f"https://t.me/{username.removeprefix('@')}/{message_id}"
    if chat_id < _CHANNELS_BELOW:
        return f"https://t.me/c/{_CHANNELS_BELOW - chat_id}/{message_id}"
    return None


def channel_chat_id(bare_id: int) -> int:
    """The Bot API's id of a channel or supergroup whose id in exports and in t.me/c links is `bare_id`."""
    return _CHANNELS_BELOW - bare_id


def says_something(text: str) -> bool:
    """False for posts shorter than the shortest sentence: greetings, links, hashtags, emoji."""
    return len(_WORD.findall(_NO_WORDS.sub(" ", text))) >= _MIN_WORDS


def article_of_post(
    *,
    chat_id: int,
    message_id: int,
    username: str | None,
    title: str | None,
    text: str,
    date: day | None,
    forwarded_from: str | None,
) -> Article | SourceError:
    """The article that a post is, or why it is none.

    `title` is the channel's, `text` the post's text or its media's caption, `date` when it was first sent: a
    `datetime`, or a bare day where the zone is unknown. A post that was edited keeps its id.
    """
    link = post_link(chat_id, message_id, username)
    source = link or post_id(chat_id, message_id)
    if text.strip() and not says_something(text):
        return SourceError(source, "the post is shorter than a sentence")
    fields = {
        "id": post_id(chat_id, message_id),
        "title": _headline(text),
        "text": text,
        "url": link,
        "source": _source(title, forwarded_from),
        "published": date,
    }
    return article(fields, source=source)


def _headline(text: str) -> str | None:
    """The first line, if it stands apart like a headline."""
    first, _, rest = text.strip().partition("\n")
    return first.strip() if rest and is_headline(first.strip()) and _WORD.search(_NO_WORDS.sub(" ", first)) else None


def _source(title: str | None, forwarded_from: str | None) -> str | None:
    """Whose words these are: the channel's, or, of a forwarded post, its author's, with the channel in brackets."""
    if forwarded_from and title and forwarded_from != title:
        return f"{forwarded_from} ({title})"
    return forwarded_from or title
