"""Reads typed times: `2h`, `today`, `14:30`, `2026-11-21`, ISO 8601. Reads no clock."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

FORMS = "30m, 2h, 3d, 1w (ago), now, today, yesterday, 14:30, 2026-11-21, 2026-11-21T14:30"

_AGO = re.compile(r"(?P<count>\d{1,5})(?P<unit>[smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")


class UnknownMomentError(ValueError):
    """The text names no moment."""


def moment(text: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment that `text` names, in UTC.

    Dates and clock times without an offset are meant in `zone`. Raises UnknownMomentError.
    """
    typed = text.strip().lower()
    if ago := _AGO.fullmatch(typed):
        return now - timedelta(**{_UNITS[ago["unit"]]: int(ago["count"])})
    today = datetime.combine(now.astimezone(zone).date(), time(), zone)
    named = {"now": now, "today": today, "yesterday": today - timedelta(days=1)}
    if typed in named:
        return named[typed].astimezone(UTC)
    try:
        if _CLOCK.fullmatch(typed):
            clock = time.fromisoformat(typed.zfill(8) if typed.count(":") == 2 else typed.zfill(5))
            return datetime.combine(today.date(), clock, zone).astimezone(UTC)
        at = datetime.fromisoformat(text.strip())
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnknownMomentError(f"{text!r} is no moment; it is typed like {FORMS}") from None
