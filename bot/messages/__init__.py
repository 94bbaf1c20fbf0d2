"""What the bot says, in the reader's language: one Fluent file a language beside this one."""

from datetime import date
from functools import lru_cache
from importlib import resources

from fluent.runtime import FluentBundle, FluentResource

LANGUAGES = ("ar", "en", "ru")
FALLBACK = "en"


def language_for(*wishes: str | None) -> str:
    """The first of the wished languages that the bot speaks; regions ("ar-EG") count as their language."""
    for wish in wishes:
        language = (wish or "").split("-")[0].lower()
        if language in LANGUAGES:
            return language
    return FALLBACK


def say(language: str, message: str, **values: str | int | date) -> str:
    """The message in that language.

    Raises:
        KeyError: when there is no such message: a defect, found by the test that compares the languages.
    """
    bundle = _bundle(language_for(language))
    pattern = bundle.get_message(message).value
    if pattern is None:
        raise KeyError(message)
    text, errors = bundle.format_pattern(pattern, values)
    if errors:
        raise KeyError(f"{message}: {errors}")
    return str(text)


@lru_cache
def _bundle(language: str) -> FluentBundle:
    # Isolation marks would stand in copied quotations; the values that need isolating get it in `rendering`.
    bundle = FluentBundle([language], use_isolating=False)
    bundle.add_resource(FluentResource(file_text(language)))
    return bundle


def file_text(language: str) -> str:
    """The language's Fluent file as it stands."""
    return (resources.files(__name__) / f"{language}.ftl").read_text(encoding="utf-8")
