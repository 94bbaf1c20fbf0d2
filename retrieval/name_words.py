"""A name to the words that tell people apart: titles, particles and articles of three scripts taken off."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice

from anyascii import anyascii

from retrieval.folding import fold


def word_set(words: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(words.split())


_WORD = re.compile(r"[^\W\d_]+(?:['’ʼʿʾ`][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_HAN = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]{2,4}$")

# Small words within names, folded.
_ARTICLES = word_set("al el ال аль эль")
_BEFORE_HYPHEN = word_set("as es ash ad ed ar er an en at et az ez ud ул ас эс аш эш ад эд ар эр ан эн ат эт аз эз")
_PARTICLES = word_set(
    "bin ben ibn bint bou ould de da di del della der den dos du la le van von und y e mc بن ابن بنت ولد دي دا دو دل "
    "لا فان فون ون бин бен ибн бинт ульд де да ди дель делла дер ден дос дю ла ле ван фон и"
)
_AND = word_set("and и و")
_SON = word_set("bin ibn بن ابن бин ибн")
_SERVANT = word_set("عبد abd abdul abdel abdal abdol abdur abder абд абдул абдель абдаль абдур")
_GOD = word_set("الله allah ullah ollah алла аллах")
_RELIGION = word_set("الدين din dine deen eddin eddine uddin aldin дин")
_YOUNGER = word_set("jr junior младший мл الابن")
_ELDER = word_set("sr senior старший ст الاب")
TITLES = word_set(
    "mr mrs ms dr sir lord ayatollah sheikh shaikh prince king president general minister secretary senator "
    "chancellor pope премьер президент король принц генерал министр господин шейх аятолла доктор ايهالله السيد الشيخ "
    "الدكتور الامير الملك الرييس الوزير الجنرال"
)
# The commonest family names that stand first: Chinese, Korean and Vietnamese ones.
FAMILY_FIRST = word_set(
    "xi li wang zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo kim park lee choi jung "
    "moon ban yoon nguyen tran le pham mao deng jiang wen qin si си ли ван чжан лю чэнь ян чжао хуан чжоу у сюй сунь "
    "ху чжу гао линь хэ го ма ким пак мун пан юн нгуен чан мао дэн цзян вэнь цинь شي لي وانغ تشانغ ليو تشن يانغ تشاو "
    "هوانغ تشو وو هو ما كيم بارك مون بان يون ماو دنغ جيانغ ون"
)
_PATRONYMIC = re.compile(r"(?:ович|евич|овна|евна|инична)(?:а|у|ем|ом|е|ы|ой)?$")
# Latin letters as Arabic and Russian write them out.
_LETTERS = {
    written: letter
    for letter, names in {
        "a": "اي ايه эй", "b": "بي би бэ", "c": "سي си", "d": "دي ди", "f": "اف эф", "g": "جي джи", "h": "اتش эйч",
        "k": "كي кей", "l": "ال эл", "m": "ام эм", "n": "ان эн", "o": "او", "q": "كيو", "r": "ار", "s": "اس эс",
        "t": "تي ти", "u": "يو", "v": "في ви", "w": "دبليو вэ дабл", "x": "اكس икс", "y": "واي", "z": "زد",
    }.items()
    for written in names.split()
}  # fmt: skip
_MOST_WORDS = 6  # more are titles or a sentence


@lru_cache(maxsize=100_000)
def name_words(name: str) -> tuple[str, ...]:
    """The folded words of a name that tell people apart, family name last, without particles and titles.

    Those that are one name together are joined (Abd al-Rahman, Nasr Allah, Nour el-Din); an Arabic article stays on
    its word. Of more than six words the first five and the last are kept.
    """
    if name.count(",") == 1:  # Lavrov, Sergey
        name = " ".join(reversed(name.split(",")))
    pieces = list(_pieces(name))
    if len(pieces) > 1 and all(word in _LETTERS for word, _ in pieces):  # بي إم دبليو is BMW
        return ("".join(_LETTERS[word] for word, _ in pieces),)
    kept: list[str] = []
    for i, (word, hyphened) in enumerate(pieces):
        article = (word in _ARTICLES and (i or hyphened)) or (word in _BEFORE_HYPHEN and hyphened)
        particle = word in _PARTICLES and len(pieces[-1][0]) > 1  # but Wang Yi is Ван И
        last = i == len(pieces) - 1
        if last or not (article or particle) or (kept and kept[-1] in _SERVANT):
            kept.append(word)
    words = _joined(kept)
    plain = [word for word in words if word not in _YOUNGER and word not in _ELDER]
    plain = [word for i, word in enumerate(plain) if word not in TITLES or i == len(plain) - 1]  # but Stephen King
    words = plain or words
    if len(words) == 3 and _PATRONYMIC.search(words[2]):  # Путин Владимир Владимирович
        words = [*words[1:], words[0]]
    return tuple(words if len(words) <= _MOST_WORDS else [*words[: _MOST_WORDS - 1], words[-1]])


def _pieces(name: str) -> Iterator[tuple[str, bool]]:
    """Each folded word of a name, and whether a hyphen joins it to the next."""
    folded = fold(name.replace("‐", "-").replace("‑", "-"))
    for found in _WORD.finditer(folded):
        word = _POSSESSIVE.sub("", found[0])
        if _HAN.match(word):  # family name first, one character
            yield anyascii(word[1:]).lower(), False
            yield anyascii(word[0]).lower(), False
        elif word:
            yield word, folded[found.end() : found.end() + 1] == "-"


def _joined(words: list[str]) -> list[str]:
    """The words, those together that are one name: Abd al-Rahman, Nasr Allah, Nour el-Din."""
    joined: list[str] = []
    servant = False
    for word in words:
        if joined and (servant or word in _GOD or word in _RELIGION):
            joined[-1] += word
        else:
            joined.append(word)
        servant = word in _SERVANT or (servant and word in _ARTICLES)
    return joined


def generation(name: str) -> int:
    """1 for "the younger", -1 for "the elder", 0 where a name says neither."""
    words = set(_WORD.findall(fold(name)))
    return bool(words & _YOUNGER) - bool(words & _ELDER)


def is_mere_particle(words: tuple[str, ...]) -> bool:
    """Whether what is left of a name are articles and particles: "аль", "آل"."""
    return all(word in _ARTICLES or word in _PARTICLES for word in words)


def has_and(name: str) -> bool:
    """Whether `is_of_several` may be true of a name."""
    return any(word in _AND or word.startswith("و") for word, _ in islice(_pieces(name), 1, None))


def is_of_several(name: str, is_name: Callable[[str], bool]) -> bool:
    """Whether a name is of several people who were named together: "Putin and Lavrov", "الجبير ولافروف".

    `is_name` tells of the rest of a word that begins like the Arabic "and" whether it is one by itself.
    """
    words = [word for word, _ in _pieces(name)][1:]
    return any(word in _AND or (word.startswith("و") and not is_name(word) and is_name(word[1:])) for word in words)


@lru_cache(maxsize=100_000)
def given_before_father(name: str) -> str:
    """The given name in front of "son of", folded; empty where a name has no father in it.

    It tells Salman bin Abdulaziz from his son, Mohammed bin Salman bin Abdulaziz.
    """
    words = [word for word, _ in _pieces(name)]
    end = 2 if words[:1] and words[0] in _SERVANT else 1
    return "".join(words[:end]) if words[end : end + 1] and words[end] in _SON else ""
