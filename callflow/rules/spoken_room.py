"""A room as spoken prompts, digit by digit and letter by letter (WAK-3). Does no I/O.

A101, B101 and W-101 are three rooms, 12-05 and 1205 are two: nothing of a room's name is left out.
"""

from typing import Final

DASH: Final = "letter_dash"


def spoken_room(room: str) -> tuple[str, ...]:
    """Return the prompts of a room's name; what cannot be spoken is not there."""
    return tuple(filter(None, (_spoken(letter) for letter in room.lower())))


def _spoken(letter: str) -> str:
    if not letter.isascii():
        return ""
    if letter.isdecimal():
        return f"number_{letter}"
    if letter.isalpha():
        return f"letter_{letter}"
    return DASH if letter == "-" else ""
