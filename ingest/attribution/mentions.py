"""What the tagger says, read as mentions: whom a sentence names as source, by what cue, in what kind of words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ingest.attribution.dateline import dateline_end
from ingest.attribution.language import Words
from ingest.attribution.tagger import SENTENCES, Floats, Tags, Tokens
from retrieval.folding import fold
from retrieval.places import is_of_place, is_place
from retrieval.transliteration import rows
from retrieval.types import Kind, Span

# Probability of a statement from which a sentence counts as one: likelier than not.
LEAST = 0.5
_STANCE = 0.3  # of the probability that somebody takes a stance

_MARK = "[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670]"  # of vowels: a word goes on after it
_WORD = re.compile(rf"[^\W_](?:[^\W_]|{_MARK})*(?:[-'’.][^\W_](?:[^\W_]|{_MARK})*)*[.]?(?<![^\W\d_]{{3}}[.])")
_SOURCE = 0.4  # probability from which a word is part of a source, even if something else is likelier: spans stay whole
_GOES_ON = 0.35  # and from which it goes on with one: "معهد بحثي أمريكي"
_NAME = 0.5  # mean probability over a word's tokens from which it is a name
_BESIDE = 0.15  # and from which it is beside one that is
_FAINT, _FAINT_KNOWN = 0.08, 0.03  # the same for what, or a known name that, stands before an Arabic family name
_TO = "ل"  # before an Arabic word: to whom
_SERVANT = "عبد"  # what Arabic names of two words begin with
_WITHIN = 8  # words of an Arabic sentence within which what is said begins
_AT_END = 0.085  # and from which each of two is one at the end of an Arabic description
_SURE_NAME = 0.8  # and from which it is one though an office before it asks for more: "حاكم الزاملي"
_NAME_WORDS = 4  # of an Arabic name at most, behind a title
_APART = 4  # letters between two words of one source or cue
_SHORTEST = 3  # letters of an Arabic word with "and"
_CAPITAL = 0.1  # and from which a capital shows it: not "Госдумы" in "спикер Госдумы"
_WITH_PLACE = 3  # words of a place, a given name and a family name
_FAMILY_WITH = re.compile(r"(?:[оеё]в|[иы]н|[сц]к)[иы]м$")  # a family name in the instrumental case, and that case:
_WITH = re.compile(r"(?:[иы]м|[оеё]м|[оеё]й|ью)$")  # "с Путиным Меркель" are two people
_GENITIVE = re.compile("(?:ии|[аыия])$")  # "президент Польши Анджей Дуда"
_PATRONYMIC = re.compile("(?:вич|вич[ауе]|вичем|вн[аыуе]|вной|ичн[аыуе]|ичной)$")
_LAST_WORD = re.compile(r"[^\W\d_]+[\u064b-\u0652]*\s+\Z")
OWNING = re.compile(r"['’]s(?!\w)|(?<=s)['’](?=\s)")  # after the English name of whoever owns what follows
_OPENING, _CLOSING = tuple('«“„"'), tuple('»”“"')
_COMMA = re.compile(r"[»”\"]?[,،] ?[«“\"]?")
_GAP = re.compile(r"[\s\u200e\u200f]*[\"'«»“”„]*[\s\u200e\u200f]*")  # between two words of one name

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Word:
    """A word: what it is ("none", "source", "cue", "content"), whether it begins that, how likely it is a name."""

    start: int
    end: int
    part: str
    first: bool
    sure: float
    name: float


@dataclass(frozen=True)
class Mention:
    """A source as a sentence names it; `names` are the spans of people's names within, in order."""

    span: Span
    names: Sequence[Span]
    sure: float


@dataclass(frozen=True)
class Said:
    """A sentence that is a statement, with the sources and the cues that it holds."""

    sentence: int
    mentions: Sequence[Mention]
    cues: Sequence[Span]
    kind: Kind

    @property
    def cue(self) -> Span | None:
        """The first cue."""
        return next(iter(self.cues), None)


