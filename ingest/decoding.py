"""Bytes of unknown encoding to text, or a reason why they are none."""

from charset_normalizer import from_bytes

# What news files turn up in, besides UTF-8: Windows and ISO Arabic, Windows and KOI Cyrillic, Western Windows, UTF-16.
_LEGACY = ["utf_16", "utf_16_le", "utf_16_be", "cp1256", "iso8859_6", "cp1251", "koi8_r", "cp1252"]
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1b"))


class Undecodable(ValueError):
    """The bytes are no text that can be recognised; the message says why in a few words."""


def decode(data: bytes) -> str:
    """The text in `data`: UTF-8, or a legacy encoding when it can be recognised beyond doubt.

    Raises:
        Undecodable: when the bytes are empty, binary, or of an encoding that cannot be told.
    """
    if not data.strip(b" \t\r\n\0"):
        raise Undecodable("it is empty")
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not wide:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
        else:
            return _checked(text)
    best = from_bytes(data, cp_isolation=_LEGACY).best()
    if best is None:
        raise Undecodable("it is binary, or text in an unknown encoding; save it as UTF-8")
    return _checked(str(best).removeprefix("\ufeff"))


def _checked(text: str) -> str:
    if not text.strip():
        raise Undecodable("it is empty")
    if text.encode("utf-8", "replace").translate(None, _CONTROLS) != text.encode("utf-8", "replace"):
        raise Undecodable("it is binary, not text")
    return text
