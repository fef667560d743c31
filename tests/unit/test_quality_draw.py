"""What is drawn for inspection (QA-1): exact quotas, the same seed the same draw, equal chances."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import ceil
from zoneinfo import ZoneInfo

import pytest

from features.call_judgements.clauses import Measure
from features.quality_forms.rules import Thing
from features.quality_samples import calendar
from features.quality_samples.lifecycle import ItemState, ItemThing, WorkItem, hindrance
from features.quality_samples.risks import Facts, of_clauses, risk, signals
from features.quality_samples.rules import (
    Candidate,
    Quotas,
    Reason,
    Week,
    draw,
    lot,
    quota,
    rounded,
)

QUOTAS = Quotas(share=5, risk_share=30, weekly=2, double_share=10)
KINDS = ("固定电话", "数据通信", "公话", "complaint", "other")
AGENTS = [f"{number}" for number in range(2001, 2021)]
MONDAY = date(2026, 11, 2)
# The 99.9 % quantile of chi-square with 59 degrees of freedom.
CHI_SQUARE_59 = 98.32


def call(number: int, agent: str = "2001", business: str = "other", risk: float = 0) -> Candidate:
    return Candidate(
        thing=Thing.CALL, subject=f"c{number}", agent=agent, business=business, risk=risk
    )


class Month:
    """Four weeks of a house, drawn day by day as the ledger does it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.day_calls: dict[date, list[Candidate]] = {}
        self.drawn: dict[date, Sequence[tuple[Candidate, Reason]]] = {}
        self.live: set[tuple[date, str]] = set()
        """By the Monday of the week."""
        self.heard: set[tuple[date, str]] = set()
        self.number = 0
        sick = {
            agent: {self.chance.randrange(28) for _ in range(self.chance.randrange(8))}
            for agent in AGENTS
        }
        for at in range(28):
            on_shift = [
                agent
                for place, agent in enumerate(AGENTS)
                if (at + place) % 7 < 5 and at not in sick[agent]
            ]
            calls = 3 if at in {3, 13, 27} else self.chance.randrange(150, 400)
            self._goes_by(MONDAY + timedelta(days=at), on_shift, calls)

    def _goes_by(self, day: date, on_shift: list[str], calls: int) -> None:
        made = []
        for _ in range(calls):
            self.number += 1
            agent = self.chance.choice(on_shift)
            business = self.chance.choice(KINDS)
            made.append(call(self.number, agent, business, self.chance.choice((0, 0, 0, 4, 7))))
        self.day_calls[day] = made
        monday = calendar.monday(day)
        for agent in {one.agent for one in made}:
            if (monday, agent) in self.live and self.chance.random() < 0.2:
                self.heard.add((monday, agent))
        self._draw(day, monday)

    def _draw(self, day: date, monday: date) -> None:
        before = [each for each in self.week_of(monday) if each < day]
        had = [one for each in before for one, _ in self.drawn[each]]
        keys = {one.key for one in had}
        is_last = calendar.is_last(day)
        week = Week(
            recorded=Counter(one.agent for one in had),
            live=frozenset(agent for of, agent in self.live if of == monday),
            heard=Counter(agent for of, agent in self.heard if of == monday),
            earlier=[one for each in before for one in self.day_calls[each] if one.key not in keys]
            if is_last
            else (),
            is_last=is_last,
        )
        made = draw(self.day_calls[day], QUOTAS, seed=f"s{day}", staff=frozenset(AGENTS), week=week)
        self.drawn[day] = [(one.candidate, one.reason) for one in made.items]
        of = monday + timedelta(days=7) if is_last else monday
        self.live |= {(of, agent) for agent in made.live}

    def week_of(self, monday: date) -> list[date]:
        return [day for day in self.day_calls if calendar.monday(day) == monday]

    def mondays(self) -> Iterator[date]:
        yield from sorted({calendar.monday(day) for day in self.day_calls})


@pytest.fixture(scope="module", params=[1, 2, 3])
def month(request: pytest.FixtureRequest) -> Month:
    return Month(request.param)


