"""The floor's own table is about desks."""

from db.holdings import Holdings
from floor.tables import FloorLeaseRow

HOLDINGS = Holdings(plain={FloorLeaseRow: ("node", "holder")})
