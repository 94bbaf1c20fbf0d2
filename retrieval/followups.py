"""A follow-up to a question that stands alone: "and about drugs?" becomes "What did Lavrov say about drugs?".

Question rewriting as in conversational question answering (QReCC, Anantha et al. 2021), by rules: the words of
`data/questions.*.toml` tell what a follow-up changes, the speaker, the topic or the dates, and the rest is kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from retrieval.folding import fold, script_of
from retrieval.question_dates import find_dates
from retrieval.question_words import LANGUAGES, Lexicon, Word, lexicon
from retrieval.questions import analyse
from retrieval.types import Answer, Speaker

_LANGUAGE = {"ARABIC": "ar", "CYRILLIC": "ru", "LATIN": "en"}
_LONGEST, _MOST = 14, 200  # words and characters; whoever writes more repeats what it is about
_FRAGMENT = 4  # words without a verb that go on from the last question when they end in a question mark,
_LINKED = 8  # and when they begin with "and", "what about" or the like
_PLACE = 4  # words that "in Syria" may end a question with, to be changed for "in Russia"
_WAW = "و"  # "and", written together with the next word
_NEAR = 3  # words between a pronoun and its verb or noun, at most
_NAME = 4  # words of a name that may stand with "about it"; a longer one describes what "it" is
_ENDS = " ?؟.!"
_LEAST_WORD = 3  # letters that remain without it
_SAID = frozenset({"say", "says", "said", "saying", "weak", "weaks"})
_VERBS = _SAID | {"q", "do", "have", "be", "noun", "passive", "who", "can"}
# Words that carry what is asked, and no topic.
_EMPTY = _VERBS | {"mark", "was", "li", "filler", "so", "he", "his", "else", "about", "lead", "ask", "neg", "toward"}
_NO_TOPIC = _EMPTY | {"such", "something", "relative", "in", "year"}
_INTRODUCES = frozenset(
    {"about", "prep", "that", "comp", "such", "else", "filler", "relative", "in", "by_it", "on", "something"}
)
_TITLES = frozenset({"title", "role", "article"})

IsPerson = Callable[[str], bool]


@dataclass(frozen=True)
class _Thread:
    """What is talked about: whose words, about what ("about Syria"), from when, in the follow-up's language."""

    question: str
    intent: str
    speaker: str | None
    he: str | None  # whom a pronoun means
    about: str
    when: str


def is_courtesy(text: str) -> bool:
    """Whether a text only thanks, greets or agrees: nothing is asked."""
    return any(_only_courtesy(lexicon(language).words(text)) for language in LANGUAGES)


def _only_courtesy(words: Sequence[Word]) -> bool:
    said = [word for word in words if "mark" not in word.classes]
    return all(word.classes & {"courtesy", "politely"} for word in said) and any("courtesy" in w.classes for w in said)


def standalone(question: str, previous: Answer, is_person: IsPerson, *, today: date) -> str | None:
    """A question that goes on from the previous answer, as one that stands alone; None when it already does.

    It is worded in its own language. `is_person` tells whether a phrase names people who are quoted in the archive:
    "what about Putin?" asks for somebody else's words, "what about Syria?" for words about something else.
    """
    language = _LANGUAGE.get(script_of(question) or "", previous.language)
    if language not in LANGUAGES or len(question) > _MOST or is_courtesy(question):
        return None
    return _Rewriting(question.strip(), language, previous, is_person, today).result()


def _is_verb(word: Word) -> bool:
    """Whether a word makes more than a fragment; Arabic "من" within one is "from"."""
    return bool(word.classes & _VERBS) and not word.classes & {"poss", "thing", "prep"}


