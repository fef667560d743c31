"""Classes are the house's own words: only a mention of somebody is taken out."""

from db.holdings import Holdings
from features.ticket_classes.tables import TicketClassRow, TicketClassVersionRow

HOLDINGS = Holdings(
    staff=(TicketClassRow, TicketClassVersionRow),
    plain={TicketClassRow: ("sort", "use", "updated_by")},
)
