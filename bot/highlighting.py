"""Which words of a quotation answer the question, so that the eye finds them."""

import re
from collections.abc import Iterator
from functools import lru_cache

from retrieval.folding import fold, script_of, stems
from retrieval.language import detect_language
from retrieval.names import word_likeness
from retrieval.question_words import LANGUAGES, lexicon

MARKED = 6  # words in a quotation: more are no longer a hint of where to look

# A letter or digit with what is written above, below or within the same word: vowel marks, tatweel, joiners.
_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u200c\u200d"
_WORD = re.compile(rf"[^\W_][\w{_MARKS}]*(?:['’][^\W_]+)*")

# Words that hold a sentence together, as the question files class them; nobody looks for them in a quotation.
_FUNCTION = frozenset(
    {
        *("q", "who", "which", "whose", "whom", "rel", "it", "nobody", "article", "filler", "time"),
        *("do", "have", "be", "was", "can", "neg", "that", "comp", "as", "and", "if", "whether", "lead"),
        *("about", "on", "prep", "prep_of", "of", "by", "by_it", "from", "from_word", "to", "to_word", "in_word"),
    }
)
_SHORTEST = 3  # letters; shorter ones are particles, or parts of names
# Likelihood from which words in two scripts are one name. Of the pairs of a word of our own questions and one of their
# answers that reach 0.5 with a capital, all from 0.56 on are right (Qaeda and القاعدة 0.78), "Аль" and إلى 0.54 is not.
_SAME_NAME = 0.7
_NAMES = 12  # words of a topic that are held against every word in another script, a tenth of a millisecond each


def highlights(topic: str, quote: str, language: str) -> list[tuple[int, int]]:
    """Where the words of a topic stand in a quotation: at most `MARKED` words, neighbours as one, in code points.

    Words are the same when their stems are (the quotation's language is its own, the topic's is `language`). Across
    scripts only numbers and names are.
    """
    wanted = _content(topic, language)
    if not wanted:
        return []
    spoken = detect_language(quote)
    found = [(span, word) for span, word in _words(quote) if _is_any_of(word, wanted, spoken)]
    if len(found) > MARKED:
        found = _first_of_each(found, spoken)[:MARKED]
    return _joined(quote, [span for span, _ in found])


def _content(topic: str, language: str) -> dict[str, str]:
    """The stems of the words that carry the topic, each with the word as it is written."""
    known = lexicon(language).classes if language in LANGUAGES else {}
    written = [word for _, word in _words(topic)]
    telling = [word for word in written if word.isdecimal() or len(word) >= _SHORTEST or word.isupper()]
    full = [word for word in telling if not known.get((fold(word),), frozenset()) & _FUNCTION]
    return {stem: word for word in full for stem in stems(word, language)}


def _is_any_of(word: str, wanted: dict[str, str], language: str) -> bool:
    if any(stem in wanted for stem in stems(word, language)):
        return True
    return any(_is_name_of(word, other) for other in list(wanted.values())[:_NAMES])


@lru_cache(maxsize=10_000)
def _is_name_of(word: str, other: str) -> bool:
    """Whether two words in different scripts spell one name; the script that has capitals tells what is a name."""
    scripts = (script_of(word), script_of(other))
    if None in scripts or scripts[0] == scripts[1]:
        return False
    both = [one for one, script in zip((word, other), scripts, strict=True) if script != "ARABIC"]
    return all(one[0].isupper() for one in both) and word_likeness(word, other) >= _SAME_NAME


def _words(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    return ((match.span(), match[0].replace("’", "'")) for match in _WORD.finditer(text))


def _first_of_each(found: list[tuple[tuple[int, int], str]], language: str) -> list[tuple[tuple[int, int], str]]:
    first: dict[tuple[str, ...], tuple[tuple[int, int], str]] = {}
    for one in found:
        first.setdefault(tuple(stems(one[1], language)), one)
    return list(first.values())


def _joined(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and text[joined[-1][1] : start] == " ":
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
