"""The streams of events to open pages. Does no I/O: who serves a stream reads its queue.

A page that does not read is dropped, never waited for: its browser comes back by itself and gets
the whole state anew. So nothing is kept for it without a limit.
"""

import asyncio
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from floor import metrics
from permissions.roles import Role

ROOM: Final = 64
"""Events that a page may be behind by."""

OF_ONE_PERSON: Final = 10
"""Open pages of one person; a page that comes back takes its own place again."""
OF_ONE_TOKEN: Final = 100
"""Open pages of a token: a wall of screens may share one."""

Data = Mapping[str, object]


class TooManyPagesError(Exception):
    """A person has as many pages open as one may have."""


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event as it goes to a page; ids only ever grow."""

    id: int
    event: str
    data: str

    def encoded(self) -> bytes:
        """Return the event in the form of server-sent events."""
        return f"id: {self.id}\nevent: {self.event}\ndata: {self.data}\n\n".encode()


@dataclass(eq=False, slots=True)
class Stream:
    """One open page: whose it is, and what it has not been sent yet; None ends it."""

    id: int
    account_id: int | None
    role: Role
    page: str
    token_id: int | None = None
    team: str = ""
    """The team whose agents it shows, and no others; empty: everybody."""
    waiting: asyncio.Queue[StreamEvent | None] = field(default_factory=lambda: asyncio.Queue(ROOM))
    dropped: bool = False


class Streams:
    """All open pages; `dropped` is called with one that does not read, or may look no more."""

    def __init__(self, *, dropped: Callable[[Stream], None] = lambda _: None) -> None:
        self._open: dict[int, Stream] = {}
        self._when_dropped = dropped
        self._numbers = itertools.count(1)

    def __len__(self) -> int:
        return len(self._open)

    def open(
        self,
        *,
        account_id: int | None,
        role: Role,
        page: str,
        token_id: int | None = None,
        team: str = "",
    ) -> Stream:
        """Begin a stream. Raises TooManyPagesError when its person has too many.

        The new one is refused, not an old one ended: else two pages would end each other for ever.
        """
        before, full = self._before(account_id, token_id, page)
        if before is not None:
            self._drop(before, counted=False)
        elif full:
            metrics.STREAMS_REFUSED.inc()
            raise TooManyPagesError
        stream = Stream(next(self._numbers), account_id, role, page, token_id, team)
        self._open[stream.id] = stream
        metrics.STREAMS.set(len(self._open))
        return stream

    def has_room(self, *, account_id: int | None, page: str, token_id: int | None = None) -> bool:
        """Tell whether a page of a person, or of a token, could be opened now."""
        before, full = self._before(account_id, token_id, page)
        return before is not None or not full

    def _before(
        self, account_id: int | None, token_id: int | None, page: str
    ) -> tuple[Stream | None, bool]:
        """Return the stream that this page had before, and whether its person has no room."""
        whose = (account_id, token_id)
        own = [one for one in self._open.values() if (one.account_id, one.token_id) == whose]
        most = OF_ONE_TOKEN if account_id is None else OF_ONE_PERSON
        return next((one for one in own if page and one.page == page), None), len(own) >= most

    def close(self, stream: Stream) -> None:
        """Forget a stream that has ended."""
        self._open.pop(stream.id, None)
        metrics.STREAMS.set(len(self._open))

    def tell(self, stream: Stream, event: str, data: Data) -> None:
        """Tell one page; drop it when it is too far behind."""
        told = StreamEvent(next(self._numbers), event, _compact(data))
        try:
            stream.waiting.put_nowait(told)
        except asyncio.QueueFull:
            self._drop(stream)

    def tell_account(self, account_id: int, event: str, data: Callable[[Role], Data]) -> int:
        """Tell every page of a person, in the form for the role; return how many there are."""
        theirs = [one for one in self._open.values() if one.account_id == account_id]
        for stream in theirs:
            self.tell(stream, event, data(stream.role))
        return len(theirs)

    def tell_roles(
        self,
        roles: frozenset[Role],
        event: str,
        data: Data,
        *,
        but_for: frozenset[int] = frozenset(),
    ) -> None:
        """Tell every page of these roles, `but_for` those of these ids."""
        for stream in list(self._open.values()):
            if stream.role in roles and stream.id not in but_for:
                self.tell(stream, event, data)

    def tell_teams(self, roles: frozenset[Role], event: str, data: Callable[[str], Data]) -> None:
        """Tell every page of these roles what its team may see; an empty name stands for all."""
        theirs = [stream for stream in self._open.values() if stream.role in roles]
        shown = {team: data(team) for team in {stream.team for stream in theirs}}
        for stream in theirs:
            self.tell(stream, event, shown[stream.team])

    def tell_team(self, roles: frozenset[Role], team: str, event: str, data: Data) -> None:
        """Tell every page of these roles that may see this team's people; no team: every page."""
        for stream in list(self._open.values()):
            if stream.role in roles and (not team or stream.team in {"", team}):
                self.tell(stream, event, data)

    def tell_each(self, event: str, data: Callable[[Stream], Data]) -> None:
        """Tell every page, each in its own way."""
        for stream in list(self._open.values()):
            self.tell(stream, event, data(stream))

    def of_roles(self, roles: frozenset[Role]) -> frozenset[int]:
        """Return the ids of the pages that people of these roles have open."""
        return frozenset(one.id for one in self._open.values() if one.role in roles)

    def watched_by(self, roles: frozenset[Role]) -> bool:
        """Tell whether anybody of these roles has a page open."""
        return any(one.role in roles for one in self._open.values())

    def end(self, account_id: int) -> None:
        """End every page of a person who may look no more."""
        for stream in [one for one in self._open.values() if one.account_id == account_id]:
            self._drop(stream, counted=False)

    def end_all(self) -> None:
        """End every stream: the desk stops."""
        for stream in list(self._open.values()):
            self._drop(stream, counted=False)

    def _drop(self, stream: Stream, *, counted: bool = True) -> None:
        if counted and not stream.dropped:
            metrics.DROPPED.inc()
        stream.dropped = True
        while not stream.waiting.empty():
            stream.waiting.get_nowait()
        stream.waiting.put_nowait(None)
        self.close(stream)
        self._when_dropped(stream)


def _compact(data: Data) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