class _Rewriting:
    """One follow-up."""

    def __init__(self, question: str, language: str, previous: Answer, is_person: IsPerson, today: date) -> None:
        self._known = lexicon(language)
        self._language = language
        self._is_person = is_person
        self._today = today
        self._asks = question.endswith(("?", "؟"))
        self._text, self._linked = self._without_link(question)
        self._words = [word for word in self._known.words(self._text) if "mark" not in word.classes]
        self._classes = frozenset().union(*(word.classes for word in self._words))
        self._thread = self._threaded(previous)

    def result(self) -> str | None:
        if not 0 < len(self._words) <= _LONGEST:
            return None
        if "else" in self._classes:
            if self._all("else", "q", "he", "filler", "thing", "something", "who"):  # "who else?", "anything else?"
                return self._who() if "who" in self._classes else self._said(self._thread.he, "")
            if self._refers and any("nobody" in w.classes and not w.classes & {"he", "such"} for w in self._words):
                return self._who()  # "did anybody else say that?"
        asked = self._asked()
        return self._of_fragment(self._words) if asked is None else self._of_speech(*asked)

    # --- with a verb or noun of speech

    def _of_speech(self, speaker: str | None, topic: str) -> str | None:
        if speaker and not all(word.classes & {"who", "something"} for word in self._known.words(speaker)):  # "а кто"
            return self._of_other(speaker, topic)
        if self._asks_who:
            return self._who() if not topic and (self._refers or self._linked) else None
        if not self._has_pronoun():
            return None
        about = self._about(topic) if topic else "" if "else" in self._classes and not self._refers else None
        return self._said(self._thread.he, about)

    def _asked(self) -> tuple[str | None, str] | None:
        """The speaker and the topic that the text itself names, each perhaps empty; None without speech."""
        view = self._his_view()
        if view is not None:
            return None, self._topic(self._after(view), "")
        asked = analyse(self._text, today=self._today)
        if asked.intent == "fact" and "he" in self._classes:
            asked = analyse(" ".join(self._written(w) for w in self._words if "he" not in w.classes), today=self._today)
        if asked.intent == "fact":
            return None
        if asked.speaker and not self._classes & _VERBS and not self._person(asked.speaker):
            return None  # "and oil on the border?"
        return asked.speaker, self._topic(asked.topic, asked.speaker or "")

    def _his_view(self) -> Sequence[Word] | None:
        """What follows "his view", in Arabic one word, where nobody else is named before; None without it."""
        his = next((i for i, word in enumerate(self._words) if "his" in word.classes), None)
        if his is None or not all(word.classes & (_EMPTY | {"prep"}) for word in self._words[:his]):
            return None
        if self._language == "ar":
            return self._words[his + 1 :]
        near = self._words[his + 1 : his + 1 + _NEAR]
        noun = next((i for i, word in enumerate(near, his + 1) if "noun" in word.classes), None)
        return None if noun is None else self._words[noun + 1 :]

    def _after(self, words: Sequence[Word]) -> str:
        """The text of the words, without the preposition in front."""
        while words and words[0].classes & {"about", "prep", "toward", "on"}:
            words = words[1:]
        return self._between(words)

    def _topic(self, text: str, speaker: str) -> str:
        """The text when it says more than the words of a question, the speaker and "it"; else nothing."""
        named = set(fold(speaker).split())
        words = [word for word in self._known.words(text) if word.folded not in named]
        return "" if all(word.classes & _NO_TOPIC for word in words) else text

    @property
    def _refers(self) -> bool:
        """Whether the text says "about it"."""
        return "such" in self._classes

    @property
    def _asks_who(self) -> bool:
        """Whether it asks who; in Arabic "من" within a question is "from"."""
        return any("who" in w.classes and not (i and "prep" in w.classes) for i, w in enumerate(self._words))

    def _of_other(self, speaker: str, topic: str) -> str | None:
        if topic:
            bare = self._linked and not self._classes & _VERBS  # "and Putin on Syria?"
            return self._said(speaker, self._about(topic)) if bare else None
        return self._said(speaker) if (self._refers and len(speaker.split()) <= _NAME) or self._linked else None

    def _has_pronoun(self) -> bool:
        """Whether the subject is a pronoun, or none where the language needs none."""
        if self._his_view() is not None:
            return True
        verbs = [i for i, word in enumerate(self._words) if word.classes & _SAID]
        pronouns = [i for i, word in enumerate(self._words) if "he" in word.classes]
        if pronouns:
            return any(abs(i - verb) <= _NEAR for i in pronouns for verb in verbs)
        if not verbs or not self._known.drops_subjects:
            return False
        before, verb, after = self._words[: verbs[0]], self._words[verbs[0]], self._words[verbs[0] + 1 :][:1]
        return (
            "many" not in verb.classes  # "what do they say in Moscow"
            and all(word.classes & (_EMPTY | {"such"}) and not word.classes & {"who", "whom"} for word in before)
            and all(word.classes & _INTRODUCES for word in after)
        )

    # --- without

    def _of_fragment(self, words: Sequence[Word]) -> str | None:
        """What "what about drugs?", "and Putin?" and "in 2015?" ask; None for what does not go on from anything."""
        led = "q" in words[0].classes and not words[0].classes & {"who", "whom"}
        rest = words[1:] if led else words
        about = bool(rest) and bool(rest[0].classes & {"about", "toward"})
        body = rest[1:] if about else rest
        if not body or any(map(_is_verb, body)):
            return None
        if when := next((self._between(part) for part in (rest, body) if self._is_date(part)), None):
            return self._at(when)
        name = self._person(self._between(body))
        linked = led or about or self._linked
        goes_on = linked or (self._asks and self._thread.intent != "fact")
        if not goes_on or len(body) > (_LINKED if linked else _FRAGMENT) or (led and not about and not name):
            return None
        if name:
            return self._said(name)
        if not about and body[0].classes & {"prep", "prep_in", "in_word", "in"} and len(body) > 1:
            return self._in_place(body)
        topic = self._between(body)
        if "toward" in rest[0].classes and self._known.clitics:
            topic = self._known.clitics.sub("", topic)
        return self._on(self._about(topic))

    def _is_date(self, words: Sequence[Word]) -> bool:
        covered = {i for found in find_dates(words, self._known, self._today) for i in found.words}
        return len(covered) == len(words) or (len(words) == 1 and "year" in words[0].classes)

    def _person(self, phrase: str) -> str | None:
        """The phrase when it is a name of people who are quoted, titles in front allowed."""
        words = self._known.words(phrase)
        for i, word in enumerate(words):
            if self._is_person(phrase[word.start :]):
                return phrase if i == 0 or words[i - 1].classes & _TITLES or words[0].classes & _TITLES else None
            if word.classes & {"prep", "about"}:
                return None
        return None

    # --- what it becomes

    def _on(self, about: str) -> str | None:
        """Another topic of the same people; anybody's where nobody is asked about."""
        if self._thread.speaker:
            return self._said(self._thread.speaker, about)
        return self._filled("fact" if self._thread.intent == "fact" else "who", about=about, when=self._thread.when)

    def _said(self, speaker: str | None, about: str | None = None) -> str | None:
        """What somebody said, about the same unless told otherwise."""
        if not speaker:
            return None
        about = self._thread.about if about is None else about
        return self._filled("statements", speaker=speaker, about=about, when=self._when())

    def _who(self) -> str | None:
        about = self._thread.about
        return self._filled("who", about=about, when=self._when()) if about else None

    def _at(self, when: str) -> str | None:
        """The same at another time."""
        thread = self._thread
        if thread.speaker:
            return self._filled("statements", speaker=thread.speaker, about=thread.about, when=when)
        if thread.intent != "fact":
            return self._filled("who", about=thread.about, when=when)
        undated = thread.question.replace(thread.when, " ") if thread.when else thread.question
        return self._ended(self._joined(undated, when))

    def _in_place(self, words: Sequence[Word]) -> str | None:
        """The same elsewhere: "the war in Syria" becomes "the war in Russia"."""
        thread, place = self._thread, self._between(words)
        fact = thread.intent == "fact"
        whole = thread.question if fact else thread.about
        known = self._known.words(whole)
        at = [i for i, word in enumerate(known) if word.folded == words[0].folded]
        if at and at[-1] and len(known) - at[-1] <= _PLACE + 1:
            whole = whole[: known[at[-1]].start]
        joined = self._joined(whole, place)
        return self._ended(joined) if fact else self._on(joined)

    def _joined(self, question: str, more: str) -> str:
        return " ".join(f"{question.rstrip(_ENDS)} {more}".split())

    def _ended(self, question: str) -> str:
        """The question with the mark that it had."""
        mark = self._thread.question[-1:]
        return question + mark if mark in _ENDS else question

    def _filled(self, kind: str, **slots: str) -> str:
        text = self._known.templates[kind].format(**{"speaker": "", "about": "", "when": "", **slots})
        return " ".join(text.replace("?", " ?").replace("؟", " ؟").split()).replace(" ?", "?").replace(" ؟", "؟")

    def _about(self, topic: str) -> str:
        """The topic behind the preposition that was written with it, or the usual one."""
        words = self._known.words(self._text)
        start = self._text.find(topic)
        before = next((word for word in words if word.end < start and not self._text[word.end : start].strip()), None)
        if before and "about" in before.classes:
            return f"{self._written(before)} {topic}"
        return self._known.templates["about"].format(topic=topic)

    def _when(self) -> str:
        """The date that the text names, else that of the thread."""
        return self._date(self._text, self._known) or self._thread.when

    # --- reading

    def _date(self, text: str, known: Lexicon) -> str:
        words = known.words(text)
        found = find_dates(words, known, self._today)
        return text[words[found[-1].words.start].start : words[found[-1].words.stop - 1].end] if found else ""

    def _without_link(self, text: str) -> tuple[str, bool]:
        """The text without thanks and "and" in front and "too" behind, and whether it had an "and" or the like."""
        linked = False
        words = self._known.words(text)
        while len(words) > 1 and words[0].classes & {"so", "courtesy", "mark"} and "who" not in words[0].classes:
            linked = linked or "so" in words[0].classes
            words = words[1:]
        while len(words) > 1 and words[-1].classes & {"so", "filler", "mark"} and "else" not in words[-1].classes:
            words = words[:-1]
        text = text[words[0].start : words[-1].end] if words else ""
        if words and self._language == "ar" and self._begins_with_and(text, words[0]):
            return text[1:], True
        return text, linked

    def _begins_with_and(self, text: str, word: Word) -> bool:
        """Whether the first letter is Arabic "and", not the word's own."""
        bare = word.folded[1:]
        if not word.folded.startswith((_WAW, "ف")):
            return False
        if (bare,) in self._known.classes:
            return True
        if "own_waw" in word.classes or word.listed or not word.folded.startswith(_WAW):
            return False
        return len(bare) >= _LEAST_WORD and (self._is_person(text[1:]) or not self._is_person(text))

    def _threaded(self, previous: Answer) -> _Thread:
        asked = analyse(previous.question, today=self._today)
        who = previous.plan.speaker
        said = [one.speaker for one in previous.evidence if one.speaker]
        alone = len(said) == len(previous.evidence) and len({one.id for one in said}) == 1
        speaker = self._name(who) if who else asked.speaker
        language = asked.language if asked.language in LANGUAGES else self._language
        known = lexicon(language)
        intent = "statements" if speaker else asked.intent
        when = self._date(previous.question, known) if asked.since or asked.until else ""
        topic = self._kept_topic(asked.topic, asked.speaker, known, bare=asked.intent == "fact", when=when)
        about = self._known.templates["about"].format(topic=topic) if topic else ""
        if topic and language == self._language:
            start = previous.question.find(topic)
            before = [word for word in known.words(previous.question) if word.end <= start]
            if before and "about" in before[-1].classes:
                about = previous.question[before[-1].start : start] + topic
        he = speaker or (self._name(said[0]) if alone else None)
        same = language == self._language
        return _Thread(previous.question, intent, speaker, he, about, when if same else "")

    def _kept_topic(self, topic: str, speaker: str | None, known: Lexicon, *, bare: bool, when: str) -> str:
        """The topic, of a question without speech verbs only the words that tell it; empty when there is none."""
        named = set(fold(speaker or "").split())
        words = known.words(topic)
        telling = [w for w in words if not w.classes & (_EMPTY | {"such"}) and w.folded not in named]
        if not telling:
            return ""
        if not bare:
            return topic
        kept = topic[telling[0].start : telling[-1].end].replace(when, " ") if when else topic[telling[0].start :]
        kept = " ".join(word for word in kept.split() if not self._is_person(word))
        return kept.strip(" ?؟.!")

    def _name(self, speaker: Speaker) -> str:
        """The speaker's fullest name in the follow-up's script, else the one in the article's."""
        script = next(name for name, language in _LANGUAGE.items() if language == self._language)
        own = [name for name in (speaker.name, *speaker.aliases) if script_of(name) == script]
        return max(own, key=lambda name: len(name.split()), default=speaker.name)

    def _all(self, *classes: str) -> bool:
        return all(word.classes & set(classes) for word in self._words)

    def _written(self, word: Word) -> str:
        return self._text[word.start : word.end]

    def _between(self, words: Sequence[Word]) -> str:
        return self._text[words[0].start : words[-1].end] if words else ""
