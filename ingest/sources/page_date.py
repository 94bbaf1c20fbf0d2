"""The day that a page shows under its headline, for pages that state none to machines."""

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_WRITTEN = re.compile(r"(\d{1,2})[\s/.-]+([^\W\d_]{3,12})[\s/.,-]+(\d{4})")
_NEAR = 25  # elements after the headline; further down other articles have their dates
_BESIDE = 30  # characters beside the date: a weekday, the time, a name; with more it is part of the article


def shown_date(tree: "HtmlElement") -> date | None:
    """The day written in words after the first headline; what stands above it may be today's."""
    for element in tree.xpath(f"(//h1)[1]/following::*[position() <= {_NEAR}]"):
        text = " ".join(element.text_content().split())
        written = _WRITTEN.search(text)
        beside = len(text) - len(written[0]) if written else 0
        if written and beside <= _BESIDE and not (beside > len(" г.") and text.endswith((".", "!", "?", "؟"))):
            from ingest.dates import published  # noqa: PLC0415  a fifth of a second, only for those who need it

            found = published(f"{int(written[1])} {written[2]} {int(written[3])}")
            if found:
                return found.date() if isinstance(found, datetime) else found
    return None
