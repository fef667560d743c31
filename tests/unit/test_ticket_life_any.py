"""Any sequence of verbs by any roles: no ticket leaves the table, no order is lost."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from features.ticket_life import table
from features.ticket_life.deciding import LacksError, NotNowError, NotTheirsError, saved
from features.ticket_life.ordering import By, main_order, waiting_orders
from features.ticket_life.orders import MAIN, REVIEWED, Order, OrderKind, OrderState
from features.ticket_life.rules import row_of
from features.ticket_life.verbs import Given, Place, Verb
from features.tickets.lifecycle import SETTLED_STATES, TicketState
from permissions.roles import Role
from tests.unit.test_ticket_life import EVERYTHING, JUNIOR, SENIOR, Life


class Lives(RuleBasedStateMachine):
    """Any verbs by any roles, with anything typed: nothing leaves the table, nothing is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life()
        self.entries: list[tuple[Place, Verb, Place]] = []
        self.seen: list[Order] = []

    @rule(
        verb=st.sampled_from(Verb),
        role=st.sampled_from([*Role, None]),
        note=st.sampled_from(["", "请尽快"]),
        department=st.sampled_from(["", "线路班", "计费中心"]),
        full=st.booleans(),
    )
    def does(self, verb: Verb, role: Role | None, note: str, department: str, full: bool) -> None:
        before, ticket = self.life.place, self.life.ticket
        some = EVERYTHING if full else Given(note=note, department=department)
        given = replace(some, deadline=self.life.now + timedelta(days=1) if full else None)
        try:
            self.life.does(verb, role, given)
        except (NotNowError, NotTheirsError, LacksError):
            assert self.life.ticket == ticket
            return
        row = row_of(before, verb, role)
        assert row is not None
        if not row.goes_back:
            assert self.life.place in {row.to or before, row.returns_to or row.to or before}
        self.entries.append((before, verb, self.life.place))

    @precondition(lambda self: self.life.place is not Place.ARCHIVED)
    @rule(
        state=st.sampled_from(TicketState),
        role=st.sampled_from([JUNIOR, SENIOR, Role.TEAM_LEADER]),
        department=st.sampled_from(["", "线路班"]),
    )
    def types(self, state: TicketState, role: Role, department: str) -> None:
        by = By(role=role, signature="1001", number="1001")
        fields = {"state": state, "department": department}
        try:
            decision, _ = saved(
                self.life.ticket, self.life.orders, fields, by=by, now=self.life.now
            )
        except (NotNowError, NotTheirsError, LacksError):
            return
        self.life.ticket = decision.ticket
        for one in decision.orders:
            self.life.orders = [each for each in self.life.orders if each.number != one.number]
            self.life.orders.append(one)
            self.life.orders.sort(key=lambda each: int(each.number.rpartition("-")[2]))

    @invariant()
    def is_in_the_table(self) -> None:
        ticket, orders = self.life.ticket, self.life.orders
        at = self.life.place
        assert at in set(Place)
        assert (ticket.closed_at is not None) == (ticket.state in SETTLED_STATES)
        assert (ticket.resumes is not None) == (at is Place.WAITING)
        numbers = [one.number for one in orders]
        assert len(numbers) == len(set(numbers))
        out = main_order(orders)
        if at in table.OUT:
            assert out is not None
            assert (out.state, out.department) == (OrderState.SENT, ticket.department)
            assert ticket.left_at is not None
        if at is Place.TO_REVIEW:
            assert [one.kind for one in waiting_orders(orders)] == [OrderKind.DISPATCH]
            assert ticket.left_at is None
        if ticket.state in SETTLED_STATES or at in {Place.NEW, Place.RETURNED}:
            assert not waiting_orders(orders)
            sent = [one for one in orders if one.kind in MAIN and one.state is OrderState.SENT]
            assert not sent, "a department works on what is settled"
        for one in orders:
            if one.kind in REVIEWED and one.sent_at is None:
                assert one.state is not OrderState.SENT
            if one.kind not in MAIN:
                assert one.refers_to in numbers

    @invariant()
    def loses_no_order(self) -> None:
        now = {one.number for one in self.life.orders}
        assert {one.number for one in self.seen} <= now
        self.seen = list(self.life.orders)


TestLives = Lives.TestCase
TestLives.settings = hypothesis(max_examples=150, stateful_step_count=40, deadline=None)
