"""Where the sentences of an article begin and end.

Every run of final marks is a candidate; it is refused where readers go on reading. Whether a single full stop belongs
to an abbreviation is asked of sentencex, one full stop at a time: given whole articles it skips what stands between
quotation marks, cuts attributions off quotations, fails on lone surrogates and some spaces, and takes quadratic time.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

import sentencex

from ingest.abbreviations import ABBREVIATIONS, NONE, Abbreviations

_HIDDEN = "\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe0f\ufeff"  # direction marks, joiners, variations
_VOWELS = "\u0300-\u036f\u064b-\u065f\u0670"  # combining marks, which `\w` leaves out
_WIDE = "。｡！？．"  # end a sentence with no space after them
_FINAL = ".!?…‼⁇⁈⁉؟۔।॥։።။" + _WIDE
_QUOTES = "\"'`´’‘‛‚”“„‟»«›‹″"
_DASHES = "–—―−-"
_RUN = re.compile(  # what closes belongs to the sentence before, a French » after its space and note numbers too
    rf"[{_FINAL}][{_FINAL}{_QUOTES})\]}}」』】〉》〕{_HIDDEN}]*"
    r"(?:[ \u00a0\u202f][»”›)\]]+(?=[\s.,]|$)|(?:\[\d{1,3}\])+)?"
)
_LEAD = re.compile(rf"[\s{_QUOTES}(\[{{<「『【〈《〔¿¡•*{_HIDDEN}{_DASHES}]*")
_CLOSERS = f"{_QUOTES})]"
_CLOSER = re.compile(rf"[{_QUOTES})\]」』】〉》〕]")
_OPENER = re.compile(r"[«“„‹(\[「『]")
_DASH = re.compile(rf"[\s{_HIDDEN}]*[{_DASHES}]")
_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_ASIDE = re.compile(r"[(\[][^()\[\]]{0,150}[)\]]")  # a longer one is read as sentences of its own
_WORD = re.compile(rf"[^\W_](?:[\w{_VOWELS}.'’/-]*[^\W_])?[{_VOWELS}]*$")
_LETTERS = re.compile(rf"(?:[^\W\d_]|[{_VOWELS}])+$")
_UNASKED = re.compile(rf"[^\w{_VOWELS}.\s'’/-]+")
_NUMBERING = re.compile(r"\d{1,3}|[ivxIVX]{1,4}|[^\W\d_]")
_COUNT = re.compile(r"(?:\d(?:-?[^\W\d_]{1,2})?|\b[IVXХ]+)$")  # 1999, 90-х, XX

# An attribution after «…!» that no lower case betrays: it begins with a name, or the script has no cases.
_SAID = {
    "ar": re.compile(
        r"(?:قال|قالت|قالوا|قائلًا|قائلاً|قائلا|قائلة|يقول|تقول|سأل|سألت|سأله|سألها|تساءل|تساءلت|يتساءل|تتساءل"
        r"|صرخ|صرخت|صاح|هتف|هكذا|كما (?:قال|أضاف|ذكر|أفاد|صرح))(?!\w)"
    ),
    "en": re.compile(
        r"(?!(?:He|She|It|They|We|You|This|That|Who|What)\b)(?:[A-Z][\w.'’-]{0,30}\s){1,4}"
        r"(?:said|says|asked|asks|told|tells|added|adds|wrote|writes|tweeted|replied|recalled|reported|wondered|joked)\b"
    ),
}
# "….وفقا لرويترز.": too short to be a sentence of its own.
_ACCORDING = re.compile(rf"(?:وفق|حسب|بحسب|على حد)[^{_FINAL}،]{{0,40}}[{_FINAL}]")


def sentence_spans(text: str, lang: str) -> list[tuple[int, int]]:
    """Half-open spans, in code points, of the sentences of `text`, in order.

    They do not overlap, are trimmed of white space, cover every other character, and do not cross the end of a line
    unless the text is hard-wrapped. `lang` is an ISO 639-1 code; an unknown one is read by the rules that all share.
    Any string is good and nothing is raised; the time taken is in proportion to its length.
    """
    lang = lang.lower() if lang.isascii() and lang.isalpha() else "en"
    return [span for start, stop in _paragraphs(text) for span in _sentences(text, start, stop, lang)]


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Trimmed spans of the paragraphs: the lines, joined where the text is hard-wrapped."""
    lines = []
    for line in _LINE.finditer(text):
        if words := line[0].split(maxsplit=1):
            lines.append((line.start() + line[0].index(words[0]), line.start() + len(line[0].rstrip()), len(words[0])))
    pairs = list(pairwise(lines))
    width = max((stop - start for start, stop, _ in lines), default=0)
    near = [below[0] - line[1] <= 2 and "\n\n" not in text[line[1] : below[0]] for line, below in pairs]
    full = [
        close and line[1] - line[0] + 1 + below[2] > width for close, (line, below) in zip(near, pairs, strict=True)
    ]
    # Wrapped if most lines with a neighbour below have no room for its first word, at a width that mail and press
    # releases use; verse is narrower, and the paragraphs of news are wider or uneven.
    wrapped = 50 <= width <= 100 and sum(full) >= max(3, 0.75 * sum(near))
    joined = [wrapped and each for each in full]
    begin = 0
    for i, (start, stop, _) in enumerate(lines):
        if i == 0 or not joined[i - 1]:
            begin = start
        if i == len(joined) or not joined[i]:
            yield begin, stop


