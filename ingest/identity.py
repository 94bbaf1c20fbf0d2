"""By which id an article is known: that is what makes it the same article when it comes again."""

from typing import Any

import httpx

from ingest.urls import normalised


def identified(fields: dict[str, Any]) -> dict[str, Any]:
    """An article's fields with the id that follows from them.

    One that has an id keeps it. A page without one is known by its address, however the link was shared, and is stored
    under that address; whatever has neither is known by its text, see `Article`. What is no page's address, a site's
    front page, say, names no article.

    >>> identified({"text": "…", "url": "https://example.org/a?utm_source=tg"})["id"]
    'https://example.org/a'
    """
    url = fields.get("url")
    if fields.get("id") or not isinstance(url, str):
        return fields
    address = normalised(url)
    if not address.startswith(("http://", "https://")) or httpx.URL(address).raw_path == b"/":
        return fields
    return {**fields, "id": address, "url": address}
