"""What a verb makes of a ticket's orders: which it writes, and how the others stand afterwards.

Does no I/O.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from features.ticket_life.orders import MAIN, REVIEWED, Order, OrderKind, OrderState
from features.ticket_life.table import OUT, Doer, Row
from features.ticket_life.verbs import Given, Place, Verb
from features.tickets.lifecycle import SETTLED_STATES, Ticket
from permissions.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who does it."""

    role: Doer
    signature: str = ""
    """Account number, or a token's label; empty: a clock."""
    number: str = ""
    """Account number; empty: a program or a clock."""


def main_order(orders: Sequence[Order]) -> Order | None:
    """Return the order by which a department has the ticket, or had it last; None: none ever."""
    main = [one for one in orders if one.kind in MAIN]
    return main[-1] if main else None


def waiting_orders(orders: Sequence[Order]) -> list[Order]:
    """Return the orders that wait for a review."""
    return [one for one in orders if one.state is OrderState.TO_REVIEW]


def under_review(orders: Sequence[Order], given: Given) -> Order | None:
    waiting = waiting_orders(orders)
    if given.order:
        return next((one for one in waiting if one.number == given.order), None)
    return waiting[0] if waiting else None


def settled(
    orders: Sequence[Order],
    row: Row,
    reviewed: Order | None,
    given: Given,
    *,
    by: By,
    now: datetime,
) -> dict[str, Order]:
    """Return the orders that stand otherwise afterwards, by number."""
    changed: dict[str, Order] = {}
    to = goes_to(row, reviewed)
    if to is not None and to not in OUT | {Place.WAITING, Place.HANDLED, Place.TO_REVIEW}:
        for one in waiting_orders(orders):
            changed[one.number] = replace(one, state=OrderState.WITHDRAWN)
    main = main_order(orders)
    if main is not None and main.state is OrderState.SENT:
        if (state := _ends_as(row.verb, to)) is not None:
            changed[main.number] = replace(main, state=state, asked_until=None)
        elif row.verb in {Verb.GRANT_TIME, Verb.DENY_TIME}:
            until = main.asked_until if row.verb is Verb.GRANT_TIME else main.deadline
            changed[main.number] = replace(main, deadline=until, asked_until=None)
        elif row.verb is Verb.ASK_TIME:
            changed[main.number] = replace(main, asked_until=given.deadline)
    if reviewed is not None:
        sends = row.verb is Verb.APPROVE
        changed[reviewed.number] = replace(
            reviewed,
            state=OrderState.SENT if sends else OrderState.REFUSED,
            reviewed_at=now,
            reviewed_by=by.signature,
            sent_at=now if sends else None,
        )
    return changed


def goes_to(row: Row, reviewed: Order | None) -> Place | None:
    is_return = reviewed is not None and reviewed.kind is OrderKind.RETURN
    return row.returns_to if is_return and row.returns_to is not None else row.to


def _ends_as(verb: Verb, to: Place | None) -> OrderState | None:
    if verb is Verb.SEND_BACK:
        return OrderState.SENT_BACK
    if verb is Verb.HANDLE:
        return OrderState.DONE
    gone = to is not None and (to is Place.NEW or to.state in SETTLED_STATES)
    return OrderState.WITHDRAWN if gone else None


def written(
    ticket: Ticket, orders: Sequence[Order], row: Row, given: Given, *, by: By, now: datetime
) -> Order | None:
    """Return the order that a row writes; None where it writes none, or there is none to refer to.

    What is not written for want of an order to refer to (WITHDRAW of a ticket that never left) is
    in the ticket's history all the same.
    """
    kind = row.order
    if kind is None:
        return None
    main = main_order(orders)
    if kind not in MAIN and (main is None or main.sent_at is None):
        return None
    waits = by.role is Role.JUNIOR_AGENT and kind in REVIEWED
    return Order(
        number=f"{ticket.number}-{len(orders) + 1}",
        kind=kind,
        state=OrderState.TO_REVIEW if waits else OrderState.SENT,
        department=ticket.department if kind in MAIN or main is None else main.department,
        refers_to=main.number if main and kind is not OrderKind.DISPATCH else None,
        deadline=_deadline_of(row.verb, main, given),
        text=given.note,
        warning=given.warning if kind is OrderKind.SECOND else "",
        written_at=now,
        written_by=by.signature,
        sent_at=None if waits else now,
    )


def _deadline_of(verb: Verb, main: Order | None, given: Given) -> datetime | None:
    if verb is Verb.GRANT_TIME and main is not None:
        return main.asked_until
    if verb in {Verb.DISPATCH, Verb.SECOND_DISPATCH, Verb.CHASE}:
        return given.deadline
    return None
