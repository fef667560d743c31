"""A ticket: its states, how it begins, what people type, when it is due (TKT-1, 3, 6, 7).

What leads from one state to another is the table of `rules`. Does no I/O.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any


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
    NEW = "new"  # 登记: nobody has settled it or passed it on
    ANSWERED = "answered"  # 当场答复: settled on the call (TKT-3)
    DISPATCHED = "dispatched"  # 派单: passed on to a department (TKT-3)
    ACCEPTED = "accepted"  # 处理中: the department works on it
    RETURNED = "returned"  # 退回: the department says that it is not its work
    WAITING = "waiting"  # 等待客户: nothing goes on until the customer does something
    HANDLED = "handled"  # 处理完: the customer is asked whether it is so (TKT-11)
    SURVEYED = "surveyed"  # 已回访: the customer is satisfied, or the answer stands
    REVIEW = "review"  # 复核: the customer is not satisfied (TKT-11)
    WITHDRAWN = "withdrawn"  # 撤销: the customer does not want it any more (TKT-5)
    CLOSED = "closed"  # 结案: with all that TKT-8 asks for
    ARCHIVED = "archived"  # 归档


class ComplaintClass(StrEnum):
    """How soon a complaint can be settled (TKT-9)."""

    AT_ONCE = "at_once"  # 当时解决
    SHORT_TERM = "short_term"  # 短期解决
    NETWORK = "network"  # 网络问题，暂时无法解决


class Satisfaction(StrEnum):
    """What the customer said when asked (TKT-8, TKT-11)."""

    SATISFIED = "satisfied"
    NOT_SATISFIED = "not_satisfied"
    NOT_REACHED = "not_reached"


CHINESE = MappingProxyType(
    {
        TicketKind.COMPLAINT: "投诉",
        TicketKind.SUGGESTION: "建议",
        TicketKind.CONSULTATION: "咨询",
        TicketKind.FAULT: "故障",
        TicketKind.UNKNOWN: "待定",
    }
)

SETTLED_STATES = frozenset(
    {TicketState.ANSWERED, TicketState.WITHDRAWN, TicketState.CLOSED, TicketState.ARCHIVED}
)
OPEN_STATES = frozenset(TicketState) - SETTLED_STATES
"""The matter is not settled; who took it first keeps it (QUE-3)."""
SETTLING = frozenset({TicketState.DISPATCHED, TicketState.ACCEPTED, TicketState.WAITING})
"""A department that has the ticket is to settle it now."""

WRITABLE = frozenset(
    {
        *("kind", "business", "nature", "state", "customer_number", "customer_name"),
        *("body", "answer", "department", "complaint_class"),
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
    received_at: datetime | None = None
    """When a letter, fax, e-mail or visit came (TKT-10)."""
    left_at: datetime | None = None
    """When it left for `department`; None: that department knows nothing of it."""
    deadline: datetime | None = None
    """By when the department is to have handled it (TKT-4)."""
    urgent: bool = False
    """加急: before all others (TKT-4)."""
    escalated_at: datetime | None = None
    """When it went to the manager hotline (QUE-2)."""
    resumes: TicketState | None = None
    """Of one that waits for the customer: the state in which it goes on."""
    complaint_class: ComplaintClass | None = None
    closing: str = ""
    """How it ended: one of the house's closing codes, as it was named then."""
    cause: str = ""
    """Of a fault (TKT-8)."""
    handling: str = ""
    """What was done (TKT-8)."""
    restored_at: datetime | None = None
    """When the line worked again (TKT-8)."""
    satisfaction: Satisfaction | None = None
    survey_tries: int = 0
    """How often the customer was asked in vain since it was handled."""
    next_due_at: datetime | None = None
    """When the first of its clocks is due; None: none runs."""


def opened(
    *,
    source: TicketSource,
    topic: str | None = None,
    call_id: str | None = None,
    customer_number: str,
    customer_name: str = "",
    handler: str | None = None,
    created_at: datetime,
    received_at: datetime | None = None,
) -> Ticket:
    """Return a ticket as it is when it is opened, by whatever door it came; its number comes later.

    `topic` is what the caller chose in the menu; `received_at` when what is written came (TKT-10).
    """
    kind = kind_of(topic)
    return Ticket(
        number="",
        kind=kind,
        business=None,
        nature=None,
        source=source,
        state=TicketState.NEW,
        call_id=call_id,
        customer_number=customer_number,
        customer_name=customer_name,
        body="",
        created_at=created_at,
        due_at=due(kind, created=created_at),
        handler=handler,
        received_at=received_at,
    )


def typed(ticket: Ticket, fields: Mapping[str, Any]) -> Ticket:
    """Return the ticket with some WRITABLE fields replaced; `rules` says what a `state` means.

    Raises ValueError for a field that is not WRITABLE.
    """
    if not fields.keys() <= WRITABLE:
        raise ValueError(f"not to be written: {sorted(fields.keys() - WRITABLE)}")
    after = replace(ticket, **{name: fields[name] for name in fields if name != "state"})
    if after.kind is not ticket.kind:
        after = replace(after, due_at=due(after.kind, created=ticket.created_at))
    return after


def kind_of(topic: str | None) -> TicketKind:
    """Return the kind of ticket that a topic chosen in the menu stands for."""
    try:
        return TicketKind(topic or "")
    except ValueError:
        return TicketKind.UNKNOWN


def due(kind: TicketKind, *, created: datetime) -> datetime:
    """Return the time by which the customer has an answer, or is told how far it is."""
    return created + _DUE_AFTER[kind]
