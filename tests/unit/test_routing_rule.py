"""Which agents a caller is offered to, and why (QUE-1, QUE-2, QUE-3)."""

from datetime import UTC, datetime, timedelta

import pytest

from callflow.rules.routing import EVERYBODY, CallerFacts, Matter, Queue, Route, route

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SEATS = {"1001": "w01", "2001": "8101"}


def matter(number: str = "20261121-00042", **more: object) -> Matter:
    given: dict[str, object] = {
        "complaint": True,
        "due_at": NOW + timedelta(hours=1),
        "handler": None,
    }
    return Matter(number, **{**given, **more})  # type: ignore[arg-type]


def test_a_stranger_goes_to_everybody() -> None:
    assert route(CallerFacts(), now=NOW) == EVERYBODY


@pytest.mark.parametrize("sort", ["large", "important", "dedicated"])
def test_a_favoured_customer_goes_to_a_senior_agent_before_others(sort: str) -> None:
    assert route(CallerFacts(sort), now=NOW) == Route(Queue.SENIOR, 10, "", (f"QUE-1:{sort}",))


def test_an_overdue_complaint_goes_to_the_manager_and_not_to_who_let_it_lie() -> None:
    late = matter(due_at=NOW - timedelta(minutes=1), handler="1001")
    way = route(CallerFacts("large", matters=[matter("1"), late], seats=SEATS), now=NOW)
    assert way == Route(Queue.MANAGER, 20, "", ("QUE-2:20261121-00042",))


def test_what_is_overdue_and_no_complaint_is_no_matter_of_the_manager() -> None:
    late = matter(complaint=False, due_at=NOW - timedelta(days=9))
    assert route(CallerFacts(matters=[late]), now=NOW).queue is Queue.HOTLINE


def test_who_has_the_newest_open_matter_and_is_at_work_is_asked_first() -> None:
    matters = [matter("3", handler="9999"), matter("2", handler="2001"), matter("1")]
    way = route(CallerFacts(first_agent="1001", matters=matters, seats=SEATS), now=NOW)
    assert (way.seat, way.reasons) == ("8101", ("QUE-3:2:2001",))


def test_a_matter_that_nobody_has_is_for_who_was_asked_first() -> None:
    way = route(CallerFacts(first_agent="1001", matters=[matter("7")], seats=SEATS), now=NOW)
    assert (way.seat, way.reasons) == ("w01", ("QUE-3:7:1001",))


def test_without_an_open_matter_nobody_is_asked_first() -> None:
    assert route(CallerFacts(first_agent="1001", seats=SEATS), now=NOW) == EVERYBODY


def test_a_large_customer_with_an_open_matter_goes_to_its_agent_then_to_seniors() -> None:
    way = route(CallerFacts("large", matters=[matter("7", handler="1001")], seats=SEATS), now=NOW)
    assert way == Route(Queue.SENIOR, 10, "w01", ("QUE-1:large", "QUE-3:7:1001"))
