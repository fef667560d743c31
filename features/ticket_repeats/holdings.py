"""What repeats say of customers: nothing; they name tickets."""

from db.holdings import Holdings
from features.ticket_repeats.tables import TicketRepeatRow

HOLDINGS = Holdings(plain={TicketRepeatRow: ("how", "made_by", "undone_by")})
