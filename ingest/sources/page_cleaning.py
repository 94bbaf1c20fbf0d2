"""What the extractor cannot know of news pages: how links to other articles are announced, in three languages."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_OTHER_ARTICLES = re.compile(
    r"(?:read (?:also|more|next)|(?:also|see) (?:read|also)|related|more on this|recommended|you may also like"
    r"|читайте также|читать также|смотрите также|по теме|материалы по теме|ещё по теме|еще по теме|похожее"
    r"|рекомендуем|"
    r"(?:ا|إ)قر[أا](?:وا)? (?:أيض|ايض|المزيد|كذلك)[اً]*|طالع (?:أيضا|ايضا|أيضًا)|شاهد (?:أيضا|ايضا|أيضًا)"
    r"|(?:أخبار|مواضيع|موضوعات) (?:متعلقة|ذات صلة)|قد يهمك)",
    re.IGNORECASE,
)
_BLOCKS = ("p", "div", "li", "ul", "section", "aside", "span", "strong", "b", "h2", "h3", "h4", "td", "blockquote")
_TEASER = 40  # characters; as many as a line under a headline has at least, and enough to find it again
_SHORT = 500  # characters; what announces other articles has some headlines, and no more
_SITE_NAME = re.compile(r"(?:.{1,60}\s[|–—·•»:-]{1,2}\s+|\s+[|–—·•«:-]{1,2}\s.{1,60})?")
_SEPARATORS = re.compile(r"[\W\d_]+")


def prune(tree: "HtmlElement") -> None:
    """Takes out of the page what is nothing but links to other articles and actions; makes layout tables blocks."""
    for block in list(tree.iter("noscript", *_BLOCKS)):
        if block.getparent() is not None and (block.tag == "noscript" or _is_links(block)):
            block.drop_tree()  # not the text that follows it
    for cell in list(tree.iter("td")):
        if sum(1 for _ in cell.iter("p", "h1", "h2", "br")) > 1:
            for part in [cell, *cell.iterancestors("tr", "tbody", "table")]:
                part.tag = "div"


def _is_links(block: "HtmlElement") -> bool:
    """Whether a block says "read also" and what, or is a row of links."""
    links = block.findall(".//a")
    if not links or block.find(".//h1") is not None:
        return False
    text = " ".join(block.text_content().split())
    if len(text) > _SHORT:
        return False
    linked = " ".join(" ".join(link.text_content() for link in links).split())
    announced = _OTHER_ARTICLES.match(text)
    if announced and len(linked) >= (len(text) - announced.end()) / 2:
        return True
    return len(links) > 1 and len(_SEPARATORS.sub("", text)) == len(_SEPARATORS.sub("", linked))


def is_index(tree: "HtmlElement", lines: Sequence[str]) -> bool:
    """Whether most of `lines` are headlines that lead to other pages and the teasers under them."""
    text = " ".join(lines)
    taken = [teaser for teaser in _teasers(tree) if teaser[:_TEASER] in text]
    return len(taken) >= 3 and sum(map(len, taken)) >= len(text) / 2


def _teasers(tree: "HtmlElement") -> Iterator[str]:
    """The text beside each headline that is a link."""
    for head in tree.iter("h2", "h3", "h4"):
        link = head.find(".//a") if head.find(".//a") is not None else next(head.iterancestors("a"), None)
        if link is None:
            continue
        card = (link if head in link.iter() else head).getparent()
        if card is None or len(card.xpath(".//h2 | .//h3 | .//h4")) > 1:
            continue
        teaser = " ".join(card.text_content().split()).removeprefix(" ".join(head.text_content().split())).strip()
        if _TEASER <= len(teaser) <= _SHORT:
            yield teaser


def announces(line: str) -> bool:
    """Whether a line says nothing but "read also", its links having gone."""
    found = _OTHER_ARTICLES.match(line)
    return found is not None and not any(map(str.isalnum, line[found.end() :]))


def heading_for(title: str | None, headings: Sequence[str]) -> str | None:
    """The title as the page's own heading has it: without the site's name in front or behind."""
    for heading in sorted(headings, key=len, reverse=True):
        if title and heading in title and 2 * len(heading) >= len(title):  # a shorter one may be the site's name itself
            before, _, behind = title.partition(heading)
            if _SITE_NAME.fullmatch(before) and _SITE_NAME.fullmatch(behind):
                return heading
    return title
