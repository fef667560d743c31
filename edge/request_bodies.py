"""Limits of request bodies: how large, how fast, and how many at once.

What is small is taken from everybody. More than that is held in our memory only for a few at a
time, and for one person two at once; strangers share a small room among themselves.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

LONGEST_BODY: Final = 64 * 1024
"""Bytes of a request's body; the largest we take is a notice of a few hundred characters."""

LARGER: Final = (
    (re.compile(r"/emergency-notifications/[0-9]+/recording"), 9 * 1024 * 1024),
    (re.compile(r"/(emergency-notifications|api/v1/incidents)/[0-9]+/list"), 2 * 1024 * 1024),
    (re.compile(r"/(api/v1/)?knowledge/[0-9]+/files"), 6 * 1024 * 1024),
    (re.compile(r"/(wake-ups|api/v1/wake-registrations)/import"), 1024 * 1024),
)
"""Paths on which more comes in, and how many bytes: a recording, a list of households (CBK-5), a
workbook of wake-ups.
"""

BODY_WITHIN_S: Final = 10.0
"""Seconds for the whole body."""

LONGEST_LIST: Final = 9 * 2**20
LIST_WITHIN_S: Final = 60.0
LISTS: Final = frozenset({"/campaigns/new", "/api/v1/campaign-lists"})
"""Where lists of people are brought, ten thousand and more to call (`imports/decoding.py`)."""
LONGEST_OF_CUSTOMERS: Final = 33 * 2**20
CUSTOMERS: Final = frozenset({"/customer-imports", "/api/v1/customer-imports"})
"""Where all customers of a house are brought at once."""

LARGE_AT_ONCE: Final = 6
"""Bodies larger than `LONGEST_BODY` that are under way at once."""
LARGE_OF_ONE: Final = 2
"""Of them, of one person or token."""
OF_STRANGERS: Final = 8 * 2**20
"""Bytes of all bodies under way of whom we do not know (yet), those within `LONGEST_BODY` too."""

BUSY: Final = {"Retry-After": "10"}


@dataclass(slots=True)
class Bodies:
    """The bodies that are under way."""

    _large: Counter[object] = field(default_factory=Counter)
    _strange: int = 0

    def taken(self, scope: Scope, receive: Receive) -> "Body":
        """Return the body of a request; `done` must be called at its end."""
        return Body(self, scope, receive)

    def grows(self, body: "Body", bytes_more: int) -> None:
        """Make room for more of a body. Raises HTTPException with 503."""
        whose = _whose(body.scope)
        if whose is None and not body.counted_as_large:
            self._strange += bytes_more
            body.strange += bytes_more
            if self._strange > OF_STRANGERS:
                raise HTTPException(503, headers=BUSY)
        elif body.size > LONGEST_BODY and not body.counted_as_large:
            if self._large.total() >= LARGE_AT_ONCE or self._large[whose] >= LARGE_OF_ONE:
                raise HTTPException(503, headers=BUSY)
            body.counted_as_large = [whose]
            self._large[whose] += 1

    def done(self, body: "Body") -> None:
        """Give the room of a body back."""
        self._strange -= body.strange
        for whose in body.counted_as_large:
            self._large[whose] -= 1


@dataclass(slots=True)
class Body:
    """One request's body: stopped when it grows beyond the limit, or takes for ever."""

    bodies: Bodies
    scope: Scope
    receive: Receive
    size: int = 0
    strange: int = 0
    counted_as_large: list[object] = field(default_factory=list)

    def limited(self, most: int, within: float) -> Callable[[], Awaitable[Message]]:
        """Return a `receive` for the application."""
        whole = False
        deadline = time.monotonic() + within

        async def limited() -> Message:
            nonlocal whole
            try:
                # After the body, `receive` waits for the connection's end: as long as it takes.
                async with asyncio.timeout(None if whole else deadline - time.monotonic()):
                    message = await self.receive()
            except TimeoutError:
                raise HTTPException(408) from None
            whole = not message.get("more_body", False)
            more = len(message.get("body", b""))
            self.size += more
            if self.size > most:
                raise HTTPException(413)
            if more:
                self.bodies.grows(self, more)
            return message

        return limited


async def beforehand(receive: Receive) -> Receive:
    """Return a `receive` that has the body already, as far as it is small.

    What goes wrong meanwhile is raised when the application asks for it.
    """
    waiting: list[Message | HTTPException] = []
    size = 0
    try:
        while size <= LONGEST_BODY:
            waiting.append(message := await receive())
            size += len(message.get("body", b""))
            if not message.get("more_body", False):
                break
    except HTTPException as error:
        waiting.append(error)

    async def again() -> Message:
        if not waiting:
            return await receive()
        match waiting.pop(0):
            case HTTPException() as error:
                raise error
            case message:
                return message

    return again


def longest(path: str) -> int:
    """Return how many bytes a body may have on a path."""
    if path in CUSTOMERS:
        return LONGEST_OF_CUSTOMERS
    if path in LISTS:
        return LONGEST_LIST
    return next((most for known, most in LARGER if known.fullmatch(path)), LONGEST_BODY)


def within(path: str) -> float:
    """Return how many seconds a body may take on a path."""
    return LIST_WITHIN_S if path in LISTS | CUSTOMERS else BODY_WITHIN_S


def _whose(scope: Scope) -> object:
    principal = scope.get("state", {}).get("principal")
    return None if principal is None else (principal.account_id, principal.token_id)
