"""The server itself: HTTP in front, a plain object for the test behind."""

import asyncio
import inspect
import re
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any, Self, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from telegram.constants import ChatMemberStatus, PollingLimit

from tests.e2e.bot_api.calls import Call, Failure, refusal_response
from tests.e2e.bot_api.chats import Chat, Telegram
from tests.e2e.bot_api.limits import Json, Refusal, bad_request
from tests.e2e.bot_api.methods import Methods
from tests.e2e.bot_api.people import BasicGroup, Channel, Group, Room, User
from tests.e2e.bot_api.updates import Delivery
from tests.e2e.bot_api.wire import MODELS, check_parameters, check_result, not_modelled, parse_request

START_SECONDS = 10.0
STOP_SECONDS = 10.0
RoomT = TypeVar("RoomT", bound=Room)


class BotApi:
    """Telegram for one bot: a context manager that serves on a loopback port and may be used from any thread.

    `privacy` is the bot's privacy mode: in groups where it is no administrator it sees only what is meant for it.
    """

    def __init__(
        self, token: str = "123456:TEST-token", *, username: str = "qawl_test_bot", privacy: bool = False
    ) -> None:
        self.token = token
        self.bot: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Qawl",
            "username": username,
            "can_join_groups": True,
            "can_read_all_group_messages": not privacy,
            "supports_inline_queries": True,
        }
        self._telegram = Telegram(self.bot)
        self._methods = Methods(self._telegram)
        self._calls: list[Call] = []
        self._failures: dict[str, list[Failure]] = {}
        # Only with its protocol named does asyncio switch Nagle's algorithm off, which costs 40 ms an answer.
        self._socket = socket.socket(proto=socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.api_url = f"{self.url}/bot"
        self.file_url = f"{self.url}/file/bot"
        routes = [
            Route("/file/bot{token}/{path:path}", self._answer_file, methods=["GET"]),
            Route("/bot{token}/{method}", self._answer_call, methods=["GET", "POST"]),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes), log_config=None, log_level="critical", lifespan="off", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True, name="bot-api")

    def __enter__(self) -> Self:
        self._thread.start()
        until = time.monotonic() + START_SECONDS
        while not self._server.started and self._thread.is_alive() and time.monotonic() < until:
            time.sleep(0.005)
        if not self._server.started:
            raise RuntimeError("the stand-in for Telegram did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._telegram.updates.close()
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS)
        self._socket.close()

    # Who is there

    def user(
        self,
        name: str = "Alice",
        *,
        id: int | None = None,  # noqa: A002
        language_code: str | None = "en",
        username: str | None = None,
    ) -> User:
        """A person; the bot may write to them once they have written to it."""
        with self._telegram.lock:
            return User(self._telegram, id or 1_000 + self._telegram.number(), name, language_code, username)

    def group(
        self,
        title: str = "Newsroom",
        *,
        id: int | None = None,  # noqa: A002
        username: str | None = None,
        topics: tuple[int, ...] = (),
        admins: tuple[User, ...] = (),
        members: tuple[User, ...] = (),
        bot_status: str = ChatMemberStatus.MEMBER,
    ) -> Group:
        """A supergroup, with topics a forum; the bot is in it already unless `bot_status` says otherwise."""
        group = Group(self._telegram, id or self._room_id(), title=title, username=username)
        group.topics = frozenset(topics)
        return self._settle(group, admins, members, bot_status)

    def basic_group(
        self, title: str = "Newsroom", *, admins: tuple[User, ...] = (), members: tuple[User, ...] = ()
    ) -> BasicGroup:
        """A group that can become a supergroup; the bot is in it already."""
        group = BasicGroup(self._telegram, -4_000_000_000 - self._telegram.number(), title=title)
        return self._settle(group, admins, members, ChatMemberStatus.MEMBER)

    def channel(
        self,
        title: str = "Wire",
        *,
        id: int | None = None,  # noqa: A002
        username: str | None = None,
        admins: tuple[User, ...] = (),
        discussion: Group | None = None,
        bot_status: str = ChatMemberStatus.ADMINISTRATOR,
    ) -> Channel:
        """A channel; `discussion` is its linked group."""
        channel = Channel(self._telegram, id or self._room_id(), title=title, username=username)
        channel.discussion = discussion
        return self._settle(channel, admins, (), bot_status)

    # What the bot did

    def calls(self, method: str | None = None, *, chat: Chat | int | None = None) -> list[Call]:
        """All calls so far, refused ones too, in the order in which they were decided."""
        with self._telegram.lock:
            return [c for c in self._calls if method in {None, c.method} and _is_in(c, chat)]

    @property
    def faults(self) -> list[Call]:
        """The calls that were refused or are not modelled, without those failed on purpose by `fail_next`."""
        with self._telegram.lock:
            return [c for c in self._calls if c.error and not c.expected]

    @property
    def deliveries(self) -> list[Delivery]:
        """The attempts to hand updates to the webhook."""
        return list(self._telegram.updates.deliveries)

    @property
    def unconfirmed(self) -> int:
        """How many updates the bot has not taken yet."""
        return len(self._telegram.updates.pending)

    def wait_for(
        self,
        method: str,
        *,
        chat: Chat | int | None = None,
        timeout: float = 20,
        where: Callable[[Call], bool] = lambda _: True,
    ) -> Call:
        """The first successful call that fits and that no earlier `wait_for` returned.

        Raises AssertionError after `timeout` seconds.
        """

        def found() -> Call | None:
            fits = (c for c in self.calls(method, chat=chat) if not c.waited_for and (c.error is None) and where(c))
            return next(fits, None)

        with self._telegram.lock:
            call = self._telegram.lock.wait_for(found, timeout)
            if not call:
                seen = "\n  ".join(map(repr, [c for c in self._calls if c.method != "getUpdates"][-10:]))
                raise AssertionError(f"no {method} within {timeout} s; the last calls were\n  {seen}")
            call.waited_for = True
            return call

    def forget_calls(self) -> None:
        """Starts the record afresh, for tests that share a server: no calls, faults, deliveries or planned failures."""
        with self._telegram.lock:
            self._calls.clear()
            self._failures.clear()
            self._telegram.updates.deliveries.clear()

    def fail_next(
        self,
        method: str,
        *,
        status: int | None = None,
        description: str | None = None,
        retry_after: int | None = None,
        migrate_to_chat_id: int | None = None,
        drop: bool = False,
        delay: float = 0,
        applied: bool = False,
        times: int = 1,
    ) -> None:
        """Makes the next `times` calls of `method` fail, lose their connection or be slow.

        status: answered with it; 5xx without a description is a page of HTML, as from a proxy.
        drop: the answer breaks off and the connection is closed.
        delay: the answer comes that many seconds late; on its own the call succeeds.
        applied: the call has its effect and only then fails, as when the answer is lost on its way.
        """
        more = {"retry_after": retry_after, "migrate_to_chat_id": migrate_to_chat_id}
        parameters = {key: value for key, value in more.items() if value is not None}
        failure = Failure(status, description, parameters, drop, delay, applied)
        with self._telegram.lock:
            self._failures.setdefault(method, []).extend([failure] * times)

    # Inside the server's thread

    async def _serve(self) -> None:
        delivering = asyncio.create_task(self._telegram.updates.deliver())
        await self._server.serve(sockets=[self._socket])
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)

    async def _answer_call(self, request: Request) -> Response:
        call = Call(request.path_params["method"])
        failure = self._next_failure(call.method)
        if failure and failure.error and not failure.applied:
            await self._read(request, call)
            self._record_failure(call, failure)
            await asyncio.sleep(failure.delay)
            return failure.response()
        response = await self._carry_out(request, call)
        if not failure or call.error:
            self._record(call)
            return response
        if failure.error:
            self._record_failure(call, failure)
        else:
            self._record(call)
        await asyncio.sleep(failure.delay)
        return failure.response() if failure.error else response

    async def _carry_out(self, request: Request, call: Call) -> Response:
        try:
            self._check_token(request.path_params["token"])
            handler = self._handler(call.method)
            params = await self._read(request, call, strict=True)
            _check_modelled(call.method, handler, params)
            if call.method == "getUpdates":
                call.result = await handler(**params)
            else:
                with self._telegram.lock:
                    call.result = handler(**params)
            check_result(call.method, call.result)
        except Refusal as refusal:
            call.status, call.error = refusal.status, refusal.description
            # A poll that its bot no longer waits for, because it stopped or was killed, conflicts with nobody.
            call.expected = refusal.status == 409 and await request.is_disconnected()
            return refusal_response(refusal)
        except ClientDisconnect:
            call.status, call.error, call.expected = 0, "the bot went away", True
            return Response()
        except Exception as mistake:  # a mistake of the stand-in itself must not pass for an answer of Telegram
            call.status, call.error = 500, f"stand-in failed: {mistake!r}"
            return refusal_response(Refusal(500, call.error))
        return JSONResponse({"ok": True, "result": call.result})

    async def _read(self, request: Request, call: Call, *, strict: bool = False) -> Json:
        """The parameters of the call, also noted in `call`; unless `strict`, errors in them do not matter."""
        try:
            body = await request.body()
            fields, files = parse_request(request.headers.get("content-type", ""), request.url.query, body)
            call.params = {**fields, **files}
            if call.method in MODELS:
                call.params = check_parameters(call.method, fields, files)
        except Refusal:
            if strict:
                raise
        finally:
            call.chat_id = self._chat_id(call.params.get("chat_id"))
        if strict and any(key.endswith("parse_mode") for key in _keys(call.params)):
            raise bad_request("parse_mode is refused here: send entities")
        return call.params

    def _handler(self, method: str) -> Callable[..., Any]:
        if method == "getUpdates":
            return self._get_updates
        name = re.sub("(?=[A-Z])", "_", method).lower()
        handler = getattr(self._methods, name, None)
        if method not in MODELS or handler is None:
            raise not_modelled(method)
        return handler

    def _get_updates(
        self,
        offset: int = 0,
        limit: int = PollingLimit.MAX_LIMIT,
        timeout: float = 0,
        allowed_updates: list[str] | None = None,
    ) -> Awaitable[list[Json]]:
        return self._telegram.updates.poll(offset, limit, timeout, allowed_updates)

    async def _answer_file(self, request: Request) -> Response:
        call = Call("file", {"path": request.path_params["path"]})
        try:
            self._check_token(request.path_params["token"])
            return Response(self._file(call.params["path"]), media_type="application/octet-stream")
        except Refusal as refusal:
            call.status, call.error = refusal.status, refusal.description
            return refusal_response(refusal)
        finally:
            self._record(call)

    def _file(self, wanted: str) -> bytes:
        with self._telegram.lock:
            for path, data, _ in self._telegram.files.values():
                if path == wanted:
                    return data
        raise Refusal(404, "Not Found")

    def _check_token(self, token: str) -> None:
        if not re.fullmatch(r"\d+:[\w-]+", token):
            raise Refusal(404, "Not Found")
        if token != self.token:
            raise Refusal(401, "Unauthorized")

    def _chat_id(self, chat_id: object) -> int | None:
        if isinstance(chat_id, int):
            return chat_id
        with self._telegram.lock:
            return next(
                (c.id for c in self._telegram.chats.values() if c.username and chat_id == f"@{c.username}"), None
            )

    def _next_failure(self, method: str) -> Failure | None:
        with self._telegram.lock:
            waiting = self._failures.get(method)
            return waiting.pop(0) if waiting else None

    def _record_failure(self, call: Call, failure: Failure) -> None:
        call.error, call.status, call.expected = failure.error, 0 if failure.drop else failure.status or 200, True
        self._record(call)

    def _record(self, call: Call) -> None:
        with self._telegram.lock:
            self._calls.append(call)
            self._telegram.lock.notify_all()

    def _room_id(self) -> int:
        return -1_001_000_000_000 - self._telegram.number()

    def _settle(self, room: RoomT, admins: tuple[User, ...], members: tuple[User, ...], bot_status: str) -> RoomT:
        with self._telegram.lock:
            room.member_status[self.bot["id"]] = bot_status
            statuses = dict.fromkeys(members, ChatMemberStatus.MEMBER) | dict.fromkeys(
                admins, ChatMemberStatus.ADMINISTRATOR
            )
            for person, status in statuses.items():
                room.member_status[person.id], room.users[person.id] = status, person.user
        return room


def _check_modelled(method: str, handler: Callable[..., Any], params: Json) -> None:
    if unmodelled := params.keys() - inspect.signature(handler).parameters.keys():
        raise not_modelled(f"{method} with {', '.join(sorted(unmodelled))}")


def _is_in(call: Call, chat: Chat | int | None) -> bool:
    return chat is None or call.chat_id == (chat if isinstance(chat, int) else chat.id)


def _keys(value: object) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for item in value.values() for key in _keys(item))]
    return [key for item in value for key in _keys(item)] if isinstance(value, list) else []
