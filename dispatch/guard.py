"""Toll-fraud guard: asked before every call that the dispatcher makes.

A number is judged as the trunk will get it, and just that is dialled then (`Toll.dialled`). No
spelling of an emergency number passes, neither as it was given nor as it would be dialled. The
rules are `phone_numbers/dialling.py`. What was rung is counted from the attempts' rows, in the
transaction that keeps the new ones: a restart forgets nothing.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch import attempts, metrics
from dispatch.purpose import Planned
from dispatch.trunk_states import TrunkStates
from dispatch.ways import Way, written
from phone_numbers import dialling
from phone_numbers.dial_plan import DialPlan
from phone_numbers.dialling import DiallingRules, Number, SoFar, Sort, Verdict, Why
from phone_numbers.phone_number import phone_number
from phone_numbers.reading import emergency_of, leads_to
from settings import Settings
from trunks import reading as trunks
from trunks.trunk import Trunk

COUNT_EVERY_S: Final = 10.0
"""Spending is added up anew this often: it grows by minutes."""

_ANY_TIME: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Toll:
    """What was found of one call that is planned."""

    verdict: Verdict
    reached: str
    """The number of the public network that it may ring, in full; empty: none."""
    price: int
    """What a minute costs, in thousandths of the currency."""
    dialled: str
    """What is dialled for the call's number, by the trunk's plan: just what was judged."""
    trunk: str = ""
    """On which trunk; empty: a phone of the house."""
    ways: str = ""
    """The other trunks for the call's number, in order, and what is dialled there."""
    connects: str = ""
    """What is dialled for the second number, which the dialplan dials; empty: there is none."""
    connects_by: str = ""
    """All trunks for that, in order, and what is dialled there."""

    @property
    def refusal(self) -> str:
        """Return how an attempt ends that may not be made; empty: it may."""
        if self.verdict.allowed:
            return ""
        return attempts.HELD_BACK if self.verdict.passes else attempts.NOT_ALLOWED


@dataclass(frozen=True, slots=True)
class _Read:
    """One number of a call, as it was given and as it would be dialled on a trunk."""

    given: Number
    sent: Number
    trunk: str = ""

    @property
    def way(self) -> Way:
        return Way(self.trunk, self.sent.dialled)


Judged = tuple[_Read, Verdict]


def _defaults() -> DiallingRules:
    return DiallingRules(
        emergency=frozenset(dialling.DEFAULT_EMERGENCY.split(",")),
        allowed=dialling.read_allowed(dialling.DEFAULT_ALLOWED),
    )


