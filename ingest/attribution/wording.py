"""What the words around a cue and a source tell: what is part of what is said, and what a source is called."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.attribution.language import Words
from ingest.attribution.mentions import OWNING, Mention, Said
from retrieval.folding import words
from retrieval.types import Span

MARK = re.compile(r"[.,،؛;:!?؟\"«»“”()\[\]\n]")
MARKS = " \t\n,،؛;:-–—()[]\"“”'."
OPENING = ("«", "“", "„")

_ASKED = re.compile(r"[-–—•]|\w[\w .]{0,30}:")  # how a paragraph begins that an interviewer speaks
_PARAGRAPH = 2000  # letters: as much of a paragraph as is looked through for an open quotation
_LED = 200  # letters after a colon in which what is said goes on
_PASSIVE = 20  # letters before a cue in which its auxiliary verb stands
_CAPITALS = r"[A-ZÀ-ÞА-ЯЁ][\w'’-]*"
_RELATIVE = re.compile(rf"(?P<name>{_CAPITALS}(?: {_CAPITALS})*),? (?P<pronoun>[^\W\d_]+) \Z")
_QUOTED = re.compile(r"[^«»“”]+(?=[»”]\s*(?:[,،]|\Z))")
_THAT = re.compile(", (?=что )")  # Russian has a comma before it
_QUOTES = {"«": 1, "“": 1, "„": 1, "»": -1, "”": -1}
_MARKS_OF_QUOTATION = {*_QUOTES, '"'}


class Wording:
    """Reads one document's sentences."""

    def __init__(self, text: str, lang: Words, sentences: Sequence[Span]) -> None:
        self._text = text
        self._lang = lang
        self._sentences = sentences

    def without_said(self, one: Said) -> Said:
        """The statement without mentions that are part of what is said: "по его словам, глава …", "قال إن وفد …"."""
        if one.cue is None:
            kept = [m for m in one.mentions if one.kind != "direct" or not self._within_quotation(m.span)]
            return replace(one, mentions=kept)
        cue = words(self._text[one.cue.start : one.cue.end])
        owner = len(cue) > 1 and bool(set(cue) & (self._lang.he | self._lang.she | self._lang.they))
        kept = [
            m
            for m in one.mentions
            if not (owner and m.span.start >= one.cue.end)
            and not any(cue.end <= m.span.start and self._begins_said(cue.end, m.span.start) for cue in one.cues)
        ]
        return replace(one, mentions=kept)

    def _within_quotation(self, span: Span) -> bool:
        """Whether a mention stands within a quotation that its paragraph opens, and is not itself what is in quotes."""
        start = max(self._text.rfind("\n", 0, span.start) + 1, span.start - _PARAGRAPH)
        quoted = self._text[span.start - 1 : span.start] in (*OPENING, '"')
        return not quoted and is_open(self._text[start : span.start])

    def _begins_said(self, start: int, end: int) -> bool:
        """Whether what stands between a cue and a mention begins what is said: "قال إن …"."""
        between = self._text[start:end].lstrip(" ,")
        own = words(between)
        if own and own[-1] in self._lang.that:
            return True
        if self._lang.lang == "ar" and self._lang.that.intersection(own[:2]):  # the subject stands before that
            return own[-1] not in self._lang.by
        return bool(set(own) & self._lang.that) and not MARK.search(_THAT.sub(" ", between))

    def nobody(self, one: Said) -> bool:
        """Whether nobody in particular says it: "reportedly", "ранее сообщалось", "residents were told"."""
        if one.cue is None:
            return False
        cue = words(self._text[one.cue.start : one.cue.end])
        if set(cue) & self._lang.nobody:
            return all(self._lang.pronoun(self._text[m.span.start : m.span.end]) for m in one.mentions)
        before = words(self._text[max(0, one.cue.start - _PASSIVE) : one.cue.start])[-1:]
        passive = bool({*before, *cue} & self._lang.passive) and bool(set(cue[-1:]) & self._lang.hearer)
        return passive and not any(self._led_by(one.cue.end, m.span) for m in one.mentions)

    def _led_by(self, start: int, span: Span) -> bool:
        """Whether a preposition leads in the source of a passive cue: "was told by police"."""
        before = words(self._text[start : span.start])[-1:]
        return bool({*before, self.first_word(span)} & self._lang.apart)

    def asked(self, one: Said) -> bool:
        """Whether a sentence stands in a question put to whoever is interviewed: a paragraph with a dash or a label."""
        place = self._sentences[one.sentence]
        start, end = self._text.rfind("\n", 0, place.start) + 1, self._text.find("\n", place.end - 1)
        end = end if end >= 0 else len(self._text)
        paragraph, answer = self._text[start:end].strip(), self._text[end:].lstrip()[:1]
        if one.cue is not None or one.mentions or not paragraph.endswith(("?", "؟")):
            return False
        quoted = set(paragraph) & _MARKS_OF_QUOTATION or is_open(self._text[:start])
        return _ASKED.match(paragraph) is not None or (not quoted and answer in OPENING)

    def unmarked(self, one: Said) -> bool:
        """Whether neither quotation marks nor a colon before show that somebody is quoted: a columnist speaks so."""
        place = self._sentences[one.sentence]
        paragraph = self._text.rfind("\n", 0, place.start) + 1
        opened = (is_open(self._text[start : place.start]) for start in (paragraph, max(0, place.start - _PARAGRAPH)))
        led = ":" in self._text[max(0, place.start - _LED) : place.start]
        return not (led or set(self._text[place.start : place.end]) & _MARKS_OF_QUOTATION or any(opened))

    def subject(self, one: Said, named: Sequence[Span]) -> Span | None:
        """The person whom a sentence names before a cue that goes along with its verb: "Smith left, saying …"."""
        if one.cue is None or not set(words(self._text[one.cue.start : one.cue.end])) & self._lang.beside_saying:
            return None
        start = self._sentences[one.sentence].start
        names = (name for name in named if start <= name.start and name.end <= one.cue.start)
        return next((name for name in names if not is_open(self._text[start : name.start])), None)

    def antecedent(self, one: Said) -> Span | None:
        """Whom a relative pronoun right before the cue means, by capitals: "Beijing, which described …"."""
        start = self._sentences[one.sentence].start
        found = _RELATIVE.search(self._text[start : one.cue.start]) if one.cue else None
        if not found or set(words(found["pronoun"])) - self._lang.relative:
            return None
        return Span(start=start + found.start("name"), end=start + found.end("name"))

    def aside(self, cue: Span, mention: Span) -> bool:
        """Whether cue and source are thrown in: "…, уточняет газета, …"."""
        return self._text[: cue.start].rstrip()[-1:] in tuple(",،") and self._text[cue.end : mention.start].isspace()

    def first_word(self, span: Span) -> str:
        """The first word of a span, folded."""
        return next(iter(words(self._text[span.start : span.end])), "")

    def description(self, span: Span) -> str:
        """A source's words, trimmed; a body in quotation marks without what follows them: "«Щит», который …"."""
        text = self._text[span.start : span.end]
        quoted = _QUOTED.match(text) if self._text[max(0, span.start - 1) : span.start] in OPENING else None
        return trimmed(quoted[0] if quoted else text, self._lang)

    def speakers(self, mention: Mention) -> list[Span]:
        """The names of a mention without those of whom somebody else belongs to: "Obama's adviser", "дочь Бонда"."""
        return [name for name in mention.names if not self._owns(name, mention.span)]

    def _owns(self, name: Span, mention: Span) -> bool:
        if owning := OWNING.match(self._text, name.end, mention.end):
            owned = words(self._text[owning.end() : mention.end])
            return bool(owned) and owned[-1] not in self._lang.document  # "Campbell's e-mail" is Campbell
        before = words(self._text[mention.start : name.start])
        if len(before) > 1 and before[-1] in self._lang.of_whom:
            return True
        if before and before[-1] in self._lang.body_of:
            return True
        kin = bool(before) and before[-1] in self._lang.kin and self._text[name.start - 1] == " "
        return kin and (self._lang.lang != "ru" or self._genitive(self._text[name.start : name.end]))

    def _genitive(self, name: str) -> bool:
        """Whether a Russian name is a man's in the genitive: the document has it with other endings of men's names."""
        ending = [word for word in name.split() if word.endswith(("а", "я"))]
        return bool(ending) and all(
            re.search(rf"\b{re.escape(word[:-1])}(?:[йьу]|[оеы]м)?\b", self._text) for word in ending
        )

    def speaking(self, names: Sequence[Span]) -> Span:
        """Of several names the first, unless it belongs to the second's office: "Trump lawyer Rudy Giuliani"."""
        first, second = names[0], names[min(1, len(names) - 1)]
        between = self._text[first.end : second.start]
        own = words(between)
        office = set(own[-1:]) & self._lang.office
        if self._lang.lang == "en" and own and between.split()[-1].islower():
            office = office or set(own[-1:]) - self._lang.particle - self._lang.joins - self._lang.links
        return second if office and not MARK.search(between) else first


