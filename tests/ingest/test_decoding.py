"""Bytes to text: what can be recognised is decoded, what cannot is refused, nothing is guessed into nonsense."""

import pytest

from ingest.decoding import Undecodable, decode
from tests.texts import ARABIC, ENGLISH, RUSSIAN

AR = (
    "قال وزير الخارجية الروسي سيرغي لافروف إن الإرهابيين يواصلون الحصول على دعم خارجي، وأضاف أن الوضع خطير.\n\n"
    "وأكد الوزير أن بلاده ستواصل العمل."
)
RU = "Министр иностранных дел России Сергей Лавров заявил, что террористы продолжают получать поддержку извне.\n\nВот."
EN = "The Russian foreign minister said that terrorists go on receiving support from abroad.\n\nHe did not say whose."
NEWS = {"ar": AR, "ru": RU, "en": EN}
THREE = pytest.mark.parametrize("text", NEWS.values(), ids=NEWS)


@THREE
def test_utf_8_is_read_with_and_without_a_mark(text: str) -> None:
    assert decode(text.encode()) == text
    assert decode(b"\xef\xbb\xbf" + text.encode()) == text


@pytest.mark.parametrize("text", [*ARABIC, *ENGLISH, *RUSSIAN, "\r\n", "🎉", "\u200f", "ab\x1b[0m\f"])
def test_utf_8_is_kept_to_the_last_character(text: str) -> None:
    assert decode(f"a{text}\t".encode()) == f"a{text}\t"


@THREE
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_with_and_without_a_mark(text: str, encoding: str) -> None:
    assert decode(("\ufeff" + text).encode(encoding)) == text
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "encoding"), [(AR, "cp1256"), (AR * 20, "cp1256"), (RU, "cp1251"), (RU, "koi8-r"), (RU * 20, "cp1251")]
)
def test_legacy_encodings_are_recognised(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "data", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe", b"\xff\xfe \0\n\0", b"\0\0\0\0", b"\xef\xbb\xbf \n"]
)
def test_nothing_but_white_space_is_empty(data: bytes) -> None:
    with pytest.raises(Undecodable, match="empty"):
        decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x06\0\0\0",
        b"PK\x03\x04\x14\0\x08\0\x08\0" + bytes(range(256)),
        b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\0>\0\x01\0\0\0",
        bytes(range(256)) * 4,
        bytes(range(1, 32)) * 3,
        b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\x04",
    ],
    ids=["png", "zip", "elf", "all bytes", "controls", "gif"],
)
def test_binary_is_refused(data: bytes) -> None:
    with pytest.raises(Undecodable, match="binary"):
        decode(data)


@pytest.mark.parametrize(
    "text", ["Hello\0 world, said the minister.", "\0Hello", "قال\0 لافروف", "a\0b\0 said so, he added", "The end.\0"]
)
def test_nul_characters_are_refused_not_guessed_away(text: str) -> None:
    with pytest.raises(Undecodable):
        decode(text.encode())


def test_half_a_utf_16_file_is_refused() -> None:
    with pytest.raises(Undecodable):
        decode(b"\xff\xfe" + AR.encode("utf-16-le")[:-1] + b"\xd8\x00\xd8")


def test_unbalanced_quotes_emoji_and_direction_marks_are_just_text() -> None:
    for text in ("«قال \"ثم ' سكت", "🎉🎉🎉", "\u200f\u202bقال\u202c\u200e"):
        assert decode(text.encode()) == text
