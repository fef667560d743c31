"""What the intake of letters, faxes and visits says of customers: it goes with its ticket."""

from db.holdings import Holding, Holdings
from features.ticket_intake.tables import TicketIntakeRow
from features.tickets.holdings import ids_kept, ids_of, is_over

HOLDINGS = Holdings(
    holdings=(
        Holding(
            table=TicketIntakeRow,
            theirs=lambda who: TicketIntakeRow.ticket_id.in_(ids_of(who)),
            gone=True,
            kept=lambda rules: TicketIntakeRow.ticket_id.in_(ids_kept(rules)),
            why="personal.kept_tickets",
            purpose="tickets",
            since="entered_at",
            over=is_over(TicketIntakeRow.ticket_id),
            order=45,
        ),
    ),
)
