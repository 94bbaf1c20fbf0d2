"""What is too large to be a news article, and the one place where outside data becomes an `Article`."""

from typing import Any

from pydantic import ValidationError

from ingest.identity import identified
from retrieval.errors import SourceError
from retrieval.types import Article

# Fifty thousand words: longer than any article of the 43 866 that were looked at (their longest has 43 147
# characters), shorter than a book or a dump that somebody sends by mistake.
MAX_CHARACTERS = 300_000

# The most bytes that MAX_CHARACTERS can take in UTF-8 or UTF-16.
MAX_FILE_BYTES = 4 * MAX_CHARACTERS

# Documents carry pictures: a magazine's issue made for print has some tens of MB (Telegram hands bots 20 MB at most).
MAX_DOCUMENT_BYTES = 50_000_000

# A page of text has 1 500 characters and more, so that MAX_CHARACTERS fill about this many; longer is a book.
MAX_PAGES = 200

# A hostile document takes what time and memory it gets. An article's pages take 0.05 s each; reading begins at 0.3 s.
MAX_READING_SECONDS = 60
MAX_READING_BYTES = 1_000_000_000

# A .docx unpacked: Word's XML takes some tens of bytes a character. The worst that can be packed into this much takes
# 6 s and 300 MB to read.
MAX_PART_BYTES = 50 * MAX_CHARACTERS

# A document with a picture in every other paragraph has some hundred.
MAX_PARTS = 5_000


def article(fields: dict[str, Any], *, source: str) -> Article | SourceError:
    """An article made of outside data, or why it is none."""
    try:
        made = Article.model_validate(identified(fields))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "article"
        return SourceError(source, f"{field}: {first['msg'].removeprefix('Value error, ')}")
    if len(made.text) > MAX_CHARACTERS:
        return SourceError(source, f"its text is longer than {MAX_CHARACTERS} characters; split it into articles")
    for name, value in made:
        if isinstance(value, str) and not _is_unicode(value):
            return SourceError(source, f"{name}: it holds half of a UTF-16 pair")
    if not any(letter.isalnum() for letter in made.text):
        return SourceError(source, "its text holds no words")
    return made


def _is_unicode(text: str) -> bool:
    """False for lone surrogates: JSON can escape them, but nothing can store or show them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
