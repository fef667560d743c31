"""What the page of a ticket shows: buttons that fit, and a timeline without rubble."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from features.ticket_life.verbs import Verb
from features.ticket_pages.view import Change, buttons, span, timeline
from features.tickets.history import Entry
from features.tickets.lifecycle import TicketKind
from features.tickets.saves import TicketVersion
from permissions.roles import Role
from tests.unit.test_ticket_life import COMPLAINT, dispatched, handled

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


def version(number: int, who: str = "1001", **fields: str) -> TicketVersion:
    said = {"body": "", "department": "", "kind": "complaint"} | fields
    at = NOON + timedelta(seconds=number)
    return TicketVersion(
        version=number, at=at, account_id=1, token_id=None, fields=said, number=who
    )


def entry(number: int, what: str, **said: str) -> Entry:
    return Entry(
        at=NOON + timedelta(seconds=number),
        version=number,
        what=what,
        before="new",
        after="new",
        via="page",
        call_id=None,
        order_number=None,
        said=said,
        number="1002",
    )


def test_what_one_person_types_in_one_go_is_one_line() -> None:
    versions = [
        version(1),
        version(2, body="没"),
        version(3, body="没有"),
        version(4, body="没有音"),
    ]
    [typed, opened] = timeline([entry(1, "opened")], versions)
    assert (typed.who, typed.changes) == ("1001", [Change("body", "", "没有音")])
    assert opened.entry is not None


def test_two_people_who_type_are_two_lines_and_a_verb_is_between() -> None:
    versions = [
        version(1),
        version(2, body="甲"),
        version(3, "1002", body="甲乙"),
        version(4, body="甲乙"),
        version(5, body="甲乙丙"),
    ]
    events = timeline([entry(1, "opened"), entry(4, "look")], versions)
    assert [(one.who, bool(one.entry)) for one in events] == [
        ("1001", False),
        ("1002", True),
        ("1002", False),
        ("1001", False),
        ("1002", True),
    ]


def test_a_department_that_was_typed_anew_is_seen() -> None:
    versions = [version(1), version(2, department="线路班"), version(3, department="计费中心")]
    events = timeline([entry(1, "opened"), entry(2, "dispatch", department="线路班")], versions)
    assert events[0].changes == [Change("department", "线路班", "计费中心")]
    assert not events[1].changes, "the verb says it already"


def test_a_button_asks_for_what_is_lacking_and_for_nothing_that_is_known() -> None:
    life = handled(replace(COMPLAINT, kind=TicketKind.FAULT)).does(Verb.SATISFIED)
    ticket = replace(life.ticket, cause="", complaint_class=None)
    [close] = [one for one in buttons(ticket, life.orders, Role.SENIOR_AGENT) if one.first]
    assert (close.verb, close.needs) == (Verb.CLOSE, frozenset({"cause"}))
    assert "satisfaction" not in close.fields
    assert "complaint_class" not in close.fields, "a fault has none"


def test_there_is_no_button_for_what_makes_no_sense() -> None:
    life = dispatched()
    verbs = {one.verb for one in buttons(life.ticket, life.orders, Role.SENIOR_AGENT)}
    assert not verbs & {Verb.APPROVE, Verb.GRANT_TIME, Verb.CALM}
    life.does(Verb.ASK_TIME).does(Verb.URGENT)
    verbs = {one.verb for one in buttons(life.ticket, life.orders, Role.SENIOR_AGENT)}
    assert verbs >= {Verb.GRANT_TIME, Verb.CALM}
    assert Verb.URGENT not in verbs


@pytest.mark.parametrize(("seconds", "said"), [(0, (0, 0)), (3599, (1, 0)), (5400, (1, 30))])
def test_a_span_is_said_in_hours_and_minutes(seconds: float, said: tuple[int, int]) -> None:
    assert span(seconds) == said
