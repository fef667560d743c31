"""What calls to floor attendants say: numbers of the staff, and of rooms."""

from db.holdings import Holdings
from features.attendants.tables import AttendantCallRoomRow, AttendantCallRow

HOLDINGS = Holdings(
    plain={AttendantCallRow: ("number",), AttendantCallRoomRow: ("said",)},
)
