"""What a question asks for, as its wording tells: whose words, about what, from when."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile, pairwise
from typing import Literal, cast

from retrieval import amounts
from retrieval.descriptions import described
from retrieval.folding import script_of
from retrieval.language import detect_language
from retrieval.offices import is_country
from retrieval.question_dates import Dated, find_dates
from retrieval.question_words import LANGUAGES, Lexicon, Match, Word, lexicon

Intent = Literal["statements", "who", "fact"]

_ENOUGH = 1000  # characters looked at; a question that is longer is an article pasted by mistake
_EDGES = " \t\n\r,،.…:;؛?؟!-–—/()[]\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_NEAR = {"ARABIC": "ar", "CYRILLIC": "ru", "LATIN": "en"}
_LISTED = 0.4  # share of a question's words that its language's file lists; by hand, a near relative's are few
_IN = frozenset({"في", "в", "во", "in"})
_DOUBLED = re.compile(r"[,،]\s*(?=[,،])")  # the comma in front of words that were taken out
_CLOSING = frozenset("'’”»)")
_QUOTES = {"«": "»", "“": "”", "„": "“", '"': '"', "'": "'", "‘": "’"}


@dataclass(frozen=True)
class Asked:
    """What a question asks for, as its wording tells.

    `speaker` is verbatim from the question. `topic` is what is left without speaker, question words, speech verbs and
    dates; the question itself for facts that nobody is asked about, and never empty unless the question is.
    `since` and `until` are inclusive. `amount` is whether a number is wanted, see `amounts`.
    """

    language: str
    intent: Intent
    speaker: str | None
    topic: str
    since: date | None
    until: date | None
    amount: bool = False


def analyse(question: str, *, today: date) -> Asked:
    """What the question asks for; relative dates count from `today`."""
    language = _language(question)
    if language not in LANGUAGES:
        return Asked(language, "fact", None, question, None, None)
    known = lexicon(language)
    words = known.words(question[:_ENOUGH])
    dates = find_dates(words, known, today)
    dated = {i for found in dates for i in found.words}
    left = [i for i in range(len(words)) if i not in dated]
    undated = [words[i] for i in left]
    intent, match = _match(undated, known)
    speaker = _speaker(question, undated, match, known)
    country = _country(question, undated, match, speaker)
    if speaker is None and match and "according" in match.groups():
        intent = "fact"  # "according to the article"
    about_speech = speaker is not None or intent != "fact"
    used = {left[i] for i in (*_used(match), *country)} if about_speech else set()
    named = {left[i] for i in match.positions("speaker")} if match else set()
    beside = named if match and "according" in match.groups() else used  # a cited fact has dates of its own
    chosen = _saying(dates, words, beside, named) if about_speech else next(_near(dates), None)
    # "the minister who resigned in May": within the speaker's name, a date is neither topic nor filter
    spent = {i for found in dates if found is chosen or found.words.start - 1 in named for i in found.words}
    topic = _topic(question, words, used | spent) if used else ""
    if not topic:  # "What did Lavrov say yesterday?"
        topic = _text(question, words, [i for i in range(len(words)) if i not in spent]) if spent else question
    since, until = (chosen.since, chosen.until) if chosen else (None, None)
    if speaker and country:
        speaker = question[question.rindex(speaker, 0, undated[country[0]].start) : undated[country[-1]].end]
    return Asked(language, intent, speaker, topic or question, since, until, amounts.asked(question, language))


def _language(question: str) -> str:
    """The question's language; a short one taken for a near relative is told by its commonest words."""
    language = detect_language(question)
    near = _NEAR.get(script_of(question) or "")
    if language in LANGUAGES or near is None:
        return language
    words = [word for word in lexicon(near).words(question[:_ENOUGH]) if word.folded.isalpha() or " " in word.folded]
    listed = [word for word in words if word.listed]
    asks = any(word.classes & {"q", "say", "noun", "according"} for word in listed)
    return near if asks and len(listed) >= _LISTED * len(words) else language


def _match(words: Sequence[Word], known: Lexicon) -> tuple[Intent, Match | None]:
    """The first of the language's patterns that fits, and the intent it tells."""
    for intent, pattern in known.patterns:
        if match := pattern.find(words):
            return cast("Intent", intent), match
    return "fact", None


