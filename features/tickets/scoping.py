"""Which tickets are within somebody's reach (SEC-1).

A department's tickets are those that have left for it (TKT-3): dispatched to it or settled since,
and not waiting for a senior's review.
"""

from sqlalchemy import ColumnElement, and_, false, true

from features.tickets.lifecycle import Ticket, TicketState
from features.tickets.tables import TicketRow
from permissions.scopes import Reach, Scope, Thing


def within(reach: Reach) -> ColumnElement[bool]:
    """Return what is so for the tickets within a reach; `whose` says the same of one ticket."""
    match reach.scope:
        case Scope.ALL:
            return true()
        case Scope.DEPARTMENT if reach.department:
            return _has_left_for(reach.department)
        case _:
            return false()


def being_settled_by(department: str) -> ColumnElement[bool]:
    """Return what is so for the tickets that a department is to settle now."""
    settling = TicketRow.state == TicketState.DISPATCHED.value
    return and_(_has_left_for(department), settling)


def whose(ticket: Ticket) -> Thing:
    """Return whose a ticket is."""
    left = ticket.state is not TicketState.NEW and not ticket.to_review
    departments = (ticket.department,) if left and ticket.department else ()
    return Thing(call=ticket.call_id or "", departments=departments)


def _has_left_for(department: str) -> ColumnElement[bool]:
    return and_(
        TicketRow.department == department,
        TicketRow.state != TicketState.NEW.value,
        TicketRow.to_review.is_(False),
    )
