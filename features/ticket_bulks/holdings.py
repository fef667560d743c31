"""What was typed for many tickets at once: only a mention of somebody is taken out."""

from db.holdings import Holdings
from features.ticket_bulks.tables import TicketBulkItemRow, TicketBulkRow

HOLDINGS = Holdings(
    staff=(TicketBulkRow, TicketBulkItemRow),
    plain={
        TicketBulkRow: ("key", "work"),
        TicketBulkItemRow: ("number", "outcome", "why"),
    },
)
