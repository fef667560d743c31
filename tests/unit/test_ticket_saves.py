"""What a save makes of a ticket: who must review it, when it is due, when it is settled."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from features.ticket_life import deciding
from features.ticket_life.deciding import NotTheirsError
from features.ticket_life.ordering import By
from features.ticket_life.orders import Order
from features.tickets.lifecycle import (
    Ticket,
    TicketKind,
    TicketSource,
    TicketState,
)
from permissions.roles import Role

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)

OPENED = Ticket(
    number="20261121-00001",
    kind=TicketKind.CONSULTATION,
    business=None,
    nature=None,
    source=TicketSource.CALL,
    state=TicketState.NEW,
    call_id=None,
    customer_number="13812345678",
    body="",
    created_at=NOON,
    due_at=NOON + timedelta(hours=12),
)
ORDERS: dict[str, list[Order]] = {}
"""The orders of a ticket as it was last saved, by what it says."""


def saved(ticket: Ticket, fields: dict[str, Any], *, role: Role, now: datetime) -> Ticket:
    """Return what a save makes of a ticket, with the orders that saves before it have left."""
    orders = ORDERS.get(repr(ticket), [])
    by = By(role=role, signature="1001", number="1001")
    decision, _ = deciding.saved(ticket, orders, fields, by=by, now=now)
    after = {one.number: one for one in (*orders, *decision.orders)}
    ORDERS[repr(decision.ticket)] = list(after.values())
    return decision.ticket


DISPATCH = {"state": TicketState.DISPATCHED, "department": "线路班"}


def test_a_juniors_dispatch_waits_for_a_review() -> None:  # TKT-3
    assert saved(OPENED, DISPATCH, role=Role.JUNIOR_AGENT, now=LATER).to_review


@pytest.mark.parametrize("role", [Role.SENIOR_AGENT, Role.TEAM_LEADER, Role.MANAGER])
def test_a_seniors_dispatch_leaves_at_once(role: Role) -> None:  # TKT-3
    assert not saved(OPENED, DISPATCH, role=role, now=LATER).to_review


def test_a_seniors_dispatch_of_a_juniors_ticket_is_its_review() -> None:  # TKT-3
    waiting = saved(OPENED, DISPATCH, role=Role.JUNIOR_AGENT, now=LATER)
    reviewed = saved(waiting, DISPATCH, role=Role.SENIOR_AGENT, now=LATER)
    assert not reviewed.to_review
    assert not saved(reviewed, DISPATCH, role=Role.JUNIOR_AGENT, now=LATER).to_review


def test_a_word_changed_by_a_senior_is_no_review() -> None:
    waiting = saved(OPENED, DISPATCH, role=Role.JUNIOR_AGENT, now=LATER)
    assert saved(waiting, {"body": "无拨号音"}, role=Role.SENIOR_AGENT, now=LATER).to_review


def test_a_dispatch_taken_back_needs_no_review() -> None:
    waiting = saved(OPENED, DISPATCH, role=Role.JUNIOR_AGENT, now=LATER)
    back = saved(waiting, {"state": TicketState.NEW}, role=Role.JUNIOR_AGENT, now=LATER)
    assert not back.to_review


def test_what_was_answered_on_the_call_is_settled_from_then_on() -> None:
    answered = saved(OPENED, {"state": TicketState.ANSWERED}, role=Role.JUNIOR_AGENT, now=LATER)
    assert answered.closed_at == LATER
    much_later = LATER + timedelta(days=1)
    again = saved(answered, {"state": TicketState.ANSWERED}, role=Role.MANAGER, now=much_later)
    assert again.closed_at == LATER
    opened = saved(answered, {"state": TicketState.NEW}, role=Role.JUNIOR_AGENT, now=LATER)
    assert opened.closed_at is None


def test_a_junior_does_not_take_back_what_has_left() -> None:  # TKT-3
    left = saved(OPENED, DISPATCH, role=Role.SENIOR_AGENT, now=LATER)
    with pytest.raises(NotTheirsError):
        saved(left, {"state": TicketState.NEW}, role=Role.JUNIOR_AGENT, now=LATER)
    assert (
        saved(left, {"state": TicketState.NEW}, role=Role.SENIOR_AGENT, now=LATER).left_at is None
    )


def test_a_matter_of_another_kind_is_due_at_another_time() -> None:  # TKT-6, TKT-7
    complaint = saved(OPENED, {"kind": TicketKind.COMPLAINT}, role=Role.JUNIOR_AGENT, now=LATER)
    assert complaint.due_at == NOON + timedelta(hours=24)


def test_nothing_but_what_people_type_is_taken() -> None:
    with pytest.raises(ValueError, match="version"):
        saved(OPENED, {"version": 9}, role=Role.ADMINISTRATOR, now=LATER)


def test_a_save_that_says_what_is_so_changes_nothing() -> None:
    assert saved(OPENED, {"body": ""}, role=Role.JUNIOR_AGENT, now=LATER) == OPENED
