"""Which tickets somebody asks for. Does no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from features.tickets.lifecycle import TicketKind, TicketState
from phone_numbers.phone_number import PhoneNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilter:
    """Which tickets: every field that is set must hold (TKT-14)."""

    call_id: str | None = None
    ref: str | None = None
    """Of the call it came from, as the agent."""
    agent: str | None = None
    """Who talked in that call."""
    customer_number: PhoneNumber | None = None
    words: str = ""
    """Divided by blanks: the ticket says each of them, anywhere (`terms.TEXTS`)."""
    piece: str | None = None
    """Digits that stand in the customer's number; or the words fit, where both are given."""
    or_number: PhoneNumber | None = None
    """What the words or the piece mean if they are a whole number."""
    whole_numbers: bool = True
    """Words are looked for where numbers and names stand whole; else as they are masked."""
    customer_identities: Sequence[str] = ()
    """What one customer's numbers are known by: any of them."""
    handler: str | None = None
    to_review: bool | None = None
    kind: TicketKind | None = None
    state: TicketState | None = None
    department: str | None = None
    urgent: bool | None = None
    overdue_at: datetime | None = None
    """One of its clocks was due by then, and is not stopped."""
    open_only: bool = False
    since: datetime | None = None
    until: datetime | None = None


EVERY_TICKET = TicketFilter()
