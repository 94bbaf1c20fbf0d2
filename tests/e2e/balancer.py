"""A load balancer in front of several bots: each call goes to the next one, and to another one where nobody listens."""

import http.client
import itertools
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_SECONDS = 10.0
_PASSED_ON = ("Content-Type", "X-Telegram-Bot-Api-Secret-Token")


class Balancer:
    """Where it listens, and how many calls each port behind it has taken."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.taken: Counter[int] = Counter()
        self._turn = itertools.count()
        self._ports = ports
        balancer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name: self.headers[name] for name in _PASSED_ON if self.headers[name]}
                self.send_response(balancer.passed_on(self.path, body, headers))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name for it
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def passed_on(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """The status that the next bot answers with; 502 when it died over the call or none is there."""
        first = next(self._turn)
        for port in (self._ports[(first + number) % len(self._ports)] for number in range(len(self._ports))):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
            try:
                connection.connect()
            except OSError:
                continue
            try:
                connection.request("POST", path, body, headers)
                status = connection.getresponse().status
            except (OSError, http.client.HTTPException):
                return 502
            finally:
                connection.close()
            self.taken[port] += status == 200
            return status
        return 502


@contextmanager
def balancing(ports: Sequence[int]) -> Iterator[Balancer]:
    balancer = Balancer(ports)
    thread = threading.Thread(target=balancer.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield balancer
    finally:
        balancer.server.shutdown()
        thread.join()
        balancer.server.server_close()
