"""Fetching: what a link gets, and everything that a hostile one does not."""

import _socket
import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from ingest.addresses import Address, is_any, is_public
from ingest.fetching import Fetcher
from retrieval.errors import SourceError, UnexpectedStatus
from tests.ingest.raw_site import Site, answer, redirect, serve

PAGE = "<html><p>قال الوزير إن الوضع خطير.</p></html>".encode()


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as running:
        yield running


@pytest.fixture
def fetcher() -> Fetcher:
    """One that may fetch from the loopback."""
    return Fetcher(allow=is_any)


def reason(fetcher: Fetcher, url: str) -> str:
    """Why `url` was not fetched."""
    with pytest.raises(SourceError) as refused:
        fetcher.fetch(url)
    assert refused.value.source == url
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """A name service: for each name its answers, one after the other, the last for ever. Numbers mean themselves."""
    known: dict[str, list[list[str]]] = {}

    def look_up(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        if host not in known:
            return _socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        answers = known[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [one for address in found for one in _socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


# --- what a link gets


def test_a_page_comes_with_what_its_server_says_of_it(site: Site, fetcher: Fetcher) -> None:
    site.pages["/a"] = answer(
        PAGE, media_type="Text/HTML; Charset=windows-1256", ETag='"v1"', Last_Modified="Mon, 01 Jan 2024 00:00:00 GMT"
    )
    found = fetcher.fetch(f"{site.url}/a#part")
    assert (found.url, found.status, found.data) == (f"{site.url}/a", 200, PAGE)
    assert (found.media_type, found.charset) == ("text/html", "windows-1256")
    assert (found.etag, found.last_modified) == ('"v1"', "Mon, 01 Jan 2024 00:00:00 GMT")


def test_it_says_who_it_is_and_carries_nothing_else(site: Site, fetcher: Fetcher) -> None:
    site.pages["/a"] = answer(PAGE, Set_Cookie="id=1")
    fetcher.fetch(f"{site.url}/a")
    fetcher.fetch(f"{site.url}/a")
    request = site.requests[1].lower()
    assert "\r\nuser-agent: qawl/" in request
    assert f"\r\nhost: 127.0.0.1:{site.port}\r\n" in request
    assert "cookie" not in request
    assert "referer" not in request


def test_a_proxy_of_the_environment_is_not_used(site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    site.pages["/a"] = answer(PAGE)
    assert fetcher.fetch(f"{site.url}/a").data == PAGE


def test_an_unchanged_page_is_not_sent_again(site: Site, fetcher: Fetcher) -> None:
    site.pages["/a"] = answer(status=304, media_type=None, ETag='"v1"')
    found = fetcher.fetch(f"{site.url}/a", etag='"v1"', last_modified="Mon, 01 Jan 2024 00:00:00 GMT")
    assert (found.status, found.data, found.etag) == (304, b"", '"v1"')
    assert 'If-None-Match: "v1"\r\n' in site.requests[0]
    assert "If-Modified-Since: Mon, 01 Jan 2024 00:00:00 GMT\r\n" in site.requests[0]
    assert "304" in reason(fetcher, f"{site.url}/a"), "nobody asked whether it had changed"


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(PAGE)),
        ("x-gzip", gzip.compress(PAGE)),
        ("GZIP", gzip.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)[2:-4]),
        ("identity", PAGE),
    ],
    ids=["gzip", "x-gzip", "upper case", "zlib", "raw deflate", "identity"],
)
def test_compression_is_undone(site: Site, fetcher: Fetcher, coding: str, packed: bytes) -> None:
    site.pages["/a"] = answer(packed, Content_Encoding=coding)
    assert fetcher.fetch(f"{site.url}/a").data == PAGE


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(site: Site, fetcher: Fetcher, status: int) -> None:
    site.pages |= {"/a": redirect("/x/../b", status), "/b": redirect("c?x=1#y"), "/c": answer(PAGE)}
    found = fetcher.fetch(f"{site.url}/a")
    assert (found.url, found.data) == (f"{site.url}/c?x=1", PAGE)


def test_an_address_in_arabic_is_fetched_and_redirected_to(site: Site, fetcher: Fetcher) -> None:
    path = "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1"
    site.pages |= {"/a": redirect("/أخبار"), path: answer(PAGE)}
    assert fetcher.fetch(f"{site.url}/أخبار").url == f"{site.url}{path}"
    assert fetcher.fetch(f"{site.url}/a").data == PAGE


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (401, "save the page"),
        (403, "save the page"),
        (404, "check"),
        (410, "check"),
        (418, "418"),
        (429, "later"),
        (500, "later"),
        (503, "later"),
        (204, "204"),
    ],
)
def test_another_status_is_told_with_what_to_do(site: Site, fetcher: Fetcher, status: int, advice: str) -> None:
    site.pages["/a"] = answer(b"<html>sorry</html>", status)
    with pytest.raises(UnexpectedStatus, match=advice) as refused:
        fetcher.fetch(f"{site.url}/a")
    assert refused.value.status == status


