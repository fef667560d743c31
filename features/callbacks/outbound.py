"""Callbacks as a purpose of the dispatcher (CBK-1, CBK-2, SIL-4).

An agent is rung first, in the dialplan's `callback-agent` the customer then; what came of either is
in the journals.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.events import DEFAULT_NODE
from dispatch.attempts import HELD_BACK, NOT_ALLOWED, Attempt
from dispatch.call_facts import CallSignal
from dispatch.open_attempts import NEVER_RUNG, SWITCH_DIED
from dispatch.purpose import NOTHING, AttemptFact, Follow, Lifted, Over, Planned, Statement
from dispatch.seats import AGENT, CONTEXT, NUMBER
from features.callbacks import due as call_backs
from features.callbacks import queries as callbacks
from features.callbacks.due import DueCallback
from features.callbacks.lifecycle import (
    AgentLost,
    Alarm,
    AllPassed,
    AttemptOver,
    CallBack,
    CallbackAgain,
    CallbackKind,
    CallbackRules,
    Command,
    Dialled,
    Due,
    Event,
    HangUp,
    NotReached,
    Refused,
    Ring,
    Talked,
    Took,
    decide,
)
from features.calls import going_on as calls
from features.duties import free_agents
from features.duties.choice import ReadyAgent, agent_for

LOOK_AGAIN_S: Final = 1.0
"""When nobody was free for what is due, we look again after this."""
AT_ONCE: Final = 50
"""As many callbacks as this are looked at in one turn."""
UNFOUND: Final = "unfound"
"""What the agent's page is told when there is no answer yet (CBK-1)."""

_EVENTS: Final[Mapping[str, Event]] = {
    CallSignal.DIALLING: Dialled(),
    CallSignal.TALKING: Talked(),
    CallSignal.AGENT_LOST: AgentLost(),
    CallSignal.CUSTOMER_BUSY: NotReached(),
    CallSignal.CUSTOMER_NOANSWER: NotReached(),
    CallSignal.CUSTOMER_CHANUNAVAIL: NotReached(),
    CallSignal.CUSTOMER_CONGESTION: NotReached(),
    CallSignal.CUSTOMER_NOLINE: NotReached(),
    CallSignal.CUSTOMER_CANCEL: NotReached(),
}


@dataclass
class CallbackCalls:
    """Customers who were promised a call, and the agents who keep it."""

    rules: CallbackRules
    lines: int
    ring_for: float
    """Seconds an agent's phone rings."""
    node: str = DEFAULT_NODE
    """Agents at its seats are rung."""
    name: str = call_backs.PURPOSE
    contexts: Mapping[str, str] = field(default_factory=lambda: {AGENT: CONTEXT})
    monotonic: Callable[[], float] = time.monotonic
    _rests_until: float = 0.0
    """On the monotonic clock: the one on the wall may be put back."""

    async def next_due(self, connection: AsyncConnection) -> datetime | None:
        """Return when somebody is to be called next; None before we look for agents again."""
        if self.monotonic() < self._rests_until:
            return None
        return await call_backs.next_due(connection)

    async def claim(
        self, connection: AsyncConnection, *, now: datetime, until: datetime, limit: int
    ) -> tuple[Sequence[Planned], Follow]:
        """Take who is due, in the order of the queue, as far as agents are free."""
        wanted = await call_backs.claim(connection, until=until, limit=AT_ONCE)
        ready = await free_agents.ready(connection, self.node)
        taken = set(await call_backs.engaged_seats(connection, self.node))
        waits_since = await calls.longest_waiting(connection, self.node)
        planned: list[Planned] = []
        after: dict[int, CallBack] = {}
        follow: dict[int, tuple[Command, ...]] = {}
        for one in wanted:
            if len(planned) >= limit:
                break
            at = max(now, one.call_back.next_at or now)
            event = Due(None) if _waits_behind(one, waits_since) else _due(one, ready, taken)
            after[one.id], follow[one.id] = decide(one.call_back, event, at, self.rules)
            for ring in follow[one.id]:
                if isinstance(ring, Ring):
                    taken.add(ring.seat)
                    agent = next(each for each in ready if each.seat == ring.seat)
                    planned.append(_planned(one, after[one.id], agent, at))
        same = {one.id: one.call_back for one in wanted}
        changed = {key: each for key, each in after.items() if each != same[key]}
        await call_backs.keep(connection, same, changed, now=now)
        if not planned:
            self._rests_until = self.monotonic() + LOOK_AGAIN_S
        return planned, _follow(follow)

    async def take(self, connection: AsyncConnection, heard: Sequence[AttemptFact]) -> Follow:
        """Let what was heard happen to the callbacks, in order."""
        events = [(one, _event(one)) for one in heard]
        told = [(one, event) for one, event in events if event is not None]
        if not told:
            return NOTHING
        wanted = await call_backs.of_ids(connection, {one.attempt.subject_id for one, _ in told})
        before = {key: each.call_back for key, each in wanted.items()}
        known = dict(before)
        follow: dict[int, tuple[Command, ...]] = {}
        for one, event in told:
            key = one.attempt.subject_id
            if key not in known or known[key].asked != one.attempt.seq:
                continue  # of an attempt before this one
            known[key], commands = decide(known[key], event, one.at, self.rules)
            follow[key] = (*follow.get(key, ()), *commands)
            for again in commands:
                if isinstance(again, CallbackAgain):
                    await _callback_again(connection, wanted[key], one.attempt, again, now=one.at)
        await call_backs.keep(connection, before, known, now=told[-1][0].at)
        return _follow(follow)

    async def unwanted(
        self, connection: AsyncConnection, subjects: Collection[int]
    ) -> Collection[int]:
        """Return which of these somebody has settled at the desk meanwhile."""
        return await call_backs.settled(connection, subjects)

    async def unfold(self, connection: AsyncConnection, *, now: datetime) -> None:
        """Nothing: a callback is one row from the beginning."""


