"""When two addresses are the same page."""

import re

import httpx

# Parameters that say where a reader came from, never which page it is: what Firefox, Brave, AdGuard and ClearURLs take
# out of every site's addresses. Names that some sites use for their content (id, ref, source, from, s, t) stay.
_TRACKING_FAMILIES = ("utm_", "mtm_", "matomo_", "pk_", "piwik_", "itm_", "hsa_", "at_custom", "_branch_", "guce_")
_TRACKING = frozenset(
    """
    fbclid fb_action_ids fb_action_types fb_ref fb_source igshid igsh
    gclid gclsrc dclid gbraid wbraid gad_source gad_campaignid srsltid _ga _gl
    yclid ysclid ymclid yadclid yrclid _openstat
    msclkid ocid cvid twclid ref_src ref_url ttclid li_fat_id rdt_cid epik scclid irclickid
    mc_cid mc_eid mkt_tok ml_subscriber ml_subscriber_hash _bta_tid _bta_c dm_i __s
    _hsenc _hsmi __hstc __hssc __hsfp hsctatracking
    oly_anon_id oly_enc_id vero_id vero_conv wickedid rb_clickid dicbo
    s_cid s_kwcid wt_mc wt.mc_id wt_zmc xtor cmpid smid guccounter
    at_medium at_campaign ns_mchannel ns_source ns_campaign ns_linkname ns_fee
    """.split()  # noqa: SIM905  sixty names, a line each, say no more
)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def normalised(url: str) -> str:
    """The address by which a page is known, however its link was shared (RFC 3986, section 6.2.2 and 6.2.3).

    Scheme and host are in lower case and ASCII; default port, fragment and tracking parameters are gone; the other
    parameters keep their order. What is no http(s) address comes back as it is.

    >>> normalised("HTTP://Пример.рф:80/%7enews?id=7&utm_source=tg#top")
    'http://xn--e1afmkfd.xn--p1ai/~news?id=7'
    """
    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError):
        return url
    if parsed.scheme not in ("http", "https") or not parsed.host:
        return url
    path, _, query = parsed.raw_path.decode("ascii").partition("?")
    kept = [part for part in _canonical(query).split("&") if part and not _is_tracking(part)]
    target = _canonical(path) + ("?" + "&".join(kept) if kept else "")
    host = parsed.raw_host.decode("ascii").lower().rstrip(".")
    # Twice through the parser: an escaped "." is a dot segment only once it is unescaped.
    made = httpx.URL(scheme=parsed.scheme, host=host, port=parsed.port, raw_path=target.encode())
    return str(made.copy_with(raw_path=made.raw_path))  # of "/." the parser leaves nothing, and reads "/" from that


def _canonical(text: str) -> str:
    """The text with escapes in upper case, none where none is needed, and no stray percent sign."""
    return _ESCAPE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    if found[1] is None:
        return "%25"
    byte = int(found[1], 16)
    return chr(byte) if byte in _UNRESERVED else found[0].upper()


def _is_tracking(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name in _TRACKING or name.startswith(_TRACKING_FAMILIES)
