"""Callbacks that a house keeps for a bench: agents at phones, customers outside.

The dispatcher rings an agent, who answers whatever rings; the dialplan rings the customer then,
whom SIPp plays (`bench/guests.py`). Numbers of these customers are no others'.
"""

import asyncio
import math
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import httpx
from baresip.errors import BaresipError

from bench.judging import Invite, Judged, of_attempts, of_callback
from bench.visits import counted
from caller.leg import Leg, LineGoneError
from caller.phone import NEVER, AgentPhone, Phone
from tests.end_to_end.agents import Agent, signed_in
from tests.end_to_end.house import House, Row

FIRST: Final = 13_900_000_000
ANSWERS_AFTER_S: Final = 0.5
TALKS_FOR_S: Final = 10.0
"""After so long an agent hangs up, wherever the call is."""
READY_EVERY_S: Final = 2.0
A_NIGHT_S: Final = 36_000.0
LEAD_S: Final = 60.0
"""So long before the promised moment it is called (`features/callbacks/lifecycle.py`)."""
OF_CALLBACKS: Final = "SELECT * FROM callbacks WHERE id <= :last ORDER BY id"
"""Without those that were promised again when there was no answer yet: due in half an hour."""


@dataclass
class Callbacks:
    """Customers who were promised a call: rung once in an attempt at most, and kept or known."""

    count: int
    agents: int = 6
    most_tries: int = 3
    _last: int = 0

    @property
    def settings(self) -> Mapping[str, object]:
        return {
            "desk_phones": ",".join(self._seats),
            "wrap_up_for": 0,
            "callback_ring_for": 6,
            "callback_again_every": 5,
            "callback_tries": self.most_tries,
        }

    @property
    def _seats(self) -> Sequence[str]:
        return [str(8101 + place) for place in range(self.agents)]

    @asynccontextmanager
    async def staffed(self, house: House) -> AsyncIterator[None]:
        """Have agents at work while the block runs."""
        async with AsyncExitStack() as stack:
            phones = await stack.enter_async_context(Phone(port=house.settings.sip_port))
            work = []
            for place, seat in enumerate(self._seats):
                agent = await stack.enter_async_context(signed_in(house, str(1001 + place)))
                phone = await phones.register(seat, house.seat_password(seat), NEVER)
                await agent.begins("phone", seat)
                await stack.enter_async_context(agent.page())
                work += [_works(phone), _stays_ready(agent)]
            tasks = [asyncio.create_task(each) for each in work]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def come_due(self, house: House, *, since: datetime, minutes: int) -> None:
        """Callback so that each is to be called in one of the minutes."""
        token = house.thirdring("token", "--role", "junior-agent").strip().splitlines()[-1]
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=house.desk, headers=headers, timeout=30) as clerk:
            for place in range(self.count):
                at = since + timedelta(minutes=place % minutes, seconds=LEAD_S)
                wanted = {
                    "number": str(FIRST + place),
                    "minutes": math.ceil((at - datetime.now(at.tzinfo)).total_seconds() / 60),
                }
                answer = await clerk.post("/api/v1/callbacks", json=wanted)
                answer.raise_for_status()
                self._last = int(answer.json()["id"])

    async def begin(self, house: House) -> None:
        """Each has a minute of its own."""

    async def left(self, house: House) -> int:
        rows = await house.rows(OF_CALLBACKS, last=self._last)
        return sum(row["state"] not in {"completed", "failed", "unknown"} for row in rows)

    async def judged(self, house: House, invites: Sequence[Invite]) -> Judged:
        callbacks = await house.rows(OF_CALLBACKS, last=self._last)
        attempts = await house.rows("SELECT * FROM attempts WHERE purpose = 'callback'")
        of: dict[int, list[Row]] = defaultdict(list)
        for row in attempts:
            of[int(row["subject_id"])].append(row)
        rung: dict[str, list[float]] = defaultdict(list)
        for at, number in invites:
            rung[number].append(at)
        numbers = {str(row["number"]) for row in callbacks}
        return Judged(
            name="callbacks",
            jobs=len(callbacks),
            invites=sum(len(rung[number]) for number in numbers),
            attempts=len(attempts),
            over=counted(str(row["state"]) for row in callbacks),
            faults=[
                *of_attempts([], attempts),
                *(
                    fault
                    for row in callbacks
                    for fault in of_callback(row, of[int(row["id"])], rung[str(row["number"])])
                ),
            ],
        )


async def _works(phone: AgentPhone) -> None:
    """Answer every call that rings, and hang up some time later."""
    async with asyncio.TaskGroup() as talks:
        while True:
            leg = await phone.rings(within=A_NIGHT_S)
            talks.create_task(_talks(leg))


async def _talks(leg: Leg) -> None:
    with suppress(TimeoutError, LineGoneError, BaresipError):  # the switch was killed meanwhile
        await asyncio.sleep(ANSWERS_AFTER_S)
        await leg.picks_up()
    await asyncio.sleep(TALKS_FOR_S)
    with suppress(TimeoutError, BaresipError):
        await leg.hangs_up()


async def _stays_ready(agent: Agent) -> None:
    """Be ready again after whatever took the agent out."""
    while True:
        with suppress(httpx.HTTPError):
            await agent.is_now("ready")
        await asyncio.sleep(READY_EVERY_S)
