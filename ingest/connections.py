"""Connections that go to the very address that was checked, and end when their budget is spent."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Any

import httpcore

from ingest.addresses import Address

_TRIED = 4  # a name's addresses; who is not up at four is not up


class Refused(Exception):
    """A fetch may not go on; the message says why in a few words, `temporary` whether it may well later."""

    def __init__(self, reason: str, *, temporary: bool = False) -> None:
        super().__init__(reason)
        self.temporary = temporary


class Budget:
    """What one fetch may still take, redirects included: seconds, and bytes on the wire.

    A limit for each read would let a server that sends a byte now and then keep a worker for ever.
    """

    def __init__(self, seconds: float, size: int) -> None:
        self._seconds = seconds
        self._size = size
        self._end = time.monotonic() + seconds
        self._left = size

    def seconds(self) -> float:
        """The time left.

        Raises:
            Refused: when there is none.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.too_slow()
        return left

    def take(self, size: int) -> None:
        """Counts bytes that came.

        Raises:
            Refused: when there were too many.
        """
        self._left -= size
        if self._left < 0:
            raise Refused(f"it is larger than {self._size / 1e6:g} MB; download it, and give a part of it as a file")

    def too_slow(self) -> Refused:
        """The reason when time is up."""
        return Refused(f"it did not come within {self._seconds:g} seconds; try again later", temporary=True)


class CheckedBackend(httpcore.NetworkBackend):
    """Resolves a name once, and connects to those of its addresses that `allow` lets through.

    Between a check and a second look-up the name could have come to mean another machine (DNS rebinding).
    """

    def __init__(self, allow: Callable[[Address], bool], budget: Budget) -> None:
        self._allow = allow
        self._budget = budget
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to `host`.

        Raises:
            Refused: when it has no address that may be reached.
            httpcore.ConnectError: when none of them answers.
        """
        found = _addresses(host, port, self._budget)
        allowed = [address for address in found if self._allow(address)]
        if not allowed:
            where = host if host.strip("[]") == str(found[0]) else f"{host} is at {found[0]}, which"
            raise Refused(f"{where} is not a public address; save the page in a browser and give the file")
        tried = allowed[:_TRIED]
        for left in range(len(tried), 0, -1):
            try:
                stream = self._sockets.connect_tcp(str(tried[-left]), port, self._budget.seconds() / left)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if left == 1:
                    raise
            else:
                return _BudgetedStream(stream, self._budget)
        raise AssertionError("unreachable")


class _BudgetedStream(httpcore.NetworkStream):
    """A stream whose every step is paid from the budget."""

    def __init__(self, stream: httpcore.NetworkStream, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, self._budget.seconds())
        self._budget.take(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._budget.seconds())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._budget.seconds())
        return _BudgetedStream(stream, self._budget)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(host: str, port: int, budget: Budget) -> list[Address]:
    """The addresses of `host`; at least one. The system's resolver knows no timeout, hence the thread."""
    answers: SimpleQueue[list[Address] | Exception] = SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([ip_address(str(address[0])) for *_, address in found])
        except Exception as error:  # whatever it is, somebody waits for it
            answers.put(error)

    threading.Thread(target=look_up, name="qawl-resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=budget.seconds())
    except Empty:
        raise budget.too_slow() from None
    if isinstance(answer, socket.gaierror) and answer.errno == socket.EAI_AGAIN:
        raise Refused(f"the name service does not tell where {host} is; try again later", temporary=True) from answer
    if isinstance(answer, (OSError, ValueError)):  # a label that is too long is a ValueError
        raise Refused(f"there is no server of the name {host}; check the address for typing errors") from answer
    if isinstance(answer, Exception):
        raise answer
    return answer
