"""Orders that a ticket writes: to whom, about what, which one it refers to (TKT-3, 5, 11).

Does no I/O.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OrderKind(StrEnum):
    DISPATCH = "dispatch"  # 派单
    SECOND = "second"  # 二次派单: after a customer who was not satisfied, with a written warning
    CHASE = "chase"  # 追单: deadline or task has changed
    REMIND = "remind"  # 催单: it is late, or the customer asks for it
    RETURN = "return"  # 退单: the customer does not want it any more


class OrderState(StrEnum):
    TO_REVIEW = "to_review"  # a junior wrote it; a senior reads it before it leaves (TKT-3)
    SENT = "sent"
    SENT_BACK = "sent_back"  # the department says that it is not its work
    REFUSED = "refused"  # the senior did not let it leave
    WITHDRAWN = "withdrawn"
    DONE = "done"


MAIN = frozenset({OrderKind.DISPATCH, OrderKind.SECOND})
"""Orders that give a department the work; the others refer to one of these."""
REVIEWED = frozenset({OrderKind.DISPATCH, OrderKind.CHASE, OrderKind.RETURN})
"""What a senior reads before it leaves when a junior wrote it (TKT-3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order."""

    number: str
    """The ticket's, and which of its orders it is: `20261121-00042-2`."""
    kind: OrderKind
    state: OrderState
    department: str
    refers_to: str | None = None
    """The number of the order that it changes or hurries."""
    deadline: datetime | None = None
    asked_until: datetime | None = None
    """The deadline that the department has asked for, until somebody has answered that."""
    text: str = ""
    warning: str = ""
    """The written warning of a second dispatch (TKT-11)."""
    written_at: datetime
    written_by: str
    """Account number, a token's label; empty: a clock."""
    reviewed_at: datetime | None = None
    reviewed_by: str = ""
    sent_at: datetime | None = None
