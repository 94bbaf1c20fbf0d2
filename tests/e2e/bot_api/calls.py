"""One call of the bot, and the ways in which it can be answered."""

import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests.e2e.bot_api.limits import Json, Refusal


@dataclass
class Call:
    """One call the bot made.

    status: the HTTP status it got, 0 where the connection was dropped.
    error: why it did not succeed; `expected` where the test asked for that with `fail_next`.
    at: the time.monotonic() of its arrival.
    """

    method: str
    params: Json = field(default_factory=dict)
    result: Any = None
    status: int = 200
    error: str | None = None
    expected: bool = False
    chat_id: int | None = None
    at: float = field(default_factory=time.monotonic)
    waited_for: bool = field(default=False, repr=False)


@dataclass(frozen=True)
class Failure:
    """What `BotApi.fail_next` has in store for a call."""

    status: int | None
    description: str | None
    parameters: dict[str, int]
    drop: bool
    delay: float
    applied: bool

    @property
    def error(self) -> str | None:
        """What the call gets instead of its result; None where it is only slow."""
        if self.drop:
            return "connection dropped"
        if self.status is None:
            return None
        if self.description:
            return self.description
        if "retry_after" in self.parameters:
            return f"Too Many Requests: retry after {self.parameters['retry_after']}"
        if "migrate_to_chat_id" in self.parameters:
            return "Bad Request: group chat was upgraded to a supergroup chat"
        return HTTPStatus(self.status).phrase

    def response(self) -> Response:
        """The failing answer; a server error without a description is a page of HTML, as a proxy answers."""
        if self.drop:
            return _Dropped()
        status = self.status or 200
        if status >= 500 and not self.description:
            return Response(f"<html><body><h1>{status} {self.error}</h1></body></html>", status, media_type="text/html")
        return refusal_response(Refusal(status, self.error or "", **self.parameters))


class _Dropped(Response):
    """An answer that breaks off: uvicorn closes the connection of an app that sends less than it announced."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


def refusal_response(refusal: Refusal) -> JSONResponse:
    """The answer with `ok: false` under its HTTP status, as Telegram gives it."""
    body: Json = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return JSONResponse(body, refusal.status)
