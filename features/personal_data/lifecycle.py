"""One erasure, from being asked for until nothing is left. Does no I/O.

| state | what goes on | what comes next |
|---|---|---|
| asked | nothing yet; a call or an attempt of the person's is waited for | rows |
| rows | rows and what texts say are erased, in the database | files |
| files | each node goes through its files: voices, journals, logs, lists | cleaning |
| cleaning | the last look; what the database itself still holds is overwritten | done; waiting |
| waiting | something must be kept for now, like an open ticket | asked, again |
| done | – | – |

Every step may be the last before a crash, and is simply done again.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class ErasureState(StrEnum):
    ASKED = "asked"
    ROWS = "rows"
    FILES = "files"
    CLEANING = "cleaning"
    WAITING = "waiting"
    DONE = "done"


BUSY_AGAIN: Final = timedelta(seconds=10)
"""From finding the person in a call to the next look."""
KEPT_AGAIN: Final = timedelta(hours=1)
"""From finding something that must be kept to the next look."""
LEFT_AGAIN: Final = timedelta(minutes=1)
"""From a last look that still found something to going through everything again."""


def after_cleaning(
    now: datetime, *, kept: bool, left: bool
) -> tuple[ErasureState, datetime | None]:
    """Return what follows the last look, and when."""
    if left:
        return ErasureState.ASKED, now + LEFT_AGAIN
    if kept:
        return ErasureState.WAITING, now + KEPT_AGAIN
    return ErasureState.DONE, None
