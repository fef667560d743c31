"""What is due while everything is killed, one kind of job for each purpose we ring people for.

A kind puts its jobs in, says how many are not over, and afterwards holds our rows against the
INVITEs that the other side has written down. `KINDS` has them all; one more is added there.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

import httpx

from bench.callbacks import Callbacks
from bench.guests import KINDS as SLEEPERS
from bench.judging import Invite, Judged, of_attempts, of_guest
from bench.visits import Visits, counted
from tests.end_to_end.house import House


class Jobs(Protocol):
    """One kind of job."""

    @property
    def count(self) -> int:
        """Return how many there are."""
        ...

    @property
    def settings(self) -> Mapping[str, object]:
        """Return what the house is set to for it."""
        ...

    def staffed(self, house: House) -> AbstractAsyncContextManager[None]:
        """Have whoever of the house is needed at work while the block runs."""
        ...

    async def come_due(self, house: House, *, since: datetime, minutes: int) -> None:
        """Put the jobs in, to become due evenly over so many minutes."""
        ...

    async def begin(self, house: House) -> None:
        """Let them become due from now on, where they do not by themselves."""
        ...

    async def left(self, house: House) -> int:
        """Return how many are not over."""
        ...

    async def judged(self, house: House, invites: Sequence[Invite]) -> Judged:
        """Return what was found in our rows and in the other side's book."""
        ...


@dataclass(frozen=True)
class WakeUps:
    """Guests of all kinds: rung at least once, never after they were known to be awake."""

    count: int
    attendant: str = "7009"

    @property
    def settings(self) -> Mapping[str, object]:
        return {
            "attendants": self.attendant,
            "wake_ring_for": 15,
            "wake_again_every": 5,
            "wake_give_up_after": 60,
            "wake_knock_within": 30,
        }

    def staffed(self, house: House) -> AbstractAsyncContextManager[None]:
        """Everybody is SIPp's."""
        del house
        return nullcontext()

    async def come_due(self, house: House, *, since: datetime, minutes: int) -> None:
        """Register rooms of five digits whose last says what kind of sleeper it is."""
        kinds = [digit for digit in SLEEPERS if digit != "9"]
        token = house.thirdring("token", "--role", "switchboard").strip().splitlines()[-1]
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=house.desk, headers=headers, timeout=30) as clerk:
            for number in range(self.count):
                at = since + timedelta(minutes=number % minutes)
                wanted = {
                    "room": f"{2000 + number}{kinds[number % len(kinds)]}",
                    "wall": f"{at:%H:%M}",
                    "first_day": f"{at:%Y-%m-%d}",
                }
                answer = await clerk.post("/api/v1/wake-registrations", json=wanted)
                answer.raise_for_status()

    async def begin(self, house: House) -> None:
        """Each has a minute of its own."""

    async def left(self, house: House) -> int:
        rows = await house.rows(
            "SELECT count(*) AS left_over FROM wake_ups"
            " WHERE state NOT IN ('awake', 'alarm', 'missed')"
        )
        return int(rows[0]["left_over"])

    async def judged(self, house: House, invites: Sequence[Invite]) -> Judged:
        wake_ups = await house.rows("SELECT * FROM wake_ups")
        rows = await house.rows("SELECT * FROM attempts WHERE purpose IN ('wake_up', 'attendant')")
        mine = {str(row["number"]): row for row in wake_ups}
        numbers = {*mine, self.attendant}
        rung = [invite for invite in invites if invite[1] in numbers]
        return Judged(
            name="wake-ups",
            jobs=len(wake_ups),
            invites=len(rung),
            attempts=len(rows),
            over=counted(str(row["proof"]) or str(row["state"]) for row in wake_ups),
            faults=[
                *of_attempts(rung, rows),
                *(fault for number, row in mine.items() for fault in of_guest(number, row, rung)),
            ],
        )


KINDS: Final[Sequence[Callable[[int], Jobs]]] = (WakeUps, Visits, Callbacks)
"""Each is given its share of the jobs."""


def shared(jobs: int) -> list[Jobs]:
    """Return all kinds, with so many jobs together."""
    each, more = divmod(jobs, len(KINDS))
    return [kind(each + (place < more)) for place, kind in enumerate(KINDS)]


@asynccontextmanager
async def staffed(house: House, kinds: Sequence[Jobs]) -> AsyncIterator[None]:
    """Have everybody at work while the block runs."""
    async with AsyncExitStack() as stack:
        for kind in kinds:
            await stack.enter_async_context(kind.staffed(house))
        yield


async def begin(house: House, kinds: Sequence[Jobs]) -> None:
    """Let the first become due."""
    await asyncio.gather(*(kind.begin(house) for kind in kinds))


async def put_in(house: House, kinds: Sequence[Jobs], *, since: datetime, minutes: int) -> None:
    """Put the jobs of all kinds in."""
    await asyncio.gather(*(kind.come_due(house, since=since, minutes=minutes) for kind in kinds))
