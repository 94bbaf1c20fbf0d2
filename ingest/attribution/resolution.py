"""Who is meant: a document's statements and how it names their sources, to sources with one identity each.

Sentence by sentence, in order. A name is looked for among the sources so far; a pronoun, or nothing at all ("وأضاف",
a quotation by itself), is whoever spoke last and fits; a description ("the minister", "глава МИД") is whoever the
document has called that before or after; else it is a source of its own.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from ingest.attribution.bodies import Bodies
from ingest.attribution.language import Gender, Words
from ingest.attribution.mentions import Mention, Said, Word, names_among
from ingest.attribution.titles import ENGLISH_TAIL, Person, Titles
from ingest.attribution.wording import Wording, is_open, trimmed
from retrieval.archive import Attributed, Attribution, Source
from retrieval.folding import fold, words
from retrieval.names import name_likeness, name_words
from retrieval.types import Span

_SAME = 0.75  # likeness of names from which they are one person's; that of `NameIndex.find`
_PER_LETTER = 0.004  # sureness that a source loses with each letter between it and the cue
_ASIDE = 0.05  # and that it gains when cue and source are thrown in between commas
_LONGEST_NAME = 3  # significant words of a name: a longer run is two people's
_LONGEST_OFFICE = 2  # words: more say whose it is, or who somebody new is
_SHORT = 2  # words of a source that may be a name by itself
_CLITICS = frozenset("وفبلك")
_CLAUSE = re.compile(r"[,،] (?=[^\W_A-ZА-ЯЁ]).*")  # "МВД, опубликованном …"
_APPOSITION = re.compile(r"[،,] ?(?P<name>(?!ال\w+ ال)\w+(?: \w+){1,2})[،, ]*\Z")  # two or three words at the end
_AGED = re.compile(r"\d-year-old\Z|\d-летн\w+")
_LED = re.compile(r":\s*[«“„\"]")
_SHORT_FORM = re.compile(r"(?P<name>[^()]*\w) ?\((?:[^();,]*[;,] ?)?(?P<short>[^();,]+)\)?\Z")  # "… Fund (IMF)"


class Resolver:
    """The sources of one document; feed it the document's statements in order."""

    def __init__(self, text: str, lang: Words, sentences: Sequence[Span], document: Sequence[Sequence[Word]]) -> None:
        self._text = text
        self._lang = lang
        self._sentences = sentences
        self._document = document
        self._named = [name for sentence in document for name in names_among(sentence, text, lang)]
        self._titles = Titles(text, lang, document)
        self._wording = Wording(text, lang, sentences)
        self._bodies = Bodies(text, lang, self._wording, (), ())
        self._people: list[Person] = []
        self._spoken: list[int] = []  # who spoke, in order
        self._issuer: int | None = None  # who put out the last document that was quoted

    def resolve(self, statements: Sequence[Said]) -> Attribution:
        """The document's sources and statements."""
        mentions = [each for one in statements for each in one.mentions]
        self._bodies = Bodies(self._text, self._lang, self._wording, mentions, self._named)
        found: list[Attributed] = []
        last: int | None = None
        statements = [self._wording.without_said(one) for one in statements]
        for i, one in enumerate(statements):
            before = statements[i - 1].sentence if i else -1
            told = self._narrated(one.sentence) if one.sentence - before > 1 else None
            if self._wording.nobody(one) or self._wording.asked(one):
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
                sentence = self._sentences[one.sentence]
                if self._lang.document.intersection(words(self._text[sentence.start : sentence.end])):
                    self._issuer = last
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
        if not gender and self._titles.stems(described):
            return [self._described(mention, described, last, one)]
        if before := self._wording.antecedent(one):
            return [self._at(before)]
        own = [name for each in one.mentions for name in each.names if name.end <= mention.span.start]
        for name in (*own[-1:], *([told] if told else [])):  # "X made a statement: he said …"
            if gender and gender != "they" and self._may_be(name, gender):
                return [self._by_name(name)]
        return [self._spoken_last(one.sentence, last, gender or "they")]

    def _at(self, span: Span) -> int:
        """The source whose name or words stand there."""
        name = next((one for one in self._named if one.start < span.end == one.end), None)
        if name:
            return self._by_name(name)
        return self._described(Mention(span, [], 0.0), self._text[span.start : span.end], None)

    def _main(self, one: Said) -> Mention:
        """The mention that speaks: sure, near the cue, and not what a preposition leads in."""
        led = [each for each in one.mentions if self._wording.first_word(each.span) not in self._lang.particle]
        start = self._sentences[one.sentence].start

        beside = any(one.cue and 0 <= each.span.start - one.cue.end <= 1 for each in one.mentions)

        def nearness(each: Mention) -> float:
            # A sentence's first name is its subject, however far the verb.
            leads = each.names and not words(self._text[start : each.span.start])
            aside = one.cue and self._wording.aside(one.cue, each.span)
            cues = one.cues[:1] if beside or self._lang.lang == "ar" else one.cues
            far = 0 if leads else min((_distance(each.span, cue) for cue in cues), default=0)
            return each.sure + (_ASIDE if aside else 0.0) - _PER_LETTER * far

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
            return self._by_name(subject)
        if told and statements[i].cue is not None:
            return self._by_name(told)
        if statements[i].cue is None and (leading := self._leading(statements[i].sentence)):
            return self._by_name(leading)
        if statements[i].cue is None:
            for later in statements[i + 1 :]:
                between = self._text[
                    self._sentences[statements[i].sentence].start : self._sentences[later.sentence].start
                ]
                if "\n" in between or not is_open(between):
                    break
                if later.mentions:
                    return self._sources(later, last)[0]
        follows = i > 0 and statements[i].sentence - statements[i - 1].sentence == 1
        goes_on = follows and self._lang.lang != "ar"  # Arabic columnists go on in their own words
        if statements[i].cue is None and not goes_on and self._wording.unmarked(statements[i]):
            return None
        return self._agreeing(statements[i].cue, last)

    def _leading(self, sentence: int) -> Span | None:
        """Who is named last before a colon and a quotation: "прямая линия с Владимиром Путиным: «Россия …"."""
        span = self._sentences[sentence]
        led = _LED.search(self._text, span.start, span.end)
        return next((name for name in reversed(self._named) if led and span.start <= name.start < led.start()), None)

    def _agreeing(self, cue: Span | None, last: int | None) -> int | None:
        """Whoever spoke last and is of the gender that an Arabic verb without subject has; else the last one."""
        verb = self._lang.verb_gender(self._text[cue.start : cue.end]) if cue else None
        fits = (i for i in (last, *reversed(self._spoken)) if i is not None and self._gender(i) in (None, verb))
        return last if verb is None else next(fits, last)

    def _gender(self, number: int) -> Gender | None:
        """Of an Arabic body that of its first word: "إدارة" is feminine."""
        one = self._people[number]
        first = next(iter(words(one.forms[0])), "")
        return one.gender or ("she" if not one.person and first.endswith("ه") else None)

    def _may_be(self, name: Span, gender: Gender) -> bool:
        """Whether somebody of that name may be meant by that pronoun, as far as given names in the document tell."""
        form = self._text[name.start : name.end]
        whole = (self._text[one.start : one.end] for one in self._named)
        known = (self._lang.name_gender(one) for one in whole if one.endswith(form))
        return next(filter(None, known), gender) == gender

    def _spoken_last(self, sentence: int, last: int | None, gender: Gender) -> int | None:
        """Whoever spoke last and may be meant by that pronoun, else the nearest who is named before."""
        if gender == "they":
            return last
        if gender == "it":
            bodies = (i for i in reversed(self._spoken) if not self._people[i].person)
            return next((i for i in bodies if not self._titles.office(self._people[i].forms[0])), None)
        for i in (last, *reversed(self._spoken), *reversed(range(len(self._people)))):
            if i is not None and self._people[i].gender in (None, gender) and self._people[i].person:
                return i
        named = next((name for name in self._named_before(sentence) if self._may_be(name, gender)), None)
        return self._by_name(named) if named else last

    def _named_before(self, sentence: int) -> Iterator[Span]:
        """The names in the sentences before, the nearest sentence's first."""
        for span in reversed(self._sentences[:sentence]):
            yield from (name for name in self._named if span.start <= name.start < span.end)

    def _by_name(self, name: Span) -> int:
        """The source with that name, where nothing more is said of it."""
        return self._named_source(Mention(name, [name], 0.0), name)

    def _named_source(self, mention: Mention, name: Span) -> int:
        """The source with that name, a new one if need be."""
        form = self._text[name.start : name.end]
        likeness = [max(name_likeness(form, own) for own in one.forms) for one in self._people]
        best: int | None = max(range(len(likeness)), key=likeness.__getitem__, default=None)
        if best is None or likeness[best] < _SAME:
            best = self._ending_so(form)
        if best is None:
            best = self._add(Person([form], person=True, introduced=mention.span))
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

    def _named_after_all(self, source: Person, form: str) -> None:
        """What a description becomes that turns out to hold a name: a person's title and name, or still a body."""
        described = [one for one in source.forms if len(words(one)) > _LONGEST_NAME or self._titles.office(one)]
        if described and not any(map(self._titles.office, described)):
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

    def _add(self, person: Person) -> int:
        """Where a new person stands: in the place of a description before that turns out to have been of them."""
        self._read_forms(person)
        for i, one in enumerate(self._people):
            if not one.person and self._titles.office(one.forms[0]) and self._titles.means(one.forms[0], person):
                self._people[i] = person
                return i
        self._people.append(person)
        return len(self._people) - 1

    def _read_forms(self, person: Person) -> None:
        """The other forms of the name, and what stands around them, from the whole document."""
        for name in self._named:
            form = self._text[name.start : name.end]
            if name_likeness(form, person.forms[0]) >= _SAME:
                if form not in person.forms and len(name_words(form)) <= _LONGEST_NAME:
                    person.forms.append(form)
                person.gender = person.gender or self._lang.name_gender(form)
                self._titles.entitle(person, self._titles.beside(name), known=False)
        for word in self._ending.get(tuple(words(person.forms[0])[-1:]), ()):  # where it was not seen as a name
            self._titles.entitle(person, self._titles.beside(Span(start=word.start, end=word.end)), known=False)

    @cached_property
    def _ending(self) -> dict[tuple[str, ...], list[Word]]:
        """The document's words by their last folded one, of which most have one only, in order."""
        found: dict[tuple[str, ...], list[Word]] = defaultdict(list)
        for word in (word for sentence in self._document for word in sentence):
            found[tuple(words(self._text[word.start : word.end])[-1:])].append(word)
        return found

    def _learn(self, person: Person, mention: Span, name: Span) -> None:
        """The role that a mention gives beside the name."""
        others = [one for one in self._named if one.start != name.start]
        first = max(
            (one.end for one in others if mention.start <= one.start and one.end <= name.start), default=mention.start
        )
        last = min((one.start for one in others if name.end <= one.start < mention.end), default=mention.end)
        before, after = self._text[first : name.start], self._text[name.end : last]
        role = " ".join(part for part in (trimmed(before, self._lang), trimmed(after, self._lang)) if part)
        self._titles.entitle(person, (before, after))
        pronoun = self._lang.pronoun(role.split(maxsplit=1)[0]) if role else None  # "he (Lord Goldsmith)"
        if role and not pronoun and len(role) > len(person.role or ""):
            person.role, person.introduced = role, mention

    def _described(self, mention: Mention, text: str, last: int | None, one: Said | None = None) -> int:
        """Whom a description means: who is called that before or after, else the last one, or a source of its own."""
        found = self._called(mention, text)
        if found is None and one and self._points_back(mention.span, text, last):
            found = self._in_mind(one.sentence, last)
        if found is None and one and self._titles.office(text) and len(words(text)) <= _LONGEST_OFFICE:
            definite = self._lang.lang != "en" or self._wording.first_word(mention.span) == "the"
            new = not definite or set(words(text)) & self._lang.unknown
            found = None if new else self._without_office(one.sentence, last)
        return self._new_body(text, mention.span) if found is None else found

    def _without_office(self, sentence: int, last: int | None) -> int | None:
        """Whoever spoke last, or is named before anybody spoke, if no office of theirs is known."""
        if last is not None:
            return last if self._people[last].person and not self._people[last].heads else None
        name = next(self._named_before(sentence), None)
        stranger = Person(person=True)
        if name:
            self._titles.entitle(stranger, self._titles.beside(name), known=False)
        return self._by_name(name) if name and not stranger.heads else None

    def _called(self, mention: Mention, text: str) -> int | None:
        """Who is called what a description says, or put out the document that it is of."""
        office = self._titles.office(text)
        if not office and (whole := self._bodies.construct(mention.span)):
            return self._body(whole, text)
        if office and (name := self._apposition(mention.span)):
            return self._named_source(Mention(mention.span, [name], 0.0), name)
        if self._issuer is not None and set(words(text)) <= self._lang.document:
            return self._issuer
        found = self._known(text)
        if found is None and self._titles.names_company(text) and (named := self._bodies.company(mention.span)):
            found = self._company(named, text)
        if found is None and office and (name := self._introduced(mention, text)):
            found = self._by_name(name)
        return found

    def _apposition(self, span: Span) -> Span | None:
        """The name at the end of an Arabic description, behind a clause: "المتحدث باسم الجبهة، الواقعة …، قائد نصر"."""
        found = _APPOSITION.search(self._text, span.start, span.end) if self._lang.lang == "ar" else None
        return Span(start=found.start("name"), end=found.end("name")) if found else None

    def _points_back(self, span: Span, text: str, last: int | None) -> bool:
        """Whether a description is of somebody named before: "the striker", "the 31-year-old", "المسؤول"."""
        if self._lang.lang == "ar":
            own = words(text)
            same = own[:1] != [] and own[0] in self._lang.same_one
            near = len(own) <= _LONGEST_NAME or (last is not None and self._people[last].person)
            near = near and self._definite(span) and not set(own) & self._lang.unknown
            return (same or near) and self._titles.office(" ".join(own[same:]))
        if self._lang.lang == "en" and (self._wording.first_word(span) != "the" or ENGLISH_TAIL.search(text)):
            return False
        return bool(self._lang.called.intersection(words(text)[-1:])) or _AGED.search(text) is not None

    def _in_mind(self, sentence: int, last: int | None) -> int | None:
        """The person who spoke last, else the first one of the nearest sentence before that names any."""
        for i in (last, *reversed(self._spoken)):
            if i is not None and (self._people[i].person or self._titles.office(self._people[i].forms[0])):
                return i
        name = next(self._named_before(sentence), None)
        return self._by_name(name) if name else None

    def _known(self, text: str) -> int | None:
        """The source so far that a description means."""
        latest = list(reversed(range(len(self._people))))
        if len(words(text)) <= _SHORT and not self._titles.office(text):  # a name that was not seen as one
            for i in latest:
                if any(name_likeness(text, form) >= _SAME for form in self._people[i].forms):
                    return i
        found = next((i for i in latest if self._titles.means(text, self._people[i])), None)
        if found is not None and not self._people[found].person:
            self._call(found, text)
        return found

    def _introduced(self, mention: Mention, text: str) -> Span | None:
        """The full name of somebody whom narration introduces with the office by which they speak."""
        for name in self._named:
            if " " in self._text[name.start : name.end] and not _overlap(name, mention.span):
                stranger = Person(person=True)
                self._titles.entitle(stranger, self._titles.beside(name), known=False)
                if self._titles.means(text, stranger):
                    return name
        return None

    def _call(self, number: int, form: str) -> None:
        if form not in self._people[number].forms:
            self._people[number].forms.append(form)

    def _new_body(self, text: str, introduced: Span) -> int:
        text = _CLAUSE.sub("", text) or text
        if short := _SHORT_FORM.match(text):
            text = short["name"]
        forms = [text, *([short["short"]] if short else []), *self._bodies.other_names(text)]
        self._people.append(Person(list(dict.fromkeys(forms)), introduced=introduced))
        self._titles.entitle(self._people[-1], (text,))
        return len(self._people) - 1

    def _company(self, named: Span, text: str) -> int:
        """The company with that name, which is also called by the description."""
        found = self._described(Mention(named, [], 0.0), self._text[named.start : named.end], None)
        self._people[found].name = self._text[named.start : named.end]
        self._call(found, text)
        return found

    def _body(self, whole: Span, short: str) -> int:
        """The body with that full name, which may have spoken as "معهد بحثي" before."""
        name = self._text[whole.start : whole.end]
        head = self._titles.head(name, self._titles.stems(name))
        found = next((i for i, one in enumerate(self._people) if self._may_be_called(name, head, one)), None)
        if found is None and (noun := name.split()[0]) and fold(noun) in self._lang.company:
            spoke = (i for i in reversed(self._spoken) if self._people[i].forms[0].split()[0] == noun)
            if (last := next(spoke, None)) is not None:
                self._call(last, short)
                return last
        number = self._new_body(name, whole) if found is None else found
        self._call(number, name)
        self._call(number, short)
        return number

    def _may_be_called(self, name: str, head: str, one: Person) -> bool:
        """Whether a body may have this full name: it has part of it, or is no more than "a research institute"."""
        vague = not any("ال" in form for form in one.forms)
        return not one.person and head in one.heads and (vague or self._titles.means(name, one))

    def _definite(self, span: Span) -> bool:
        """Whether an Arabic description points back by its article: "المسؤول". English "the" proved no sign of it."""
        return self._lang.lang == "ar" and self._wording.first_word(span).startswith("ال")

    def _has_clitic(self, form: str, forms: Sequence[str]) -> bool:
        """Whether an Arabic form is another with a letter that is only written together with it: "لاوباما"."""
        return self._lang.lang == "ar" and form[:1] in _CLITICS and form[1:] in forms

    def _fullness(self, form: str, person: bool) -> tuple[int, int]:
        """What the longest form has most of; of a Russian name's cases the first is the shortest."""
        if not person:
            return 0, len(form)
        initial = any(len(word) < _SHORT for word in words(form))
        return len(name_words(form)), -len(form) if self._lang.lang == "ru" and not initial else len(form)

    def _finished(self) -> Iterator[Source]:
        for one in self._people:
            forms = [form for form in one.forms if not self._has_clitic(form, one.forms)]
            name = one.name or max(forms, key=lambda form: self._fullness(form, one.person))
            aliases = [form for form in dict.fromkeys(one.forms) if form != name]
            yield Source(name, aliases, one.role, one.person, one.introduced or Span(start=0, end=1))


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _distance(span: Span, cue: Span) -> int:
    return max(0, span.start - cue.end, cue.start - span.end)