def _waits_behind(one: DueCallback, waits_since: datetime | None) -> bool:
    """Tell whether somebody waits in the queue who came before this caller, whose place we keep."""
    return waits_since is not None and one.came_at is not None and waits_since < one.came_at


def _due(one: DueCallback, ready: Sequence[ReadyAgent], taken: Collection[str]) -> Event:
    def found(passed: Collection[str]) -> ReadyAgent | None:
        return agent_for(
            ready, maker=one.maker, senior_first=one.priority, taken=taken, passed=passed
        )

    if agent := found(one.call_back.passed):
        return Due(agent.seat)
    return AllPassed() if found(()) else Due(None)


def _planned(one: DueCallback, after: CallBack, agent: ReadyAgent, at: datetime) -> Planned:
    unfound = after.kind is CallbackKind.AGENT and not after.found
    return Planned(
        subject_id=one.id,
        seq=after.asked,
        who=AGENT,
        number=agent.seat,
        connects=one.number,
        at=at,
        told={
            NUMBER: one.number,
            "CALLBACK_WHY": UNFOUND if unfound else after.kind.value,
            "CALLBACK_BY": agent.number,
        },
    )


def _event(heard: AttemptFact) -> Event | None:
    match heard.what:
        case Lifted():
            return Took()
        case Over(result=result) if result in {NOT_ALLOWED, HELD_BACK}:
            return Refused(for_now=result == HELD_BACK)
        case Over(result=result, rang=rang):
            told = result not in {NEVER_RUNG, SWITCH_DIED}
            return AttemptOver(heard.attempt.number, told=told, rang=rang)
        case Statement(what=what):
            return _EVENTS.get(what)


async def _callback_again(
    connection: AsyncConnection,
    before: DueCallback,
    attempt: Attempt,
    again: CallbackAgain,
    *,
    now: datetime,
) -> None:
    """Callback another call to a customer for whom there was no answer yet (CBK-1)."""
    await callbacks.make(
        connection,
        number=before.number,
        identity=before.identity,
        kind=CallbackKind.AGENT,
        due_at=again.due_at,
        call_id=attempt.id,
        ticket_id=before.ticket_id,
        account_id=before.account_id,
        note=before.note,
        now=now,
    )


def _follow(commands: Mapping[int, Sequence[Command]]) -> Follow:
    def those(kind: type[Command]) -> frozenset[int]:
        return frozenset(
            key for key, each in commands.items() if any(isinstance(one, kind) for one in each)
        )

    return Follow(hang_up=those(HangUp), alarm=those(Alarm))