def _sentences(text: str, start: int, stop: int, lang: str) -> Iterator[tuple[int, int]]:
    """Trimmed spans of the sentences of one paragraph."""
    asides = _ASIDE.finditer(text, start, stop)
    aside = next(asides, None)
    for run in _RUN.finditer(text, start, stop):
        while aside and aside.end() <= run.start():
            aside = next(asides, None)
        if aside and aside.start() < run.start() and run.end() < aside.end():
            continue
        end = _end(text, start, run, stop, lang)
        if end is not None:
            yield start, end
            start = end
            while text[start].isspace():
                start += 1
    yield start, stop


def _end(text: str, begin: int, run: re.Match[str], stop: int, lang: str) -> int | None:
    """The end of the sentence that starts at `begin` if `run` closes it, else None."""
    at, end = run.span()
    lead = _LEAD.match(text, end, stop)
    next_at = lead.end() if lead else end
    if next_at == stop:
        return None  # nothing but punctuation is left, and it belongs to this sentence
    following = text[next_at]
    if following.islower() or following in f",;:،؛)]/%{_FINAL}" or text[at - 1 : at] in ("(", "[", "<"):
        return None
    if _attributed(text, run, next_at, lang) or _ACCORDING.match(text, next_at, stop):
        return None
    if not text[end].isspace():
        opener = _OPENER.search(text, at, end)
        return (opener.start() if opener else end) if _ends_unspaced(text, begin, at, next_at) else None
    if text[at] == "…" or text.startswith("..", at):
        # A script without cases does not show whether the pause ended anything; a few words before it speak against.
        return end if following.isupper() or at - begin >= 40 else None
    return None if text[at] == "." and _abbreviated(text, begin, at, next_at, lang) else end


def _attributed(text: str, run: re.Match[str], next_at: int, lang: str) -> bool:
    """Whether `run` closes a quotation and the sentence goes on with who said it."""
    at, end = run.span()
    if end - at == 1 or not _CLOSER.search(text, at, end):
        return False
    if _DASH.match(text, end, next_at):
        return True
    said = _SAID.get(lang) if text[at] in "!?؟…" and text[next_at - 1].isspace() else None
    return said is not None and said.match(text, next_at) is not None


def _ends_unspaced(text: str, begin: int, at: int, next_at: int) -> bool:
    """Whether "last.Next" is two words, not a name, an address or initials."""
    if text[at] in _WIDE:
        return True
    following = text[next_at : next_at + 3]
    if len(following) < 3 or not following.isalpha():
        return False
    before = text[max(begin, at - 40) : at].rstrip(_CLOSERS)
    if following[0].upper() == following[0].lower():  # "uses .NET" is one, but no Arabic word begins so
        before = before.rstrip()
    token = before.rpartition(" ")[2]
    last = _LETTERS.search(token)
    if last is None or len(last[0]) < 3 or last[0] != last[0].lower():
        return False
    return not ("/" in token or token.startswith("www") or "@" in token + text[at : at + 40].partition(" ")[0])


def _abbreviated(text: str, begin: int, at: int, next_at: int, lang: str) -> bool:
    """Whether the full stop at `at` belongs to nothing but the word before it."""
    if at - begin <= 4 and _NUMBERING.fullmatch(text, begin, at):
        return True
    before = text[max(begin, at - 24) : at]
    match = _WORD.search(before)
    if match is None:
        return False
    rest, following = before[: match.start()].rstrip(), text[next_at : next_at + 16]
    listed = _listed(match[0].lower().rpartition("/")[2], rest, following, ABBREVIATIONS.get(lang, NONE))
    if listed is not None:
        return listed
    last = match[0].rpartition(".")[2]
    if len(last) == 1 and last.isalpha() and lang != "en":  # sentencex tells "Plan B. The" from "J. Rowling"
        return last.isupper() or not _COUNT.search(rest)
    return _sentencex_goes_on(match[0], " ".join(_UNASKED.sub(" ", following).split()), lang)


def _listed(word: str, rest: str, following: str, known: Abbreviations) -> bool | None:
    """What the tables say of `word` between `rest` and `following`: whether it goes on; None if they do not know it."""
    counted = _COUNT.search(rest) is not None
    if word in known.may or (counted and word in known.counted) or (word in ("д", "п") and rest.endswith(" т.")):
        return not following[0].isalpha() or following[1:2].isupper()
    if word.removeprefix("و") in known.spelled:
        return not following.startswith("و") and rest.rpartition(" ")[2] not in known.spelled
    return True if word in known.never or word in known.counted else None


def _sentencex_goes_on(word: str, following: str, lang: str) -> bool:
    """Whether sentencex reads on in "word. following"."""
    try:
        boundaries = sentencex.get_sentence_boundaries(lang, f"{word}. {following}")
    except BaseException as error:  # a panic in its Rust code, as on "B\u00a0.", is no Exception
        if type(error).__name__ != "PanicException":
            raise
        return False
    cut = len(word) + 1
    return not any(cut <= found["end_index"] <= cut + 1 for found in boundaries)
