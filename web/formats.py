"""Formats of times, lengths, numbers and names on pages, masked as the role requires.

Does no I/O. Templates are given one `Formats` by the name of `show`.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from callflow.text import clean, paragraphs
from permissions.roles import Role, sees_numbers
from phone_numbers.masking import masked_name, masked_number, masked_text

LONGEST_TEXT = 2000
LONGEST_TYPED = 10_000
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Formats:
    """The hotline's clock, and what a role sees of numbers and names (SEC-2)."""

    zone: ZoneInfo
    role: Role

    @property
    def numbers(self) -> bool:
        """Tell whether whole numbers are shown."""
        return sees_numbers(self.role)

    def moment(self, at: datetime | None) -> str:
        """Return `2026-11-21 12:00:03`."""
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S") if at else NOTHING

    def minute(self, at: datetime | None) -> str:
        """Return `2026-11-21 12:00`."""
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M") if at else NOTHING

    def day(self, at: datetime) -> str:
        """Return `2026-11-21`."""
        return at.astimezone(self.zone).strftime("%Y-%m-%d")

    def clock(self, at: datetime | None) -> str:
        """Return `12:00:03`."""
        return at.astimezone(self.zone).strftime("%H:%M:%S") if at else NOTHING

    def number(self, number: str) -> str:
        """Return a telephone number, or what the role may see of it."""
        plain = clean(number)
        return (plain if self.numbers else masked_number(plain)) or NOTHING

    def name(self, name: str) -> str:
        """Return a person's name, or what the role may see of it; nothing stays nothing."""
        plain = clean(name)
        return plain if self.numbers else masked_name(plain)

    def text(self, text: str) -> str:
        """Return free text, its numbers hidden where the role may not see them."""
        plain = clean(text, LONGEST_TEXT)
        return plain if self.numbers else masked_text(plain)

    def text_lines(self, text: str) -> str:
        """Return free text of several lines, as `text` does one."""
        plain = paragraphs(text, LONGEST_TYPED)
        return plain if self.numbers else masked_text(plain)

    @staticmethod
    def length(seconds: float | None) -> str:
        """Return a length of time: `0:07`, `12:30`, `1:02:03`."""
        if seconds is None:
            return NOTHING
        minutes, rest = divmod(max(0, round(seconds)), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"

    @staticmethod
    def seconds(seconds: float | None) -> str:
        """Return a short length to a tenth: `1.2`."""
        return NOTHING if seconds is None else f"{max(0.0, seconds):.1f}"


def between(since: datetime | None, until: datetime | None) -> float | None:
    """Return the seconds from one moment to another, None when one of them never came."""
    return None if since is None or until is None else (until - since).total_seconds()
