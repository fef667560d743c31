"""Converts rows of tickets to values and back. Does no I/O."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping

from callflow.text import named
from features.tickets.lifecycle import Ticket, TicketKind, TicketSource, TicketState


def of_ticket(ticket: Ticket) -> dict[str, Any]:
    """Return the columns of a ticket."""
    return asdict(ticket)


def ticket_in(row: RowMapping) -> Ticket:
    """Return the ticket that a row of `tickets` holds."""
    columns: dict[str, Any] = {name: row[name] for name in Ticket.__slots__}
    columns["kind"] = TicketKind(row["kind"])
    columns["source"] = TicketSource(row["source"])
    columns["state"] = TicketState(row["state"])
    columns["customer_name"] = named(row["customer_name"], row["customer_number"])
    return Ticket(**columns)
