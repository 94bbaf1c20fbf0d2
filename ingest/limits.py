"""What is too large to be a news article, and the one place where outside data becomes an `Article`."""

from typing import Any

from pydantic import ValidationError

from retrieval.errors import SourceError
from retrieval.types import Article

# Fifty thousand words: longer than any article of the 43 866 that were looked at (their longest has 43 147
# characters), shorter than a book or a dump that somebody sends by mistake.
MAX_CHARACTERS = 300_000

# The most bytes that MAX_CHARACTERS can take in UTF-8 or UTF-16.
MAX_FILE_BYTES = 4 * MAX_CHARACTERS


def article(fields: dict[str, Any], *, source: str) -> Article | SourceError:
    """An article made of outside data, or why it is none."""
    try:
        made = Article.model_validate(fields)
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