def words_of(text: str, tokens: Tokens, tags: Tags) -> list[list[Word]]:
    """The words of each sentence, without those of a dateline."""
    parts: Floats = np.stack(
        [tags.tokens[:, 0], *(tags.tokens[:, i] + tags.tokens[:, i + 1] for i in (1, 3, 5))], axis=1
    )
    found: list[list[Word]] = [[] for _ in range(tokens.sentences)]
    spans = np.array([match.span() for match in _WORD.finditer(text, dateline_end(text))], np.int64).reshape(-1, 2)
    first, last = _covered(tokens.spans, spans)
    spans, first, last = spans[first < last], first[first < last], last[first < last]
    means = _means(parts, first, last)
    each = zip(
        spans.tolist(),
        tokens.sentence[first].tolist(),
        means.tolist(),
        means.argmax(axis=1).tolist(),
        (tags.tokens[first] > 0.5).tolist(),
        _means(tags.names, first, last).tolist(),
        strict=True,
    )
    for (start, end), sentence, mean, best, begun, name in each:
        own = found[sentence]
        goes_on = bool(own) and own[-1].part == "source" and text[own[-1].end : start] == " "
        part = 1 if mean[1] >= (_GOES_ON if goes_on else _SOURCE) else best
        begins = bool(part) and begun[2 * part - 1]
        own.append(Word(start, end, ("none", "source", "cue", "content")[part], begins, mean[part], name))
    return found


def said(number: int, words: Sequence[Word], likely: Floats, text: str, lang: Words) -> Said | None:
    """The statement that a sentence is, or None for narration; `likely` are its probabilities, see `Tags`."""
    reports = _reports(words, text, lang)
    if likely[2:].sum() + _STANCE * likely[1] < LEAST and not reports:
        return None
    kind: Kind = SENTENCES[2 + int(likely[2:].argmax())]  # type: ignore[assignment]
    cues = list(_parts(words, "cue", text)) or ([[words[0]]] if reports else [])
    if not cues and number == 0 and dateline_end(text):
        return None  # what made it look like a statement
    mentions = []
    parts = (_without_hearer(_without_clitic(part, text, lang), text, lang) for part in _parts(words, "source", text))
    for part in (_with_name(part, text, lang) for part in parts):
        span = Span(start=part[0].start, end=part[-1].end)
        sure = float(np.mean([word.sure for word in part]))
        mentions.append(Mention(span, list(names_among(part, text, lang)), sure))
    mentions = _in_apposition(mentions, text)
    return Said(number, mentions, [Span(start=cue[0].start, end=cue[-1].end) for cue in cues], kind)


def _reports(words: Sequence[Word], text: str, lang: Words) -> bool:
    """Whether an Arabic sentence goes on with what somebody says, however unlikely: "وأشار إلى أن …"."""
    first, *others = [fold(text[word.start : word.end]) for word in words[:_WITHIN]] or [""]
    return first.startswith("و") and lang.verb_gender(first) is not None and not lang.that.isdisjoint(others)


def _in_apposition(mentions: Sequence[Mention], text: str) -> list[Mention]:
    """The mentions, a description and a name that only a comma parts as one: "المندوب الجهوي للتربية، سميرة خذر"."""
    joined: list[Mention] = []
    for one in mentions:
        last = joined[-1] if joined else None
        beside = last and _COMMA.fullmatch(text, last.span.end, one.span.start)
        if last and beside and bool(last.names) != bool(one.names):
            span = Span(start=last.span.start, end=one.span.end)
            joined[-1] = Mention(span, [*last.names, *one.names], max(last.sure, one.sure))
        else:
            joined.append(one)
    return joined


def _without_clitic(part: list[Word], text: str, lang: Words) -> list[Word]:
    """A source without the "ل" that "وفقا" joins to it; "لل" stays, since it may hide an article or a letter."""
    first, form = part[0], text[part[0].start : part[0].end]
    if form.startswith("ل") and not form.startswith("لل"):
        led = _LAST_WORD.search(text, 0, first.start)
        if led and fold(led[0].strip()) in lang.according:
            return [replace(first, start=first.start + 1), *part[1:]]
    return part


def _without_hearer(part: list[Word], text: str, lang: Words) -> list[Word]:
    """A source without to whom, and in what, it spoke: "مسؤول لـ«الشرق الأوسط»", "الشركة في بلاغ لها"."""
    forms = [fold(text[word.start : word.end]) for word in part]
    for i in range(1, len(part)):
        hearer = forms[i] == _TO and text[part[i].end : part[i].end + 2].strip()[:1] in _OPENING
        if hearer or " ".join(forms[i : i + 2]) in lang.spoken_in:
            return part[:i]
    return part