def test_threads_share_a_fetcher(site: Site, fetcher: Fetcher) -> None:
    bodies = {f"/{number}": str(number).encode() * 1000 for number in range(20)}
    site.pages |= {path: answer(body) for path, body in bodies.items()}
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda path: (path, fetcher.fetch(f"{site.url}{path}").data), bodies)
        assert dict(found) == bodies


# --- where a link may lead


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/a",
        "file:///etc/passwd",
        "gopher://example.com/",
        "data:text/html,x",
        "javascript:alert(1)",
        "example.com/a",
        "//example.com/a",
        "http://",
        "http:///a",
        "https://?x",
        "http://a:99999/",
        "http://a\x00b/",
        "",
        "http://[::1/",
        "http://user:secret@example.com/",
        "http://user@example.com/",
        "http://example.com\n/a",
        "http://" + "a" * 70 + ".com/",
        "http://a..b/",
    ],
)
def test_what_is_no_address_of_a_page_is_refused(url: str, names: object) -> None:
    refused = reason(Fetcher(), url)
    assert "secret" not in refused


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.1.1",
        "0.0.0.0",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "192.88.99.1",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "ff0e::1",
        "2001:db8::1",
        "2001::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "3fff::1",
        "100::1",
        "4000::1",
        "5f00::1",
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str, names: dict[str, list[list[str]]]) -> None:
    assert not is_public(ip_address(address))
    names["news.example"] = [[address]]
    host = f"[{address}]" if ":" in address else address
    for url in (f"http://{host}/", "http://news.example/", "https://news.example:8443/"):
        assert "not a public address" in reason(Fetcher(), url)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "151.101.1.1", "2606:4700::1111", "2a00:1450:4001:80b::200e"]
)
def test_a_public_address_is_not(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "0", "localhost"])
def test_the_loopback_is_refused_however_it_is_written(host: str, names: dict[str, list[list[str]]]) -> None:
    names["localhost"] = [["127.0.0.1", "::1"]]
    refused = reason(Fetcher(), f"http://{host}/")
    assert "not a public address" in refused or "not a valid address" in refused


def test_a_server_of_the_own_network_is_never_spoken_to(site: Site) -> None:
    site.pages["/a"] = answer(PAGE)
    assert "not a public address" in reason(Fetcher(), f"{site.url}/a")
    assert site.requests == []


def only(address: str) -> Callable[[Address], bool]:
    """As if `address` alone were public."""
    return lambda one: one == ip_address(address)


def test_a_redirect_into_the_own_network_is_refused(site: Site, names: dict[str, list[list[str]]]) -> None:
    names |= {"outside.example": [["127.0.0.1"]], "inside.example": [["127.0.0.2"]]}
    with serve("127.0.0.2", site.port) as inside:
        inside.pages["/secret"] = answer(PAGE)
        for number, target in enumerate(
            (f"http://127.0.0.2:{site.port}/secret", f"//inside.example:{site.port}/secret")
        ):
            site.pages[f"/{number}"] = redirect(target)
            assert "not a public address" in reason(
                Fetcher(allow=only("127.0.0.1")), f"http://outside.example:{site.port}/{number}"
            )
        assert len(site.requests) == 2
        assert inside.requests == []


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://user:secret@127.0.0.1/", "http://[", "http:///"]
)
def test_a_redirect_to_no_page_is_refused(
    site: Site, fetcher: Fetcher, target: str, names: dict[str, list[list[str]]]
) -> None:
    site.pages["/a"] = redirect(target)
    assert "secret" not in reason(fetcher, f"{site.url}/a")


def test_a_name_is_looked_up_once_and_that_answer_is_connected_to(
    site: Site, names: dict[str, list[list[str]]]
) -> None:
    """DNS rebinding: the second answer to the same question lies in the own network."""
    names["rebinding.example"] = [["127.0.0.1"], ["127.0.0.2"]]
    site.pages["/a"] = answer(PAGE)
    fetcher = Fetcher(allow=only("127.0.0.1"))
    with serve("127.0.0.2", site.port) as inside:
        inside.pages["/a"] = answer(b"secret")
        url = f"http://rebinding.example:{site.port}/a"
        assert fetcher.fetch(url).data == PAGE
        assert f"Host: rebinding.example:{site.port}\r\n" in site.requests[0]
        assert "127.0.0.2, which is not" in reason(fetcher, url), "the next fetch asks and checks anew"
        assert inside.requests == []


