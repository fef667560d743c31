"""Owns a house that calls people for batches: a database, journals and a switch by script."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from callflow.rules.questions import SHIPPED, Kind, Result
from dispatch import attempts
from dispatch.attempts import Attempt
from dispatch.dispatcher import Dispatcher
from dispatch.guard import Guard
from features.campaigns import contacts as batch_jobs
from features.campaigns import queries as batches
from features.campaigns.contact import Job, JobState
from features.campaigns.contacts import Person
from features.campaigns.lifecycle import BatchState
from features.campaigns.outbound import Batching
from features.campaigns.queries import Batch
from features.campaigns.tables import BatchJobRow
from features.do_not_call import queries as do_not_call
from features.do_not_call.queries import Entry
from features.duties import queries as duties
from features.duties.queries import DutyState
from ledger.journal import Journals
from permissions.roles import Role
from phone_numbers.dialling import Rules
from phone_numbers.reading import Numbering
from tests.fakes.ringing import LinkGone, RingingSwitch
from tests.integration.at_work import at_work, signs_in
from tests.waiting import until

ALL_DAY: dict[str, Any] = {
    "opens": time(0, 0),
    "closes": time(23, 59),
    "on_weekends": True,
    "on_holidays": True,
}
SEATS = frozenset(f"w{number:02d}" for number in range(1, 60))
QUICK = {Result.BUSY: 0.3, Result.NO_ANSWER: 0.3, Result.OFF: 0.3, Result.UNKNOWN: 0.3}


def zone_of_noon() -> str:
    """Return a zone in which it is noon, or nearly: no test ends at midnight."""
    east = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-east:+d}" if east else "Etc/GMT"


def batch(**other: Any) -> Batch:
    """Return a survey that calls at any hour, as fast as it can."""
    made: dict[str, Any] = {
        "name": "回访",
        "kind": Kind.SURVEY,
        "questions": SHIPPED[:2],
        "zone": zone_of_noon(),
        "lines": 100,
        "calls_per_second": 1000.0,
        "spacing": QUICK,
    }
    return Batch(**made | ALL_DAY | other)


def people(count: int, *, first: int = 13_800_000_000, **other: Any) -> list[Person]:
    return [
        Person(position=place, number=str(first + place), name=f"客户{place}", **other)
        for place in range(1, count + 1)
    ]


class SpokenAtOnce:
    """Words that are always ready."""

    def ready(self, batch_id: int, batch: Batch) -> bool:
        return bool(batch_id and batch.questions)


@dataclass
class House:
    """Where batches are made and called."""

    engine: AsyncEngine
    switch: RingingSwitch
    batch_of: dict[int, int] = field(default_factory=dict)
    """The batch of each job."""

    async def makes(
        self, wanted: Batch, who: list[Person], *, due: datetime | None = None, run: bool = True
    ) -> int:
        now = datetime.now(UTC) - timedelta(seconds=1)
        async with self.engine.execution_options(writing=True).begin() as connection:
            key = await batches.make(connection, wanted, who, made_by=None, now=now, due=due)
            if run:
                assert await batches.change(connection, key, BatchState.RUNNING, now=now)
            found = await connection.execute(
                select(BatchJobRow.id).where(BatchJobRow.batch_id == key)
            )
            self.batch_of |= dict.fromkeys(found.scalars(), key)
        return key

    async def works(
        self,
        number: str,
        seat: str,
        *,
        role: Role = Role.JUNIOR_AGENT,
        state: DutyState = DutyState.READY,
    ) -> None:
        """Let somebody sign in at a seat."""
        await signs_in(self.engine, number, seat, role=role, state=state)

    async def rests(self, number: str) -> None:
        """Let somebody at work take a rest."""
        async with self.engine.execution_options(writing=True).begin() as connection:
            duty = await duties.of_number(connection, number)
            assert duty is not None
            now = datetime.now(UTC)
            await duties.turn(connection, duty.id, DutyState.PAUSED, reason="rest", now=now)

    async def gets(self, key: int, state: BatchState) -> bool:
        async with self.engine.execution_options(writing=True).begin() as connection:
            return await batches.change(connection, key, state, now=datetime.now(UTC))

    async def refuses(self, number: str) -> None:
        async with self.engine.execution_options(writing=True).begin() as connection:
            entry = Entry(number, "customer asked", datetime.now(UTC), "7001")
            assert await do_not_call.put(connection, entry)

    async def jobs(self, key: int) -> list[Job]:
        async with self.engine.connect() as connection:
            wanted = batch_jobs.Wanted(batch_id=key)
            return [one.job async for one in batch_jobs.every(connection, wanted)]

    async def known(self, key: int) -> batches.Known:
        async with self.engine.connect() as connection:
            found = await batches.one(connection, key)
        assert found is not None
        return found

    async def attempts(self) -> list[Attempt]:
        async with self.engine.connect() as connection:
            return [
                one
                for job in self.batch_of
                for one in await attempts.of(connection, batch_jobs.PURPOSE, job)
            ]

    def rung_by_batch(self) -> Counter[int]:
        return Counter(self.batch_of[attempt.subject_id] for _, attempt in self.switch.rung)

    async def rings(self, count: int, *, within: float = 15.0) -> Attempt:
        """Wait for the n-th ring; return the attempt."""
        await until(
            lambda: len(self.switch.rung) >= count, within=within, what=f"ring {count}", every=0.01
        )
        return self.switch.rung[count - 1][1]

    async def is_now(self, key: int, state: BatchState, *, within: float = 15.0) -> None:
        async def so() -> bool:
            return (await self.known(key)).state is state

        await until(so, within=within, what=f"batch {key} is {state}", every=0.05)

    async def first_has(self, key: int, result: Result, *, within: float = 15.0) -> Job:
        async def so() -> bool:
            return (await self.jobs(key))[0].result is result

        await until(so, within=within, what=f"the first has {result}", every=0.05)
        return (await self.jobs(key))[0]

    async def first_is(self, key: int, state: JobState, *, within: float = 15.0) -> Job:
        async def so() -> bool:
            return (await self.jobs(key))[0].state is state

        await until(so, within=within, what=f"the first is {state}", every=0.05)
        return (await self.jobs(key))[0]

    @asynccontextmanager
    async def dispatcher(
        self, *, lines: int = 100, batching: Batching | None = None, rules: Rules | None = None
    ) -> AsyncIterator[Dispatcher]:
        """Run a dispatcher while the block runs; then it is gone, like a killed one."""
        found = Dispatcher(
            engine=self.engine,
            journals=Journals(self.switch.folder, {}),
            switch=self.switch,
            purposes=[batching or Batching(lines=lines, scripts=SpokenAtOnce())],
            lines=lines,
            lost=LinkGone,
            guard=Guard(rules or Guard().rules, Numbering(house=SEATS)),
        )
        async with at_work(found):
            yield found

    def completes(self, attempt: Attempt) -> None:
        """Have a person answer everything, and hang up."""
        self.switch.answers(attempt)
        self.switch.says(attempt, "keyed", question="satisfaction", key="5")
        self.switch.says(attempt, "keyed", question="solved", key="1")
        self.switch.says(attempt, "reached", result="completed")
        self.switch.ends(attempt, 16)
