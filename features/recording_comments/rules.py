"""What a comment at a moment of a recording is. Does no I/O."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LONGEST_WORDS: Final = 500
UNDONE_WITHIN: Final = timedelta(days=30)
"""So long a deleted comment can be put back."""
LONGEST_S: Final = 1_000_000.0
"""No recording is as long."""

_PLACE = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,6}(?:\.\d{1,3})?)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What somebody says of one moment of a call's recording."""

    id: int = 0
    call_id: str
    second: float
    """Of the recording."""
    words: str
    author: str
    """Account number."""
    version: int = 1
    at: datetime
    changed_at: datetime | None = None
    deleted_at: datetime | None = None
    name: str = ""
    """The author's, as the account has it."""

    @property
    def address(self) -> str:
        """Return where it is heard: what another person is sent."""
        return f"/calls/{self.call_id}#t={self.second:g}"


def second_of(text: str) -> float | None:
    """Return the second of a place as people write it: `65.5`, `1:05`, `1:02:03`; None: none."""
    match = _PLACE.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds = match.groups()
    if (minutes and float(seconds) >= 60) or (hours and int(minutes) >= 60):
        return None
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)
