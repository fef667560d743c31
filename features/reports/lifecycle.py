"""A report's letter: queued, handed over, sent or not. Does no I/O.

queued ──handed over──▶ sending ──taken──▶ sent
sending ──not now─────▶ queued, later; each pause is twice as long
sending ──refused─────▶ failed; queued for too long ─▶ failed
sending ──broken off──▶ unclear: it may have been sent, and is not sent again
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)


class LetterState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"  # from here on it may have been sent
    SENT = "sent"
    FAILED = "failed"  # the server does not take it, or was away for too long
    UNCLEAR = "unclear"  # the connection, or we, broke off in the middle


def next_try(
    *, attempts: int, since: datetime, now: datetime, give_up_after: timedelta
) -> datetime | None:
    """Return when a letter that was not taken is tried again; None: it is given up."""
    pause = min(FIRST_PAUSE * 2 ** min(attempts, 10), LONGEST_PAUSE)
    return now + pause if now + pause <= since + give_up_after else None
