"""What other features may use of tickets in their own queries."""

from typing import Any

from sqlalchemy import Select, select

from db.published import published
from features.tickets import scoping
from features.tickets.tables import TicketEntryRow, TicketOrderRow, TicketRow

TICKET = published(
    TicketRow,
    *("id", "number", "call_id", "department", "handler"),
    *("created_at", "kind", "business", "nature", "state"),
)
"""One ticket: its number, the call it came from, what it is about, who has it, where it is."""
ENTRY = published(TicketEntryRow, "ticket_id", "at", "account_id", "what", "call_id")
"""One thing that happened to a ticket."""
ORDER = published(TicketOrderRow, "ticket_id", "number", "kind", "state", "department", "sent_at")
"""One order of a ticket: to which department it left, and how it stands."""


def calls_to_settle(department: str) -> Select[Any]:
    """Return the ids of the calls of the tickets that a department is to settle now."""
    return select(TicketRow.call_id).where(scoping.being_settled_by(department))
