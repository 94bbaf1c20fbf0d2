"""Addresses: one page has one, however its link was shared; two pages have two."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.urls import normalised

ARABIC = "https://www.example.com/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/42"
RUSSIAN = "https://xn--e1afmkfd.xn--p1ai/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8"


@pytest.mark.parametrize(
    ("shared", "page"),
    [
        ("HTTP://WWW.Example.COM", "http://www.example.com/"),
        ("  https://example.com/a \n", "https://example.com/a"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("http://example.com:443/a", "http://example.com:443/a"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("https://example.com./a", "https://example.com/a"),
        ("https://example.com/a#comments", "https://example.com/a"),
        ("https://example.com/a?", "https://example.com/a"),
        ("https://example.com/a?b=2&a=1&b=1", "https://example.com/a?b=2&a=1&b=1"),
        ("https://example.com/a?&&b=2&", "https://example.com/a?b=2"),
        ("https://example.com/x/../a/./b", "https://example.com/a/b"),
        ("https://example.com/x/%2e%2E/a", "https://example.com/a"),
        ("https://example.com/%7euser/%41", "https://example.com/~user/A"),
        ("https://example.com/a%2fb?c=%2f", "https://example.com/a%2Fb?c=%2F"),
        ("https://example.com/100%", "https://example.com/100%25"),
        ("https://example.com/a b", "https://example.com/a%20b"),
        ("https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a"),
        ("https://www.example.com/أخبار/42", ARABIC),
        ("https://www.example.com/%d8%a3%d8%ae%d8%a8%d8%a7%d8%b1/42", ARABIC),
        ("https://Пример.РФ/новости", RUSSIAN),
        ("https://xn--e1afmkfd.xn--p1ai/%d0%bd%d0%be%d0%b2%d0%be%d1%81%d1%82%d0%b8?utm_source=tg", RUSSIAN),
        ("https://example.com/?q=قول", "https://example.com/?q=%D9%82%D9%88%D9%84"),
    ],
)
def test_an_address_is_written_in_one_way(shared: str, page: str) -> None:
    assert normalised(shared) == page


@pytest.mark.parametrize(
    "tracking",
    [
        "utm_source=telegram",
        "UTM_Medium=social",
        "utm_anything",
        "fbclid=IwAR0",
        "gclid=1",
        "yclid=2",
        "ysclid=l0",
        "igshid=3",
        "mc_cid=4",
        "mc_eid=5",
        "_openstat=b2s",
        "gbraid=6",
        "msclkid=7",
        "twclid=8",
        "ttclid=9",
        "mkt_tok=a",
        "_hsenc=b",
        "vero_id=c",
        "oly_enc_id=d",
        "xtor=AL-72",
        "at_medium=e",
        "ns_mchannel=f",
        "s_cid=g",
        "cmpid=h",
        "guccounter=1",
        "guce_referrer=i",
        "utm%5Fsource=j",
        "_ga=k",
        "itm_source=l",
        "pk_campaign=m",
        "ref_src=n",
    ],
)
def test_where_a_reader_came_from_does_not_matter(tracking: str) -> None:
    assert normalised(f"https://example.com/a?id=7&{tracking}&page=2") == "https://example.com/a?id=7&page=2"
    assert normalised(f"https://example.com/a?{tracking}#x") == "https://example.com/a"


@pytest.mark.parametrize(
    "parameter",
    [
        "id=7",
        "p=7",
        "ref=home",
        "source=tass",
        "from=1",
        "s=1",
        "t=5",
        "article=utm_source",
        "v=abc",
        "utm=1",
        "q=fbclid",
        "year=2024",
    ],
)
def test_parameters_that_may_name_a_page_stay(parameter: str) -> None:
    assert normalised(f"https://example.com/a?{parameter}") == f"https://example.com/a?{parameter}"


def test_other_pages_stay_other_pages() -> None:
    pages = [
        "https://example.com/a",
        "https://example.com/A",
        "https://example.com/a/",
        "http://example.com/a",
        "https://www.example.com/a",
        "https://example.com/a?x=1",
        "https://example.com/a?x=2",
        "https://example.com/a%2F",
        "https://example.com/a?x=1%262",
        "https://example.com/a?x=1&2",
        "https://example.com:8080/a",
    ]
    assert len({normalised(page) for page in pages}) == len(pages)


@pytest.mark.parametrize(
    "no_page", ["", "file.html", "ftp://example.com/a", "http://", "https:///a", "http://a\0b/", "7"]
)
def test_what_is_no_address_of_a_page_comes_back_as_it_is(no_page: str) -> None:
    assert normalised(no_page) == no_page


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["%", "%2e", "%2F", "%zz", "%D9%82", "..", ".", "/", "?", "&", "=", "#", ":", "@", "utm_x=1", "[", "\\"]
        ),
        st.text(max_size=4),
    ),
    max_size=12,
)


@given(
    host=st.sampled_from(["example.com", "Пример.рф", "أخبار.مصر", "[::1]", "a:99", "EXAMPLE.com.", "127.1"]),
    rest=PIECES,
)
@example(host="example.com", rest=["%2e"])
@example(host="example.com", rest=["/%2", "5%32%65"])
@example(host="example.com", rest=["//x/..//%2e%2e"])
def test_a_normalised_address_is_its_own(host: str, rest: list[str]) -> None:
    once = normalised(f"https://{host}/" + "".join(rest))
    assert normalised(once) == once


@given(st.text(max_size=40))
def test_any_text_is_taken(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)
