"""A stand-in for Telegram's Bot API on a loopback port, for tests in which the real bot process talks to it.

It refuses what Telegram refuses and answers 501 to what it does not model. Both are kept in `BotApi.faults`.

    with BotApi() as server:              # point the bot at server.token, server.api_url and server.file_url
        alice = server.user("Alice")
        alice.says("/start")
        answer = server.wait_for("sendMessage", chat=alice)
        assert "Hello" in answer.params["text"]
        assert server.faults == []
"""

from tests.e2e.bot_api.calls import Call
from tests.e2e.bot_api.people import Channel, Group, User
from tests.e2e.bot_api.server import BotApi
from tests.e2e.bot_api.wire import Upload

__all__ = ["BotApi", "Call", "Channel", "Group", "Upload", "User"]
