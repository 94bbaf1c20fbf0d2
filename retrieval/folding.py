"""Text to comparable words: one form of each letter, one stem of each word, for every index and every comparison."""

import re
import unicodedata
from functools import lru_cache

import Stemmer


class _Forms(dict[int, str]):
    """One form of each letter and digit without its marks, found out when a text first has it."""

    def __missing__(self, code: int) -> str:
        bare = (c for c in unicodedata.normalize("NFD", chr(code)) if c == "\u0306" or not unicodedata.combining(c))
        text = unicodedata.normalize("NFC", "".join(bare)).translate(_LETTERS)  # the breve stays: и is not й
        form = self[code] = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)
        return form


# One letter where writers of Arabic, Persian and Urdu use several: hamza carriers, final forms, lookalikes.
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىئیے", "ي"),
        "ؤ": "و",
        "ة": "ه",
        "ک": "ك",
        "گ": "ك",
        "ڤ": "ف",
        "پ": "ب",
        "چ": "ج",
        "ـ": "",  # tatweel
        "ё": "е",
    }
)
_FORMS = _Forms()
_WORD = re.compile(r"\d+(?:[.,٫]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")

_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nl": "dutch",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip

# A word in another script than its text's language: a name in Latin letters within Arabic, say.
_BY_SCRIPT = {"ARABIC": "ar", "CYRILLIC": "ru", "LATIN": "en"}
_ARABIC_SCRIPT = frozenset({"ar", "fa", "ur", "ps", "ckb"})
_CYRILLIC = frozenset({"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky"})

# Words remembered, those of a few thousand articles: stemming is a third of indexing without it.
_KEPT = 200_000
_LONGEST_KEPT = 40  # letters

# Attached in front of an Arabic word: and/so, by/for/as, the. Snowball takes off some of them, never two.
_ATTACHED = ("وال", "فال", "بال", "كال", "ولل", "فلل", "لل", "ال")


def fold(text: str) -> str:
    """The text in lower case, one form of each letter and digit, without marks and tatweel."""
    text = unicodedata.normalize("NFKC", text).lower()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.translate(_FORMS))
    return text


def words(text: str) -> list[str]:
    """The folded words and numbers of a text, in order."""
    return _WORD.findall(fold(text))


def stems(text: str, lang: str) -> list[str]:
    """The stems of a text's words, in order; numbers stay as they are."""
    known = _known(lang)
    return [stem for part in text.split() for stem in known[part]]  # no word goes on after a space


class _Stems(dict[str, tuple[str, ...]]):
    """The stems of what stands between two spaces, found out when a text of the language first has it."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self._lang = lang

    def __missing__(self, part: str) -> tuple[str, ...]:
        found = tuple(stem(word, self._lang) for word in words(part))
        if len(part) <= _LONGEST_KEPT:
            if len(self) >= _KEPT:
                self.clear()
            self[part] = found
        return found


@lru_cache(maxsize=64)
def _known(lang: str) -> _Stems:
    return _Stems(lang)


@lru_cache(maxsize=_KEPT)
def stem(word: str, lang: str) -> str:
    """The stem of a folded word of a text in that language; the word itself where no stemmer is known."""
    script = script_of(word)
    own = _script_of_language(lang)
    language = lang if script == own else _BY_SCRIPT.get(script or "", lang)
    if script == "ARABIC":
        word = detach(word)
    name = _STEMMERS.get(language)
    return str(_stemmer(name).stemWord(word)) if name else word


def script_of(word: str) -> str | None:
    """Unicode's name of the script of the word's first letter; None when it has none."""
    for letter in word:
        if letter.isalpha():
            return unicodedata.name(letter, "UNKNOWN").split(" ", 1)[0]
    return None


def language_of_script(text: str) -> str | None:
    """Which of Arabic, English and Russian is written in the script of the text's first letter; None for others."""
    return _BY_SCRIPT.get(script_of(text) or "")


def _script_of_language(lang: str) -> str:
    if lang in _ARABIC_SCRIPT:
        return "ARABIC"
    if lang in _CYRILLIC:
        return "CYRILLIC"
    return {"el": "GREEK", "hy": "ARMENIAN", "hi": "DEVANAGARI", "ta": "TAMIL"}.get(lang, "LATIN")


def detach(word: str) -> str:
    """An Arabic word without the conjunction, preposition and article attached in front of it."""
    for prefix in _ATTACHED:
        if word.startswith(prefix) and len(word) - len(prefix) >= 3:
            return word[len(prefix) :]
    if word[0] in "وف" and len(word) >= 5:
        word = word[1:]
    return word[1:] if word[0] in "بلك" and len(word) >= 6 else word


@lru_cache(maxsize=64)
def _stemmer(name: str) -> "Stemmer.Stemmer":
    return Stemmer.Stemmer(name)
