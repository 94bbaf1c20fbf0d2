"""Where a document gives the name of a body that it also calls "the company", "المعهد", "IMF"."""

import re
from collections.abc import Iterable, Iterator

from ingest.attribution.language import Words
from ingest.attribution.mentions import Mention
from ingest.attribution.wording import MARKS, OPENING, Wording
from retrieval.folding import fold, words
from retrieval.places import is_of_place
from retrieval.types import Span

_LEAST = 4  # letters of an Arabic noun with its article
_QUOTED = re.compile(r"[«“„\"(](?P<name>[^«»“”„\"()\n]{2,60})[»”\")]")
_INITIALS = re.compile(r"[A-ZА-ЯЁ]{2,6}")
_LONGEST, _REACH = 9, 200  # words, and letters, of a name that initials stand for


class Bodies:
    """The names of a document's bodies; `mentions` are all that it names as sources, `people` all names of people."""

    def __init__(
        self, text: str, lang: Words, wording: Wording, mentions: Iterable[Mention], people: Iterable[Span]
    ) -> None:
        self._text = text
        self._lang = lang
        self._wording = wording
        self._people = [text[name.start : name.end] for name in people]
        self._names = {name for one in mentions if (name := self._name(one))}

    def _name(self, mention: Mention) -> str | None:
        """The name of a source that may be a company: capitals or a quotation, no office, no place of events."""
        form = self._wording.description(mention.span).split(",")[0].strip("«»“”\"'")
        quoted = self._text[max(0, mention.span.start - 1) : mention.span.start] in OPENING
        article = self._wording.first_word(mention.span) in self._lang.determiner
        if mention.names or article or not form[:1].isupper() or not (quoted or form.isascii() or form.isupper()):
            return None
        office = set(words(form)) & self._lang.office
        if any(name.endswith(form) and name != form for name in self._people):
            return None
        return None if office or re.search(rf"\b[Ii]n {re.escape(form)}\b", self._text) else form

    def company(self, mention: Span) -> Span | None:
        """The speaking body that is named last before "the company"; English says "the" where one is meant."""
        place = self._text.rfind
        if self._lang.lang == "en" and self._wording.first_word(mention) != "the":
            return None
        start, name = max(((place(name, 0, mention.start), name) for name in self._names), default=(-1, ""))
        return Span(start=start, end=start + len(name)) if start >= 0 else None

    def construct(self, mention: Span) -> Span | None:
        """The full name that an Arabic noun points back to: "معهد العلوم والأمن" for "المعهد"."""
        form, *rest = self._text[mention.start : mention.end].strip(MARKS).split() or [""]
        of_place = all(is_of_place(one, "ar") for one in rest)  # "الصحيفة البريطانية"
        if self._lang.lang != "ar" or not form.startswith("ال") or not of_place or len(form) < _LEAST:
            return None
        going_on = [r"(?: و?ال\w{2,})+"] if not rest else []
        if fold(form[2:]) in self._lang.company:
            going_on.append(rf" ?{_QUOTED.pattern}")
        for behind in going_on:
            whole = re.compile(rf"(?<!\w){re.escape(form[2:])}{behind}")
            if found := [one.span() for one in whole.finditer(self._text, 0, mention.start)]:
                return Span(start=found[-1][0], end=found[-1][1])
        return None

    def other_names(self, form: str) -> Iterator[str]:
        """What else a body may be called: what is quoted in its name, what its initials stand for, or its initials."""
        yield from (one["name"] for one in _QUOTED.finditer(f"{form}»"))  # its last mark may be trimmed
        *own, last = form.split() or [""]
        if own and self._lang.lang == "ar" and is_of_place(last, "ar"):
            yield " ".join(own)
        if _INITIALS.fullmatch(form):
            end = max(0, self._text.find(f" ({form})"))
            yield from self._spelt(self._text[max(0, end - _REACH) : end].split()[-_LONGEST:], form)
        elif initials := re.search(rf"{re.escape(form)} \((?P<short>{_INITIALS.pattern})\)", self._text):
            yield initials["short"]

    def _spelt(self, before: list[str], initials: str) -> Iterator[str]:
        """The shortest run of words before initials that they stand for: small words may be left out of them."""
        for start in reversed(range(len(before))):
            if "".join(word[0] for word in before[start:] if word[0].isupper()) == initials:
                yield " ".join(before[start:])
                return
