"""What the ledger keeps of lines that it could not read."""

from db.holdings import Holdings
from ledger.tables import JournalPosition, JournalReject

HOLDINGS = Holdings(
    lines=(JournalReject,),
    mentions={JournalReject: ("why", "line")},
    plain={JournalPosition: ("file",), JournalReject: ("file",)},
)
