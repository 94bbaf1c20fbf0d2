"""The line that an article may begin with: who reports, for whom, and from where. None of them says what follows."""

import re

_WORD = r"[^\s:.,،؛;!?؟\"'«»“”()–—-]+"
_PART = rf"{_WORD}(?: +{_WORD}){{0,3}}"
_DASH = r"(?:\s+[-–—]\s*|\s*[-–—]\s+|(?<=[\u0621-\u064a])[-–—])"  # an Arabic word has none within
_DATELINE = re.compile(rf"\s*{_PART}(?:{_DASH}{_PART}){{1,2}}\s*?(?::(?!\s*[\"«“„])|\n)")


def dateline_end(text: str) -> int:
    """The code points of an article's dateline, such as "Ahmed Ali - Reuters - Cairo:"; 0 without one.

    What is in quotation marks after a colon is somebody's words: "Lavrov - to reporters: «…»".
    """
    found = _DATELINE.match(text)
    return found.end() if found else 0
