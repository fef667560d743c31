"""How a ticket that did not come by telephone came in, and when it must be typed in (TKT-10).

Does no I/O.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

TYPED_IN_WITHIN: Final = timedelta(hours=2)
"""TKT-10: from the receipt of a letter, fax, e-mail or visit."""


class Channel(StrEnum):
    """How a matter came in, and how its answer goes out."""

    LETTER = "letter"  # 信函
    FAX = "fax"  # 传真
    VISIT = "visit"  # 来访
    EMAIL = "email"  # 电子邮件
    TELEPHONE = "telephone"  # 电话
    API = "api"  # another program of the house


CAME_BY: Final = (Channel.LETTER, Channel.FAX, Channel.VISIT, Channel.EMAIL, Channel.API)
ANSWERED_BY: Final = (
    Channel.TELEPHONE,
    Channel.EMAIL,
    Channel.LETTER,
    Channel.FAX,
    Channel.VISIT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """How a ticket came in."""

    channel: Channel
    received_at: datetime
    entered_at: datetime
    answer_by: Channel
    answer_to: str
    """Address or number for the answer; empty: that of the ticket's customer."""
    reference: str = ""
    account_id: int | None = None
    token_id: int | None = None
    answered_at: datetime | None = None
    answered_by: str = ""

    @property
    def type_in_by(self) -> datetime:
        """Return until when it had to be typed in (TKT-10)."""
        return self.received_at + TYPED_IN_WITHIN

    @property
    def is_late(self) -> bool:
        """Tell whether it was typed in later than TKT-10 asks for."""
        return self.entered_at > self.type_in_by
