"""What tickets say of customers; one that is open stays until it is settled (TKT-6, 7)."""

from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from db.holdings import Holding, Holdings, Rules, Subject
from features.tickets import terms
from features.tickets.lifecycle import OPEN_STATES, TicketKind
from features.tickets.tables import (
    TicketEntryRow,
    TicketOrderRow,
    TicketRow,
    TicketVersionRow,
)

OPEN = TicketRow.state.in_(sorted(state.value for state in OPEN_STATES))


def _theirs(who: Subject) -> ColumnElement[bool]:
    return or_(
        TicketRow.customer_identity == who.identity,
        TicketRow.call_id.in_(sorted(who.calls)),
        TicketRow.id.in_(sorted(who.tickets)),
    )


def _kept(rules: Rules) -> ColumnElement[bool]:
    if not rules.complaints_days:
        return OPEN
    ended = func.coalesce(TicketRow.closed_at, TicketRow.updated_at, TicketRow.created_at)
    young = ended > rules.now - timedelta(days=rules.complaints_days)
    return or_(OPEN, and_(TicketRow.kind == TicketKind.COMPLAINT.value, young))


def ids_of(who: Subject) -> Select[int]:
    """Return the rows of a person's tickets, for what other features keep beside them."""
    return select(TicketRow.id).where(_theirs(who))


def ids_kept(rules: Rules) -> Select[int]:
    """Return the rows of tickets that stay for now."""
    return select(TicketRow.id).where(_kept(rules))


def is_over(
    ticket_id: InstrumentedAttribute[int | None] | InstrumentedAttribute[int],
) -> ColumnElement[bool]:
    """Return whether a ticket is one of which nothing is to come, asked for each row by its key."""
    return exists().where(TicketRow.id == ticket_id, ~OPEN)


def _part(
    table: type[TicketVersionRow] | type[TicketEntryRow] | type[TicketOrderRow],
    since: str,
    order: int,
) -> Holding:
    """Return what goes with its ticket: versions, history, orders."""

    def theirs(who: Subject) -> ColumnElement[bool]:
        return table.ticket_id.in_(select(TicketRow.id).where(_theirs(who)))

    def kept(rules: Rules) -> ColumnElement[bool]:
        return table.ticket_id.in_(select(TicketRow.id).where(_kept(rules)))

    return Holding(
        table=table,
        theirs=theirs,
        gone=True,
        kept=kept,
        why="personal.kept_tickets",
        purpose="tickets",
        since=since,
        over=table.ticket_id.in_(select(TicketRow.id).where(~OPEN)),
        order=order,
    )


HOLDINGS = Holdings(
    holdings=(
        _part(TicketVersionRow, "at", 40),
        _part(TicketEntryRow, "at", 41),
        _part(TicketOrderRow, "written_at", 42),
        Holding(
            table=TicketRow,
            theirs=_theirs,
            erased={
                "customer_number": "",
                "customer_identity": "",
                "customer_name": "",
                "body": "",
                "answer": "",
                "cause": "",
                "handling": "",
            },
            kept=_kept,
            why="personal.kept_tickets",
            names="customer_name",
            purpose="tickets",
            since="created_at",
            over=~OPEN,
            order=60,
        ),
    ),
    remade={TicketRow: terms.keep},
    plain={
        TicketRow: (
            *("number", "kind", "business", "nature", "source", "state", "call_id", "handler"),
            *("department", "resumes", "complaint_class", "closing", "satisfaction"),
        ),
    },
)
