"""The table of rooms is about telephones of the house, whoever sleeps there."""

from db.holdings import Holdings
from features.rooms.tables import RoomRow

HOLDINGS = Holdings(plain={RoomRow: ("room", "number", "changed_by")})
