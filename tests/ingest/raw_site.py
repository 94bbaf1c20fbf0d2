"""A web server on the loopback whose every byte a test decides; `site` is the well-behaved one."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus

Raw = Callable[[socket.socket], None]


def answer(body: bytes = b"", status: int = 200, media_type: str | None = "text/html", **headers: str) -> bytes:
    """An HTTP answer; `Content_Encoding="gzip"` is the header `Content-Encoding: gzip`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if media_type:
        named["Content-Type"] = media_type
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "Connection: close", "", ""]).encode() + body


def redirect(to: str, status: int = 302) -> bytes:
    return answer(status=status, Location=to)


@dataclass
class Site:
    """What the server has, by path, and what it was asked."""

    url: str
    port: int
    pages: dict[str, bytes | Raw] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [request.split(" ")[1] for request in self.requests]


@contextmanager
def serve(host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A running server; what a page writes itself, it writes on the socket. `*` is whoever speaks no HTTP."""
    listener = socket.create_server((host, port))
    site = Site(f"http://{host}:{listener.getsockname()[1]}", listener.getsockname()[1])

    def one(plain: socket.socket) -> None:
        with plain, suppress(OSError), tls.wrap_socket(plain, server_side=True) if tls else plain as connection:
            connection.settimeout(20)
            request = b""
            while b"\r\n\r\n" not in request and (got := connection.recv(65536)):
                request += got
                if not request.startswith(b"GET "):
                    break
            site.requests.append(request.decode("latin-1"))
            path = site.requests[-1].split(" ")[1].partition("?")[0] if request.startswith(b"GET ") else "*"
            page = site.pages.get(path, answer(b"not here", 404))
            if callable(page):
                page(connection)
            else:
                connection.sendall(page)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield site
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