def test_of_several_addresses_the_refused_are_passed_over(site: Site, names: dict[str, list[list[str]]]) -> None:
    names["news.example"] = [["127.0.0.2", "127.0.0.1"]]
    site.pages["/a"] = answer(PAGE)
    with serve("127.0.0.2", site.port) as inside:
        assert Fetcher(allow=only("127.0.0.1")).fetch(f"http://news.example:{site.port}/a").data == PAGE
        assert inside.requests == []


def test_when_one_address_is_down_the_next_is_tried(
    site: Site, fetcher: Fetcher, names: dict[str, list[list[str]]]
) -> None:
    names["news.example"] = [["127.0.0.3", "127.0.0.1"]]
    site.pages["/a"] = answer(PAGE)
    assert fetcher.fetch(f"http://news.example:{site.port}/a").data == PAGE


def test_a_secure_connection_names_the_host_and_not_its_number(
    site: Site, fetcher: Fetcher, names: dict[str, list[list[str]]]
) -> None:
    names["news.example"] = [["127.0.0.1"]]
    assert "secure connection" in reason(fetcher, f"https://news.example:{site.port}/a")
    assert "news.example" in site.requests[0], "the greeting of TLS"


def test_a_certificate_that_nobody_vouches_for_is_refused(fetcher: Fetcher, tmp_path: Path) -> None:
    if not (openssl := shutil.which("openssl")):
        pytest.skip("openssl, which makes the certificate, is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*made, *named, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with serve(tls=context) as site:
        site.pages["/a"] = answer(PAGE)
        url = f"https://localhost:{site.port}/a"
        assert "certificate is not valid" in reason(fetcher, url)
        assert site.requests == []
        fetcher._tls.load_verify_locations(certificate)
        assert fetcher.fetch(url).data == PAGE
        assert "certificate is not valid" in reason(fetcher, f"https://127.0.0.1:{site.port}/a"), "another name"


# --- how much of it


def test_a_page_that_is_too_large_is_refused_before_it_is_all_there(site: Site) -> None:
    sent = []

    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)
            sent.append(65536)

    site.pages["/a"] = endless
    assert "larger than 1 MB" in reason(Fetcher(allow=is_any, max_bytes=1_000_000), f"{site.url}/a")
    assert sum(sent) < 20_000_000


def test_endless_headers_are_refused(site: Site, fetcher: Fetcher) -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-Filler: " + b"x" * 1000 + b"\r\n")

    site.pages["/a"] = endless
    assert "not HTTP" in reason(fetcher, f"{site.url}/a")


def bomb(coding: str) -> bytes:
    """A gigabyte of zeros, packed."""
    packer = zlib.compressobj(9, wbits=31 if coding == "gzip" else 15)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(1000)) + packer.flush()


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_refused_without_being_unpacked(site: Site, coding: str) -> None:
    packed = bomb(coding)
    assert len(packed) < 1_100_000
    site.pages["/a"] = answer(packed, Content_Encoding=coding)
    fetcher = Fetcher(allow=is_any, max_bytes=5_000_000)
    tracemalloc.start()
    try:
        assert "unpacked it is larger than 5 MB" in reason(fetcher, f"{site.url}/a")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress", "rot13"])
def test_a_compression_that_was_not_asked_for_is_refused(site: Site, fetcher: Fetcher, coding: str) -> None:
    site.pages["/a"] = answer(b"\x1b\xff\xff\x00", Content_Encoding=coding)
    assert coding in reason(fetcher, f"{site.url}/a")
    assert "Accept-Encoding: gzip, deflate\r\n" in site.requests[0]


@pytest.mark.parametrize("body", [gzip.compress(PAGE * 99)[:-40], b"\x1f\x8b\x08\0garbage garbage", b"<html>"])
def test_damaged_compression_is_told(site: Site, fetcher: Fetcher, body: bytes) -> None:
    site.pages["/a"] = answer(body, Content_Encoding="gzip")
    assert "compressed data" in reason(fetcher, f"{site.url}/a")


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<html>",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<html",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ],
    ids=["broken off", "chunk broken off", "no HTTP", "nothing", "negative length", "two lengths"],
)
def test_what_is_no_whole_answer_is_told(site: Site, fetcher: Fetcher, raw: bytes) -> None:
    site.pages["/a"] = raw
    assert "try again" in reason(fetcher, f"{site.url}/a")