def test_of_each_kind_five_per_cent_are_drawn_every_day(month: Month) -> None:
    for day, calls in month.day_calls.items():
        there = Counter(one.business for one in calls)
        drawn = Counter(
            one.business
            for one, reason in month.drawn[day]
            if reason in {Reason.UNIFORM, Reason.RISK}
        )
        assert drawn == {business: ceil(5 * of / 100) for business, of in there.items()}, day


def test_every_agent_is_listened_to_twice_a_week_whatever_happens(month: Month) -> None:
    for monday in month.mondays():
        had: dict[str, int] = defaultdict(int)
        for day in month.week_of(monday):
            for one in month.day_calls[day]:
                had[one.agent] += 1
        recorded = Counter(
            one.agent for day in month.week_of(monday) for one, _ in month.drawn[day]
        )
        for agent, calls in had.items():
            live = (monday, agent) in month.heard
            assert (monday, agent) in month.live, "nobody is to hear the agent live"
            assert recorded[agent] + live >= min(2, calls), (monday, agent)


def test_no_more_is_drawn_for_an_agent_than_lacks(month: Month) -> None:
    for monday in month.mondays():
        drawn = [each for day in month.week_of(monday) for each in month.drawn[day]]
        for agent in AGENTS:
            for_the_agent = [
                one for one, why in drawn if why is Reason.AGENT and one.agent == agent
            ]
            assert len(for_the_agent) <= 2
            others = sum(1 for one, why in drawn if why is not Reason.AGENT and one.agent == agent)
            if (monday, agent) in month.heard and others:
                assert len(for_the_agent) <= 1


def test_nothing_is_drawn_twice(month: Month) -> None:
    keys = [one.key for drawn in month.drawn.values() for one, _ in drawn]
    assert len(keys) == len(set(keys))


def test_what_is_drawn_for_an_agent_is_none_that_was_drawn_by_lot() -> None:
    calls, staff = [call(1), call(2)], frozenset({"2001"})
    for seed in range(50):
        made = draw(calls, QUOTAS, seed=f"{seed}", staff=staff, week=Week(is_last=True))
        assert {one.candidate.subject for one in made.items} == {"c1", "c2"}
        assert [one.reason for one in made.items][1] is Reason.AGENT


def test_at_the_weeks_end_a_live_listening_is_due_in_the_week_that_begins() -> None:
    week = Week(live=frozenset({"2001"}), is_last=True)
    made = draw([call(1)], QUOTAS, seed="a", staff=frozenset({"2001"}), week=week)
    assert made.live == ["2001"]
    made = draw([call(1)], QUOTAS, seed="a", staff=frozenset({"2001"}), week=Week(live=week.live))
    assert made.live == []


def test_the_same_seed_gives_the_same_draw_in_whatever_order_the_rows_come() -> None:
    calls = [call(each, AGENTS[each % 9], KINDS[each % 5], each % 4) for each in range(300)]
    staff = frozenset(AGENTS)
    first = draw(calls, QUOTAS, seed="a", staff=staff)
    turned = draw(list(reversed(calls)), QUOTAS, seed="a", staff=staff)
    assert first == turned
    assert first != draw(calls, QUOTAS, seed="b", staff=staff)


def test_by_lot_each_call_has_the_same_chance_whatever_its_risk() -> None:
    calls = [call(each, risk=0 if each % 3 else 20) for each in range(60)]
    counts: Counter[str] = Counter()
    by_risk: Counter[str] = Counter()
    for seed in range(4000):
        for one in draw(calls, QUOTAS, seed=f"{seed}", staff=frozenset()).items:
            which = counts if one.reason is Reason.UNIFORM else by_risk
            which[one.candidate.subject] += 1
    expected = counts.total() / len(calls)
    chi_square = sum((counts[one.subject] - expected) ** 2 / expected for one in calls)
    assert chi_square < CHI_SQUARE_59
    drawn = counts.total() + by_risk.total()
    assert drawn == 4000 * 3
    assert by_risk.total() / drawn == pytest.approx(0.3, abs=0.01)
    risky = sum(number for subject, number in by_risk.items() if int(subject[1:]) % 3 == 0)
    assert risky / by_risk.total() > 0.85  # 20 of 60 calls, each with 21 lots instead of 1