def _with_name(part: list[Word], text: str, lang: Words) -> list[Word]:
    """A source with the name that its capitals show: what stands after an office, or before a part of a name.

    In Arabic two words are one that are likely enough at its end behind an office.
    """
    forms = [text[word.start : word.end] for word in part]
    capital = [_capital(form) and fold(form) not in lang.office for form in forms]
    found = [word.name > _NAME for word in part]
    for i in reversed(range(len(part) - 1)):
        found[i] = found[i] or (found[i + 1] and capital[i] and part[i].name > (_BESIDE if i == 0 else _CAPITAL))
    if not any(found):
        offices = [i for i, form in enumerate(forms) if fold(form) in lang.office | lang.honorific]
        first = offices[-1] + 1 if offices else len(part)
        called = first > 0 and fold(forms[first - 1]) in lang.honorific
        if all(capital[first:]) and (called or any(word.name > _CAPITAL for word in part[first:])):
            found[first:] = [True] * (len(part) - first)
        if lang.lang == "ar":
            for i in _behind_office(part, forms, lang):
                found[i] = True
    return [replace(word, name=1.0) if own else word for word, own in zip(part, found, strict=True)]


def _behind_office(part: Sequence[Word], forms: Sequence[str], lang: Words) -> Sequence[int]:
    """Where a given and a family name end an Arabic description, nowhere if none do: "وزير الآثار ممدوح الدماطي"."""
    end = len(part)
    while end and fold(forms[end - 1]) in lang.particle:
        end -= 1
    both = range(end - 2, end)
    if end <= len(both) or fold(forms[0]).removeprefix("ال") not in lang.office:
        return ()
    given, family = (forms[i] for i in both)
    titled = any(
        {form, form.removeprefix("ال")} & (lang.office | lang.honorific) for form in (fold(given), fold(family))
    )
    if titled or _has_article(given, lang) or is_of_place(family, lang.lang):
        return ()
    return both if all(part[i].name > _AT_END for i in both) else ()


def _capital(form: str) -> bool:
    """Whether a word is written like a name: "Walid", "al-Moualem", not "EU"."""
    last = form.rsplit("-", 1)[-1]
    return last[:1].isupper() and not form.isupper()


def names_among(words: Sequence[Word], text: str, lang: Words) -> Iterator[Span]:
    """Runs of name words: one span a name."""
    wanted = _name_words(words, text, lang)
    run: list[Word] = []
    for i, word in enumerate(words):
        if run and not (wanted[i] and _beside(run[-1], word, text)):
            yield from _name(run, words[i - len(run) - 1 : i - len(run)], text, lang)
            run = []
        if wanted[i]:
            run.append(word)
    if run:
        yield from _name(run, words[-len(run) - 1 : -len(run)], text, lang)


def _name_words(words: Sequence[Word], text: str, lang: Words) -> list[bool]:
    """Which words are part of a name: what is likely one, what goes on with it, and what Arabic has before it."""
    titles = lang.honorific | lang.office  # but a family name may be one: زياد نجم
    forms = [text[word.start : word.end] for word in words]
    folded = [fold(form).rstrip(".") for form in forms]
    wanted: list[bool] = []
    for i, word in enumerate(words):
        beside = i > 0 and wanted[i - 1] and _beside(words[i - 1], word, text)
        linked = beside and folded[i - 1] in lang.links
        ahead = i + 1 < len(words) and words[i + 1].name > _NAME and _beside(word, words[i + 1], text)
        ahead = ahead and not _has_article(forms[i], lang) and not _with_and(folded[i], lang)
        likely = word.name > (_BESIDE if beside or ahead else _NAME)
        known = linked or (beside and folded[i] in lang.links)
        title = folded[i] in titles if not beside else _is_title_after(word, forms[i], lang)
        wanted.append(known or (likely and not title and folded[i] not in lang.joins))
    if lang.lang != "ar":
        return wanted
    for i in _with_father(words, folded, text, lang):
        wanted[i] = True
    for i in _titled(words, folded, wanted, text, lang):
        wanted[i] = True
    for i in reversed(range(len(words) - 1)):
        if wanted[i] or not (wanted[i + 1] and _beside(words[i], words[i + 1], text)) or _with_and(folded[i], lang):
            continue
        after_link = i > 0 and folded[i - 1] in lang.between and _beside(words[i - 1], words[i], text)
        link = after_link or folded[i] in lang.links or folded[i + 1] in lang.between
        alone = not (i + 2 < len(words) and wanted[i + 2] and _beside(words[i + 1], words[i + 2], text))
        if folded[i] in titles and not link:
            named = alone and folded[i] in lang.office and i > 0 and folded[i - 1] not in titles
            if named and rows(folded[i - 1]) and _beside(words[i - 1], words[i], text):  # الباجي قائد السبسي
                wanted[i - 1 : i + 1] = True, True
            continue
        given = alone or (_is_given(forms[i]) and not (_is_borne(folded[:i], lang) or _is_held(folded[:i], lang)))
        wanted[i] = link or (given and words[i].name > _least(folded[i]) and not _has_article(forms[i], lang))
    return wanted


