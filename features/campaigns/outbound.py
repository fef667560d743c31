"""Owns the batches (回访, surveys, notices) as a purpose of the dispatcher (CBK-3).

Fair between the batches that run: a line that is free goes to who calls fewest. Nobody is called
outside the hours of their own zone, nobody on the do-not-call list. An attempt is never planned
ahead, so that a batch that is paused rings nobody new from the next turn on. Where agents talk,
one who is free is rung first (`features/campaigns/outbound_agents.py`), and nobody while no agent
is free.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules import wall_clock
from callflow.rules.hours import Calendar
from callflow.rules.questions import Result
from dispatch import attempts
from dispatch.call_facts import Said
from dispatch.purpose import NOTHING, Follow, Heard, Lifted, Over, Planned, Statement
from dispatch.seats import AGENT, CONTEXT
from features.campaigns import calling_hours
from features.campaigns import contacts as batch_jobs
from features.campaigns import outbound_agents as batch_agents
from features.campaigns import queries as batches
from features.campaigns.calling_hours import CallingHours, NeverError
from features.campaigns.contact import (
    Answer,
    AttemptOver,
    Due,
    Event,
    Job,
    NeverAgain,
    Reached,
    Ring,
    Rules,
    Unwilling,
    decide,
)
from features.campaigns.contacts import Claimed, Shown
from features.campaigns.lifecycle import Mode
from features.campaigns.pace import Asks, Pace, shares
from features.campaigns.queries import Batch, Running
from features.do_not_call import queries as do_not_call
from features.do_not_call.queries import BY_TELEPHONE, Entry
from features.duties import free_agents
from features.duties.choice import ReadyAgent

AHEAD: Final = timedelta(seconds=1)
"""The dispatcher claims so much ahead of a moment; for a batch it is told the moment later."""
NEVER: Final = timedelta(days=400)
LOOK_AGAIN_S: Final = 1.0
"""When no agent was free for who is due, we look again after this."""
LOST: Final = "never_rung"
"""What becomes of an attempt that was forgotten: nobody knows whether it rang."""
_RESULTS: Final = {result.value: result for result in Result if result}


class Scripts(Protocol):
    """Where the words of a batch are made ready for the call service."""

    def ready(self, batch_id: int, batch: Batch) -> bool:
        """Tell whether a batch can be spoken; begin to make it ready when it cannot yet."""
        ...


@dataclass
class Batching:
    """People whom batches call, one after the other."""

    lines: int
    scripts: Scripts
    calendar: Calendar | None = None
    ring_for: float = 30.0
    ring_agent_for: float = 20.0
    """Seconds the phone of an agent rings who is to talk to somebody."""
    name: str = batch_jobs.PURPOSE
    _pace: Pace = field(default_factory=Pace)
    _agents_rest_until: float = 0.0
    """No agent is looked for before, on the monotonic clock."""

    @property
    def contexts(self) -> Mapping[str, str]:
        return {"person": "batch-person", AGENT: CONTEXT}

    async def next_due(self, connection: AsyncConnection) -> datetime | None:
        ready = [
            self._pace.ready_at(one.id, one.due)
            for one in await batches.running(connection)
            if one.due is not None and one.calling < one.batch.lines and self._looks_at(one)
        ]
        return min(ready) + AHEAD if ready else None

    async def claim(
        self, connection: AsyncConnection, *, now: datetime, until: datetime, limit: int
    ) -> tuple[Sequence[Planned], Follow]:
        del until  # see AHEAD
        running = {one.id: one for one in await batches.running(connection) if self._looks_at(one)}
        asking = {key: self._asks(one, now) for key, one in running.items()}
        talked = {key: one for key, one in asking.items() if _by_agents(running[key])}
        agents = await self._agents_for(connection, talked, now)
        hands = shares(talked, len(agents))
        asking |= {key: replace(one, free=hands.get(key, 0)) for key, one in talked.items()}
        planned: list[Planned] = []
        for key, count in shares(asking, limit).items():
            mine = [agents.pop(0) for _ in range(count)] if key in talked else ()
            planned += await self._claim_of(
                connection, running[key], now=now, limit=count, agents=mine
            )
        return planned, NOTHING

    async def _agents_for(
        self, connection: AsyncConnection, asking: Mapping[int, Asks], now: datetime
    ) -> list[ReadyAgent]:
        """Return which agents are free; while there is none, they are looked for now and then."""
        if not any(one.free > 0 for one in asking.values()):
            return []
        found = list((await free_agents.for_batches(connection, now)).free)
        if not found:
            self._agents_rest_until = time.monotonic() + LOOK_AGAIN_S
        return found

    async def take(self, connection: AsyncConnection, heard: Sequence[Heard]) -> Follow:
        events = [(one, event) for one in heard if (event := _event(one)) is not None]
        if not events:
            return NOTHING
        known = await batch_jobs.of_ids(connection, {one.attempt.subject_id for one, _ in events})
        wanted = await batches.several(connection, {one.batch_id for one in known.values()})
        after: dict[int, Job] = {}
        for one, event in events:
            shown = known.get(one.attempt.subject_id)
            if shown is None:
                continue
            job = after.get(shown.id, shown.job)
            rules = self._rules(wanted[shown.batch_id], shown)
            after[shown.id], commands = decide(job, event, one.at, rules)
            if NeverAgain() in commands:
                await _never_again(connection, shown, one.at)
        await batch_jobs.keep(connection, after)
        if any(job.ended_at for job in after.values()):
            await batches.finish(connection, now=max(one.at for one, _ in events))
        return NOTHING

    async def unwanted(
        self, connection: AsyncConnection, subjects: Collection[int]
    ) -> Collection[int]:
        """Return who is not to be called any more, or not by the agent who reads or is rung."""
        stopped = await batch_jobs.stopped(connection, subjects)
        return {*stopped, *await free_agents.gone(connection, subjects)}

    async def unfold(self, connection: AsyncConnection, *, now: datetime) -> None:
        """End the calls that were forgotten; close the batches that have come to their end."""
        known = await batch_jobs.of_ids(connection, await batch_jobs.forgotten(connection))
        wanted = await batches.several(connection, {one.batch_id for one in known.values()})
        after = {
            key: decide(one.job, AttemptOver(LOST), now, self._rules(wanted[one.batch_id], one))[0]
            for key, one in known.items()
        }
        await batch_jobs.keep(connection, after)
        await batches.finish(connection, now=now)

    def _looks_at(self, one: Running) -> bool:
        """Tell whether it is worth looking who of a batch is due: not while no agent is free."""
        return not _by_agents(one) or time.monotonic() >= self._agents_rest_until

    def _asks(self, one: Running, now: datetime) -> Asks:
        if one.due is None or one.due > now:
            return Asks(one.calling, 0)
        if not _by_agents(one) and not self.scripts.ready(one.id, one.batch):
            return Asks(one.calling, 0)
        paced = self._pace.free(one.id, now=now, calls_per_second=one.batch.calls_per_second)
        left = one.batch.lines - one.calling
        return Asks(one.calling, min(paced, left), self._pace.last(one.id))

    async def _claim_of(
        self,
        connection: AsyncConnection,
        one: Running,
        *,
        now: datetime,
        limit: int,
        agents: Sequence[ReadyAgent] = (),
    ) -> Sequence[Planned]:
        """Take over who of one batch is due and may be called now, each with one of `agents`."""
        after: dict[int, Job] = {}
        planned: list[Planned] = []
        later: dict[str, datetime] = {}
        due = await batch_jobs.claim(connection, one.id, until=now, limit=limit)
        for claimed in due:
            shown = claimed.shown
            rules = self._rules(one.batch, shown)
            after[shown.id], commands = decide(shown.job, _asked(claimed), now, rules)
            waits = after[shown.id].next_at
            if Ring() in commands:
                person = _planned(shown, after[shown.id], now)
                planned.append(
                    self._with(agents[len(planned)], one.batch, shown, person) if agents else person
                )
            elif waits is not None and waits > now:
                later[shown.person.zone] = waits
        await batch_jobs.keep(connection, after)
        if any(job.ended_at for job in after.values()):  # passed over
            await batches.finish(connection, now=now)
        for zone, moment in later.items():  # nobody else there may be called before that either
            await batch_jobs.postpone(connection, one.id, zone=zone, until=now, to=moment)
        self._pace.spend(one.id, len(planned), now=now, calls_per_second=one.batch.calls_per_second)
        return await _counted(connection, planned)

    def _with(self, agent: ReadyAgent, batch: Batch, shown: Shown, person: Planned) -> Planned:
        first = batch_agents.planned(batch, shown, agent, person)
        return replace(first, ring_for=self.ring_agent_for)

    def _rules(self, batch: Batch, shown: Shown) -> Rules:
        own = shown.person.zone
        hours = CallingHours(
            zone=own if own and wall_clock.is_zone(own) else batch.zone,
            opens=batch.opens,
            closes=batch.closes,
            on_weekends=batch.on_weekends,
            on_holidays=batch.on_holidays,
            calendar=self.calendar,
        )
        return Rules(
            max_attempts=batch.max_attempts,
            spacing=batch.spacing,
            by_agents=batch.mode is Mode.AGENT,
            allowed=partial(_allowed, hours),
        )


def _by_agents(one: Running) -> bool:
    return one.batch.mode is Mode.AGENT


async def _counted(connection: AsyncConnection, planned: Sequence[Planned]) -> Sequence[Planned]:
    """Number attempts on: those that did not ring the person were no tries."""
    if not planned:
        return planned
    last = await attempts.latest(
        connection, batch_jobs.PURPOSE, [one.subject_id for one in planned]
    )
    return [replace(one, seq=last.get(one.subject_id, 0) + 1) for one in planned]


def _allowed(hours: CallingHours, moment: datetime) -> datetime:
    try:
        return calling_hours.next_allowed(moment, hours)
    except NeverError:
        return moment + NEVER


def _asked(claimed: Claimed) -> Event:
    return Unwilling() if claimed.unwilling else Due()


def _event(heard: Heard) -> Event | None:
    if heard.attempt.who == AGENT:
        return batch_agents.event(heard)
    match heard.what:
        case Lifted():
            return None  # who or what lifted the receiver is told by the dialogue
        case Over(result=ended):
            return AttemptOver(ended)
        case Statement(what=Said.KEYED, data=data):
            return Answer(data.get("question", ""), data.get("key", ""))
        case Statement(what=Said.REACHED, data=data):
            result = _RESULTS.get(data.get("result", ""))
            return None if result is None else Reached(result)
        case Statement():
            return None


def _planned(shown: Shown, after: Job, at: datetime) -> Planned:
    return Planned(
        subject_id=shown.id,
        seq=after.tries,
        who="person",
        number=shown.person.number,
        at=at,
        told={
            "BATCH": str(shown.batch_id),
            "BATCH_LANGUAGE": "en" if shown.person.language == "en" else "zh",
            "BATCH_NUMBER": shown.person.number,
        },
    )


async def _never_again(connection: AsyncConnection, shown: Shown, at: datetime) -> None:
    entry = Entry(shown.person.number, f"batch {shown.batch_id}", at, BY_TELEPHONE)
    await do_not_call.put(connection, entry)
