"""Converts rows of tickets to values and back. Does no I/O."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping

from callflow.text import named
from features.ticket_life.orders import Order, OrderKind, OrderState
from features.tickets.lifecycle import (
    ComplaintClass,
    Satisfaction,
    Ticket,
    TicketKind,
    TicketSource,
    TicketState,
)


def of_ticket(ticket: Ticket) -> dict[str, Any]:
    """Return the columns of a ticket."""
    return asdict(ticket)


def ticket_in(row: RowMapping) -> Ticket:
    """Return the ticket that a row of `tickets` holds."""
    columns: dict[str, Any] = {name: row[name] for name in Ticket.__slots__}
    columns["kind"] = TicketKind(row["kind"])
    columns["source"] = TicketSource(row["source"])
    columns["state"] = TicketState(row["state"])
    for name, values in _MAYBE.items():
        columns[name] = values(row[name]) if row[name] is not None else None
    columns["customer_name"] = named(row["customer_name"], row["customer_number"])
    return Ticket(**columns)


def of_order(order: Order) -> dict[str, Any]:
    """Return the columns of an order."""
    return asdict(order)


def order_in(row: RowMapping) -> Order:
    """Return the order that a row of `ticket_orders` holds."""
    columns: dict[str, Any] = {name: row[name] for name in Order.__slots__}
    columns["kind"] = OrderKind(row["kind"])
    columns["state"] = OrderState(row["state"])
    return Order(**columns)


_MAYBE = {
    "resumes": TicketState,
    "complaint_class": ComplaintClass,
    "satisfaction": Satisfaction,
}
