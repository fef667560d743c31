"""Owns the loop that rings people: what the journals say, what is due, who is rung.

Everything known is rows; in memory are only the attempts that are not over. One turn reads the
journals first, so that nobody is rung again who has said that he is awake, and claims then. An
attempt is committed before its phone rings, up to a second ahead, and rings at its moment, never
before. After a crash the open attempts are read from the database; whatever has no channel any
more, and of which the journals say nothing, was never rung.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callflow.lifecycles.wake_up import (
    Accepted,
    Alarm,
    AttemptOver,
    Command,
    Due,
    Event,
    HangUp,
    Proved,
    Ring,
    Rules,
    Snoozed,
    WakeUp,
    decide,
)
from dispatch import metrics
from dispatch.hearing import (
    Answered,
    Ended,
    Fact,
    Said,
    SwitchGone,
    Told,
    channel_of,
    facts,
    result_of,
)
from dispatch.outward import Switch
from ledger.journal import Batch, Journals, Position
from tickets import attempts, wake_register, wake_ups
from tickets.attempts import Attempt

LEAD_S: Final = 1.0
"""Attempts are committed this long before they are due, and ring at their moment."""
LOOK_EVERY_S: Final = 0.05
REST_S: Final = 0.25
UNFOLD_EVERY_S: Final = 60.0
SETTLE_AFTER_S: Final = 3.0
"""Seconds after its moment from which an attempt without a channel counts as never rung."""
SETTLE_EVERY_S: Final = 2.0
TURN_LIMIT_S: Final = 20.0
"""A turn that takes longer is given up: the database has stopped answering."""

EVER_BEGAN: Final = ""
"""Name of no journal, with a position from the first start on."""

NEVER_RUNG: Final = "never_rung"
SWITCH_DIED: Final = "switch_died"

_log = structlog.get_logger(__name__)


@dataclass
class Dispatcher:
    """Rings whoever is due, on so many lines."""

    engine: AsyncEngine
    journals: Journals
    switch: Switch
    rules: Rules
    lines: int
    lost: type[Exception]
    """What the switch raises when the link to it is lost."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _open: dict[str, Attempt] = field(default_factory=dict)
    _stale: set[str] = field(default_factory=set)
    """Attempts of a dispatcher that is gone: perhaps they were never sent."""
    _ringing: set[asyncio.Task[None]] = field(default_factory=set)
    _began: bool = False
    _unfolded_at: float = -UNFOLD_EVERY_S
    _settled_at: float = 0.0

    @property
    def in_flight(self) -> int:
        """Return how many lines are taken."""
        return len(self._open)

    async def run(self) -> None:
        """Ring people until cancelled; what fails is said and tried again."""
        failing = False
        try:
            while True:
                failing = await self._turned(failing=failing)
                await asyncio.sleep(LOOK_EVERY_S if self._open else REST_S)
        finally:
            for task in self._ringing:
                task.cancel()

    async def _turned(self, *, failing: bool) -> bool:
        """Take one turn; tell whether it failed."""
        try:
            async with asyncio.timeout(TURN_LIMIT_S):
                await self.turn()
        except Exception as error:  # noqa: BLE001 (one turn of the loop: said, and tried again)
            if not failing:
                _log.warning("fails, trying on", error=repr(error)[:500])
            metrics.FAILURES.inc()
            return True
        if failing:
            _log.info("dispatches again")
        return False

    async def turn(self) -> None:
        """Read on, see who is due, and have them rung at their moment."""
        if not self._began:
            await self._begin()
        while await self._read_on():
            pass
        await self._settle()
        await self._unfold()
        await self._claim()
        metrics.LINES.set(len(self._open))

    async def _begin(self) -> None:
        """Learn what a dispatcher before us left behind."""
        async with self._writing().begin() as connection:
            known = await attempts.positions(connection)
            if EVER_BEGAN not in known:  # what was before the first start is not about us
                ends = {file: (size, False) for file, size in self.journals.ends().items()}
                known = {EVER_BEGAN: (0, True), **ends}
                await attempts.move(connection, known)
            found = await attempts.open_ones(connection)
        self.journals.resume({file: Position(*place) for file, place in known.items()})
        self._open = {one.id: one for one in found}
        self._stale = set(self._open)
        self._began = True
        if found:
            _log.info("goes on with open attempts", attempts=len(found))

    async def doubt(self) -> None:
        """After a link that was lost: what was being sent meanwhile may never have arrived."""
        self._stale |= {one.id for one in self._open.values() if one.answered_at is None}

    # -- what the journals say ---------------------------------------------------------------

    async def _read_on(self) -> bool:
        """Take in the next lines of the journals; True when there are more."""
        batch = self.journals.read(time.time())
        if not batch:
            return False
        heard = list(facts(batch.events))
        async with self._writing().begin() as connection:
            for fact in heard:
                await self._take(connection, fact)
            await self._moved(connection, batch)
        self.journals.moved(batch)
        for fact in heard:
            self._forget(fact)
        return batch.more

    async def _moved(self, connection: AsyncConnection, batch: Batch) -> None:
        after = {file: (place.offset, place.closed) for file, place in batch.after.items()}
        await attempts.move(connection, after)

    async def _take(self, connection: AsyncConnection, fact: Fact) -> None:
        if isinstance(fact, SwitchGone):
            for one in self._of_other_runs(fact):
                await self._over(connection, one, fact.at, SWITCH_DIED)
            return
        attempt = self._open.get(fact.attempt)
        if attempt is None:
            return
        match fact:
            case Answered(at=at):
                await attempts.keep(connection, attempt.id, answered_at=at, rung_at=attempt.rung_at)
                self._open[attempt.id] = replace(attempt, answered_at=at)
            case Told(at=at, what=what, by=by):
                await attempts.keep(connection, attempt.id, said=what.value)
                await self._happens(connection, attempt, _EVENTS[what](by), at)
            case Ended(at=at, cause=cause):
                result = "answered" if attempt.answered_at else result_of(cause)
                await self._over(connection, attempt, at, result)

    async def _over(
        self, connection: AsyncConnection, attempt: Attempt, at: datetime, result: str
    ) -> None:
        await attempts.keep(
            connection, attempt.id, ended_at=at, result=result, rung_at=attempt.rung_at
        )
        await self._happens(connection, attempt, AttemptOver(rang=result != NEVER_RUNG), at)

    async def _happens(
        self, connection: AsyncConnection, attempt: Attempt, event: Event, at: datetime
    ) -> None:
        commands = await wake_ups.apply(connection, attempt.subject_id, event, at, self.rules)
        self._say(commands, attempt.subject_id)

    def _forget(self, fact: Fact) -> None:
        """Free the lines of what is over, once that is committed."""
        match fact:
            case Ended(attempt=attempt):
                self._open.pop(attempt, None)
            case SwitchGone():
                for one in self._of_other_runs(fact):
                    self._open.pop(one.id, None)
            case _:
                self._stale.discard(fact.attempt)

    def _of_other_runs(self, gone: SwitchGone) -> list[Attempt]:
        """Return the attempts that were planned before a switch ended, on no run that lives."""
        return [
            one
            for one in self._open.values()
            if one.planned_at < gone.at and one.channel.rpartition("-")[0] != gone.lives
        ]

    # -- who is due --------------------------------------------------------------------------

    async def _claim(self) -> None:
        """Take what is due on the lines that are free, and have it rung at its moment."""
        boot, free = self.switch.boot, self.lines - len(self._open)
        if free <= 0 or not self.switch.connected or not boot:
            return
        now = self.now()
        until = now + timedelta(seconds=LEAD_S)
        async with self.engine.connect() as connection:
            due = await wake_ups.next_due(connection)
        if due is None or due > until:
            return
        begun: list[Attempt] = []
        async with self._writing().begin() as connection:
            for key, wake_up in await wake_ups.claim(connection, until=until, limit=free):
                at = max(now, wake_up.next_at or now)
                after, commands = decide(wake_up, Due(), at, self.rules)
                await wake_ups.keep(connection, key, after)
                rings = [one for one in commands if isinstance(one, Ring)]
                for ring in rings:
                    attempt = _attempt(key, after, ring, boot=boot, at=at)
                    await attempts.begin(connection, attempt)
                    begun.append(attempt)
                self._say(commands, key)
        for attempt in begun:
            self._open[attempt.id] = attempt
            self._start(self._ring(attempt))

    async def _ring(self, attempt: Attempt) -> None:
        """Ring at the moment that was planned, never before it."""
        await self.switch.prepare(attempt)
        while (wait := (attempt.planned_at - self.now()).total_seconds()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(wait, 0.5))  # the clock on the wall may leap meanwhile
        if attempt.id not in self._open:
            return
        rung_at = self.now()
        self._open[attempt.id] = replace(self._open[attempt.id], rung_at=rung_at)
        metrics.LATENESS.observe((rung_at - attempt.planned_at).total_seconds())
        begun = await self.switch.ring(attempt, ring_for=self.rules.ring_for)
        if begun is False:
            await self.not_rung(attempt.id)
        elif begun is None:
            self._stale.add(attempt.id)

    async def not_rung(self, attempt_id: str) -> None:
        """Note that Asterisk did not ring anybody for an attempt."""
        attempt = self._open.get(attempt_id)
        if attempt is None or attempt.answered_at:
            return
        async with self._writing().begin() as connection:
            await self._over(connection, attempt, self.now(), "unreachable")
        self._open.pop(attempt_id, None)

    # -- what nobody told --------------------------------------------------------------------

    async def _settle(self) -> None:
        """End the attempts of which nobody knows whether they were sent, and that have no channel.

        The journals are read to their end after Asterisk has said which channels live: what ended
        in between is told there.
        """
        clock = time.monotonic()
        if (
            not self._stale
            or not self.switch.connected
            or clock - self._settled_at < SETTLE_EVERY_S
        ):
            return
        self._settled_at = clock
        try:
            living = await self.switch.living()
        except self.lost:
            return
        while await self._read_on():
            pass
        old = self.now() - timedelta(seconds=SETTLE_AFTER_S)
        for attempt in [self._open[one] for one in list(self._stale) if one in self._open]:
            if attempt.channel in living:
                self._stale.discard(attempt.id)
            elif attempt.planned_at < old:
                async with self._writing().begin() as connection:
                    await self._over(connection, attempt, self.now(), NEVER_RUNG)
                self._open.pop(attempt.id, None)
        self._stale &= set(self._open)

    async def _unfold(self) -> None:
        clock = time.monotonic()
        if clock - self._unfolded_at < UNFOLD_EVERY_S:
            return
        async with self._writing().begin() as connection:
            await wake_register.unfold(connection, now=self.now())
        self._unfolded_at = clock

    def _say(self, commands: Sequence[Command], wake_up_id: int) -> None:
        for command in commands:
            match command:
                case Alarm():
                    _log.warning("nobody woke the guest", wake_up=wake_up_id)
                    metrics.ALARMS.inc()
                case HangUp():
                    for one in self._open.values():
                        if one.subject_id == wake_up_id:
                            self._start(self.switch.hang_up(one))
                case Ring():
                    pass

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._ringing.add(task)
        task.add_done_callback(self._ringing.discard)

    def _writing(self) -> AsyncEngine:
        return self.engine.execution_options(writing=True)


_EVENTS: dict[Said, Callable[[str], Event]] = {
    Said.AWAKE: Proved,
    Said.SNOOZED: lambda _: Snoozed(),
    Said.ACCEPTED: lambda _: Accepted(),
    Said.REPORTED: lambda _: Proved("attendant"),
}


def _attempt(key: int, wake_up: WakeUp, ring: Ring, *, boot: str, at: datetime) -> Attempt:
    identity = str(uuid4())
    return Attempt(
        id=identity,
        purpose=wake_ups.PURPOSE,
        subject_id=key,
        seq=wake_up.tries + wake_up.attended,
        who=ring.who.value,
        number=ring.number,
        channel=channel_of(boot, identity),
        planned_at=at,
    )
