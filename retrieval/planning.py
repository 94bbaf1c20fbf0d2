"""Question to plan: who is asked about, among those who are quoted in the archive."""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from heapq import nlargest
from importlib import resources
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from retrieval.archive import Archive, StoredSource
from retrieval.descriptions import Notion, Places, agreement, contradict, country_of, described
from retrieval.encoder import Encoder
from retrieval.folding import fold, script_of, stem, words
from retrieval.followups import standalone
from retrieval.holders import holders
from retrieval.identities import keys
from retrieval.language import detect_language
from retrieval.language_means import LanguageMeans
from retrieval.linear import unit
from retrieval.name_words import TITLES
from retrieval.names import name_likeness, name_words
from retrieval.offices import is_country, is_no_name, is_office, others, without_office
from retrieval.questions import Asked, analyse
from retrieval.speakers import Found, SpeakerIndex
from retrieval.types import Answer, Plan, Speaker

Floats = npt.NDArray[np.float32]

# A description in a question and one in an article are of one office when their cosine, language means taken away, and
# how well what the other says fits the question together reach this. These were set by hand while reading how the
# descriptions in our own questions (tests/evaluation/data) compare; docs/quality.md says how well they tell.
_ROLE = 1.08
_RELEVANCE = 1.5  # what MaxSim of question and statement counts beside the cosine
_ROLE_LEAST = 0.655  # and the cosine itself must be this, since one minister's office is much like another's;
_BODY_LEAST = 0.6  # a body's name tells more
_ROLE_SURE, _BODY_SURE = 0.85, 0.8  # or these, whatever words are used;
# or somewhat less, where what is said fits well, too. In six sets of questions, ours and gold, 17 describe somebody
# whom nothing else finds but who is like somebody: both together are 1.46 and more for the seven right ones, 1.28 and
# less for the ten wrong ones.
_LIKE, _LIKE_AND_FITS = 0.7, 1.4
# Or this share of what it says, in notions (retrieval/descriptions.py).
AGREES = 0.7
_EMPTY = frozenset({"the"})
# Sources whose descriptions are compared, those that fit best: for 50 questions of these sets a description finds the
# right one, which is among the first three. To encode those of all takes up to a third of a second.
_COMPARED = 24
_LOOKED_THROUGH = 300  # articles of a person, for what they say of where somebody is from
_NAME = 0.55  # likeness of names that is enough among those who speak about what is asked
_WHOLE, _ALONE = 0.95, 0.9  # of names beside which an office is a name itself: "Larry King"; and of a single word
_HOLDER = 0.99  # of a holder's name: "Александр Усик" is 0.98 like Aleksandar Vucic
_REMEMBERED = 4096  # descriptions of sources
_AND = re.compile(r"\s*[,،]\s*|\s+(?:and|or|и|или|أو|و)\s+|\s+و(?=\w{3})")
_OWNED = re.compile(r"(?P<before>['’]s?(?= ))|\b(?:of|for|to) |باسم ")
_GENITIVE = ("а", "я", "ого", "его", "ой", "ей", "ы", "и")
_TYPED = 4  # words: a shorter text without a verb is what people type to find somebody's words ("lavrov financing")


class Spoken(NamedTuple):
    """How well what a source says fits a question, from 0 to 1, and the text of its article."""

    fits: float
    article: str


@dataclass(frozen=True)
class Target:
    """Whose words are wanted.

    `sources` are None when anybody's will do; empty when somebody is asked about who is not quoted here, and not yet
    known when `description` may still be somebody's office.
    """

    plan: Plan
    asked: Asked
    sources: frozenset[int] | None
    description: str | None = None
    choices: tuple[Found, ...] = ()


