"""While a link to a department is good, and what one looks like (ADR 31)."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from features.department_links.rules import (
    ID_BYTES,
    Link,
    is_good,
    placeholder,
    signed_id,
    token,
    with_links,
)
from features.ticket_life.orders import Order, OrderKind, OrderState
from features.ticket_life.verbs import Place, place
from features.tickets.lifecycle import Ticket, TicketSource, TicketState, opened

NOON = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)
LINES, ADDRESS = "线路班", "lines@mail.test"
KEY = b"k" * 32
LINK = Link(
    id="0f" * ID_BYTES,
    ticket_id=1,
    order_number="20261130-00001-1",
    department=LINES,
    address=ADDRESS,
    turn=1,
    made_at=NOON,
    ends_at=NOON + timedelta(hours=72),
)
ORDER = Order(
    number=LINK.order_number,
    kind=OrderKind.DISPATCH,
    state=OrderState.SENT,
    department=LINES,
    refers_to=None,
    deadline=None,
    text="",
    written_at=NOON,
    written_by="1002",
    sent_at=NOON,
)


def ticket(at: Place = Place.DISPATCHED) -> Ticket:
    fresh = opened(source=TicketSource.CALL, customer_number="13812345678", created_at=NOON)
    to_review = at is Place.TO_REVIEW
    resumes = TicketState.ACCEPTED if at is Place.WAITING else None
    there = replace(fresh, number="20261130-00001", state=at.state, to_review=to_review)
    return replace(there, department=LINES, left_at=NOON, resumes=resumes)


def good(
    link: Link = LINK, of: Ticket | None = None, order: Order = ORDER, address: str = ADDRESS
) -> bool:
    return is_good(link, of or ticket(), [order], address=address, now=NOON)


@pytest.mark.parametrize("at", Place)
def test_a_link_is_good_while_the_department_has_the_work(at: Place) -> None:
    assert place(ticket(at)) is at
    assert good(of=ticket(at)) == (at in {Place.DISPATCHED, Place.ACCEPTED, Place.WAITING})


@pytest.mark.parametrize("state", OrderState)
def test_it_ends_with_its_order(state: OrderState) -> None:
    assert good(order=replace(ORDER, state=state)) == (state is OrderState.SENT)


def test_it_ends_by_time_by_a_newer_one_and_with_another_order_department_or_address() -> None:
    assert good()
    assert not good(replace(LINK, ends_at=NOON))
    assert not good(replace(LINK, revoked_at=NOON))
    assert not good(order=replace(ORDER, number="20261130-00001-2"))
    assert not good(of=replace(ticket(), department="营业厅"))
    assert not good(of=replace(ticket(), left_at=None))
    assert not good(address="new@mail.test")
    assert not good(address="")


def test_a_token_names_its_link_and_only_who_has_the_key_makes_one() -> None:
    for _ in range(50):
        number = secrets.token_hex(ID_BYTES)
        made = token(KEY, number)
        assert signed_id(KEY, made) == number
        assert signed_id(b"other" * 7, made) == ""
        for place_of in range(0, len(made), 5):
            other = "A" if made[place_of] != "A" else "B"
            changed = made[:place_of] + other + made[place_of + 1 :]
            assert signed_id(KEY, changed) == ""
        last = chr(ord(made[-1]) + 1) if made[-1].isalnum() else "A"
        assert signed_id(KEY, made[:-1] + last) == "", "the two idle bits of the last letter count"


@pytest.mark.parametrize("given", ["", "x", "é" * 43, "=" * 43, "A" * 43, "A" * 42, " " * 43])
def test_what_is_no_token_names_no_link(given: str) -> None:
    assert signed_id(KEY, given) == ""


def test_a_letter_is_kept_without_its_link_and_sent_with_it() -> None:
    kept = f"Open\n\n{placeholder(LINK.id)}\n"
    sent = with_links(KEY, "https://desk.test", kept)
    assert sent == f"Open\n\nhttps://desk.test/department-links/{token(KEY, LINK.id)}\n"
    assert token(KEY, LINK.id) not in kept
    assert max(map(len, sent.splitlines())) < 100
