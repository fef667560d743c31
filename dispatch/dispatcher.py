"""The dispatcher's loop: reads journals, claims who is due, rings them.

Everything known is rows; in memory are only the attempts that are not over
(`dispatch/open_attempts.py`). One turn reads the journals first, so that a guest who has said to be
awake is not rung again, and claims then, the most urgent purpose first. An attempt is committed
before its phone rings, up to a second ahead, and rings at its moment, never before. After a crash
the open attempts are read from the database; whatever has no channel any more, and of which the
journals say nothing, was never rung.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from callflow.events import DEFAULT_NODE
from dispatch import attempts, metrics, seats
from dispatch.attempts import HELD_BACK, NEVER_RUNG, NOT_ALLOWED, Attempt
from dispatch.call_facts import channel_of
from dispatch.clock import Clock, SystemClock
from dispatch.dialler import Switch
from dispatch.failover import Failover
from dispatch.guard import Guard, Toll
from dispatch.open_attempts import AHEAD_S, OpenAttempts
from dispatch.purpose import Follow, Planned, Purpose
from ledger.journal import Journals
from trunks.answers import NO_LINE, UNREACHABLE

LEAD_S: Final = 1.0
"""Attempts are committed this long before they are due, and ring at their moment."""
LOOK_EVERY_S: Final = 0.03
REST_S: Final = 0.25
UNFOLD_EVERY_S: Final = 60.0
SETTLE_AFTER_S: Final = 3.0
"""Seconds after its moment from which an attempt without a channel counts as never rung."""
SETTLE_EVERY_S: Final = 2.0
UNWANTED_EVERY_S: Final = 0.5
TURN_LIMIT_S: Final = 20.0
"""A turn that takes longer is given up: the database has stopped answering."""

LONGEST_DIALLED: Final = 40
"""Characters of the column; what is longer is no number and was refused."""

_log = structlog.get_logger(__name__)


@dataclass
class Dispatcher:
    """Rings whoever is due, on so many lines; the purposes are given by urgency."""

    engine: AsyncEngine
    journals: Journals
    switch: Switch
    purposes: Sequence[Purpose]
    lines: int
    lost: type[Exception]
    """What the switch raises when the link to it is lost."""
    guard: Guard = field(default_factory=Guard)
    """Whether a call may be made at all, asked before each, and on which trunks."""
    clock: Clock = field(default_factory=SystemClock)
    node: str = DEFAULT_NODE
    """Whose Asterisk rings; others that share the database have a dispatcher of their own."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _began: bool = False
    _last: dict[str, float] = field(default_factory=dict)
    """When what is done only now and then was done last."""
    _sent_away: set[str] = field(default_factory=set)
    _plans: dict[str, Planned] = field(default_factory=dict)
    """What the dialplan is told of open attempts, for when they go on on another trunk."""

    def __post_init__(self) -> None:
        self._by_name = {one.name: one for one in self.purposes}
        self.failover = Failover(
            self.guard.trunks,
            may_go_on=lambda one: one in self._plans and one not in self._sent_away,
            go_on=self._go_on,
            told=metrics.refused_by_trunk,
        )
        self._book = OpenAttempts(
            self.engine,
            self.journals,
            self._by_name,
            self._follow,
            node=self.node,
            failover=self.failover,
        )
        self.guard.trunks.taken = lambda: Counter(
            one.trunk for one in self._book.open.values() if one.trunk
        )

    @property
    def in_flight(self) -> int:
        """Return how many lines are taken."""
        return len(self._book.open)

    async def run(self) -> None:
        """Ring people until cancelled; what fails is said and tried again."""
        failing = False
        try:
            while True:
                failing = await self._turned(failing=failing)
                await self.clock.sleep(LOOK_EVERY_S if self._book.open else REST_S)
        finally:
            for task in self._tasks:
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
            self._began = False  # what was kept of this turn, only the database knows
            return True
        if failing:
            _log.info("dispatches again")
        return False

    async def turn(self) -> None:
        """Read on, see who is due, and have them rung at their moment."""
        if not self._began:
            await self._book.begin()
            self._began = True
        while await self._book.read_on():
            pass
        await self._settle()
        await self._send_away()
        await self._unfold()
        await self._claim()
        metrics.LINES.set(len(self._book.open))

    async def doubt(self) -> None:
        """After a link that was lost: what was being sent meanwhile may never have arrived."""
        self._book.stale |= {one.id for one in self._book.open.values() if one.answered_at is None}

    # -- who is due --------------------------------------------------------------------------

    async def _claim(self) -> None:
        """Take who is due on the lines that are free, the most urgent purpose first."""
        if not self.switch.connected or not self.switch.boot:
            return
        until = self.clock.now() + timedelta(seconds=LEAD_S)
        async with self.engine.connect() as connection:
            soonest = [await one.next_due(connection) for one in self.purposes]
        for purpose, soon in zip(self.purposes, soonest, strict=True):
            free = self.lines - len(self._book.open)
            free = min(free, purpose.lines - self._book.taken(purpose.name))
            if soon is not None and soon <= until and free > 0:
                await self._claim_for(purpose, boot=self.switch.boot, until=until, limit=free)

    async def _claim_for(self, purpose: Purpose, *, boot: str, until: datetime, limit: int) -> None:
        async with self._book.writing().begin() as connection:
            planned, follow = await purpose.claim(
                connection, now=self.clock.now(), until=until, limit=limit
            )
            tolls = await self.guard.judge(connection, planned, now=self.clock.now())
            begun = [
                (
                    replace(_attempt(purpose.name, plan, boot, toll), node=self.node),
                    seats.connecting(plan, toll.connects, toll.connects_by),
                    toll.refusal,
                )
                for plan, toll in zip(planned, tolls, strict=True)
            ]
            await attempts.begin(connection, [attempt for attempt, _, _ in begun])
        self._follow(purpose.name, follow)
        self._book.open |= {attempt.id: attempt for attempt, _, _ in begun}
        self._plans = {key: one for key, one in self._plans.items() if key in self._book.open}
        self._plans |= {attempt.id: plan for attempt, plan, _ in begun}
        for attempt, plan, refusal in begun:
            if not refusal:
                self._start(self._ring(purpose, attempt, plan))
        for result in (NOT_ALLOWED, HELD_BACK):
            if refused := [one for one, _, refusal in begun if refusal == result]:
                await self._end(refused, result)

    async def _ring(self, purpose: Purpose, attempt: Attempt, plan: Planned) -> None:
        """Ring at the moment that was planned, never before it."""
        while (wait := (attempt.planned_at - self.clock.now()).total_seconds()) > 0:
            if wait > AHEAD_S:  # the clock was put back: the line is not held until then
                await self._end([attempt], NEVER_RUNG)
                return
            await self.clock.sleep(min(wait, 0.5))  # the clock on the wall may leap meanwhile
        if plan.shown_for and await self.switch.show(
            attempt, told=plan.told, seconds=plan.shown_for
        ):
            await self.clock.sleep(plan.shown_for)
        if attempt.id not in self._book.open or attempt.id in self._sent_away:
            return
        rung_at = self.clock.now()
        self._book.rung[attempt.id] = rung_at
        metrics.LATENESS.labels(purpose.name).observe(
            (rung_at - attempt.planned_at).total_seconds() - plan.shown_for
        )
        await self._send(purpose, attempt, plan)

    async def _send(self, purpose: Purpose, attempt: Attempt, plan: Planned) -> None:
        begun = await self.switch.ring(
            attempt,
            context=purpose.contexts[plan.who],
            told=plan.told,
            ring_for=plan.ring_for or purpose.ring_for,
        )
        if begun is False:
            await self.not_rung(attempt.id, attempt.channel)
        elif begun is None:
            self._book.stale.add(attempt.id)

    def _go_on(self, attempt: Attempt) -> None:
        """Ring an attempt on its next trunk, at once."""
        _log.warning("goes on on another trunk", attempt=attempt.id, said=attempt.trunk_said)
        self._start(self._ring_again(attempt))

    async def _ring_again(self, attempt: Attempt) -> None:
        if attempt.id in self._sent_away:
            await self._end([attempt], NEVER_RUNG)
            return
        self._book.rung[attempt.id] = self.clock.now()
        await self._send(self._by_name[attempt.purpose], attempt, self._plans[attempt.id])

    async def not_rung(self, attempt_id: str, channel: str = "") -> None:
        """Note that Asterisk did not ring anybody for an attempt, on that channel.

        A phone of the house is not there then; of anybody else's nothing is known, for it was our
        line that is missing: the next trunk is tried.
        """
        attempt = self._book.open.get(attempt_id)
        if attempt is None or attempt.answered_at or channel not in {"", attempt.channel}:
            return
        if await self._book.on_the_next_trunk(attempt, self.clock.now()):
            return
        in_house = self.switch.in_house(attempt.number)
        await self._end([attempt], UNREACHABLE if in_house else NO_LINE)

    async def _end(self, ended: Sequence[Attempt], result: str) -> None:
        """End attempts. When that fails, only the database knows whether it was kept."""
        try:
            await self._book.end(ended, self.clock.now(), result)
        except BaseException:
            self._began = False
            raise

    # -- what nobody told --------------------------------------------------------------------

    async def _settle(self) -> None:
        """End the attempts of which nobody knows whether they were sent, and that have no channel.

        The journals are read to their end after Asterisk has said which channels live: what ended
        in between is told there.
        """
        book = self._book
        if (
            not book.stale
            or not self.switch.connected
            or not self._is_time(SETTLE_EVERY_S, "settle")
        ):
            return
        try:
            living = await self.switch.living()
        except self.lost:
            return
        while await book.read_on():
            pass
        now = self.clock.now()
        old = now - timedelta(seconds=SETTLE_AFTER_S)
        ahead = now + timedelta(seconds=AHEAD_S)  # planned by a clock that was put back since
        known = [book.open[one] for one in book.stale if one in book.open]
        book.stale -= {one.id for one in known if one.channel in living}
        never = [
            one for one in known if one.channel not in living and not old <= one.planned_at <= ahead
        ]
        if never:
            await self._end(never, NEVER_RUNG)

    async def _send_away(self) -> None:
        """End the calls that nobody wants any more: settled at the desk, taken off, stopped."""
        self._sent_away &= set(self._book.open)
        if not self._book.open or not self._is_time(UNWANTED_EVERY_S, "unwanted"):
            return
        for purpose in self.purposes:
            subjects = {
                one.subject_id for one in self._book.open.values() if one.purpose == purpose.name
            }
            if subjects:
                async with self.engine.connect() as connection:
                    gone = await purpose.unwanted(connection, subjects)
                self._follow(purpose.name, Follow(hang_up=frozenset(gone)))

    async def _unfold(self) -> None:
        if not self._is_time(UNFOLD_EVERY_S, "unfold"):
            return
        async with self._book.writing().begin() as connection:
            for purpose in self.purposes:
                await purpose.unfold(connection, now=self.clock.now())

    def _follow(self, purpose: str, follow: Follow) -> None:
        """Do what a purpose wants done."""
        for subject in follow.alarm:
            _log.warning("nobody was reached", purpose=purpose, subject=subject)
            metrics.ALARMS.inc()
        for one in self._book.of(purpose, follow.hang_up):
            if one.id not in self._sent_away:
                self._sent_away.add(one.id)
                self._start(self._hang_up(one))

    async def _hang_up(self, attempt: Attempt) -> None:
        if attempt.id in self._book.rung:
            await self.switch.hang_up(attempt)
        else:
            await self._end([attempt], NEVER_RUNG)

    def _is_time(self, every: float, what: str) -> bool:
        moment = self.clock.monotonic()
        if moment - self._last.get(what, -every) < every:
            return False
        self._last[what] = moment
        return True

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _attempt(purpose: str, plan: Planned, boot: str, toll: Toll) -> Attempt:
    identity = str(uuid4())
    return Attempt(
        id=identity,
        purpose=purpose,
        subject_id=plan.subject_id,
        seq=plan.seq,
        who=plan.who,
        number=plan.number,
        channel=channel_of(boot, identity),
        planned_at=plan.at,
        reached=toll.reached,
        price=toll.price,
        dialled=toll.dialled[:LONGEST_DIALLED],
        trunk=toll.trunk,
        ways=toll.ways,
    )
