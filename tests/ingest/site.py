"""A small web site on the loopback, which remembers what it was asked."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PARAGRAPHS = {
    "ar": [
        "قال وزير الخارجية الروسي سيرغي لافروف إن الوضع في المنطقة خطير للغاية، وإن بلاده تتابعه باهتمام كبير.",
        "وأضاف لافروف خلال مؤتمر صحفي أن المسلحين يتكيفون مع الوقائع المتغيرة ويبحثون عن قنوات جديدة للتمويل.",
        "ولفت الوزير إلى استمرار الدعم المالي الخارجي للمتطرفين، داعيا إلى تعاون دولي أوسع في هذا المجال.",
    ],
    "en": [
        "Foreign Minister Sergey Lavrov said on Tuesday that the situation in the region is extremely dangerous.",
        "The militants are adapting to changing realities and looking for new channels of finance, Lavrov added.",
        "The minister also pointed to continuing financial support from abroad and called for wider cooperation.",
    ],
    "ru": [
        "Министр иностранных дел Сергей Лавров заявил во вторник, что положение в регионе остаётся крайне опасным.",
        "Боевики приспосабливаются к меняющимся условиям и ищут новые каналы финансирования, добавил Лавров.",
        "Министр также указал на продолжающуюся финансовую поддержку извне и призвал к более широкому сотрудничеству.",
    ],
}


def page(title: str, lang: str = "en", more: str = "") -> bytes:
    """A page with an article of three paragraphs."""
    shown = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS[lang])
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{more}</head>'
        f"<body><nav><a href='/'>Home</a></nav><article><h1>{title}</h1>{shown}</article></body></html>"
    ).encode()


@dataclass
class Asked:
    """A request that the site was sent."""

    path: str
    headers: dict[str, str]
    at: float


@dataclass
class Answer:
    """What the site answers at a path; with an `ETag` or `Last-Modified` it answers 304 to those who know it."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Site:
    """Answers by path; what is not there is a 404."""

    url: str = ""
    answers: dict[str, Answer | Callable[[], Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def put(self, path: str, body: bytes | str, *, status: int = 200, **headers: str) -> str:
        """Sets what is answered at `path`; underscores in `headers` are hyphens. The address comes back."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = Answer(body.encode() if isinstance(body, str) else body, status, named)
        return self.url + path

    def paths(self) -> list[str]:
        """What was asked for, robots.txt left out."""
        return [one.path for one in self.asked if one.path != "/robots.txt"]


@contextmanager
def running_site() -> Iterator[Site]:
    """A site that runs until the end of the `with` statement."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            site.asked.append(Asked(self.path, headers, time.monotonic()))
            answer = site.answers.get(self.path, Answer(b"Not found", 404))
            answer = answer if isinstance(answer, Answer) else answer()
            etag, modified = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
            unchanged = (etag and headers.get("if-none-match") == etag) or (
                not etag and modified and headers.get("if-modified-since") == modified
            )
            self.send_response(304 if unchanged and answer.status == 200 else answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if not unchanged:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if not unchanged:
                self.wfile.write(answer.body)

        def log_message(self, *args: object) -> None:
            """Nothing: the test's output is not the place."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
