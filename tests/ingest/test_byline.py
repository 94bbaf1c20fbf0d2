"""Who wrote an article."""

import pytest

from ingest.byline import byline


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("  Vera\n Lapina ", "Vera Lapina"),
        ("ليلى حداد; سامي منصور", "ليلى حداد, سامي منصور"),
        ("Smith &amp;amp; Sons", "Smith & Sons"),
        ("<b>Артём Белов</b>", "Артём Белов"),
        ("vera@news.example (Vera Lapina)", "Vera Lapina"),
        ("Vera Lapina <vera@news.example>", "Vera Lapina"),
        ("desk@news.example", None),
        ("https://news.example/by/vera", None),
        ("By our own correspondent " * 5, None),
        ("", None),
        (None, None),
    ],
)
def test_names_are_kept_and_the_rest_is_not(said: str | None, names: str | None) -> None:
    assert byline(said) == names
