"""Which tickets are within somebody's reach (SEC-1).

A department's tickets are those that have left for it (TKT-3) and have not gone to another since.
One's own are those that one keeps (QUE-3), and those of the customer whom one serves now.
"""

from sqlalchemy import ColumnElement, and_, false, or_, true

from features.tickets.lifecycle import SETTLING, Ticket
from features.tickets.tables import TicketRow
from permissions.scopes import Reach, Scope, Thing


def within(reach: Reach) -> ColumnElement[bool]:
    """Return what is so for the tickets within a reach; `whose` says the same of one ticket."""
    match reach.scope:
        case Scope.ALL:
            return true()
        case Scope.DEPARTMENT if reach.department:
            return _has_left_for(reach.department)
        case Scope.OWN:
            return _own(reach)
        case _:
            return false()


def _own(reach: Reach) -> ColumnElement[bool]:
    """Return what is so for tickets that somebody keeps, or whose customer they serve now."""
    which: list[ColumnElement[bool]] = []
    if reach.number:
        which.append(TicketRow.handler == reach.number)
    if reach.serving.calls:
        which.append(TicketRow.call_id.in_(sorted(reach.serving.calls)))
    if reach.serving.customers:
        which.append(TicketRow.customer_identity.in_(sorted(reach.serving.customers)))
    return or_(*which) if which else false()


def being_settled_by(department: str) -> ColumnElement[bool]:
    """Return what is so for the tickets that a department is to settle now."""
    settling = TicketRow.state.in_([state.value for state in SETTLING])
    return and_(_has_left_for(department), settling)


def whose(ticket: Ticket) -> Thing:
    """Return whose a ticket is."""
    left = ticket.left_at is not None
    departments = (ticket.department,) if left and ticket.department else ()
    people = (ticket.handler,) if ticket.handler else ()
    return Thing(people=people, call=ticket.call_id or "", departments=departments)


def _has_left_for(department: str) -> ColumnElement[bool]:
    return and_(TicketRow.department == department, TicketRow.left_at.is_not(None))
