"""One spelling for a room's number: two that ring one telephone are one."""

from phone_numbers.phone_number import Kind, phone_number
from settings import Settings


def canonical(number: str, settings: Settings) -> str:
    """Return one spelling for all of one number; what is no public number stays as it is."""
    read = phone_number(number, settings.number_plan)
    return read.shown if read.kind in {Kind.PUBLIC, Kind.LOCAL} else number