def _titled(
    words: Sequence[Word], folded: Sequence[str], wanted: Sequence[bool], text: str, lang: Words
) -> Iterator[int]:
    """The words behind an Arabic title that nobody has without a name, where no name was seen: "الدكتور القباع"."""
    for i in range(1, len(words)):
        if folded[i - 1] in lang.named_next and not any(wanted[i : i + _NAME_WORDS]):
            for j in range(i, min(i + _NAME_WORDS, len(words))):
                other = {folded[j], folded[j].removeprefix("ال")} & (lang.office | lang.honorific | lang.particle)
                if other or words[j].part != "source" or not _beside(words[j - 1], words[j], text):
                    break
                yield j


def _with_father(words: Sequence[Word], folded: Sequence[str], text: str, lang: Words) -> Iterator[int]:
    """The words of Arabic names that a father's or a family's name shows, however unlikely: "محمد بن حسن القرني".

    Not of those that a body bears: "جامعة الإمام محمد بن سعود".
    """
    for i in range(1, len(words) - 1):
        if folded[i] not in lang.between or not _beside(words[i], words[i + 1], text):
            continue
        first = i - 2 if i > 1 and folded[i - 2] == _SERVANT else i - 1
        known = folded[first].startswith(_SERVANT) or rows(folded[first]) or words[first].name > _FAINT_KNOWN
        if not (known and all(_beside(words[j], words[j + 1], text) for j in range(first, i))):
            continue
        if _is_borne(folded[:first], lang):
            continue
        yield from range(first, i + 1)
        yield from _fathers(i + 1, words, folded, text, lang)


def _fathers(start: int, words: Sequence[Word], folded: Sequence[str], text: str, lang: Words) -> Iterator[int]:
    """The names from that of a father on, and at their end one that is only likely: that of a family."""
    i, linked = start, True
    while i < len(words) and (i == start or _beside(words[i - 1], words[i], text)):
        family = folded[i].startswith("ال") or rows(folded[i])
        likely = words[i].name > (_FAINT_KNOWN if family else _BESIDE)
        likely = likely and folded[i].removeprefix("ال") not in lang.office
        if not (linked or folded[i] in lang.links or (likely and folded[i] not in lang.honorific)):
            return
        yield i
        if not (linked or folded[i] in lang.links):
            return
        linked = folded[i] in lang.links
        i += 1


def _is_given(form: str) -> bool:
    """Whether an Arabic word is known as a name, and is no place and no particle: "رجب" before "طيب أردوغان"."""
    return len(form) >= _SHORTEST and bool(rows(fold(form))) and not is_place(form, "ar")


def _is_borne(before: Sequence[str], lang: Words) -> bool:
    """Whether a name is that of a body, which stands before it and its titles: "جامعة الإمام", "جامعة الملك"."""
    bearer = next((form for form in reversed(before) if form not in lang.honorific), "")
    return bearer in lang.named_for


def _is_held(before: Sequence[str], lang: Words) -> bool:
    """Whether an Arabic word completes the office before it: "محافظ عدن"."""
    return bool(before) and before[-1] in lang.office and not before[-1].startswith("ال")


