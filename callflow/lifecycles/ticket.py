"""Owns what a ticket is, and when it is due (TKT-6, TKT-7). Does no I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


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
    NEW = "new"  # nobody has looked at it


CHINESE = MappingProxyType(
    {
        TicketKind.COMPLAINT: "投诉",
        TicketKind.SUGGESTION: "建议",
        TicketKind.CONSULTATION: "咨询",
        TicketKind.FAULT: "故障",
        TicketKind.UNKNOWN: "待定",
    }
)

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


def kind_of(topic: str | None) -> TicketKind:
    """Return the kind of ticket that a topic chosen in the menu stands for."""
    try:
        return TicketKind(topic or "")
    except ValueError:
        return TicketKind.UNKNOWN


def due(kind: TicketKind, *, created: datetime) -> datetime:
    """Return the time by which the customer has an answer, or is told how far it is."""
    return created + _DUE_AFTER[kind]
