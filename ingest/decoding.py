"""Bytes of unknown encoding to text, or a reason why they are none."""

from contextlib import suppress

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
    if data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
        else:
            return _checked(_unmarked_utf16(data) or text if "\0" in text else text)
    best = from_bytes(data, cp_isolation=_LEGACY).best()
    if best is None:
        raise Undecodable("it is binary, or text in an unknown encoding; save it as UTF-8")
    return _checked(str(best).removeprefix("\ufeff"))


def _unmarked_utf16(data: bytes) -> str | None:
    """The text, if the data is UTF-16 without a byte order mark: most high bytes say Latin, Cyrillic or Arabic."""
    for encoding, high in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
        if sum(map(high.count, (0x00, 0x04, 0x06))) >= 0.9 * len(high):
            with suppress(UnicodeDecodeError):
                return data.decode(encoding)
    return None


def _checked(text: str) -> str:
    if not text.strip():
        raise Undecodable("it is empty")
    if text.encode("utf-8", "replace").translate(None, _CONTROLS) != text.encode("utf-8", "replace"):
        raise Undecodable("it is binary, not text")
    return text
