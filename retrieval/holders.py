"""Who held well-known offices: for questions by an office about articles that give the name alone."""

import tomllib
from functools import cache, lru_cache
from importlib import resources

from retrieval.descriptions import agreement, contradict

_SAME = 0.95  # of what two descriptions of one office say, each way
_REMEMBERED = 1024  # descriptions


@lru_cache(maxsize=_REMEMBERED)
def holders(description: str) -> dict[str, str]:
    """The names, in English, of whoever held the office that a description tells, each with the office."""
    return {
        name.strip(): office
        for office, names in table().items()
        if _is_same(description, office)
        for name in names.split(",")
    }


def _is_same(description: str, office: str) -> bool:
    if contradict(description, office, frozenset):
        return False
    return min(agreement(description, office, frozenset), agreement(office, description, frozenset)) >= _SAME


@cache
def table() -> dict[str, str]:
    """The names of whoever held each office, separated by commas."""
    text = (resources.files("retrieval") / "data" / "holders.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text))
