"""Has Asterisk ring people: only in listed contexts, with checked values.

A number is dialled on the trunk, or, when it is one of the house's own phones, there. An agent is
rung at a seat: when that is idle, and after the page there was told for whom.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Final

import structlog

from ami.connection import LinkLost
from ami.events import Event, OriginateResponse
from ami.filter import Unsendable
from ami.link import Link
from dispatch import seats
from dispatch.attempts import Attempt
from trunks.trunk import Trunk

_log = structlog.get_logger(__name__)


class Lines:
    """The lines out of the house, over one link to Asterisk."""

    def __init__(
        self,
        link: Link,
        *,
        phones: frozenset[str],
        trunks: Sequence[Trunk] = (),
        agents_seats: frozenset[str] = frozenset(),
        hotline: str = "",
        answers_within: float = 6.0,
    ) -> None:
        """Ring over `link`, the house's own `phones`, and others by trunks if there are any.

        `agents_seats` are those at which agents are rung: w01, 8101. `hotline` is the number that
        is shown where a trunk names no other, `answers_within` the seconds in which a trunk must
        say anything.
        """
        self._link = link
        self._phones = phones | agents_seats
        self._seats = agents_seats
        self._trunks = {one.name: one for one in trunks}
        self._hotline = hotline
        self._answers_within = answers_within
        self._failed: Callable[[str, str], Awaitable[None]] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        link.subscribe(self._heard)

    @property
    def connected(self) -> bool:
        return self._link.connected

    @property
    def boot(self) -> str | None:
        return self._link.boot

    def on_failure(self, failed: Callable[[str, str], Awaitable[None]]) -> None:
        """Have the ids of an attempt and its channel told that could not be rung at all."""
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
            begun = await self._link.originate(
                channel=channel,
                context=context,
                exten=attempt.id,
                channel_id=attempt.channel,
                ring_for=ring_for,
                variables=told,
                headers={"X-Call": attempt.id} if to_agent else {},
                shows=self._shows(attempt),
            )
            if "@" in channel:
                self._start(self._ends_if_silent(attempt))
            return begun
        except LinkLost:
            return None
        except Unsendable as error:
            _log.warning("not rung", attempt=attempt.id, error=str(error))
            return False

    async def _ends_if_silent(self, attempt: Attempt) -> None:
        """End a call to which its trunk says nothing at all: else Asterisk waits for 32 s.

        Whatever a far switch answers, were it 100, leaves a cause on the channel.
        """
        await asyncio.sleep(self._answers_within)
        try:
            found = await self._link.ask(
                "Getvar", rows=False, Channel=attempt.channel, Variable="HANGUPCAUSE_KEYS()"
            )
        except (LinkLost, Unsendable):
            return
        if found.success and not found.value:
            await self.hang_up(attempt)

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
        trunk = self._trunk_of(attempt)
        return f"PJSIP/{number}@{trunk.endpoint}" if trunk and number else None

    def _trunk_of(self, attempt: Attempt) -> Trunk | None:
        """Return the trunk of an attempt; where it names none, the first."""
        if attempt.trunk:
            return self._trunks.get(attempt.trunk)
        return next(iter(self._trunks.values()), None)

    def _shows(self, attempt: Attempt) -> str:
        """Return the number that whoever is rung sees; empty: none."""
        trunk = None if attempt.dialled in self._phones else self._trunk_of(attempt)
        if trunk is None:
            return ""
        purpose = CALLER_IDS.get(attempt.purpose, attempt.purpose)
        return trunk.shows(purpose, self._hotline)

    def _heard(self, event: Event) -> None:
        if isinstance(event, OriginateResponse) and not event.success and self._failed:
            self._start(_told(self._failed, event))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


CALLER_IDS: Final = {"emergency": "notification"}
"""What the purposes of attempts are called in a trunk's `caller_id`, where the words differ."""

FAILED_AFTER_S: Final = 0.5
"""A phone that rang and was not answered is in the journal by then, with the reason."""


async def _told(failed: Callable[[str, str], Awaitable[None]], event: OriginateResponse) -> None:
    await asyncio.sleep(FAILED_AFTER_S)
    await failed(event.exten, event.channel)