def test_nobody_there_is_told(fetcher: Fetcher, names: dict[str, list[list[str]]]) -> None:
    with serve() as gone:
        pass
    assert "no connection" in reason(fetcher, f"{gone.url}/a")
    assert "typing" in reason(fetcher, "http://no-such-name.example/")


def failure(fetcher: Fetcher, url: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        fetcher.fetch(url)
    return caught.value


def test_what_may_pass_by_itself_is_temporary_and_what_will_not_is_not(
    site: Site, fetcher: Fetcher, names: dict[str, list[list[str]]]
) -> None:
    site.pages |= {
        "/broken-off": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<html>",
        "/damaged": answer(b"\x1f\x8b\x08\0garbage garbage", Content_Encoding="gzip"),
        "/busy": answer(status=503),
        "/silent": lambda connection: time.sleep(2),
        "/packed": answer(b"\x1b", Content_Encoding="br"),
        "/loop": redirect("/loop"),
    }
    quick = Fetcher(allow=is_any, seconds=0.3)
    with serve() as gone:
        pass
    for path in ("/broken-off", "/damaged", "/busy", "/silent"):
        assert failure(quick, site.url + path).temporary, path
    assert failure(fetcher, f"{gone.url}/a").temporary
    for path in ("/packed", "/loop", "/missing"):
        assert not failure(fetcher, site.url + path).temporary, path
    for url in ("http://no-such-name.example/", "ftp://example.org/", f"https://127.0.0.1:{site.port}/"):
        assert not failure(fetcher, url).temporary, url
    assert not failure(Fetcher(), f"{site.url}/a").temporary, "it is not public"


def test_a_name_service_that_is_down_is_temporary(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", down)
    error = failure(Fetcher(), "http://news.example/")
    assert error.temporary
    assert "name service" in str(error)


# --- how often and how long


@pytest.mark.parametrize("hops", [10, 11])
def test_ten_redirects_are_followed_and_no_more(site: Site, fetcher: Fetcher, hops: int) -> None:
    site.pages |= {f"/{number}": redirect(f"/{number + 1}") for number in range(hops)}
    site.pages[f"/{hops}"] = answer(PAGE)
    if hops == 10:
        assert fetcher.fetch(f"{site.url}/0").data == PAGE
    else:
        assert "redirects more than 10 times" in reason(fetcher, f"{site.url}/0")


def test_a_redirect_to_itself_ends(site: Site, fetcher: Fetcher) -> None:
    site.pages["/a"] = redirect("/a")
    assert "redirects more than" in reason(fetcher, f"{site.url}/a")
    assert len(site.requests) == 11


def drip(start: bytes, drop: bytes) -> Callable[[socket.socket], None]:
    """A server that sends a few bytes now and then, so that no single read takes long."""

    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(drop)
            time.sleep(0.05)

    return send


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    "slow",
    [
        drip(HEAD + b"\r\n", b"x"),
        drip(HEAD, b"X-A: b\r\n"),
        drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        lambda connection: time.sleep(5),
    ],
    ids=["body", "headers", "hints", "chunks", "silence"],
)
def test_a_slow_server_does_not_keep_a_worker(site: Site, slow: Callable[[socket.socket], None]) -> None:
    site.pages["/a"] = slow
    started = time.monotonic()
    assert "within 0.5 seconds" in reason(Fetcher(allow=is_any, seconds=0.5), f"{site.url}/a")
    assert time.monotonic() - started < 2


def test_the_time_is_that_of_all_redirects_together(site: Site) -> None:
    def slowly(connection: socket.socket) -> None:
        time.sleep(0.2)
        connection.sendall(redirect("/a"))

    site.pages["/a"] = slowly
    assert "within 0.5 seconds" in reason(Fetcher(allow=is_any, seconds=0.5), f"{site.url}/a")
    assert len(site.requests) <= 3


def test_a_slow_greeting_of_tls_does_not_keep_a_worker(site: Site) -> None:
    site.pages["*"] = drip(b"\x16\x03\x03\x20\x00", b"\x00")
    started = time.monotonic()
    assert "within 0.5 seconds" in reason(Fetcher(allow=is_any, seconds=0.5), f"https://127.0.0.1:{site.port}/")
    assert time.monotonic() - started < 2


def test_a_name_service_that_does_not_answer_does_not_keep_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: done.wait(10) and [])
    started = time.monotonic()
    assert "within 0.3 seconds" in reason(Fetcher(seconds=0.3), "http://news.example/")
    assert time.monotonic() - started < 2
    done.set()
