"""The abbreviations that sentencex lacks or misjudges; it knows the rest, for some 30 languages and their relatives.

Collected from the full stops that it got wrong in Arabic, English and Russian news.
"""

from typing import NamedTuple


class Abbreviations(NamedTuple):
    """The abbreviations of one language, in lower case and without the last full stop, by what that stop means."""

    never: frozenset[str] = frozenset()
    """Leans on the next word (a title, "see", "named after"): no sentence ends there."""
    may: frozenset[str] = frozenset()
    """Closes a phrase ("т. д.", "млн"): a new sentence follows if the next word can begin one."""
    counted: frozenset[str] = frozenset()
    """Like `may` after a number, else like `never`: "в 1999 г. Он" ends there, "г. Москва" does not."""
    spelled: frozenset[str] = frozenset()
    """Names a foreign letter: an initial ("جورج دبليو. بوش") unless another one stands before it ("قناة سي إن إن.")."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NONE = Abbreviations()
ABBREVIATIONS = {
    "ar": Abbreviations(
        may=_words("سم مم كم كلم كجم كغ كغم"),
        spelled=_words(
            "إيه ايه بي سي دي إي إف اف جي جيه إتش اتش آي كيه كي إل ال إم ام إن ان أو كيو آر إس اس تي يو دبليو واي"
        ),
    ),
    "en": Abbreviations(may=_words("no me may ok re etc")),
    "fr": Abbreviations(never=_words("m mm mme mmes mlle mlles mgr")),
    "ru": Abbreviations(
        never=_words(
            "адм акад апр арх бул в-во ген гл гр гражд дж дир доц доп др-р зав зам изд им инж исп кап кн комн лейт мл "
            "напр нар обр окт орг отв пл полк пос прим присв просп проф ред рис св сев сент см соч спец ср ст стр "
            "табл тов тт т.е т.к т.н т.о т.ч ул уч февр фиг ф.и.о цит чл шт шк экз юж ю янв "
            "mr mrs ms dr prof st jr gen sen gov"
        ),
        may=_words("др проч т.д т.п долл евр коп млн млрд обл респ руб трлн тыс чел экв"),
        counted=_words("в вв г гг гр кв кг км л м мин мм н.э нед с сек см ч р д п"),
    ),
    "uk": Abbreviations(
        never=_words("ген гл див ім напр обл о-в пл проф просп ред рис св см стор т.з т.зв т.ч тов вул"),
        may=_words("грн ін млн млрд тис т.д т.п трлн чол"),
        counted=_words("р рр ст хв год м"),
    ),
}
