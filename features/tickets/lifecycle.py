"""A ticket: its states, what a save makes of it, when it is due (TKT-1, 3, 6, 7).

Does no I/O.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from permissions.roles import Role


class TicketKind(StrEnum):
    COMPLAINT = "complaint"  # 投诉
    SUGGESTION = "suggestion"  # 建议
    CONSULTATION = "consultation"  # 咨询
    FAULT = "fault"  # 故障
    UNKNOWN = "unknown"  # the caller did not say; the recording clerk will (QUE-5)


class TicketSource(StrEnum):
    MESSAGE = "message"  # a caller's recorded message
    CALL = "call"  # an agent, during or after a call
    WRITTEN = "written"  # a letter, fax, e-mail or visit (TKT-10)


class TicketState(StrEnum):
    NEW = "new"  # open: nobody has settled it or passed it on
    ANSWERED = "answered"  # settled on the call (TKT-3)
    DISPATCHED = "dispatched"  # passed on to a department (派单, TKT-3)


CHINESE = MappingProxyType(
    {
        TicketKind.COMPLAINT: "投诉",
        TicketKind.SUGGESTION: "建议",
        TicketKind.CONSULTATION: "咨询",
        TicketKind.FAULT: "故障",
        TicketKind.UNKNOWN: "待定",
    }
)

OPEN_STATES = frozenset({TicketState.NEW, TicketState.DISPATCHED})
"""The matter is not settled; who took it first keeps it (QUE-3)."""

BUSINESSES = ("固定电话", "无线市话", "数据通信", "公话", "电话卡", "信息")
"""The business classes of TKT-1."""

NATURES = ("资费", "服务质量", "通信质量", "装移机", "障碍修复", "工作差错", "产品质量")
"""What a matter may be about (TKT-1)."""

WRITABLE = frozenset(
    {
        *("kind", "business", "nature", "state", "customer_number", "customer_name"),
        *("body", "answer", "department"),
    }
)
"""What people type; all else follows from it."""

_DUE_AFTER = MappingProxyType(
    {
        TicketKind.COMPLAINT: timedelta(hours=24),  # TKT-6: the customer is told by then
        TicketKind.SUGGESTION: timedelta(hours=24),
        TicketKind.CONSULTATION: timedelta(hours=12),  # TKT-7
        TicketKind.FAULT: timedelta(hours=24),  # TKT-6: chased from then on
        TicketKind.UNKNOWN: timedelta(hours=12),  # it may turn out to be a consultation
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One matter of one customer, as the desk shows it."""

    number: str
    """Unique and sayable, `20261121-00042`."""
    kind: TicketKind
    business: str | None
    """Business class of TKT-1 (固定电话 …), set by the clerk."""
    nature: str | None
    """Nature of TKT-1 (资费 …), set by the clerk."""
    source: TicketSource
    state: TicketState
    call_id: str | None
    customer_number: str
    body: str
    created_at: datetime
    due_at: datetime
    handler: str | None = None
    """Account number of who took the matter and keeps it (QUE-3)."""
    customer_name: str = ""
    answer: str = ""
    """What the customer was told."""
    department: str = ""
    """Who it was passed on to."""
    to_review: bool = False
    """A junior passed it on; a senior looks at it before it leaves (TKT-3)."""
    version: int = 1
    """One more with each save."""
    updated_at: datetime | None = None
    closed_at: datetime | None = None
    asked_at: datetime | None = None
    """When its agent was asked for what was left empty, once, at wrap-up."""


def saved(ticket: Ticket, fields: Mapping[str, Any], *, role: Role, now: datetime) -> Ticket:
    """Return the ticket with some WRITABLE fields replaced by somebody of `role`.

    A junior's dispatch waits for a review; anybody else's is one (TKT-3). Raises ValueError for a
    field that is not WRITABLE.
    """
    if not fields.keys() <= WRITABLE:
        raise ValueError(f"not to be written: {sorted(fields.keys() - WRITABLE)}")
    after = replace(ticket, **fields)
    if after.kind is not ticket.kind:
        after = replace(after, due_at=due(after.kind, created=ticket.created_at))
    if "state" not in fields:
        return after
    return replace(after, to_review=_to_review(ticket, after, role), closed_at=_closed(after, now))


def _to_review(before: Ticket, after: Ticket, role: Role) -> bool:
    if after.state is not TicketState.DISPATCHED or role is not Role.JUNIOR_AGENT:
        return False
    return before.to_review or before.state is not TicketState.DISPATCHED


def _closed(ticket: Ticket, now: datetime) -> datetime | None:
    if ticket.state in OPEN_STATES:
        return None
    return ticket.closed_at or now


def kind_of(topic: str | None) -> TicketKind:
    """Return the kind of ticket that a topic chosen in the menu stands for."""
    try:
        return TicketKind(topic or "")
    except ValueError:
        return TicketKind.UNKNOWN


def due(kind: TicketKind, *, created: datetime) -> datetime:
    """Return the time by which the customer has an answer, or is told how far it is."""
    return created + _DUE_AFTER[kind]
