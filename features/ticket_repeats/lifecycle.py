"""A ticket that says once more what another one says: how they hang together. Does no I/O.

A repeat points at the first ticket of the matter, never at another repeat. It is linked (both go
on) or merged (it is closed, and the first goes on). Either can be undone for a short time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

UNDONE_WITHIN: Final = timedelta(minutes=30)


class How(StrEnum):
    LINKED = "linked"  # 重复投诉: both go on
    MERGED = "merged"  # 并单: this one is closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """One ticket that repeats another."""

    id: int
    ticket_id: int
    first_id: int
    how: How
    made_at: datetime
    made_by: str
    """Account number, or a token's label."""
    undone_at: datetime | None = None
    undone_by: str = ""

    def can_be_undone(self, now: datetime) -> bool:
        return self.undone_at is None and now < self.made_at + UNDONE_WITHIN
