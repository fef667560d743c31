"""What a legal hold is, and when it stands. Does no I/O."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Thing(StrEnum):
    """What is kept."""

    CALL = "call"  # with its recordings and events
    TICKET = "ticket"  # with its calls, letters and orders
    NUMBER = "number"  # all of who is known by it


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One legal hold."""

    id: int = 0
    thing: Thing
    subject: str
    """A call's id, a ticket's number, or what a customer's number is known by."""
    why: str
    reference: str
    ends_at: datetime | None
    """The midnight after its last day; None: it stands until it is lifted."""
    put_at: datetime
    put_by: str
    lifted_at: datetime | None = None
    lifted_by: str = ""
    lifted_why: str = ""

    def stands(self, now: datetime) -> bool:
        """Tell whether it stands at a moment."""
        return self.lifted_at is None and (self.ends_at is None or now < self.ends_at)