def test_a_tenth_of_the_drawn_calls_is_scored_twice() -> None:
    calls = [call(each) for each in range(200)]
    twice = [
        sum(one.double for one in draw(calls, QUOTAS, seed=f"{seed}", staff=frozenset()).items)
        for seed in range(50)
    ]
    assert set(twice) == {1}


def test_lots_lie_evenly_and_roundings_come_to_what_is_exact() -> None:
    lots = [lot("s", f"{each}") for each in range(10_000)]
    assert min(lots) >= 0
    assert max(lots) < 1
    assert sum(lots) / len(lots) == pytest.approx(0.5, abs=0.01)
    whole = [rounded("s", f"{each}", Fraction(3, 10)) for each in range(10_000)]
    assert set(whole) == {0, 1}
    assert sum(whole) / len(whole) == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize(
    ("of", "share", "drawn"),
    [
        (0, 5, 0),
        (1, 5, 1),
        (3, 5, 1),
        (20, 5, 1),
        (21, 5, 2),
        (100, 5, 5),
        (100, 0.1, 1),
        (3, 100, 3),
    ],
)
def test_the_share_is_rounded_up(of: int, share: float, drawn: int) -> None:
    assert quota(of, share) == drawn


def test_whose_phone_has_no_person_has_no_part_of_the_week() -> None:
    made = draw([call(1, agent="8101"), call(2, agent="8101")], QUOTAS, seed="a", staff=frozenset())
    assert len(made.items) == 1
    assert not made.live


def test_what_speaks_for_a_call() -> None:
    quiet = Facts()
    assert risk(quiet, long_hold_s=60) == 0
    loud = Facts(hung_up_by="agent", held_s=61, calls_of_customer=2, misses=1, more={"broken": 3.0})
    assert list(signals(loud, long_hold_s=60)) == [
        *("agent_first", "long_hold", "repeated", "missed", "broken"),
    ]
    assert risk(loud, long_hold_s=60) == 12
    assert risk(Facts(held_s=59.9), long_hold_s=60) == 0


def test_a_clause_that_is_the_houses_or_has_a_signal_already_adds_none() -> None:
    broken = [Measure.RATE, Measure.NO_HANG_UP_FIRST, Measure.ANSWER, Measure.CALLBACK]
    assert of_clauses(broken) == {"broken_rate": 1.0, "broken_callback": 3.0}


def test_a_day_is_drawn_from_its_time_of_day_on() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    before = datetime(2026, 11, 2, 17, 59, tzinfo=UTC)  # 01:59 there
    assert calendar.due_day(before, zone, "02:00") is None
    assert calendar.due_day(before + timedelta(minutes=1), zone, "02:00") == date(2026, 11, 2)


def test_a_day_on_which_clocks_change_has_its_own_length() -> None:
    since, until = calendar.bounds(date(2026, 10, 25), ZoneInfo("Europe/Berlin"))
    assert until - since == timedelta(hours=25)


def item(**values: object) -> WorkItem:
    whole = {
        "id": 1,
        "day": MONDAY,
        "thing": ItemThing.CALL,
        "subject": "c1",
        "call_id": None,
        "agent": "2001",
        "business": "other",
        "reason": Reason.UNIFORM,
        "signals": (),
        "risk": 0.0,
        "turn": 1,
        "twin": None,
        "session_id": None,
        "state": ItemState.OPEN,
        "inspector": None,
        "taken_at": None,
        "done_at": None,
        "made_at": datetime(2026, 11, 3, tzinfo=UTC),
    }
    return WorkItem(**{**whole, **values})  # type: ignore[arg-type]


def test_nobody_takes_what_is_about_themselves_or_both_turns_of_one() -> None:
    assert hindrance(item(), "1007", twin_of=None) == ""
    assert hindrance(item(), "2001", twin_of=None) == "quality_sample.fault_yourself"
    assert hindrance(item(), "1007", twin_of="1007") == "quality_sample.fault_twin"
    taken = item(state=ItemState.TAKEN, inspector="1007")
    assert hindrance(taken, "1007", twin_of=None) == ""
    assert hindrance(taken, "1008", twin_of=None) == "quality_sample.fault_gone"
    assert hindrance(item(state=ItemState.SUBMITTED), "1007", twin_of=None) == (
        "quality_sample.fault_gone"
    )
