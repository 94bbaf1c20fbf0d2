"""A TCP line to a server, which can break, and be away."""

import asyncio
import socket
import struct
import threading
from contextlib import suppress
from typing import Self

_START_SECONDS = 10.0
_BLOCK = 1 << 16
# SO_LINGER, on and 0 seconds: closing sends a reset, as from a machine that has forgotten the connection.
_RESET = struct.pack("ii", 1, 0)


class Line:
    """Carries bytes from a loopback port of its own to another; a context manager, for any thread."""

    def __init__(self, to_port: int) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self._to_port = to_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="line")
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self.comes_back()
        return self

    def __exit__(self, *_: object) -> None:
        self.goes_away()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_START_SECONDS)
        self._loop.close()

    def breaks(self) -> None:
        """Resets all connections there are, wherever they have got to."""
        asyncio.run_coroutine_threadsafe(self._break(), self._loop).result(_START_SECONDS)

    def goes_away(self) -> None:
        """Resets all connections and refuses others."""
        if self._server:
            self._loop.call_soon_threadsafe(self._server.close)
        self.breaks()

    def comes_back(self) -> None:
        """Takes connections again."""
        opening = asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result(_START_SECONDS)

    async def _break(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            end.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to_port)
        ends = {writer, back}
        self._ends |= ends
        try:
            await asyncio.gather(_pump(reader, back), _pump(there, writer))
        except OSError:
            pass
        finally:
            for end in ends:
                end.close()
            self._ends -= ends


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while block := await reader.read(_BLOCK):
        writer.write(block)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