@dataclass
class Guard:
    """Judges calls before they are made."""

    rules: DiallingRules = field(default_factory=_defaults)
    dial_plan: DialPlan = field(default_factory=DialPlan)
    trunks: TrunkStates = field(default_factory=TrunkStates)
    """Where calls go out; none: nobody asks on which, and `dial_plan` is of all."""
    plans: Mapping[str, DialPlan] = field(default_factory=dict)
    """What each trunk wants dialled."""
    phones: frozenset[str] = frozenset()
    """The house's own, to which no trunk leads."""
    stopped_on: date | None = None
    """The day on which all of its spending was used up."""
    _spent: int = 0
    _counted: tuple[date, float] | None = None
    """For which day, and when by the monotonic clock, spending was added up."""

    def is_stopped(self, now: datetime) -> bool:
        """Tell whether nobody outside is rung any more today: nothing is left to spend."""
        return self.stopped_on == self._day(now)

    def never(self, number: str) -> Why | None:
        """Return why a number is not rung at any hour, however little was rung; None: it may be."""
        ways = self._ways(number, self.trunks.order(_ANY_TIME, Counter()))
        verdicts = [self._judged(one, _ANY_TIME, {}) for one in ways]
        return None if any(one.allowed or one.passes for one in verdicts) else verdicts[0].why

    async def judge(
        self, connection: AsyncConnection, planned: Sequence[Planned], *, now: datetime
    ) -> list[Toll]:
        """Return what is found of each call; `connection` is where they are then kept."""
        read = self._read_all(planned, now)
        reached = {
            one.sent.full for numbers in read for ways in numbers for one in ways if one.sent.full
        }
        if not reached:  # rooms and the house's own phones: nothing to count
            return [
                self._toll(plan, numbers, {}) for plan, numbers in zip(planned, read, strict=True)
            ]
        counted = await self._counted_for(connection, reached, now)
        tolls = []
        for plan, numbers in zip(planned, read, strict=True):
            tolls.append(self._toll(plan, numbers, counted))
            if tolls[-1].verdict.allowed and tolls[-1].reached:
                _count(counted, tolls[-1].reached)
        self._say_spending(tolls, now)
        return tolls

    def _read_all(self, planned: Sequence[Planned], now: datetime) -> list[list[list[_Read]]]:
        """Return, of each call and each of its numbers, the ways there in order."""
        read = []
        more: Counter[str] = Counter()
        for plan in planned:
            order = self.trunks.order(now, more)
            read.append([self._ways(one, order) for one in _numbers(plan)])
            more[read[-1][-1][0].trunk] += 1
        return read

    def _ways(self, given: str, order: Sequence[Trunk]) -> list[_Read]:
        if not order or given in self.phones:
            return [self._read(given, self.dial_plan)]
        return [self._read(given, self.plans[one.name], one.name) for one in order]

    def _read(self, given: str, dial_plan: DialPlan, trunk: str = "") -> _Read:
        # as it was given, the house's own plan says what it is
        dialled = dial_plan.dialled(phone_number(given, self.dial_plan.numbers))
        before, sent = leads_to(given, self.dial_plan.numbers), leads_to(dialled, dial_plan.numbers)
        if before.sort is Sort.HOUSE:  # a phone that the settings name, as the trunk wants it
            sent = Number(dialled=dialled, sort=Sort.HOUSE)
        return _Read(before, sent, trunk)

    def _judged(self, read: _Read, at: datetime, counted: dict[str, SoFar]) -> Verdict:
        if dialling.is_emergency(read.given, self.rules.emergency):
            return Verdict(False, Why.EMERGENCY)
        so_far = counted.get(read.sent.full, dialling.NOTHING)
        return dialling.may_ring(read.sent, at, self.rules, so_far)

    def _allowed(
        self, ways: Sequence[_Read], at: datetime, counted: dict[str, SoFar]
    ) -> list[Judged]:
        """Return the ways that may be dialled; where none may, the first."""
        judged = [(one, self._judged(one, at, counted)) for one in ways]
        return [one for one in judged if one[1].allowed] or judged[:1]

    def _toll(
        self, plan: Planned, read: Sequence[Sequence[_Read]], counted: dict[str, SoFar]
    ) -> Toll:
        """Return what is found of a call; each number that it rings must be allowed."""
        judged = [self._allowed(ways, plan.at, counted) for ways in read]
        verdicts = [ways[0][1] for ways in judged]
        numbers = [ways[0][0].sent for ways in judged]
        verdict = next((one for one in verdicts if not one.allowed), verdicts[-1])
        if not verdict.allowed:
            metrics.NOT_ALLOWED.labels(verdict.why.value).inc()
            _log.warning("not allowed to ring", why=verdict.why.value, subject=plan.subject_id)
        reached = next((one.full for one in reversed(numbers) if one.full), "")
        price = sum(map(self.rules.price, numbers))
        ways = [[read.way for read, _ in each] for each in judged]
        return Toll(
            verdict,
            reached,
            price,
            dialled=numbers[0].dialled,
            trunk=ways[-1][0].trunk,
            ways=written(ways[0][1:]),
            connects=numbers[1].dialled if plan.connects else "",
            connects_by=written(ways[1]) if plan.connects else "",
        )

    async def _counted_for(
        self, connection: AsyncConnection, reached: set[str], now: datetime
    ) -> dict[str, SoFar]:
        lately = await attempts.rung_lately(connection, reached, now)
        minute = await attempts.rung_outside(connection, now - timedelta(minutes=1))
        spent = await self._spent_today(connection, now)
        counted = {}
        for number in reached:
            hour, day = lately.get(number, (0, 0))
            counted[number] = SoFar(last_minute=minute, last_hour=hour, last_day=day, spent=spent)
        return counted

    async def _spent_today(self, connection: AsyncConnection, now: datetime) -> int:
        if not self.rules.spend_per_day:
            return 0
        today, clock = self._day(now), time.monotonic()
        if (
            self._counted is None
            or self._counted[0] != today
            or (clock - self._counted[1] > COUNT_EVERY_S)
        ):
            midnight = datetime(today.year, today.month, today.day, tzinfo=self.rules.zone)
            self._spent = await attempts.spent(connection, midnight, now)
            self._counted = (today, clock)
            metrics.SPENT.set(self._spent / 1000)
        return self._spent

    def _say_spending(self, tolls: Sequence[Toll], now: datetime) -> None:
        """Say once a day that there is nothing left to spend."""
        if any(one.verdict.why is Why.SPENDING for one in tolls) and not self.is_stopped(now):
            self.stopped_on = self._day(now)
            _log.error(
                "the most that may be spent today is spent: nobody outside is rung until midnight",
                spent=self._spent / 1000,
                most=self.rules.spend_per_day / 1000,
            )

    def _day(self, now: datetime) -> date:
        return now.astimezone(self.rules.zone).date()


def _numbers(plan: Planned) -> tuple[str, ...]:
    return (plan.number, plan.connects) if plan.connects else (plan.number,)


def _count(counted: dict[str, SoFar], reached: str) -> None:
    """Count a call that will be made: for its number, and for all in the last minute."""
    mine = Counter([reached])
    for number, before in counted.items():
        counted[number] = SoFar(
            last_minute=before.last_minute + 1,
            last_hour=before.last_hour + mine[number],
            last_day=before.last_day + mine[number],
            spent=before.spent,
        )


def guard(settings: Settings, phones: frozenset[str] = frozenset()) -> Guard:
    """Return what guards this house; no trunk leads to its own `phones`."""
    listed = frozenset(filter(None, settings.emergency_numbers.split(",")))
    rules = DiallingRules(
        emergency=listed | emergency_of(settings.region),
        allowed=dialling.read_allowed(settings.dial_allowed),
        tariffs=dialling.read_tariffs(settings.dial_tariffs),
        per_minute=settings.dial_per_minute,
        per_hour=settings.dial_per_hour,
        per_day=settings.dial_per_day,
        spend_per_day=round(settings.dial_spend * 1000),
        zone=settings.zone,
    )
    out = trunks.in_force(settings).out
    return Guard(
        rules,
        DialPlan(settings.number_plan, settings.dial_form, settings.dial_trunk_prefix),
        trunks=TrunkStates.of(out),
        plans={one.name: one.dial_plan(settings.number_plan) for one in out},
        phones=phones,
    )
