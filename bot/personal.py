"""What people set for themselves, and what the bot says about itself."""

from collections.abc import Sequence

from bot.access import Role
from bot.incoming import Incoming
from bot.replies import Reply, messages
from bot.voice import tell
from bot.workspace import Workspace


def start(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /start says."""
    return [tell(workspace, incoming, "start")]


def help_(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /help says."""
    names = ["help", "help-admin"] if incoming.role >= Role.ADMIN else ["help"]
    return messages([tell(workspace, incoming, name).text for name in names], gap="\n")


def new(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /new does: what is asked next follows nothing."""
    workspace.memory.begin_anew(incoming.place)
    return [tell(workspace, incoming, "new")]
