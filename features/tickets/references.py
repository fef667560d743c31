"""What other features may use of tickets in their own queries."""

from typing import Any

from sqlalchemy import Select, select

from db.published import published
from features.tickets import scoping
from features.tickets.tables import TicketRow

TICKET = published(TicketRow, "id", "number", "call_id")
"""One ticket: its number, and the call it came from."""


def calls_to_settle(department: str) -> Select[Any]:
    """Return the ids of the calls of the tickets that a department is to settle now."""
    return select(TicketRow.call_id).where(scoping.being_settled_by(department))
