"""Views are the staff's: only a mention of somebody is taken out of what they look for."""

from db.holdings import Holdings
from features.ticket_views.tables import TicketViewChoiceRow, TicketViewRow

HOLDINGS = Holdings(
    staff=(TicketViewRow, TicketViewChoiceRow),
    plain={
        TicketViewRow: ("shared", "shared_with", "columns"),
        TicketViewChoiceRow: ("places",),
    },
)
