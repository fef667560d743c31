"""Which tickets of one caller are offered as the same complaint (TKT-13)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from features.ticket_repeats.likeness import may_be_one
from features.tickets.lifecycle import Ticket, TicketKind, TicketSource, opened

COMPLAINT = TicketKind.COMPLAINT
NOON = datetime(2026, 11, 30, 4, tzinfo=UTC)


def said(
    body: str, kind: TicketKind = COMPLAINT, *, business: str = "", nature: str = ""
) -> Ticket:
    made = opened(source=TicketSource.CALL, customer_number="13812345678", created_at=NOON)
    return replace(made, body=body, kind=kind, business=business, nature=nature)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("宽带从早上起断线", "宽带还是断线，请快修"),
        ("宽带中断三天,一直没有人来", "寬帶中斷，還沒有人來"),
        ("The internet is down since monday", "Internet still down, please hurry"),
        ("电话 62345678 有杂音", "电话杂音很大"),
        ("", "宽带断线"),
    ],
)
def test_what_a_person_would_call_the_same(one: str, other: str) -> None:
    assert may_be_one(said(one), said(other))
    assert may_be_one(said(other), said(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("宽带从早上起断线", "账单多收了月租费"),
        ("The internet is down", "You have billed the month twice"),
        ("13812345678 费用", "13812345678 杂音"),
    ],
)
def test_what_is_another_matter(one: str, other: str) -> None:
    assert not may_be_one(said(one), said(other))


def test_another_kind_is_another_matter_and_the_same_class_is_the_same() -> None:
    assert not may_be_one(said("宽带断线"), said("宽带断线", TicketKind.CONSULTATION))
    assert not may_be_one(said("断线"), said("没有网"))
    one, other = (said(body, business="数据通信", nature="障碍修复") for body in ("断线", "没有网"))
    assert may_be_one(one, other)
