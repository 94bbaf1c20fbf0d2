"""Which language a text is in, short questions included."""

import unicodedata
from functools import lru_cache
from typing import Any

# Languages that news is written in and the identifier knows. Dialects and tiny near relatives are left out: on a
# short question they win by chance (Moroccan and Egyptian Arabic, Rusyn, Nigerian Pidgin).
_LANGUAGES = frozenset(
    """
    ar fa ur ps ckb he en de nl fr es it pt ca ro pl cs sk sl hr sv da no fi et lv lt hu tr az id ms vi el hy ka
    ru uk be bg sr mk kk ky uz zh ja ko th hi bn ta te sw so ha am sq
    """.split()  # noqa: SIM905  a list of sixty lines says no more
)

# What a text is taken for when it is too short to tell: the language of Qawl's interface in that script.
_OF_SCRIPT = {"ARABIC": "ar", "CYRILLIC": "ru", "LATIN": "en"}

# Below this probability the script decides. Of 3 670 questions in three languages it leaves 2 wrong; at 0 it is 20, at
# 0.9 none, but then short questions in Spanish or Persian are no longer told from English and Arabic.
_SURE = 0.6

# A question in another script often holds Latin names; English ones hardly ever hold Arabic or Cyrillic words.
_LATIN_WEIGHT = 0.5

_ENOUGH = 2000  # characters looked at; more never changed the verdict


def detect_language(text: str) -> str:
    """ISO 639-1 code of the text's language; "und" for a text without letters."""
    words: dict[str, list[str]] = {}
    for word in text[:_ENOUGH].split():
        script = _script(word)
        if script:
            words.setdefault(script, []).append(word)
    if not words:
        return "und"
    main = max(words, key=lambda script: len(words[script]) * (_LATIN_WEIGHT if script == "LATIN" else 1))
    language, probability = _identifier().classify(" ".join(words[main]))
    fallback = _OF_SCRIPT.get(main)
    return str(language) if fallback is None or probability >= _SURE else fallback


def _script(word: str) -> str | None:
    """Unicode's name of the script of the word's first letter, or None without letters."""
    for letter in word:
        if letter.isalpha():
            return unicodedata.name(letter, "UNKNOWN").split(" ", 1)[0]
    return None


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  0.3 s, only for those who ask

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_LANGUAGES & set(identifier.labels))
    return identifier
