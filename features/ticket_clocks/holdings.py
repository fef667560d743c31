"""What tickets' clocks say of customers: nothing."""

from db.holdings import Holdings
from features.ticket_clocks.tables import TicketClockRow

HOLDINGS = Holdings(plain={TicketClockRow: ("kind", "state", "why")})
