"""Letters in the order in which they are read, from the order in which they stand on the page.

The inverse of the Unicode bidirectional algorithm (UAX #9), on clusters: a cluster is what one glyph shows, and a
ligature's letters are in logical order already.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
_OPENING, _CLOSING = "([{«‹", ")]}»›"
_WORD_FINAL = frozenset("ةىךםןףץ")  # Arabic and Hebrew letters that end words and never start them
_WORD = re.compile(r"[^\W\d_]{2,}")
_FORMS = re.compile(r"[\ufb00-\ufdf9\ufe70-\ufefc]+")  # ﷺ, ﷼ and ﷽ after them are typed, not made by shaping
_MARK_FORM = re.compile(r"[ \u0640](?=[\u064b-\u0652])")
_RTL, _LTR, _NUMBER, _SEPARATOR, _NEUTRAL = "R", "L", "N", "S", "O"
_CLASSES = {"R": _RTL, "AL": _RTL, "L": _LTR, "EN": _NUMBER, "AN": _NUMBER, "CS": _SEPARATOR}


def letters(text: str) -> str:
    """`text` with presentation forms and typesetters' ligatures turned back into the letters they show."""
    return _FORMS.sub(_plain, text)


def _plain(forms: re.Match[str]) -> str:
    """NFKC, without the space or stroke that it puts under a vowel's form, which has a letter to stand on."""
    return "".join(
        _MARK_FORM.sub("", plain) if plain[0] in " \u0640" else plain
        for plain in (unicodedata.normalize("NFKC", form) for form in forms[0])
    )


def is_rtl(lines: Iterable[Sequence[str]]) -> bool:
    """True when most letters of the lines are read from right to left."""
    balance = 0
    for line in lines:
        classes = [_class(cluster) for cluster in line]
        balance += classes.count(_RTL) - classes.count(_LTR)
    return balance > 0


def stands_reversed(lines: Iterable[Sequence[str]]) -> bool:
    """True when right-to-left letters stand on the page from left to right, as naive programs write them.

    Read the right way, words end in letters that only end words (ة and ى) and start with the article (ال).
    """
    votes = 0
    for line in lines:
        for word in _WORD.findall("".join(reversed(line))):
            votes += (word[-1] in _WORD_FINAL) - (word[0] in _WORD_FINAL)
            votes += word.startswith("ال") - word.endswith("لا")
    return votes < 0


def mirrors(lines: Iterable[Sequence[str]]) -> bool:
    """True when brackets in right-to-left text are named by how they look, so that an opening one is called ")".

    Producers differ; that an opening bracket has its word after it shows what this one does.
    """
    votes = 0
    for line in lines:
        text = f" {''.join(_arranged(line, rtl=True, mirror=False))} "
        for before, bracket, after in zip(text, text[1:], text[2:], strict=False):
            opens = after.isalnum() - before.isalnum()
            votes += opens * ((bracket in _OPENING) - (bracket in _CLOSING))
    return votes < 0


def logical(line: Sequence[str], *, rtl: bool, mirror: bool) -> str:
    """The text of a line whose clusters come from left to right, in reading order.

    Args:
        line: the clusters.
        rtl: whether the line as a whole is read from right to left.
        mirror: whether brackets in right-to-left text are to be turned round (see `mirrors`).
    """
    return "".join(_arranged(line, rtl=rtl, mirror=mirror))


def _arranged(line: Sequence[str], *, rtl: bool, mirror: bool) -> list[str]:
    classes = [_class(cluster) for cluster in line]
    if rtl:
        return _right_to_left(line, classes, mirror=mirror)
    out: list[str] = []
    i = 0
    while i < len(line):
        if classes[i] != _RTL:
            out.append(line[i])
            i += 1
            continue
        end = last = i
        while end < len(line) and classes[end] != _LTR:
            if classes[end] == _RTL:
                last = end
            end += 1
        out += _right_to_left(line[i : last + 1], classes[i : last + 1], mirror=mirror)
        i = last + 1
    return out


def _right_to_left(line: Sequence[str], classes: Sequence[str], *, mirror: bool) -> list[str]:
    """The clusters from right to left, but numbers and words of Latin or Cyrillic among them from left to right."""
    out: list[str] = []
    stop = len(line)
    if stop > 1 and classes[-2] == _NUMBER and unicodedata.bidirectional(line[-1][0]) == "ET":
        stop = _run_start(classes, stop - 1)  # a line that begins with "3.5%": no Arabic before it turns it round
        out += line[stop:]
    while stop > 0:
        start = _run_start(classes, stop)
        if start < stop:
            out += line[start:stop]
            stop = start
        else:
            stop -= 1
            out.append(line[stop].translate(_MIRRORED) if mirror else line[stop])
    return out


def _run_start(classes: Sequence[str], stop: int) -> int:
    """Where the left-to-right run that ends at `stop` starts; `stop` if there is none."""
    if stop == 0 or classes[stop - 1] not in (_LTR, _NUMBER):
        return stop
    start = stop - 1
    while start > 0:
        before = start - 1
        while before >= 0 and classes[before] in (_SEPARATOR, _NEUTRAL):
            before -= 1
        if before < 0 or classes[before] == _RTL:
            break
        between = classes[before + 1 : start]
        # "GMT+3", "5G" and "United Nations" hold together; so does "11:30", but the years of "2015-2010" do not.
        if between and classes[before] == _NUMBER and not (classes[start] == _NUMBER and between == [_SEPARATOR]):
            break
        start = before
    return start


def _class(cluster: str) -> str:
    for character in cluster:
        found = _CLASSES.get(unicodedata.bidirectional(character))
        if found:
            return found
    return _NEUTRAL
