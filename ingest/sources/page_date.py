"""The day that a page shows under its headline, for pages that state none to machines."""

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_WRITTEN = re.compile(r"(\d{1,2})[\s/.-]+([^\W\d_]{2,12}(?:[ /][^\W\d_]{2,12})?)[\s/.,-]+(\d{4})")
_NEAR = 25  # elements after the headline; further down other articles have their dates
_BESIDE = 30  # characters beside the date: a weekday, the time, a name; with more it is part of the article


_STATED = (
    "//meta[@property='article:published_time' or @itemprop='datePublished' or @name='pubdate' or @name='date']"
    " | //*[@itemprop='datePublished'][@datetime]"
)


def states_date(tree: "HtmlElement") -> bool:
    """Whether the page tells machines when its article was published; any other date in it may be of something else."""
    scripts = tree.xpath("//script[@type='application/ld+json']/text()")
    return bool(tree.xpath(_STATED)) or any('"datePublished"' in script for script in scripts)


def shown_date(tree: "HtmlElement") -> date | None:
    """The day in or behind the first headline, for machines or in words; what stands above it may be today's."""
    for element in tree.xpath(f"(//h1)[1]/following::*[position() <= {_NEAR}]"):
        if element.tag == "time" and (found := _day(element.get("datetime"))):
            return found
        text = " ".join(element.text_content().split())
        written = _WRITTEN.search(text)
        beside = len(text) - len(written[0]) if written else 0
        if not written or beside > _BESIDE or (beside > len(" г.") and text.endswith((".", "!", "?", "؟"))):
            continue
        if found := _day(f"{int(written[1])} {written[2]} {int(written[3])}"):
            return found
    return None


def _day(text: str | None) -> date | None:
    from ingest.dates import published  # noqa: PLC0415  a fifth of a second, only for those who need it

    found = published(text)
    return found.date() if isinstance(found, datetime) else found
