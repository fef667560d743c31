"""Which of a day's calls, tickets and entries are drawn for inspection (QA-1). Does no I/O.

A draw is a function of the day's population, of what the week has had so far, and of a seed. Each
lot is a hash of the seed and of what is drawn: the order of the rows changes nothing, and whoever
knows the seed gets the same draw again.

1. Of each kind of business the share is drawn, rounded up. First the uniform part: every one has
   the same lot. Then the part by risk, of those that are left: who has more risk has more lots.
   How many go by risk is rounded by lot, so that small kinds have their part of it too.
2. Each agent who had calls is drawn at least so often in the week that with one live listening it
   is as often as the rule says; at the week's end without regard to a live listening that was not
   made.
3. Each agent has one live listening a week on the work list, from the first day on.
4. A share of the drawn calls is scored twice.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import Final

from features.quality_forms.rules import Thing

LEAST_WEIGHT: Final = 1.0
"""Lots of a call without any risk, when it is drawn by risk."""
_HEX: Final = 13
"""Hexadecimal digits of a lot: 52 bits, what a float holds exactly."""


class Reason(StrEnum):
    """Why something is on the work list."""

    UNIFORM = "uniform"  # of its kind of business, each had the same chance
    RISK = "risk"  # of its kind of business, by its risk
    AGENT = "agent"  # for the agent's part of the week
    LIVE = "live"  # the agent's next call is to be heard while it lasts
    CALIBRATION = "calibration"  # several inspectors score the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that may be drawn."""

    thing: Thing
    subject: str
    """A call's id, a ticket's number, an entry's row number."""
    agent: str
    business: str
    risk: float = 0.0
    """0: nothing speaks for it; each point is as many lots more."""
    signals: Sequence[str] = ()
    """What its risk is made of."""
    call_id: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        return (self.thing.value, self.subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """How much is drawn; shares are per cent."""

    share: float
    risk_share: float
    weekly: int
    double_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What the week has had before this draw."""

    recorded: Mapping[str, int] = field(default_factory=dict)
    """By agent how many calls are drawn, without the live ones."""
    live: frozenset[str] = frozenset()
    """Agents who have a live listening on the list, made or not."""
    heard: Mapping[str, int] = field(default_factory=dict)
    """By agent how many live listenings were made."""
    earlier: Sequence[Candidate] = ()
    """Calls of the week's earlier days that are not drawn."""
    is_last: bool = False
    """The day is the week's last: what an agent lacks is drawn now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How much of one kind of business was drawn."""

    thing: Thing
    business: str
    of: int
    drawn: int
    by_risk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Something that was drawn."""

    candidate: Candidate
    reason: Reason
    double: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What one day's draw gave."""

    items: Sequence[Drawn]
    live: Sequence[str]
    """Agents who are to be heard live."""
    kinds: Sequence[Kind]


def lot(seed: str, *about: str) -> float:
    """Return a number of [0, 1) that only the seed and what it is about decide."""
    said = "\x1f".join((seed, *about)).encode()
    digest = hashlib.sha256(said).hexdigest()[:_HEX]
    return int(digest, 16) / 16**_HEX


def quota(of: int, share: float) -> int:
    """Return how many of so many are drawn: the share, rounded up."""
    return min(of, ceil(Fraction(str(share)) * of / 100))


def rounded(seed: str, about: str, exact: Fraction) -> int:
    """Return a whole number near `exact`, by lot, so that over many it comes to `exact`."""
    whole = floor(exact)
    return whole + (lot(seed, "round", about) < float(exact - whole))


def draw(
    day: Sequence[Candidate],
    quotas: Quotas,
    *,
    seed: str,
    staff: frozenset[str],
    week: Week | None = None,
) -> Draw:
    """Return what is drawn of a day. `staff` are those of whom each has a part of the week."""
    so_far = week or Week()
    items: list[Drawn] = []
    kinds: list[Kind] = []
    for (thing, business), those in sorted(_by_kind(day).items()):
        drawn = _of_kind(those, quotas, seed=seed, name=f"{thing}/{business}")
        items += drawn
        by_risk = sum(one.reason is Reason.RISK for one in drawn)
        kinds.append(
            Kind(
                thing=Thing(thing),
                business=business,
                of=len(those),
                drawn=len(drawn),
                by_risk=by_risk,
            )
        )
    items += _for_agents(day, items, quotas, seed=seed, staff=staff, week=so_far)
    twice = _twice(items, quotas.double_share, seed)
    return Draw(
        items=[
            Drawn(candidate=one.candidate, reason=one.reason, double=one.candidate.key in twice)
            for one in items
        ],
        live=_live(day, staff, so_far),
        kinds=kinds,
    )


def _by_kind(day: Iterable[Candidate]) -> Mapping[tuple[str, str], Sequence[Candidate]]:
    found: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for each in day:
        found[each.thing.value, each.business].append(each)
    return found


def _of_kind(
    those: Sequence[Candidate], quotas: Quotas, *, seed: str, name: str
) -> Sequence[Drawn]:
    """Draw of one kind of business: the uniform part of all, then the part by risk of the rest."""
    wanted = quota(len(those), quotas.share)
    exact = Fraction(str(quotas.risk_share)) * wanted / 100
    by_risk = rounded(seed, name, exact)
    by_lot = sorted(those, key=lambda one: lot(seed, "uniform", *one.key))
    uniform, rest = by_lot[: wanted - by_risk], by_lot[wanted - by_risk :]
    risky = sorted(rest, key=lambda one: _weighted(seed, one), reverse=True)[:by_risk]
    return [
        *(Drawn(candidate=one, reason=Reason.UNIFORM) for one in uniform),
        *(Drawn(candidate=one, reason=Reason.RISK) for one in risky),
    ]


def _weighted(seed: str, one: Candidate) -> float:
    """Return a lot whose chance to be the largest grows with the risk (Efraimidis, Spirakis)."""
    return float(lot(seed, "risk", *one.key) ** (1 / (LEAST_WEIGHT + max(0.0, one.risk))))


def _for_agents(
    day: Sequence[Candidate],
    drawn: Sequence[Drawn],
    quotas: Quotas,
    *,
    seed: str,
    staff: frozenset[str],
    week: Week,
) -> Sequence[Drawn]:
    """Draw what agents lack of their part of the week, of the calls that are not drawn yet."""
    has: dict[str, int] = defaultdict(int, week.recorded)
    taken = set()
    for one in drawn:
        taken.add(one.candidate.key)
        has[one.candidate.agent] += one.candidate.thing is Thing.CALL
    pool = _calls_by_agent([*day, *(week.earlier if week.is_last else ())], staff, taken)
    found: list[Drawn] = []
    for agent, calls in sorted(pool.items()):
        made = week.heard.get(agent, 0)
        needed = quotas.weekly - (made if week.is_last else 1) - has[agent]
        by_lot = sorted(calls, key=lambda one: lot(seed, "agent", *one.key))
        found += [Drawn(candidate=one, reason=Reason.AGENT) for one in by_lot[: max(0, needed)]]
    return found


def _calls_by_agent(
    calls: Iterable[Candidate], staff: frozenset[str], taken: set[tuple[str, str]]
) -> Mapping[str, Sequence[Candidate]]:
    found: dict[str, dict[tuple[str, str], Candidate]] = defaultdict(dict)
    for one in calls:
        if one.thing is Thing.CALL and one.agent in staff and one.key not in taken:
            found[one.agent][one.key] = one
    return {agent: list(those.values()) for agent, those in found.items()}


def _live(day: Sequence[Candidate], staff: frozenset[str], week: Week) -> Sequence[str]:
    """Return who is to be heard live. At the week's end: in the week that begins."""
    calls = [*day, *(week.earlier if week.is_last else ())]
    at_work = {one.agent for one in calls if one.thing is Thing.CALL}
    at_work |= set(week.recorded) if week.is_last else set()
    known = frozenset() if week.is_last else week.live
    return sorted((at_work & staff) - known)


def _twice(items: Sequence[Drawn], share: float, seed: str) -> set[tuple[str, str]]:
    """Return which of the drawn calls are scored twice."""
    calls = [one.candidate for one in items if one.candidate.thing is Thing.CALL]
    wanted = rounded(seed, "double", Fraction(str(share)) * len(calls) / 100)
    by_lot = sorted(calls, key=lambda one: lot(seed, "double", *one.key))
    return {one.key for one in by_lot[:wanted]}
