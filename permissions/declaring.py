"""The form in which a feature declares its permissions: verbs, and the verb of each route.

Does no I/O. A verb is `thing.verb`, as `call.read`. Each feature has one `PERMISSIONS` in its
`permissions.py`; `permissions/declared.py` finds them by their folder.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from permissions.scopes import Grants, Scope

Route = tuple[str, str]
"""Method and path template, as in `("GET", "/api/v1/calls/{call_id}")`."""

WEB_SOCKET = "WEBSOCKET"
"""Stands for the method of a web socket."""


class Open(Enum):
    """Routes that need neither a session nor a token."""

    EVERYWHERE = "everywhere"
    """Says nothing about any caller or this machine."""
    LOOPBACK = "loopback"
    """Figures about the machine: from itself without a token, from elsewhere for LEADERS only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What one feature declares."""

    verbs: Mapping[str, Grants] = field(default_factory=dict)
    """Each verb with the roles that have it, and how far; a role that is not named has it not."""
    routes: Mapping[str, str | Open] = field(default_factory=dict)
    """`GET /api/v1/calls` with the verb that it asks for, this feature's or another's."""
    scopes: Mapping[str, Mapping[Scope, str]] = field(default_factory=dict)
    """By verb and scope one sentence: what is one's own, or one's department's."""
    looks: Mapping[str, str] = field(default_factory=dict)
    """Those of the routes that show what is customers': what goes on the audit record for a look,
    as `call.list`, with what was asked for. Others put a look on record themselves."""
    before_the_change: frozenset[str] = frozenset()
    """Those of the routes that are open to a person whose password another person knows."""


class DeclarationError(Exception):
    """What features declare does not fit together; the desk must not start."""


def route_of(text: str) -> Route:
    """Return the route that is written `GET /path`. Raises DeclarationError."""
    method, blank, path = text.partition(" ")
    if not blank or not method.isupper() or not path.startswith("/"):
        raise DeclarationError(f"{text!r} is no route: write `GET /path`")
    return method, path
