"""Numbers: whether a question asks for one, and whether a text has one to give.

The expected type of an answer (Li and Roth, "Learning question classifiers", 2002), for the one type that can be told
from the wording in all three languages: what holds no number does not say how many.
"""

import re
import tomllib
from functools import lru_cache
from importlib import resources

from retrieval.folding import fold


def asked(question: str, language: str) -> bool:
    """Whether a question asks for a number, a sum or a year."""
    form = _forms("asked").get(language)
    return form is not None and form.search(fold(question)) is not None


def held(text: str) -> bool:
    """Whether a text in any of our languages holds a number, in digits or written out."""
    folded = fold(text)
    return any(letter.isdigit() for letter in folded) or any(
        form.search(folded) is not None for form in _forms("written").values()
    )


@lru_cache
def _forms(table: str) -> dict[str, re.Pattern[str]]:
    """The expressions of a table of `data/amounts.toml`, by language."""
    text = (resources.files("retrieval") / "data" / "amounts.toml").read_text(encoding="utf-8")
    return {lang: re.compile(rf"(?<!\w)(?:{form})(?!\w)") for lang, form in tomllib.loads(text)[table].items()}
