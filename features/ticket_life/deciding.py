"""What a verb makes of a ticket and its orders: the table of `rules`, carried out. Does no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from features.ticket_clocks.lifecycle import ClockKind
from features.ticket_life import ordering, rules, table
from features.ticket_life.ordering import By
from features.ticket_life.orders import Order, OrderState
from features.ticket_life.table import Row
from features.ticket_life.verbs import Given, Need, Place, Verb, place
from features.tickets.lifecycle import (
    SETTLED_STATES,
    Satisfaction,
    Ticket,
    TicketKind,
    TicketState,
    typed,
)
from permissions.roles import Role

MOST_SURVEYS: Final = 3
"""Who was not reached so often when asked is not asked any more: the matter may be closed."""


class NotNowError(Exception):
    """A ticket that stands so cannot have this done to it."""


class NotTheirsError(Exception):
    """Somebody else's role does this."""


class LacksError(Exception):
    """Something is missing that the verb needs; `needs` says what."""

    def __init__(self, needs: Sequence[Need]) -> None:
        super().__init__(", ".join(needs))
        self.needs = tuple(needs)


@dataclass(frozen=True, slots=True)
class Decision:
    """What comes of a verb."""

    ticket: Ticket
    orders: Sequence[Order]
    """Those that are new or changed."""
    written: Order | None
    """The order that this verb writes, or that it is about."""
    renews: frozenset[ClockKind]
    """Clocks that begin anew."""


def decide(
    ticket: Ticket, orders: Sequence[Order], verb: Verb, given: Given, *, by: By, now: datetime
) -> Decision:
    """Return what a verb makes of a ticket, of which `orders` are all there are.

    Raises NotNowError, NotTheirsError or LacksError.
    """
    at = place(ticket)
    row = rules.row_of(at, verb, by.role)
    if row is None:
        raise (NotTheirsError if rules.knows(at, verb) else NotNowError)(verb)
    after = _filled(ticket, verb, given)
    # A clock types nothing: that it was a clock, and which, is in the history.
    needs = [need for need in row.needs if by.role is not None or need is not Need.NOTE]
    lacks = [need for need in needs if not _has(need, after, orders, given, now)]
    if lacks:
        raise LacksError(lacks)
    reviewed = ordering.under_review(orders, given) if Need.WAITING_ORDER in row.needs else None
    changed = ordering.settled(orders, row, reviewed, given, by=by, now=now)
    fresh = ordering.written(after, orders, row, given, by=by, now=now)
    if fresh is not None:
        changed[fresh.number] = fresh
    to = _target(ticket, row, reviewed)
    moved = _moved(after, verb, to, now=now)
    about = reviewed or fresh
    moved = _marked(moved, verb, given, changed[about.number] if about else None, by, now)
    return Decision(
        ticket=moved,
        orders=tuple(changed.values()),
        written=fresh or reviewed or ordering.main_order(orders),
        renews=row.renews | _renewed(verb, to, moved.deadline != ticket.deadline),
    )


def asked_by_state(ticket: Ticket, fields: Mapping[str, Any], role: Role) -> Verb | None:
    """Return the verb that a save means which names a state (TKT-3); None: it means none.

    Raises NotNowError for a state that is reached by its own verb only.
    """
    wanted: TicketState = fields.get("state", ticket.state)
    if wanted is ticket.state:
        reviews = ticket.to_review and "state" in fields and role in table.SENIORS
        return Verb.APPROVE if reviews else None
    verb = _BY_STATE.get((ticket.state, wanted))
    if verb is None:
        raise NotNowError(wanted)
    return verb


def saved(
    ticket: Ticket, orders: Sequence[Order], fields: Mapping[str, Any], *, by: By, now: datetime
) -> tuple[Decision, Verb | None]:
    """Return what a save of what people type makes of a ticket, and the verb that it means.

    Raises as `decide`; ValueError for a field that is not writable.
    """
    after = typed(ticket, fields)
    assert by.role is not None
    if ticket.state is TicketState.ARCHIVED and (after != ticket or "state" in fields):
        raise NotNowError(Verb.NOTE)
    verb = asked_by_state(ticket, fields, by.role)
    if verb is Verb.APPROVE and after.department != ticket.department:
        moved = _sent_elsewhere(after, orders)
        orders = [
            next((new for new in moved.orders if new.number == one.number), one) for one in orders
        ]
    if verb is not None:
        given = Given(department=after.department)
        return decide(after, orders, verb, given, by=by, now=now), verb
    if after.department == ticket.department:
        return Decision(after, (), None, frozenset()), None
    return _sent_elsewhere(after, orders), None


_S = TicketState
_BY_STATE: Final[Mapping[tuple[TicketState, TicketState], Verb]] = MappingProxyType(
    {
        (_S.NEW, _S.ANSWERED): Verb.ANSWER,
        (_S.RETURNED, _S.ANSWERED): Verb.ANSWER,
        (_S.DISPATCHED, _S.ANSWERED): Verb.ANSWER,
        (_S.NEW, _S.DISPATCHED): Verb.DISPATCH,
        (_S.RETURNED, _S.DISPATCHED): Verb.DISPATCH,
        (_S.ANSWERED, _S.DISPATCHED): Verb.DISPATCH,
        (_S.DISPATCHED, _S.NEW): Verb.TAKE_BACK,
        (_S.ANSWERED, _S.NEW): Verb.REOPEN,
    }
)


