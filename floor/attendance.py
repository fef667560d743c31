"""Attendance: who is at work; each change is committed before Asterisk is told (QUE-4).

Only seats of our own node are known here: who works at another node's is in its queues alone.
Every change is committed to the database first and then told to Asterisk, once. Where Asterisk
gave no answer, or was not reached, `reconcile` makes both equal when the link is back.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from ami.actions import Actions, Outcome
from callflow.events import DEFAULT_NODE
from features.duties import queries as duties
from features.duties.queries import Duty, DutyKind, DutyState, SeatTakenError
from floor import metrics, reconcile
from floor.availability import Availability
from floor.database_access import WITHIN_S, DatabaseAccess
from floor.live_state import LiveState
from floor.people import Agent
from floor.queue_openers import QueueOpeners, needed
from floor.reconcile import Add, Pause, Remove, Step
from floor.seat_passwords import SeatPasswords
from permissions.roles import Role

QUEUES: dict[Role, tuple[str, ...]] = {
    Role.JUNIOR_AGENT: ("hotline",),
    Role.SENIOR_AGENT: ("hotline", "senior"),
    Role.MANAGER: ("manager",),
    Role.TEAM_LEADER: (),
    Role.INSPECTOR: (),
}
"""Who works at a seat, and which callers are offered there (QUE-1, QUE-2)."""

MISSED = "missed"
"""Reason of a pause after a phone rang without an answer (ANS-2)."""
MOVED = "moved"

_log = structlog.get_logger(__name__)


class NoSeatError(Exception):
    """Every seat is taken, or there is none of this name."""


class Attendance:
    """Who is at work; `changed` is called with an agent whose state is new."""

    def __init__(
        self,
        *,
        records: DatabaseAccess,
        actions: Actions,
        live_state: LiveState,
        keys: SeatPasswords,
        browsers: Sequence[str],
        phones: Sequence[str],
        changed: Callable[[Agent], None],
        now: Callable[[], datetime],
        node: str = DEFAULT_NODE,
    ) -> None:
        self._records = records
        self._actions = actions
        self._live_state = live_state
        self._keys = keys
        self._browsers, self._phones = tuple(browsers), tuple(phones)
        self._changed = changed
        self._node = node
        self._open = QueueOpeners(actions)
        self._moved: dict[int, str] = {}
        """What the database tells of duties that began before us: moves."""
        self._one_at_a_time = asyncio.Lock()
        self._availability = Availability(
            actions=actions,
            live_state=live_state,
            kept_open=self._open,
            do=self._do,
            one_at_a_time=self._one_at_a_time,
            now=now,
        )

    async def sign_in(self, account_id: int, kind: DutyKind, phone: str, *, now: datetime) -> Agent:
        """Begin a duty, or return the one that is open at the seat that was asked for.

        Raises AtWorkError (at another seat), SeatTakenError, NoSeatError.
        """
        async with self._one_at_a_time:
            known = self._live_state.by_account(account_id)
            if known and known.kind == kind and phone in {"", known.seat}:
                return known
            duty = await self._begun(account_id, kind, phone, now=now)
            agent = self._agent(duty)
            self._live_state.agents[agent.seat] = agent
            await self._keys.open(agent)
            await self._do(
                [Add(queue, agent.seat, agent.number, paused=True) for queue in agent.queues]
            )
            await self._availability.show(agent)
            self._changed(agent)
            return agent

    async def sign_out(self, agent: Agent, *, reason: str, now: datetime) -> bool:
        """End a duty; a call under way goes on. False when it had ended before."""
        async with self._one_at_a_time:
            done = await self._records.write(
                lambda database: duties.end(database, agent.duty_id, reason=reason, now=now),
                within=WITHIN_S,
            )
            self._live_state.agents.pop(agent.seat, None)
            self._availability.forget(agent.seat)
            await self._do([Remove(queue, agent.seat) for queue in agent.queues])
            await self._open.release(self._availability.kept_open())
            await self._keys.close(agent)
            self._changed(agent)
            return done

    async def take_phone_off(self, agent: Agent) -> None:
        """Take a page's phone off the switch: the next one that registers is another page's."""
        await self._keys.take_off(agent)

    async def turn(
        self, agent: Agent, state: DutyState, *, reason: str, now: datetime
    ) -> Agent | None:
        """Change somebody's state; None when the duty has ended meanwhile."""
        async with self._one_at_a_time:
            duty = await self._records.write(
                lambda database: duties.turn(
                    database, agent.duty_id, state, reason=reason, now=now
                ),
                within=WITHIN_S,
            )
            if duty is None or duty.ended_at is not None:
                return None
            return await self._take(duty)

    async def missed(self, seat: str, *, rang_s: float, call: str, now: datetime) -> None:
        """Keep that a phone rang without an answer (ANS-2)."""
        if not (agent := self._live_state.agents.get(seat)):
            return
        said = f"{rang_s:.0f} s {call}"
        await self._records.write(
            lambda database: duties.note(
                database, agent.duty_id, what=MISSED, reason=said, now=now
            ),
            within=WITHIN_S,
        )

    async def move(self, agent: Agent, queue: str, *, by: str, now: datetime) -> Agent:
        """Let another queue ring somebody, and no other one but the seat's own (QUE-4)."""
        async with self._one_at_a_time:
            await self._records.write(
                lambda database: duties.note(
                    database, agent.duty_id, what=MOVED, reason=f"{queue} by {by}", now=now
                ),
                within=WITHIN_S,
            )
            self._moved[agent.duty_id] = queue
            fresh = replace(agent, queues=_queues(agent.role, agent.seat, queue))
            self._live_state.agents[agent.seat] = fresh
            left, new = (
                set(agent.queues) - set(fresh.queues),
                set(fresh.queues) - set(agent.queues),
            )
            await self._do([Remove(one, agent.seat) for one in sorted(left)])
            await self._do(
                [Add(one, agent.seat, agent.number, not agent.available) for one in sorted(new)]
            )
            return await self._is_now(fresh)

    async def page_gone(self, account_id: int, *, gone: bool) -> None:
        """Offer no callers to somebody whose page is closed; as before when it is back."""
        async with self._one_at_a_time:
            agent = self._live_state.by_account(account_id)
            if agent is None or agent.gone is gone:
                return
            await self._is_now(replace(agent, gone=gone))

    async def regrouped(self, account_id: int, team: str) -> None:
        """Know that somebody belongs to another team: its leader sees the person at once."""
        async with self._one_at_a_time:
            agent = self._live_state.by_account(account_id)
            if agent is None or agent.team == team:
                return
            fresh = replace(agent, team=team)
            self._live_state.agents[fresh.seat] = fresh
            self._changed(fresh)

    async def reconcile(self, *, now: datetime) -> None:
        """Make the database's open duties and Asterisk's members equal. Raises LinkLost."""
        async with self._one_at_a_time:
            state = await self._actions.state()
            agents = await self._read()
            for agent in reconcile.missed_meanwhile(agents, state.members):
                await self._records.write(
                    lambda database, one=agent: duties.turn(  # type: ignore[misc]
                        database, one.duty_id, DutyState.PAUSED, reason=MISSED, now=now
                    ),
                    within=WITHIN_S,
                )
                agents = await self._read()
            self._live_state.at_work(agents)
            seats = (*self._browsers, *self._phones)
            known = list(self._live_state.agents.values())
            self._open.found(state.members)
            self._availability.forget()  # everybody is shown to all of theirs
            await self._open.keep(needed(known))
            await self._do(reconcile.steps(known, state.members, seats))
            await self._open.release(needed(known))
            await self._keys.settle(known, self._browsers)

    async def read(self) -> None:
        """Know who is at work by the database, before Asterisk is reached."""
        async with self._one_at_a_time:
            self._live_state.at_work(await self._read())

    async def _read(self) -> list[Agent]:
        found = await self._records.ask(self._open_duties, within=WITHIN_S)
        return [self._agent(duty) for duty in found]

    async def _open_duties(self, database: AsyncConnection) -> Sequence[Duty]:
        found = await duties.at_work(database, self._node)
        for duty in found:
            if duty.id not in self._moved:
                events = await duties.events(database, duty.id)
                moves = [one.reason.split()[0] for one in events if one.what == MOVED]
                self._moved[duty.id] = moves[-1] if moves else ""
        return found

    async def _begun(self, account_id: int, kind: DutyKind, phone: str, *, now: datetime) -> Duty:
        if kind is DutyKind.PHONE and phone not in self._phones:
            raise NoSeatError(phone)
        seats = [phone] if kind is DutyKind.PHONE else self._browsers
        for seat in seats:
            if seat in self._live_state.agents and len(seats) > 1:
                continue
            try:
                return await self._records.write(
                    lambda database, seat=seat: duties.begin(  # type: ignore[misc]
                        database,
                        account_id=account_id,
                        seat=seat,
                        kind=kind,
                        state=DutyState.READY,
                        node=self._node,
                        now=now,
                    ),
                    within=WITHIN_S,
                )
            except SeatTakenError:
                if len(seats) == 1:
                    raise
        raise NoSeatError(kind.value)

    async def _take(self, duty: Duty) -> Agent:
        """Take over what the database now says of an agent, and tell Asterisk."""
        before = self._live_state.agents.get(duty.seat)
        agent = self._agent(duty)
        if before and before.duty_id == duty.id:
            agent = replace(agent, gone=before.gone)
        return await self._is_now(agent)

    async def _is_now(self, agent: Agent) -> Agent:
        """Tell Asterisk whether callers may be offered; its queues never look empty meanwhile."""
        self._live_state.agents[agent.seat] = agent
        await self._open.keep(needed(self._live_state.agents.values()))
        await self._availability.show(agent)
        await self._open.release(self._availability.kept_open())
        self._changed(agent)
        return agent

    def _agent(self, duty: Duty) -> Agent:
        return Agent(
            duty_id=duty.id,
            account_id=duty.account_id,
            number=duty.number,
            name=duty.name,
            role=duty.role,
            seat=duty.seat,
            kind=duty.kind.value,
            state=duty.state.value,
            reason=duty.reason,
            since=duty.since,
            queues=_queues(duty.role, duty.seat, self._moved.get(duty.id, "")),
            team=duty.team,
        )

    async def _do(self, steps: Sequence[Step]) -> None:
        for step in steps:
            outcome = await self._step(step)
            metrics.STEPS.labels(type(step).__name__.lower(), outcome.value).inc()
            if outcome is not Outcome.DONE:
                _log.warning("not done by Asterisk", step=repr(step), outcome=outcome.value)
            if outcome is Outcome.UNKNOWN:
                return  # the rest would be lost too; all of it is reconciled with the link

    async def _step(self, step: Step) -> Outcome:
        interface = f"PJSIP/{step.seat}"
        match step:
            case Add(queue=queue, name=name, paused=paused):
                return await self._actions.add_member(queue, interface, name=name, paused=paused)
            case Remove(queue=queue):
                return await self._actions.remove_member(queue, interface)
            case Pause(paused=paused, reason=reason):
                return await self._actions.pause(
                    interface, paused=paused, reason=reason, queue=step.queue
                )


def _queues(role: Role, seat: str, moved: str) -> tuple[str, ...]:
    """Return the queues that ring a seat: the role's or the one moved to, and the seat's own."""
    return (*((moved,) if moved else QUEUES.get(role, ())), f"own-{seat}")
