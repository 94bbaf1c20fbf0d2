"""Where a document gives the name of a body that it also calls "the company", "المعهد"."""

import re
from collections.abc import Iterable

from ingest.attribution.language import Words
from ingest.attribution.mentions import Mention
from ingest.attribution.wording import MARKS, OPENING, Wording
from retrieval.folding import words
from retrieval.types import Span

_LEAST = 4  # letters of an Arabic noun with its article


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
        form = self._wording.description(mention.span).strip("«»“”\"'")
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
        form = self._text[mention.start : mention.end].strip(MARKS)
        if self._lang.lang != "ar" or not form.startswith("ال") or " " in form or len(form) < _LEAST:
            return None
        whole = re.compile(rf"(?<!\w){re.escape(form[2:])}(?: و?ال\w{{2,}})+")
        found = [one.span() for one in whole.finditer(self._text, 0, mention.start)]
        return Span(start=found[-1][0], end=found[-1][1]) if found else None