def _filled(ticket: Ticket, verb: Verb, given: Given) -> Ticket:
    """Return the ticket with what was typed into the form of a verb."""
    fresh: dict[str, Any] = {
        name: value
        for name in ("handling", "cause", "restored_at", "complaint_class")
        if (value := getattr(given, name))
    }
    if given.closing and verb is Verb.CLOSE:
        fresh["closing"] = given.closing
    if given.department and verb in {Verb.DISPATCH, Verb.SECOND_DISPATCH}:
        fresh["department"] = given.department
    if verb is Verb.CLOSE and given.satisfaction and ticket.satisfaction is None:
        fresh["satisfaction"] = given.satisfaction
    return replace(ticket, **fresh) if fresh else ticket


def _has(need: Need, ticket: Ticket, orders: Sequence[Order], given: Given, now: datetime) -> bool:
    out = ordering.main_order(orders)
    of_this: Mapping[Need, object] = {
        Need.NOTE: given.note.strip(),
        Need.DEPARTMENT: ticket.department.strip(),
        Need.DEADLINE: given.deadline is not None and given.deadline > now,
        Need.WARNING: given.warning.strip(),
        Need.HANDLING: ticket.handling.strip() or ticket.answer.strip(),
        Need.CAUSE: ticket.kind is not TicketKind.FAULT or ticket.cause.strip(),
        Need.RESTORED: ticket.kind is not TicketKind.FAULT or ticket.restored_at,
        Need.SATISFACTION: _is_asked(ticket),
        Need.HANDLER: ticket.handler,
        Need.CLERK: given.clerk.strip(),
        Need.CLASS: ticket.kind is not TicketKind.COMPLAINT or ticket.complaint_class,
        Need.WAITING_ORDER: ordering.under_review(orders, given),
        Need.FIRST: given.first,
        Need.ASKED_TIME: out is not None and out.asked_until,
    }
    return bool(of_this[need])


def _is_asked(ticket: Ticket) -> bool:
    """Tell whether the customer's satisfaction is known, or was asked for often enough."""
    if ticket.state is TicketState.HANDLED:
        return ticket.survey_tries >= MOST_SURVEYS
    return ticket.satisfaction is not None


def _target(ticket: Ticket, row: Row, reviewed: Order | None) -> Place | None:
    if row.goes_back:
        return Place((ticket.resumes or TicketState.NEW).value)
    return ordering.goes_to(row, reviewed)


def _sent_elsewhere(ticket: Ticket, orders: Sequence[Order]) -> Decision:
    """Return a ticket of which the department was typed anew: an order that is out goes with it."""
    at, main = place(ticket), ordering.main_order(orders)
    if at in {Place.NEW, Place.RETURNED, Place.ANSWERED}:
        return Decision(replace(ticket, left_at=None), (), None, frozenset())
    if at not in {Place.DISPATCHED, Place.TO_REVIEW}:
        raise NotNowError(Verb.DISPATCH)
    if not ticket.department.strip():
        raise LacksError([Need.DEPARTMENT])
    if main is None:  # dispatched before orders were kept
        return Decision(ticket, (), None, frozenset())
    moved = replace(main, department=ticket.department)
    return Decision(ticket, (moved,), moved, frozenset())


def _moved(ticket: Ticket, verb: Verb, to: Place | None, *, now: datetime) -> Ticket:
    """Return the ticket in its next place."""
    if to is None:
        return ticket
    settled = to.state in SETTLED_STATES
    fresh: dict[str, Any] = {
        "state": to.state,
        "to_review": to is Place.TO_REVIEW,
        "resumes": ticket.state if to is Place.WAITING else None,
        "closed_at": (ticket.closed_at or now) if settled else None,
    }
    if to is Place.DISPATCHED and verb is not Verb.GO_ON:
        fresh |= {"left_at": now, "deadline": None}
    if to in {Place.NEW, Place.TO_REVIEW}:
        fresh |= {"left_at": None, "deadline": None}
    if to is Place.NEW:
        fresh |= {"satisfaction": None, "survey_tries": 0, "closing": ""}
    if to is Place.HANDLED and verb is Verb.HANDLE:
        fresh |= {"satisfaction": None, "survey_tries": 0}
    return replace(ticket, **fresh)


def _marked(
    ticket: Ticket, verb: Verb, given: Given, order: Order | None, by: By, now: datetime
) -> Ticket:
    """Return the ticket with what a verb says beyond its place."""
    said: Mapping[Verb, Mapping[str, Any]] = {
        Verb.URGENT: {"urgent": True},
        Verb.CALM: {"urgent": False},
        Verb.ESCALATE: {"escalated_at": ticket.escalated_at or now},
        Verb.TAKE: {"handler": by.number or ticket.handler},
        Verb.HAND: {"handler": given.clerk},
        Verb.SATISFIED: {"satisfaction": Satisfaction.SATISFIED},
        Verb.NOT_SATISFIED: {"satisfaction": Satisfaction.NOT_SATISFIED},
        Verb.NOT_REACHED: _asked_in_vain(ticket),
    }
    if verb in said:
        return replace(ticket, **said[verb])
    gives_time = order is not None and order.state is OrderState.SENT and order.deadline is not None
    if gives_time and order is not None:
        return replace(ticket, deadline=order.deadline)
    return ticket


def _asked_in_vain(ticket: Ticket) -> Mapping[str, Any]:
    tries = ticket.survey_tries + 1
    never = Satisfaction.NOT_REACHED if tries >= MOST_SURVEYS else ticket.satisfaction
    return {"survey_tries": tries, "satisfaction": never}


def _renewed(verb: Verb, to: Place | None, another_deadline: bool) -> frozenset[ClockKind]:
    """Return the clock of the department if it has a new order, or another deadline."""
    leaves = to is Place.DISPATCHED and verb is not Verb.GO_ON
    return frozenset({ClockKind.PROMISED}) if leaves or another_deadline else frozenset()