class Asking:
    """Makes plans for one archive's questions."""

    def __init__(self, archive: Archive, speakers: SpeakerIndex, roles: "RoleMatcher") -> None:
        self._archive = archive
        self.speakers = speakers
        self._roles = roles

    def target(self, question: str, today: date, speaker_id: str | None = None) -> Target:
        """What a question asks for, and whose words: those of the speaker with that id, if one is quoted."""
        self.speakers.catch_up(self._archive, wait=False)
        asked = analyse(question, today=today)
        phrase = asked.speaker
        if phrase is None and asked.intent == "fact" and len(words(question)) <= _TYPED and "?" not in question:
            phrase = self._typed(question)
        plan = Plan(topic=asked.topic, since=asked.since, until=asked.until, intent=asked.intent)
        if speaker_id and (chosen := self.speakers.by_id(speaker_id)):
            return Target(plan.model_copy(update={"speaker": chosen.speaker}), asked, chosen.sources)
        if phrase is None:
            return Target(plan, asked, None)
        if together := self._together(phrase):
            return Target(plan, asked, together)
        found = self._named(phrase)
        if not found:
            return Target(plan, asked, frozenset(), description=phrase)
        if one := self.speakers.sure(found):
            return Target(plan.model_copy(update={"speaker": one.speaker}), asked, one.sources)
        sources = frozenset(source for one in found for source in one.sources)
        return Target(plan, asked, sources, choices=tuple(found))

    def _together(self, phrase: str) -> frozenset[int] | None:
        """The sources of several who are asked about together, "Putin and Lavrov", where it is sure who each is."""
        parts = _AND.split(phrase)
        if len(parts) == 1:
            return None
        each = [self.speakers.sure(self._named(part)) for part in parts]
        if not all(each) or len({one.speaker.id for one in each if one}) < len(parts):
            return None
        return frozenset(source for one in each if one for source in one.sources)

    def _named(self, phrase: str) -> list[Found]:
        """Who is called what a phrase says; beside an office only people: "президент США" may be any article's."""
        found = [one for one in self.speakers.find(phrase) if not _is_owner(phrase, one.speaker)]
        if is_country(phrase):  # no person whose name only sounds like it
            return [one for one in found if not one.person or one.likeness >= _WHOLE]
        rest = without_office(phrase)
        if rest is None or _is_name_or_noun(phrase):
            return found
        sure = _WHOLE if rest else _ALONE
        named = rest or " " not in phrase  # "الرئيس التونسي" has no word left for a name
        if named and any(one.person and one.likeness >= sure for one in found):
            return found
        return [one for one in self.speakers.find(rest) if one.person and not _is_owner(phrase, one.speaker)]

    def speaker(self, source_id: int) -> Speaker | None:
        """The speaker that a source is, though it may have been stored since the question was planned."""
        found = self.speakers.speaker(source_id)
        if found is None:
            self.speakers.catch_up(self._archive)
            found = self.speakers.speaker(source_id)
        return found

    def _typed(self, question: str) -> str | None:
        return question if self._named(question) else None

    def described(self, description: str, spoken: Mapping[int, Spoken]) -> tuple[frozenset[int], Speaker | None]:
        """Which sources a description means, all their articles', and who they are.

        `spoken` has the sources that speak about what is asked.
        """
        near = nlargest(_COMPARED, spoken, key=lambda source: spoken[source].fits)
        stored = [one for source in near if (one := self.speakers.stored(source))]
        best = self._called(description, stored)
        if best is None and stored and not is_name(description):
            best = self._of_office(description, stored, spoken)
        if best is None:
            return frozenset(), None
        speaker = self.speakers.speaker(best.id)
        return self._everywhere(speaker) or frozenset([best.id]), speaker

    def _called(self, description: str, stored: Sequence[StoredSource]) -> StoredSource | None:
        """Who has the name that a description is or ends in."""
        if _ends_in_no_name(description):
            return None
        likeness = cache(partial(_ends_like, description))  # many sources have one name
        names = (self._names(description, one) for one in stored)
        return _best(stored, [max(map(likeness, own), default=0.0) for own in names], _NAME)

    def _of_office(
        self, description: str, stored: Sequence[StoredSource], spoken: Mapping[int, Spoken]
    ) -> StoredSource | None:
        """Who is described in like words, the surest way first; how well it fits what they say counts, too."""
        lang = detect_language(description)
        held = self._held(description, stored)
        stored = [self._with_role(one, held.get(one.id)) for one in stored]
        # Beside somebody who held it "the president" of an article about Russia may be another country's.
        places = {one.id: cache(partial(self._places, one, "" if held else spoken[one.id].article)) for one in stored}
        stored = [one for one in stored if not _is_other(description, one, places[one.id])]
        roles = self._roles.likeness(description, stored)
        fits = np.array([spoken[one.id].fits for one in stored], np.float32)
        likely = roles + _RELEVANCE * fits
        may_be = [_may_be(description, lang, one, role) for one, role in zip(stored, roles, strict=True)]
        if best := _best(stored, np.where(may_be, likely, 0.0), _ROLE):
            return best
        like = (roles >= _LIKE) & (likely >= _LIKE_AND_FITS) & np.array([one.lang == lang for one in stored], bool)
        like &= np.array([others(description) == others(_described(one)) for one in stored], bool)
        if best := _best(stored, np.where(like, likely, 0.0), _ROLE):
            return best
        called = [(_described(one), places[one.id], one.name if one.person else "") for one in stored]
        agreeing = np.array([agreement(description, *one) for one in called])
        return _best(stored, np.where(agreeing >= AGREES, agreeing + fits, 0.0), AGREES)

    def _held(self, description: str, stored: Sequence[StoredSource]) -> dict[int, str]:
        """Those of the sources who are known to have held an office that a description tells, each with the office."""
        known = [(name, office, keys(name_words(name))) for name, office in holders(description).items()]
        people = ((one.id, self.speakers.speaker(one.id)) for one in stored if known and one.person)
        return {
            source: office
            for source, speaker in people
            for name, office, sounds in known
            if speaker and not sounds.isdisjoint(keys(name_words(speaker.name))) and _is_holder(name, office, speaker)
        }

    def _with_role(self, stored: StoredSource, held: str | None) -> StoredSource:
        """The source, as other articles in its language describe the person where its own does not.

        Where none tells of which country's office it is, it is the one that the person is known to have held.
        """
        speaker = self.speakers.speaker(stored.id) if stored.person and not stored.role else None
        stored = stored._replace(role=speaker.role) if speaker else stored
        told = described(stored.role or "")
        silent = held and not told.of("countries") and not told.apart_from(described(held))
        return stored._replace(role=held) if silent else stored

    def _places(self, stored: StoredSource, article: str) -> frozenset[Notion]:
        """Which countries a source may be of: its article's, and those that other articles tell with the person."""
        speaker = self.speakers.speaker(stored.id) if stored.person else None
        others = (self.speakers.stored(one) for one in islice(self._everywhere(speaker), _LOOKED_THROUGH))
        roles = {one.role for one in others if one and one.role}
        return country_of(article).union(*(described(role).of("countries") for role in roles))

    def standalone(self, question: str, previous: Answer, today: date) -> str | None:
        """A question that goes on from an answer, as one that stands alone; None when it already does."""
        self.speakers.catch_up(self._archive, wait=False)
        return standalone(question, previous, self.speakers.is_person, today=today)

    def nearly(self, description: str) -> list[Speaker]:
        """People whose names are nearly the name that a description is or ends in; nobody for a mere office or body."""
        spelt = description.split()
        if _ends_in_no_name(description) or (len(spelt) > 1 and spelt[-1][:1].islower()):
            return []
        counts = [len(spelt), *(count for count in (2, 1) if len(spelt) > count + 1)]
        found = (self.speakers.nearly(" ".join(spelt[-count:])) for count in counts)
        return next(([one.speaker for one in near] for near in found if near), [])

    def _names(self, description: str, stored: StoredSource) -> Sequence[str]:
        """The names of a person that a description may mean."""
        speaker = self.speakers.speaker(stored.id) if stored.person else None
        if speaker and (is_country(stored.name) or _is_owner(description, speaker)):
            return ()
        names = (stored.name, *stored.aliases, speaker.name) if speaker else ()
        # Yelena Lavrova is not the Lavrov whose given name is known.
        full = [name for name in names if len(name_words(name)) > 1] if len(name_words(description)) > 1 else []
        return full or names

    def _everywhere(self, speaker: Speaker | None) -> frozenset[int]:
        found = self.speakers.by_id(speaker.id) if speaker else None
        return found.sources if found else frozenset()


