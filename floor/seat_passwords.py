"""The passwords of browsers' seats: each lives as long as its duty (ADR 7).

A password is drawn from the seat's secret and the duty, so it is kept nowhere and the same for a
page that is loaded again. At a duty's end the seat gets one that nobody is told, and its phone is
let go.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

import structlog

from ami.connection import LinkLost
from ami.filter import Unsendable
from ami.link import Link
from floor import metrics
from floor.people import Agent

CONTEXT: Final = "seat-keys"
"""Of the dialplan; the seat is the extension, KEY the password."""
NOBODY: Final = 0
"""No duty has this number: whose password a seat has that nobody works at."""

LetGo = Callable[[str, str], Awaitable[bool]]
"""Takes a seat's phone off the switch, by seat and password; False: it may be there still."""

_log = structlog.get_logger(__name__)


def key_of(secret: str, duty_id: int) -> str:
    """Return a seat's password for a duty: 24 hexadecimal digits."""
    said = hmac.new(secret.encode(), f"duty {duty_id}".encode(), hashlib.sha256)
    return said.hexdigest()[:24]


class SeatPasswords:
    """What each browser's seat can be registered with."""

    def __init__(
        self, link: Link, *, secrets: Callable[[], Mapping[str, str]], let_go: LetGo
    ) -> None:
        self._link = link
        self._secrets = secrets
        self._let_go = let_go
        self._boot: str | None = None
        self._given: dict[str, int] = {}
        """Whose password a seat has, in this run of Asterisk."""

    async def open(self, agent: Agent) -> None:
        """Let who begins a duty register the phone of the page."""
        if agent.kind == "browser":
            await self._give(agent.seat, agent.duty_id)

    async def close(self, agent: Agent) -> None:
        """Let nobody register at a seat any more, and take its phone off the switch."""
        if agent.kind == "browser":
            await self._give(agent.seat, NOBODY)

    async def take_off(self, agent: Agent) -> None:
        """Take the phone that is registered at a seat off the switch; the password stays.

        The page that has the phone may be frozen: then it would not go by itself, and a caller who
        is brought back to the seat would ring there.
        """
        secret = self._secrets().get(agent.seat)
        if secret and not await self._let_go(agent.seat, key_of(secret, agent.duty_id)):
            _log.warning("the phone of a seat is still at its old page", seat=agent.seat)

    async def settle(self, agents: Iterable[Agent], seats: Iterable[str]) -> None:
        """Make every seat's password that of who works there; what is so already stays."""
        if self._boot != self._link.boot:
            self._boot = self._link.boot
            self._given.clear()
        duties = {one.seat: one.duty_id for one in agents}
        for seat in seats:
            if self._given.get(seat) != duties.get(seat, NOBODY):
                await self._give(seat, duties.get(seat, NOBODY))

    async def _give(self, seat: str, duty_id: int) -> None:
        self._given.pop(seat, None)
        secret = self._secrets().get(seat)
        if secret is None:
            return
        key = key_of(secret, duty_id)
        done = await self._carried_out(seat, key)
        if done and duty_id == NOBODY:
            done = await self._let_go(seat, key)
        metrics.STEPS.labels("key", "done" if done else "refused").inc()
        if done:
            self._given[seat] = duty_id
        else:
            _log.warning("the password of a seat is not changed yet", seat=seat)

    async def _carried_out(self, seat: str, key: str) -> bool:
        try:
            return await self._link.carry_out(CONTEXT, seat, {"KEY": key})
        except (LinkLost, Unsendable):
            return False