def trimmed(text: str, lang: Words) -> str:
    """A description without determiners, honorifics, prepositions, marks and a possessive ending at its edges."""
    text = _inside(text)
    owning = OWNING.match(text)
    text = text[owning.end() if owning else 0 :].strip(MARKS)
    while (first := text.split(maxsplit=1)) and set(words(first[0])[:1]) & (
        lang.determiner | lang.honorific | lang.particle
    ):
        text = first[1].strip(MARKS) if len(first) > 1 else ""
    polite = lang.he_honorific | lang.she_honorific  # ranks stay: "المتحدث الأمني اللواء"
    while (last := text.rsplit(maxsplit=1)) and set(words(last[-1])[:1]) & (polite | lang.particle):
        text = last[0].strip(MARKS) if len(last) > 1 else ""
    return text


def _inside(text: str) -> str:
    """What stands after a quotation mark that closes what was opened before the text."""
    depth = 0
    for place, letter in enumerate(text):
        depth += _QUOTES.get(letter, 0)
        if depth < 0 and text[place + 1 :].strip():
            return text[place + 1 :]
    return text


def is_open(text: str) -> bool:
    """Whether a quotation that begins in the text is still open at its end."""
    return sum(_QUOTES.get(letter, 0) for letter in text) > 0 or text.count('"') % 2 == 1