def _with_and(form: str, lang: Words) -> bool:
    """Whether "and" is written together with an Arabic word: "وذكر" before a name, not "وليد", which is one."""
    return lang.lang == "ar" and form.startswith("و") and len(form) > _SHORTEST and not rows(form)


def _is_title_after(word: Word, form: str, lang: Words) -> bool:
    """Whether an Arabic word behind a name is an office: "الرئيس العام", not the family name المعلم."""
    return _has_article(form, lang) and fold(form)[2:] in lang.office and word.name < _SURE_NAME


def _least(form: str) -> float:
    return _FAINT_KNOWN if rows(form) else _FAINT


def _beside(one: Word, other: Word, text: str) -> bool:
    return _GAP.fullmatch(text, one.end, other.start) is not None


def _has_article(form: str, lang: Words) -> bool:
    """Whether a word has the Arabic article: what stands so before a name is "الروسي", rarely a given name."""
    return lang.lang == "ar" and form.startswith("ال")


def _name(run: Sequence[Word], before: Sequence[Word], text: str, lang: Words) -> Iterator[Span]:
    """The name in a run of name words: without "operator" and "الروسي" in front of it, nor the place of an office.

    None for a mere place, which speaks as a body, and for what completes an office: "ولي العهد", "глава Facebook".
    """
    forms = [text[word.start : word.end] for word in run]
    start, whole = 0, is_place(" ".join(forms), lang.lang)
    held = fold(text[before[0].start : before[0].end]) if before else ""
    led = lang.lang != "en" or (held in lang.of_whom and len(run) >= _WITH_PLACE)  # no Paris Hilton
    while start < len(run) - 1 and (
        (forms[start].islower() and fold(forms[start]) not in lang.links)
        or is_of_place(forms[start], lang.lang)
        or (led and is_place(forms[start], lang.lang) and not whole)
    ):
        start += 1
    if lang.lang == "ru" and start < len(run) - 1 and _FAMILY_WITH.search(forms[start]):
        start += not _WITH.search(forms[start + 1])
    if held in lang.office and start == 0 and len(run) >= _WITH_PLACE and _GENITIVE.search(forms[0]):
        known = rows(forms[0].lower()) or _PATRONYMIC.search(forms[1])
        start = 0 if known else 1
    alone = start == len(run) - 1
    if (whole or (alone and is_place(forms[-1], lang.lang))) and held not in lang.honorific:
        return
    if alone and held in lang.office:
        unsure = _has_article(forms[start], lang) and run[start].name < _SURE_NAME
        company = lang.lang != "en" and forms[start].isascii()
        if unsure or company:
            return
    before_it, after_it = text[run[start].start - 1 : run[start].start], text[run[-1].end : run[-1].end + 1]
    quoted = before_it in _OPENING and after_it in _CLOSING
    if alone and quoted and lang.lang != "ar":  # «Росбалт»; Arabic puts family names so
        return
    own = OWNING.search(forms[-1])
    yield Span(start=run[start].start, end=run[-1].end - (len(own[0]) if own else 0))


def _parts(words: Sequence[Word], part: str, text: str) -> Iterator[list[Word]]:
    """Runs of words of one part, with what stands between them."""
    run: list[Word] = []
    for word in words:
        apart = run and (word.start - run[-1].end > _APART or ":" in text[run[-1].end : word.start])
        if run and (word.part != part or word.first or apart):
            yield run
            run = []
        if word.part == part:
            run.append(word)
    if run:
        yield run


def _covered(tokens: Places, words: Places) -> tuple[Places, Places]:
    """The tokens that overlap each word's span: shape (words,) their first, and the one behind their last."""
    return np.searchsorted(tokens[:, 1], words[:, 0], side="right"), np.searchsorted(tokens[:, 0], words[:, 1])


def _means(values: Floats, first: Places, last: Places) -> Floats:
    """The mean over each run of rows, none of which is empty: shape (runs, …)."""
    behind = np.concatenate([values, np.zeros_like(values[:1])])  # a run may end with the last row
    sums: Floats = np.add.reduceat(behind, np.stack([first, last], axis=1).reshape(-1))[::2]
    return sums / (last - first).astype(np.float32).reshape(-1, *[1] * (values.ndim - 1))