def _speaker(question: str, words: Sequence[Word], match: Match | None, known: Lexicon) -> str | None:
    """The words that name the speaker, without what surrounds a name; None for "he", "people", "the article"."""
    at = match.groups().get("speaker", range(0)) if match else range(0)
    named = [words[i] for i in at]
    while named and named[0].classes & {"filler", "mark"}:
        named.pop(0)
    while named and named[-1].classes & {"filler", "mark"}:
        named.pop()
    if not named or all(word.classes & {"nobody", "article", "mark", "filler"} for word in named):
        return None
    text = question[named[0].start : named[-1].end]
    if match and known.clitics and "to" in match.groups():
        text = known.clitics.sub("", text)
    return _bare(text) or None


def _country(question: str, words: Sequence[Word], match: Match | None, speaker: str | None) -> range:
    """Where behind an office or a body, whose country is not told yet, a country stands: "وزارة الدفاع في الجزائر"."""
    said = described(speaker or "")
    at = match.positions("speaker").stop if match else 0
    behind = words[at : at + 2]
    if len(behind) < 2 or behind[0].folded not in _IN or not said.is_office or said.of("countries"):
        return range(0)
    if question[words[at - 1].end : behind[0].start].strip():  # a date: "… yesterday in Algeria" is where it was said
        return range(0)
    return range(at, at + 2) if is_country(question[behind[1].start : behind[1].end]) else range(0)


def _used(match: Match | None) -> set[int]:
    """Positions of the words that a pattern explains; its groups `keep…` belong to the topic."""
    if match is None:
        return set()
    kept = {i for name, at in match.groups().items() if name.startswith("keep") for i in at}
    return set(match.positions()) - kept


def _near(dates: Sequence[Dated]) -> Iterator[Dated]:
    """Dates that also tell when a mere event was reported: yesterday, last week."""
    return (found for found in dates if found.near)


def _saying(dates: Sequence[Dated], words: Sequence[Word], used: set[int], named: set[int]) -> Dated | None:
    """The date that says when something was said: first, last, or beside a word that is used up.

    None where it may as well belong to what was said, or to the speaker named.
    """
    for found in dates:
        before = [i for i in range(found.words.start) if not words[i].classes & {"mark"}]
        after = [i for i in range(found.words.stop, len(words)) if not words[i].classes & {"mark"}]
        if any(words[i].classes & {"that", "comp", "rel"} and (i in named or i not in used) for i in before):
            continue
        if before and not found.relative and words[before[-1]].classes & {"event", "about"}:
            continue
        if not before or not after or before[-1] in used or after[0] in used:
            return found
    return None


def _topic(question: str, words: Sequence[Word], used: set[int]) -> str:
    """The question without the used words, nor introducers at the edges."""
    left = [i for i in range(len(words)) if i not in used]
    while left and left[0] < min(used) and words[left[0]].classes & {"mark", "courtesy"}:  # "Hello! What did …"
        left.pop(0)
    introduced = list(dropwhile(lambda i: words[i].classes & {"mark", "lead", "q"}, left))
    left = list(dropwhile(lambda i: words[i].classes & {"mark", "lead", "q", "occasion"}, introduced)) or introduced
    while left and words[left[-1]].classes & {"mark", "tail"} and words[left[-1]].folded not in _CLOSING:
        left.pop()
    return _text(question, words, left)


def _text(question: str, words: Sequence[Word], left: Sequence[int]) -> str:
    """The words at these positions, with what was written between them."""
    if not left:
        return ""
    parts = [question[words[left[0]].start : words[left[0]].end]]
    for before, after in pairwise(left):
        gap = question[words[before].end : words[after].start] if after == before + 1 else _joint(words[after])
        parts.append(gap + question[words[after].start : words[after].end])
    rest = question[_ENOUGH:] if left[-1] == len(words) - 1 else ""
    return " ".join(_DOUBLED.sub("", "".join(parts) + rest).split())


def _joint(word: Word) -> str:
    return "" if "mark" in word.classes else " "


def _bare(text: str) -> str:
    """The text without punctuation and a pair of quotation marks around it."""
    text = text.strip(_EDGES)
    while len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip(_EDGES)
    return text if script_of(text) else ""
