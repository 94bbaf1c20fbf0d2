"""Who is meant: a document's statements and how it names their sources, to sources with one identity each.

Sentence by sentence, in order. A name is looked for among the sources so far; a pronoun, or nothing at all ("وأضاف",
a quotation by itself), is whoever spoke last and fits; a description ("the minister", "глава МИД") is whoever the
document has called that before or after; else it is a source of its own.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest.attribution.bodies import Bodies
from ingest.attribution.language import Gender, Words
from ingest.attribution.mentions import Mention, Said, Word, names_among
from ingest.attribution.wording import MARK, Wording, is_open, trimmed
from retrieval.archive import Attributed, Attribution, Source
from retrieval.folding import fold, stem, words
from retrieval.names import name_likeness, name_words
from retrieval.types import Span

_SAME = 0.75  # likeness of names from which they are one person's; that of `NameIndex.find`
_PER_LETTER = 0.004  # sureness that a source loses with each letter between it and the cue
_ASIDE = 0.05  # and that it gains when cue and source are thrown in between commas
_LONGEST_NAME = 3  # significant words of a name: a longer run is two people's
_SHORT = 2  # words of a source that may be a name by itself
_NEAR = 7  # words before and after a name in which its titles stand
_CLITICS = frozenset("وفبلك")
_ELSEWHERE = 2  # words besides the office that must agree where the office is worded differently
_ENGLISH_TAIL = re.compile(r"\b(?:of|for|at|in|who|from|on)\b|,")


@dataclass
class _Person:
    """A source while the document is read."""

    forms: list[str] = field(default_factory=list)
    person: bool = False
    introduced: Span | None = None
    titles: set[str] = field(default_factory=set)  # stems of the words used of them
    heads: set[str] = field(default_factory=set)  # of each title the stem that says what somebody is: "minister"
    name: str | None = None  # where the longest form is none
    role: str | None = None
    gender: Gender | None = None


class Resolver:
    """The sources of one document; feed it the document's statements in order."""

    def __init__(self, text: str, lang: Words, sentences: Sequence[Span], document: Sequence[Sequence[Word]]) -> None:
        self._text = text
        self._lang = lang
        self._sentences = sentences
        self._document = document
        self._named = [name for sentence in document for name in names_among(sentence, text, lang)]
        self._offices = frozenset(stem(one, lang.lang) for one in lang.office)
        self._companies = frozenset(stem(one, lang.lang) for one in lang.company)
        self._wording = Wording(text, lang, sentences)
        self._bodies = Bodies(text, lang, self._wording, ())
        self._people: list[_Person] = []
        self._spoken: list[int] = []  # who spoke, in order

    def resolve(self, statements: Sequence[Said]) -> Attribution:
        """The document's sources and statements."""
        mentions = [each for one in statements for each in one.mentions]
        self._bodies = Bodies(self._text, self._lang, self._wording, mentions)
        found: list[Attributed] = []
        last: int | None = None
        statements = [self._wording.without_said(one) for one in statements]
        for i, one in enumerate(statements):
            before = statements[i - 1].sentence if i else -1
            told = self._narrated(one.sentence) if one.sentence - before > 1 else None
            if self._wording.nobody(one):
                sources: list[int | None] = [None]
            else:
                sources = self._sources(one, last, told) if one.mentions else [self._unnamed(statements, i, last, told)]
            for source in sources:
                cue = self._text[one.cue.start : one.cue.end] if one.cue else None
                found.append(Attributed(self._sentences[one.sentence], source, cue, one.kind))
                if source is not None and (gender := self._lang.gender(cue, self._cut(one.mentions))):
                    self._people[source].gender = self._people[source].gender or gender
            if sources[0] is not None:
                last = sources[0]
                self._spoken.append(last)
        return Attribution(list(self._finished()), found)

    def _cut(self, mentions: Sequence[Mention]) -> str:
        return self._text[mentions[0].span.start : mentions[0].span.end] if mentions else ""

    def _narrated(self, sentence: int) -> Span | None:
        """The first person named in the sentence before, which is narration: "Smith left. He said …"."""
        if sentence == 0:
            return None
        before = self._sentences[sentence - 1]
        if "\n\n" in self._text[before.end : self._sentences[sentence].start]:
            return None
        return next((name for name in self._named if before.start <= name.start < before.end), None)

    def _sources(self, one: Said, last: int | None, told: Span | None = None) -> list[int | None]:
        """The sources of a statement: its surest mention's, nearest its cue; several when names are joined by "and"."""
        mention = self._main(one)
        names = self._wording.speakers(mention)
        if len(names) > 1 and self._joined(names):
            return [self._named_source(mention, name) for name in names]
        if names:
            return [self._named_source(mention, self._wording.speaking(names))]
        described = self._wording.description(mention.span)
        gender = self._lang.pronoun(described)
        if not gender and self._stems(described):
            return [self._described(mention, described, last)]
        if before := self._wording.antecedent(one):
            return [self._at(before)]
        if told and gender and gender != "they":
            return [self._named_source(Mention(told, [told], 0.0), told)]
        return [self._spoken_last(last, gender or "they")]

    def _at(self, span: Span) -> int:
        """The source whose name or words stand there."""
        name = next((one for one in self._named if one.start < span.end == one.end), None)
        if name:
            return self._named_source(Mention(name, [name], 0.0), name)
        return self._described(Mention(span, [], 0.0), self._text[span.start : span.end], None)

    def _main(self, one: Said) -> Mention:
        """The mention that speaks: sure, near the cue, and not what a preposition leads in."""
        led = [each for each in one.mentions if self._wording.first_word(each.span) not in self._lang.particle]
        start = self._sentences[one.sentence].start

        def nearness(each: Mention) -> float:
            # A sentence's first name is its subject, however far the verb.
            leads = each.names and not words(self._text[start : each.span.start])
            aside = one.cue and self._wording.aside(one.cue, each.span)
            return (
                each.sure + (_ASIDE if aside else 0.0) - (0.0 if leads else _PER_LETTER * _distance(each.span, one.cue))
            )

        if one.cue and set(words(self._text[one.cue.start : one.cue.end])) & self._lang.relay:
            relayed = [
                each for each in one.mentions if set(words(self._text[start : each.span.start])[-1:]) & self._lang.of
            ]
            led = relayed or led
        return max(led or one.mentions, key=nearness)

    def _joined(self, names: Sequence[Span]) -> bool:
        """Whether "and" stands between the names."""
        between = self._text[names[0].end : names[1].start]
        return any(
            word in self._lang.joins
            or any(word.startswith(one) and self._lang.lang == "ar" for one in self._lang.joins)
            for word in words(between) + words(self._text[names[1].start : names[1].end])[:1]
        )

    def _unnamed(self, statements: Sequence[Said], i: int, last: int | None, told: Span | None) -> int | None:
        """Whose a statement without any source is: of whom was just told, the open quotation's, else the last one's."""
        if subject := self._wording.subject(statements[i], self._named):
            return self._named_source(Mention(subject, [subject], 0.0), subject)
        if told and statements[i].cue is not None:
            return self._named_source(Mention(told, [told], 0.0), told)
        if statements[i].cue is None:
            for later in statements[i + 1 :]:
                between = self._text[
                    self._sentences[statements[i].sentence].start : self._sentences[later.sentence].start
                ]
                if "\n" in between or not is_open(between):
                    break
                if later.mentions:
                    return self._sources(later, last)[0]
        return last

    def _spoken_last(self, last: int | None, gender: Gender) -> int | None:
        """Whoever spoke last and may be meant by that pronoun."""
        if last is None or gender == "they":
            return last
        if gender == "it":
            return next((i for i in reversed(self._spoken) if not self._people[i].person), None)
        before = [last, *(i for i in reversed(range(len(self._people))) if i != last)]
        fits = [i for i in before if self._people[i].gender in (None, gender) and self._people[i].person]
        return fits[0] if fits else last

    def _named_source(self, mention: Mention, name: Span) -> int:
        """The source with that name, a new one if need be."""
        form = self._text[name.start : name.end]
        likeness = [max(name_likeness(form, own) for own in one.forms) for one in self._people]
        best: int | None = max(range(len(likeness)), key=likeness.__getitem__, default=None)
        if best is None or likeness[best] < _SAME:
            best = self._ending_so(form)
        if best is None:
            best = self._add(_Person([form], person=True, introduced=mention.span))
        person = self._people[best]
        if not person.person:
            self._named_after_all(person, form)
        if form not in person.forms:
            person.forms.append(form)
        self._learn(person, mention.span, name)
        return best

    def _ending_so(self, form: str) -> int | None:
        """The person whose name went on with a family name that was not seen as part of it."""
        for i, one in enumerate(self._people):
            if not (one.person and one.introduced):
                continue
            for whole in [f"{own} {form}" for own in one.forms]:
                start = self._text.find(whole, one.introduced.start, one.introduced.end)
                if start >= 0:
                    one.forms.append(whole)
                    one.role = None
                    self._learn(one, one.introduced, Span(start=start, end=start + len(whole)))
                    return i
        return None

    def _named_after_all(self, source: _Person, form: str) -> None:
        """What a description becomes that turns out to hold a name: a person's title and name, or still a body."""
        described = [one for one in source.forms if len(words(one)) > _LONGEST_NAME or self._office(one)]
        if described and not any(map(self._office, described)):
            return
        source.person = True
        source.forms = [one for one in source.forms if one not in described]
        if described and source.introduced:
            own = [
                replace(word, name=1.0) if name_likeness(self._text[word.start : word.end], form) >= _SAME else word
                for sentence in self._document
                for word in sentence
                if source.introduced.start <= word.start and word.end <= source.introduced.end
            ]
            names = list(names_among(own, self._text, self._lang))
            source.forms += [self._text[name.start : name.end] for name in names]
            for name in names[:1]:
                self._learn(source, source.introduced, name)

    def _add(self, person: _Person) -> int:
        """Where a new person stands: in the place of a description before that turns out to have been of them."""
        self._read_forms(person)
        for i, one in enumerate(self._people):
            if not one.person and self._office(one.forms[0]) and self._means(one.forms[0], person):
                self._people[i] = person
                return i
        self._people.append(person)
        return len(self._people) - 1

    def _read_forms(self, person: _Person) -> None:
        """The other forms of the name, and what stands around them, from the whole document."""
        for name in self._named:
            form = self._text[name.start : name.end]
            if name_likeness(form, person.forms[0]) >= _SAME:
                if form not in person.forms and len(name_words(form)) <= _LONGEST_NAME:
                    person.forms.append(form)
                self._entitle(person, self._beside(name), known=False)
        family = words(person.forms[0])[-1:]
        for word in (word for sentence in self._document for word in sentence):  # where it was not seen as a name
            if words(self._text[word.start : word.end])[-1:] == family:
                self._entitle(person, self._beside(Span(start=word.start, end=word.end)), known=False)

    def _entitle(self, person: _Person, titles: Iterable[str], *, known: bool = True) -> None:
        """Takes in titles; unless it is `known` where they begin, each office among their words may be the head."""
        for title in titles:
            if stems := self._stems(title):
                person.titles.update(stems)
                person.heads.update([self._head(title, stems)] if known else self._offices.intersection(stems))

    def _head(self, title: str, stems: Sequence[str]) -> str:
        """The stem of the word that says what somebody is: the first, in English the last before "of"."""
        if self._lang.lang != "en":
            return stems[0]
        return (self._stems(_ENGLISH_TAIL.split(title, maxsplit=1)[0]) or stems)[-1]

    def _beside(self, name: Span) -> Iterator[str]:
        """The titles beside a name: the words before it, and those after a comma, as far as a mark or a cue."""
        own = next((words for words in self._document if words and words[0].start <= name.start < words[-1].end), ())
        start = edge = name.start
        for word in reversed([word for word in own if word.end <= name.start][-_NEAR:]):
            apart = fold(self._text[word.start : word.end]) in self._lang.apart
            if word.part == "cue" or apart or MARK.search(self._text, word.end, edge):
                break
            start = edge = word.start
        yield self._text[start : name.start]
        after = [word for word in own if word.start >= name.end][:_NEAR]
        if after and self._text[name.end : after[0].start].strip() in tuple(",،؛("):
            end = edge = after[0].start
            for word in after:
                if word.part == "cue" or MARK.search(self._text, edge, word.start):
                    break
                end = edge = word.end
            yield self._text[after[0].start : end]

    def _learn(self, person: _Person, mention: Span, name: Span) -> None:
        """The role that a mention gives beside the name."""
        others = [one for one in self._named if one.start != name.start]
        first = max(
            (one.end for one in others if mention.start <= one.start and one.end <= name.start), default=mention.start
        )
        last = min((one.start for one in others if name.end <= one.start < mention.end), default=mention.end)
        before, after = self._text[first : name.start], self._text[name.end : last]
        role = " ".join(part for part in (trimmed(before, self._lang), trimmed(after, self._lang)) if part)
        self._entitle(person, (before, after))
        pronoun = self._lang.pronoun(role.split(maxsplit=1)[0]) if role else None  # "he (Lord Goldsmith)"
        if role and not pronoun and len(role) > len(person.role or ""):
            person.role, person.introduced = role, mention

    def _described(self, mention: Mention, text: str, last: int | None) -> int:
        """Whom a description means: who is called that before or after, else the last one, or a source of its own."""
        if not self._office(text) and (whole := self._bodies.construct(mention.span)):
            return self._body(whole, text)
        if (known := self._known(text)) is not None:
            return known
        if self._names_company(text) and (named := self._bodies.company(mention.span)):
            return self._company(named, text)
        if self._office(text):
            if name := self._introduced(mention, text):
                return self._named_source(Mention(name, [name], 0.0), name)
            if last is not None and self._people[last].person and self._definite(mention.span):
                return last
        return self._new_body(text, mention.span)

    def _known(self, text: str) -> int | None:
        """The source so far that a description means."""
        latest = list(reversed(range(len(self._people))))
        if len(words(text)) <= _SHORT and not self._office(text):  # a name that was not seen as one
            for i in latest:
                if any(name_likeness(text, form) >= _SAME for form in self._people[i].forms):
                    return i
        found = next((i for i in latest if self._means(text, self._people[i])), None)
        if found is not None and not self._people[found].person:
            self._call(found, text)
        return found

    def _introduced(self, mention: Mention, text: str) -> Span | None:
        """The full name of somebody whom narration introduces with the office by which they speak."""
        for name in self._named:
            if " " in self._text[name.start : name.end] and not _overlap(name, mention.span):
                stranger = _Person(person=True)
                self._entitle(stranger, self._beside(name), known=False)
                if self._means(text, stranger):
                    return name
        return None

    def _call(self, number: int, form: str) -> None:
        if form not in self._people[number].forms:
            self._people[number].forms.append(form)

    def _new_body(self, text: str, introduced: Span) -> int:
        self._people.append(_Person([text], introduced=introduced))
        self._entitle(self._people[-1], (text,))
        return len(self._people) - 1

    def _names_company(self, text: str) -> bool:
        """Whether a description is by a noun like "company"."""
        stems = self._stems(text)
        return bool(stems) and self._head(text, stems) in self._companies

    def _company(self, named: Span, text: str) -> int:
        """The company with that name, which is also called by the description."""
        found = self._described(Mention(named, [], 0.0), self._text[named.start : named.end], None)
        self._people[found].name = self._text[named.start : named.end]
        self._call(found, text)
        return found

    def _body(self, whole: Span, short: str) -> int:
        """The body with that full name, which may have spoken as "معهد بحثي" before."""
        name = self._text[whole.start : whole.end]
        head = self._head(name, self._stems(name))
        found = next((i for i, one in enumerate(self._people) if self._may_be_called(name, head, one)), None)
        number = self._new_body(name, whole) if found is None else found
        self._call(number, name)
        self._call(number, short)
        return number

    def _may_be_called(self, name: str, head: str, one: _Person) -> bool:
        """Whether a body may have this full name: it has part of it, or is no more than "a research institute"."""
        vague = not any("ال" in form for form in one.forms)
        return not one.person and head in one.heads and (vague or self._means(name, one))

    def _means(self, text: str, one: _Person) -> bool:
        """Whether a description may be of somebody with these titles: "the minister", never "the ministry"."""
        stems = self._stems(text)
        if not stems or (one.person and not self._office(text)):
            return False
        head = self._head(text, stems)
        held = [any(_alike(stem, title) for title in one.titles) for stem in stems]
        if any(_alike(head, other) for other in one.heads):
            return all(held)
        rest = [has for stem, has in zip(stems, held, strict=True) if stem != head]
        return one.person and len(rest) >= _ELSEWHERE and all(rest)  # "head" and "director" of the same service

    def _office(self, text: str) -> bool:
        """Whether a description is of a person, by the noun that says what it is."""
        stems = self._stems(text)
        return bool(stems) and self._head(text, stems) in self._offices and not self._place_of_office(text)

    def _place_of_office(self, text: str) -> bool:
        """Whether an Arabic noun only shares an office's stem: "محافظة" is no governor, "مؤسسة" no founder."""
        first = next(iter(words(text)), "").removeprefix("ال")
        return self._lang.lang == "ar" and first.endswith("ه") and first not in self._lang.office

    def _definite(self, span: Span) -> bool:
        """Whether an Arabic description points back by its article: "المسؤول". English "the" proved no sign of it."""
        return self._lang.lang == "ar" and self._wording.first_word(span).startswith("ال")

    def _stems(self, text: str) -> list[str]:
        skip = self._lang.determiner | self._lang.honorific | self._lang.joins
        own = [stem(one, self._lang.lang) for one in words(text) if one not in skip and len(one) > 1]
        return self._lang.one_way(own)

    def _has_clitic(self, form: str, forms: Sequence[str]) -> bool:
        """Whether an Arabic form is another with a letter that is only written together with it: "لاوباما"."""
        return self._lang.lang == "ar" and form[:1] in _CLITICS and form[1:] in forms

    def _finished(self) -> Iterator[Source]:
        for one in self._people:
            forms = [form for form in one.forms if not self._has_clitic(form, one.forms)]
            name = one.name or max(forms, key=lambda form: (len(name_words(form)) if one.person else 0, len(form)))
            aliases = [form for form in dict.fromkeys(one.forms) if form != name]
            yield Source(name, aliases, one.role, one.person, one.introduced or Span(start=0, end=1))


def _alike(one: str, other: str) -> bool:
    """Whether two stems are one word in another form: "قطر" and "قطري"."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 3 and long.startswith(short) and len(long) - len(short) <= 2


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _distance(span: Span, cue: Span | None) -> int:
    return 0 if cue is None else max(0, span.start - cue.end, cue.start - span.end)
