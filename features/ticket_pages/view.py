"""What the page of one ticket shows: verbs with their forms, the timeline, clocks in words.

Does no I/O.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

from features.ticket_clocks.lifecycle import Clock, Standing
from features.ticket_life import rules
from features.ticket_life.orders import Order
from features.ticket_life.table import MANY_A_DAY, Row
from features.ticket_life.verbs import Need, Verb, place
from features.tickets.history import Entry
from features.tickets.lifecycle import Ticket, TicketKind
from features.tickets.saves import TicketVersion
from permissions.roles import Role

FIELDS: Final[Mapping[Verb, tuple[str, ...]]] = MappingProxyType(
    {
        Verb.DISPATCH: ("department", "deadline", "note"),
        Verb.SECOND_DISPATCH: ("department", "warning", "deadline", "note"),
        Verb.CHASE: ("note", "deadline"),
        Verb.ASK_TIME: ("deadline", "note"),
        Verb.HANDLE: ("handling", "cause", "restored_at"),
        Verb.CLOSE: (
            *("closing", "handling", "cause", "restored_at", "complaint_class", "satisfaction"),
        ),
    }
)
"""What the form of a verb asks, in this order; of others what they need."""

_TYPED = {
    Need.NOTE,
    Need.DEPARTMENT,
    Need.DEADLINE,
    Need.WARNING,
    Need.HANDLING,
    Need.CAUSE,
    Need.CLERK,
}
_OF_A_FAULT = frozenset({"cause", "restored_at"})


@dataclass(frozen=True, slots=True)
class Button:
    """A verb that somebody may do now."""

    verb: Verb
    fields: tuple[str, ...]
    """What its form asks; none: one press does it."""
    needs: frozenset[str]
    """Fields that may not stay empty."""
    first: bool
    """Whether it leads on: the others are for what happens on the way."""


def buttons(ticket: Ticket, orders: Sequence[Order], role: Role) -> list[Button]:
    """Return what somebody of a role may do with a ticket as it stands, what leads on first.

    A review is at its order, and not here.
    """
    at = place(ticket)
    asked = any(one.asked_until is not None for one in orders)
    found = [
        _button(row, ticket)
        for row in rules.rows_at(at, role)
        if _makes_sense(row, ticket, asked=asked)
    ]
    return sorted(found, key=lambda one: not one.first)


def _makes_sense(row: Row, ticket: Ticket, *, asked: bool) -> bool:
    if Need.WAITING_ORDER in row.needs or Need.FIRST in row.needs:  # asked for elsewhere
        return False
    if Need.ASKED_TIME in row.needs and not asked:
        return False
    if row.verb is Verb.CALM or row.verb is Verb.URGENT:
        return ticket.urgent == (row.verb is Verb.CALM)
    return True


def _button(row: Row, ticket: Ticket) -> Button:
    asked = FIELDS.get(row.verb) or tuple(each.value for each in row.needs if each in _TYPED)
    fault, complaint = ticket.kind is TicketKind.FAULT, ticket.kind is TicketKind.COMPLAINT
    fields = tuple(
        name
        for name in asked
        if (fault or name not in _OF_A_FAULT) and (complaint or name != "complaint_class")
    )
    known = {name for name in fields if getattr(ticket, name, None)}
    needs = frozenset(each.value for each in row.needs) & set(fields)
    if row.verb is Verb.CLOSE and ticket.satisfaction is not None:
        fields = tuple(name for name in fields if name != "satisfaction")
    return Button(row.verb, fields, needs - known, row.verb not in MANY_A_DAY)


@dataclass(frozen=True, slots=True)
class Change:
    """A field that was typed anew."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline: something done, or something typed."""

    at: datetime
    who: str
    entry: Entry | None
    """None: somebody typed."""
    changes: Sequence[Change]
    version: int

    def said(self, name: str) -> str:
        """Return what was typed into a field, or which clock it was; empty: nothing."""
        return str(self.entry.said.get(name) or "") if self.entry else ""

    def moment(self, name: str) -> datetime | None:
        """Return a moment that was said, as `deadline`; None: none."""
        written = self.said(name)
        return datetime.fromisoformat(written) if written else None


SHOWN: Final = (
    *("kind", "business", "nature", "customer_number", "customer_name", "body", "answer"),
    "department",
)
"""Fields whose versions are shown as differences; a department only where no verb tells of it."""


def timeline(entries: Iterable[Entry], versions: Sequence[TicketVersion]) -> list[Event]:
    """Return what happened to a ticket, the newest first, with what was typed between.

    What one person types in one go, with nothing between, is one line.
    """
    by_version: dict[int, list[Change]] = {}
    for old, new in pairwise(versions):
        by_version[new.version] = list(_changes(old.fields, new.fields))
    events: list[Event] = []
    told: set[int] = set()
    for entry in entries:
        changes = by_version.get(entry.version, []) if entry.version not in told else []
        told.add(entry.version)
        changes = [each for each in changes if each.field != "department"]
        who = entry.number or entry.label or ""
        events.append(Event(entry.at, who, entry, changes, entry.version))
    typed = [each for each in versions if each.version not in told and by_version.get(each.version)]
    events += [_typed(each, by_version[each.version]) for each in typed]
    events.sort(key=lambda one: (one.version, one.at))
    return list(reversed(_joined(events)))


def _typed(version: TicketVersion, changes: list[Change]) -> Event:
    return Event(version.at, version.number or "", None, changes, version.version)


def _joined(events: Sequence[Event]) -> list[Event]:
    """Return the events, with what one person typed without a break as one."""
    joined: list[Event] = []
    for event in events:
        before = joined[-1] if joined else None
        if before is None or before.entry or event.entry or before.who != event.who:
            joined.append(event)
            continue
        first = {each.field: each for each in before.changes}
        for each in event.changes:
            began = first.get(each.field, each).before
            first[each.field] = Change(each.field, began, each.after)
        changes = [each for each in first.values() if each.before != each.after]
        joined[-1] = Event(event.at, event.who, None, changes, event.version)
    return joined


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[Change]:
    for name in SHOWN:
        before, after = str(old.get(name) or ""), str(new.get(name) or "")
        if before != after:
            yield Change(name, before, after)


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock, with why it stands where it stands."""

    clock: Clock
    so: Standing

    @property
    def tone(self) -> str:
        """Return how its tag looks."""
        if self.so.words == "overdue":
            return "bad"
        if self.so.words in {"stopped", "paused", "closed"}:
            return "quiet"
        return "warm" if self.so.used_s >= self.clock.warn_s else "good"


def clock_lines(standing: Iterable[tuple[Clock, Standing]]) -> list[ClockLine]:
    """Return the clocks of a ticket, those that run first."""
    lines = [ClockLine(clock, so) for clock, so in standing]
    return sorted(lines, key=lambda one: one.so.words == "stopped")


def span(seconds: float) -> tuple[int, int]:
    """Return whole hours and the minutes beyond them."""
    minutes = max(0, round(seconds / 60))
    return divmod(minutes, 60)