def _is_holder(name: str, office: str, speaker: Speaker) -> bool:
    """Whether a speaker is a holder of that name; of a mere family name a role must say so, too."""
    likeness = name_likeness(name, speaker.name)
    if len(name_words(speaker.name)) > 1:
        return likeness >= _HOLDER
    return likeness >= _ALONE and agreement(speaker.role or "", office, frozenset) >= AGREES


def _best(
    stored: Sequence[StoredSource], scores: Sequence[float] | npt.NDArray[np.floating], least: float
) -> StoredSource | None:
    """The source with the highest score, the first of several; None when that is below `least`."""
    place = int(np.argmax(scores)) if len(scores) else -1
    return stored[place] if len(scores) and scores[place] >= least else None


def _is_owner(phrase: str, speaker: Speaker) -> bool:
    """Whether a phrase asks for somebody else, who is this person's: "Putin's spokesman", "советник Путина"."""
    if not others(phrase) - {"former"}:
        return False
    names = (speaker.name, *speaker.aliases)
    owner = _owner(phrase, {word for name in names for word in words(name)})
    return owner is not None and max(_ends_like(owner, name) for name in names) >= _NAME


def _owner(phrase: str, known: Collection[str]) -> str | None:
    """Who is told to have somebody: before "'s", after "of" or "باسم", as one genitive after an office.

    A Russian word is none that is among those `known`: the nominative of a name, "пресс-секретарь Песков".
    """
    if found := _OWNED.search(phrase):
        return phrase[: found.start()] if found["before"] else phrase[found.end() :]
    last = phrase.rsplit(maxsplit=1)[-1]
    if script_of(phrase) == "ARABIC":
        return last if len(phrase.split()) == 2 and not phrase.startswith("ال") else None
    genitive = script_of(phrase) == "CYRILLIC" and last.endswith(_GENITIVE) and fold(last) not in known
    return last if genitive else None


