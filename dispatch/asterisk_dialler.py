"""Has Asterisk ring people: only in listed contexts, with checked values.

A number is dialled on the trunk, or, when it is one of the house's own phones, there. An agent is
rung at a seat: when that is idle, and after the page there was told for whom.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog

from ami.connection import LinkLost
from ami.events import Event, OriginateResponse
from ami.filter import Unsendable
from ami.link import Link
from dispatch import seats
from dispatch.attempts import Attempt

_log = structlog.get_logger(__name__)


class Lines:
    """The lines out of the house, over one link to Asterisk."""

    def __init__(
        self,
        link: Link,
        *,
        phones: frozenset[str],
        trunk: bool,
        agents_seats: frozenset[str] = frozenset(),
    ) -> None:
        """Ring over `link`, the house's own `phones`, and others by the trunk if there is one.

        `agents_seats` are those at which agents are rung: w01, 8101.
        """
        self._link = link
        self._phones = phones | agents_seats
        self._seats = agents_seats
        self._trunk = trunk
        self._failed: Callable[[str], Awaitable[None]] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        link.subscribe(self._heard)

    @property
    def connected(self) -> bool:
        return self._link.connected

    @property
    def boot(self) -> str | None:
        return self._link.boot

    def on_failure(self, failed: Callable[[str], Awaitable[None]]) -> None:
        """Have the id of an attempt told whose phone could not be rung at all."""
        self._failed = failed

    async def show(self, attempt: Attempt, *, told: Mapping[str, str], seconds: float) -> bool:
        """Show an agent who is to be called, and when the phone rings; False: no idle seat."""
        try:
            return await self._may_ring(attempt, told, rings_in=seconds)
        except (LinkLost, Unsendable):
            return False  # to ring will fail too, and that is taken in

    async def ring(
        self, attempt: Attempt, *, context: str, told: Mapping[str, str], ring_for: float
    ) -> bool | None:
        """Ring somebody; False: refused, None: the link was lost and nobody knows."""
        channel = self._channel(attempt)
        if channel is None:
            _log.warning("no line leads there", attempt=attempt.id)
            return False
        to_agent = attempt.who == seats.AGENT
        try:
            if to_agent and not await self._may_ring(attempt, told):
                return False
            return await self._link.originate(
                channel=channel,
                context=context,
                exten=attempt.id,
                channel_id=attempt.channel,
                ring_for=ring_for,
                variables=told,
                headers={"X-Call": attempt.id} if to_agent else {},
            )
        except LinkLost:
            return None
        except Unsendable as error:
            _log.warning("not rung", attempt=attempt.id, error=str(error))
            return False

    def in_house(self, number: str) -> bool:
        """Tell whether a number is one of the house's own phones: no line out leads there."""
        return number in self._phones

    async def hang_up(self, attempt: Attempt) -> None:
        """End an attempt's call; one that has no channel stays as it is."""
        try:
            await self._link.ask("Hangup", rows=False, Channel=attempt.channel, Cause=16)
        except (LinkLost, Unsendable) as error:
            _log.warning("not hung up", attempt=attempt.id, error=repr(error))

    async def living(self) -> frozenset[str]:
        """Return the ids of every channel there is. Raises LinkLost."""
        rows = (await self._link.ask("Status", rows=True)).rows
        return frozenset(row.get("Uniqueid", "") for row in rows)

    async def _may_ring(
        self, attempt: Attempt, told: Mapping[str, str], *, rings_in: float = 0.0
    ) -> bool:
        """Tell the page at an agent's seat who is to be called; False: no idle seat."""
        seat = attempt.number
        if seat not in self._seats or not await seats.is_idle(self._link, seat):
            return False
        await seats.tell(self._link, attempt, told, rings_in=rings_in)
        return True

    def _channel(self, attempt: Attempt) -> str | None:
        """Return what is rung: only what was judged is ever dialled."""
        number = attempt.dialled
        if number in self._phones:
            return f"PJSIP/{number}"
        return f"PJSIP/{number}@out" if self._trunk and number else None

    def _heard(self, event: Event) -> None:
        if isinstance(event, OriginateResponse) and not event.success and self._failed:
            task = asyncio.create_task(_told(self._failed, event))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


FAILED_AFTER_S: Final = 0.5
"""A phone that rang and was not answered is in the journal by then, with the reason."""


async def _told(failed: Callable[[str], Awaitable[None]], event: OriginateResponse) -> None:
    await asyncio.sleep(FAILED_AFTER_S)
    await failed(event.exten)
