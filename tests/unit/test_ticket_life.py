"""The table of a ticket's life: every place × verb × role, and any sequence of verbs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from features.ticket_clocks.lifecycle import ClockKind
from features.ticket_life.deciding import (
    LacksError,
    NotNowError,
    NotTheirsError,
    decide,
    saved,
)
from features.ticket_life.drawing import drawn
from features.ticket_life.ordering import By, waiting_orders
from features.ticket_life.orders import Order, OrderKind, OrderState
from features.ticket_life.rules import RUNS, clocks_of
from features.ticket_life.table import TABLE
from features.ticket_life.verbs import Given, Need, Place, Verb, place
from features.tickets.lifecycle import (
    OPEN_STATES,
    SETTLED_STATES,
    ComplaintClass,
    Satisfaction,
    Ticket,
    TicketKind,
    TicketSource,
    TicketState,
    opened,
)
from permissions.roles import Role
from settings import PROJECT

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
LATER = NOON + timedelta(days=2)
JUNIOR, SENIOR = Role.JUNIOR_AGENT, Role.SENIOR_AGENT

COMPLAINT = replace(
    opened(
        source=TicketSource.CALL,
        topic="complaint",
        customer_number="13812345678",
        handler="1002",
        created_at=NOON,
    ),
    number="20261121-00001",
)
FAULT = replace(COMPLAINT, kind=TicketKind.FAULT)
EVERYTHING = Given(
    note="请尽快",
    department="线路班",
    deadline=LATER,
    warning="书面警告：限期整改",
    handling="更换外线",
    cause="外线断",
    restored_at=NOON,
    satisfaction=Satisfaction.SATISFIED,
    complaint_class=ComplaintClass.SHORT_TERM,
    first="20261120-00001",
    clerk="1005",
)


class Life:
    """A ticket that people do something with."""

    def __init__(self, ticket: Ticket = COMPLAINT) -> None:
        self.ticket = ticket
        self.orders: list[Order] = []
        self.now = NOON

    def does(self, verb: Verb, role: Role | None = SENIOR, given: Given = EVERYTHING) -> "Life":
        self.now += timedelta(minutes=1)
        by = By(role=role, signature="1002" if role else "", number="1002" if role else "")
        decision = decide(self.ticket, self.orders, verb, given, by=by, now=self.now)
        self.ticket = decision.ticket
        for one in decision.orders:
            known = [each.number for each in self.orders]
            if one.number in known:
                self.orders[known.index(one.number)] = one
            else:
                self.orders.append(one)
        return self

    @property
    def place(self) -> Place:
        return place(self.ticket)


def dispatched(ticket: Ticket = COMPLAINT) -> Life:
    return Life(ticket).does(Verb.DISPATCH)


def handled(ticket: Ticket = COMPLAINT) -> Life:
    return dispatched(ticket).does(Verb.ACCEPT, Role.DEPARTMENT).does(Verb.HANDLE, Role.DEPARTMENT)


def test_the_docs_are_drawn_from_the_table() -> None:
    doc = (PROJECT / "docs" / "tickets.md").read_text(encoding="utf-8")
    assert drawn() in doc, "run: python -m scripts.ticket_life"


def test_a_complaint_lives_from_its_registration_to_the_archive() -> None:
    life = handled()
    assert life.place == "handled"
    life.does(Verb.SATISFIED, Role.SURVEYOR).does(Verb.CLOSE).does(Verb.ARCHIVE)
    assert life.place is Place.ARCHIVED
    assert [(one.kind, one.state) for one in life.orders] == [(OrderKind.DISPATCH, OrderState.DONE)]


@pytest.mark.parametrize("verb", list(Verb))
def test_a_place_a_verb_and_a_role_have_one_row_or_are_refused(verb: Verb) -> None:
    for at, role in product(Place, [*Role, None]):
        _is_as_the_table_says(at, verb, role)


def _is_as_the_table_says(at: Place, verb: Verb, role: Role | None) -> None:
    rows = [
        row
        for row in TABLE
        if row.verb is verb
        and at in row.places
        and (row.by_clock if role is None else role in row.roles)
    ]
    assert len(rows) <= 1, "two rows for one thing: which of them holds?"
    ticket = replace(
        COMPLAINT,
        state=at.state,
        to_review=at is Place.TO_REVIEW,
        department="线路班",
        resumes=TicketState.ACCEPTED if at is Place.WAITING else None,
        closed_at=NOON if at.state in SETTLED_STATES else None,
        satisfaction=Satisfaction.SATISFIED,
        survey_tries=3,
    )
    order = Order(
        number="20261121-00001-1",
        kind=OrderKind.DISPATCH,
        state=OrderState.TO_REVIEW if at is Place.TO_REVIEW else OrderState.SENT,
        department="线路班",
        asked_until=LATER,
        written_at=NOON,
        written_by="1001",
        sent_at=None if at is Place.TO_REVIEW else NOON,
    )
    chase = replace(order, number="20261121-00001-2", kind=OrderKind.CHASE, sent_at=None)
    chase = replace(chase, state=OrderState.TO_REVIEW)
    orders = [order] if at is Place.TO_REVIEW else [order, chase]
    by = By(role=role, signature="1002", number="1002")
    if not rows:
        with pytest.raises((NotNowError, NotTheirsError)):
            decide(ticket, orders, verb, EVERYTHING, by=by, now=LATER - timedelta(hours=1))
        return
    [row] = rows
    after = decide(ticket, orders, verb, EVERYTHING, by=by, now=LATER - timedelta(hours=1))
    expected = Place.ACCEPTED if row.goes_back else row.to or at
    assert place(after.ticket) is expected
    wrote = [one for one in after.orders if one.number not in {each.number for each in orders}]
    assert [one.kind for one in wrote] == ([row.order] if row.order else [])
    assert (after.ticket.closed_at is not None) == (after.ticket.state in SETTLED_STATES)
    typed = {Need.NOTE, Need.WARNING} if role is not None else {Need.WARNING}
    for need in set(row.needs) & typed:
        with pytest.raises(LacksError) as lacks:
            decide(ticket, orders, verb, Given(department="线路班"), by=by, now=NOON)
        assert need in lacks.value.needs


def test_every_place_is_reached_and_every_one_but_the_archive_is_left() -> None:
    reached = {row.to or row.returns_to for row in TABLE} | {Place.NEW}
    assert set(Place) <= reached
    for at in Place:
        assert any(at in row.places and row.to is not None for row in TABLE if row.to is not at)


@pytest.mark.parametrize("verb", [Verb.DISPATCH, Verb.CHASE, Verb.WITHDRAW])
def test_what_a_junior_orders_waits_for_a_senior(verb: Verb) -> None:  # TKT-3
    life = Life() if verb is Verb.DISPATCH else dispatched()
    life.does(verb, JUNIOR)
    assert [one.state for one in waiting_orders(life.orders)] == [OrderState.TO_REVIEW]
    assert life.place is (Place.TO_REVIEW if verb is Verb.DISPATCH else Place.DISPATCHED)
    with pytest.raises(NotTheirsError):
        life.does(Verb.APPROVE, JUNIOR)
    life.does(Verb.APPROVE)
    assert not waiting_orders(life.orders)
    assert life.place is (Place.WITHDRAWN if verb is Verb.WITHDRAW else Place.DISPATCHED)


def test_an_order_that_is_not_let_go_leaves_nothing_behind() -> None:  # TKT-3
    life = Life().does(Verb.DISPATCH, JUNIOR)
    with pytest.raises(LacksError):
        life.does(Verb.REFUSE, given=Given())
    life.does(Verb.REFUSE)
    assert (life.place, life.ticket.left_at) == (Place.NEW, None)
    assert life.orders[0].state is OrderState.REFUSED
    life.does(Verb.DISPATCH)
    assert (life.place, life.orders[1].refers_to) == (Place.DISPATCHED, None)


def test_a_reminder_of_a_junior_leaves_at_once() -> None:
    life = dispatched().does(Verb.REMIND, JUNIOR)
    assert life.orders[1].state is OrderState.SENT
    assert life.orders[1].refers_to == life.orders[0].number


def test_who_is_not_satisfied_gets_a_second_dispatch_with_a_warning() -> None:  # TKT-11
    life = handled().does(Verb.NOT_SATISFIED, Role.SURVEYOR)
    assert life.place == "review"
    with pytest.raises(LacksError) as lacks:
        life.does(Verb.SECOND_DISPATCH, given=Given(department="线路班"))
    assert lacks.value.needs == (Need.WARNING,)
    life.does(Verb.SECOND_DISPATCH)
    second = life.orders[-1]
    assert (second.kind, second.refers_to) == (OrderKind.SECOND, life.orders[0].number)
    assert second.warning == EVERYTHING.warning
    assert life.place is Place.DISPATCHED


def test_a_department_gets_more_time_only_when_it_is_granted() -> None:  # TKT-5
    life = dispatched().does(Verb.ACCEPT, Role.DEPARTMENT).does(Verb.ASK_TIME, Role.DEPARTMENT)
    with pytest.raises(NotTheirsError):
        life.does(Verb.GRANT_TIME, Role.DEPARTMENT)
    denied = Life(life.ticket)
    denied.orders = list(life.orders)
    denied.does(Verb.DENY_TIME)
    assert (denied.orders[0].asked_until, denied.ticket.deadline) == (None, LATER)
    life.does(Verb.GRANT_TIME)
    assert life.ticket.deadline == LATER
    assert [one.kind for one in life.orders] == [OrderKind.DISPATCH, OrderKind.CHASE]
    assert life.orders[1].refers_to == life.orders[0].number


def test_what_is_not_a_departments_work_comes_back() -> None:
    life = dispatched().does(Verb.SEND_BACK, Role.DEPARTMENT)
    assert (life.place, life.orders[0].state) == (Place.RETURNED, OrderState.SENT_BACK)
    assert ClockKind.DISPATCH in clocks_of(life.ticket)


def test_nothing_goes_on_while_the_customer_is_waited_for() -> None:
    life = dispatched().does(Verb.ACCEPT, Role.DEPARTMENT)
    running = clocks_of(life.ticket)
    life.does(Verb.WAIT, Role.DEPARTMENT)
    assert (life.place, clocks_of(life.ticket)) == (Place.WAITING, running)
    life.does(Verb.GO_ON, Role.DEPARTMENT)
    assert life.place is Place.ACCEPTED


@pytest.mark.parametrize(
    ("lacks", "needs"),
    [
        ({"handling": "", "answer": ""}, Need.HANDLING),
        ({"cause": ""}, Need.CAUSE),
        ({"restored_at": None}, Need.RESTORED),
        ({"satisfaction": None}, Need.SATISFACTION),
        ({"handler": None}, Need.HANDLER),
    ],
)
def test_nothing_is_closed_without_what_the_regulation_asks_for(  # TKT-8
    lacks: dict[str, object], needs: Need
) -> None:
    life = handled(FAULT).does(Verb.SATISFIED)
    life.ticket = replace(life.ticket, **lacks)  # type: ignore[arg-type]
    with pytest.raises(LacksError) as error:
        life.does(Verb.CLOSE, given=Given())
    assert error.value.needs == (needs,)


def test_a_complaint_is_closed_with_its_class() -> None:  # TKT-9
    life = Life().does(Verb.ANSWER)
    asked = {"answer": "已解释", "satisfaction": Satisfaction.SATISFIED}
    life.ticket = replace(life.ticket, complaint_class=None, **asked)  # type: ignore[arg-type]
    with pytest.raises(LacksError) as error:
        life.does(Verb.CLOSE, given=Given())
    assert error.value.needs == (Need.CLASS,)


def test_who_was_not_reached_three_times_is_not_asked_any_more() -> None:  # TKT-8
    life = handled()
    for _ in range(2):
        life.does(Verb.NOT_REACHED)
    with pytest.raises(LacksError):
        life.does(Verb.CLOSE)
    life.does(Verb.NOT_REACHED).does(Verb.CLOSE)
    assert life.ticket.satisfaction is Satisfaction.NOT_REACHED


def test_a_page_cannot_name_a_state_that_has_a_verb_of_its_own() -> None:
    by = By(role=SENIOR, signature="1002", number="1002")
    for state in set(TicketState) - {TicketState.NEW, TicketState.ANSWERED, TicketState.DISPATCHED}:
        with pytest.raises(NotNowError):
            saved(COMPLAINT, [], {"state": state}, by=by, now=NOON)


def test_a_settled_ticket_has_no_clock_and_an_open_one_of_each_kind_has_some() -> None:
    for at in Place:
        ticket = replace(COMPLAINT, state=at.state, to_review=at is Place.TO_REVIEW)
        assert not (clocks_of(ticket) and ticket.state in SETTLED_STATES)
    assert all(at.state in OPEN_STATES for at in RUNS)