def _is_name_or_noun(phrase: str) -> bool:
    """Whether a phrase is one Arabic word that is a name oftener than what a question calls somebody: المعلم."""
    return script_of(phrase) == "ARABIC" and " " not in phrase and fold(phrase) not in TITLES


def _ends_in_no_name(description: str) -> bool:
    return any(map(is_no_name, description.split()[-1:])) and not _is_name_or_noun(description)


def _ends_like(description: str, name: str) -> float:
    """How surely a description is a name, or ends in it."""
    spelt = description.split()
    ends = [description, *(" ".join(spelt[-count:]) for count in (1, 2) if len(spelt) > count + 1)]
    return max(name_likeness(end, name) for end in ends)


def _may_be(description: str, lang: str, stored: StoredSource, role: float) -> bool:
    """Whether a description is near enough; within a language every word of it must be in the other.

    A party's president is never near enough to a country's.
    """
    person = stored.person
    one, other = others(description), others(_described(stored))
    if one ^ other if person else one - other:
        return False
    if lang == stored.lang:
        names = " ".join((stored.role or "", stored.name, *stored.aliases))
        own = {stem(word, stored.lang) for word in words(names)}
        wanted = [stem(word, stored.lang) for word in words(description) if len(word) > 2 and word not in _EMPTY]
        return all(word in own for word in wanted) or role >= (_ROLE_SURE if person else _BODY_SURE)
    return role >= (_ROLE_LEAST if person else _BODY_LEAST)


def _may_be_name(phrase: str) -> bool:
    """Whether a phrase without an office ends in what may be a name, which says nothing of what somebody is."""
    last = phrase.rsplit(maxsplit=1)[-1]
    named = last[:1].isupper() or script_of(last) == "ARABIC"
    return named and not described(phrase).is_office and not any(map(is_office, phrase.split()))


def _is_other(description: str, stored: StoredSource, places: Places) -> bool:
    """Whether a description is of somebody else than a source that may be of some places.

    Somebody of another office or country, whom he stands in for, a country for its ministry; or it is a name.
    """
    if stored.person and _may_be_name(description):
        return True
    if not stored.person and is_country(stored.name) and not is_country(description):
        return True
    return contradict(description, _described(stored), places)


def _described(stored: StoredSource) -> str:
    """How articles describe a person, and what they call a body."""
    return (stored.role or "") if stored.person else " ".join((stored.name, *stored.aliases))


def is_name(phrase: str) -> bool:
    """Whether a phrase ends in a personal name, as far as capitals tell: "Marine Le Pen", never "the UN"."""
    last = phrase.split()[-2:]
    capital = len(last) == 2 and all(word[0].isupper() and not word.isupper() for word in last)
    return capital and not phrase.startswith("the ") and not any(map(is_office, last[-1:]))


def spelt_out(description: str) -> str:
    """A description with the initials of well-known bodies written out."""
    known = _abbreviations()
    return " ".join(known.get(fold(word), word) for word in description.split())


@cache
def _abbreviations() -> dict[str, str]:
    text = (resources.files("retrieval") / "data" / "abbreviations.toml").read_text(encoding="utf-8")
    return {fold(short): long for known in tomllib.loads(text).values() for short, long in known.items()}


class RoleMatcher:
    """Compares how a question describes somebody with how articles do, across languages."""

    def __init__(self, encoder: Encoder, means: LanguageMeans) -> None:
        self._means = means
        self._encoder = encoder
        self._known: dict[tuple[str, str], Floats] = {}

    def likeness(self, description: str, sources: Sequence[StoredSource]) -> Floats:
        """Cosine of the description and each source's role, or name when it is a body, shape (len(sources),)."""
        if not sources:
            return np.zeros(0, np.float32)
        described = [(one.role or ("" if one.person else one.name), one.lang) for one in sources]
        asked = (spelt_out(description), detect_language(description))
        vectors = self._vectors([asked, *(one for one in described if one[0])])
        return np.array([float(vectors[one] @ vectors[asked]) if one[0] else 0.0 for one in described], np.float32)

    def _vectors(self, texts: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Floats]:
        """The vector of each text and its language; those not known yet are encoded together."""
        found = {one: vector for one in texts if (vector := self._known.get(one)) is not None}
        new = [one for one in dict.fromkeys(texts) if one not in found]
        pooled = self._encoder.encode([text for text, _ in new], "passage").pooled
        for (text, lang), vector in zip(new, pooled, strict=True):
            found[text, lang] = unit(vector - self._means.pooled("passage", lang))
        if len(self._known) > _REMEMBERED:
            self._known = {}
        self._known |= {one: found[one] for one in new}
        return found
