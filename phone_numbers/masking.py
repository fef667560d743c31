"""Masks personal data for those who do not need them (SEC-2).

Does no I/O. A masked value still lets two calls of one caller be told apart at a glance, and
never gives back more than half of what it hides.
"""

import re

HIDDEN = "*"

_DIGITS = re.compile(r"\+?\d(?:[ -]?\d){6,}")


def masked_number(number: str) -> str:
    """Return a telephone number with its middle hidden: 13812345678 → 138******78.

    At most five characters stay readable, and never more than half of them.
    """
    readable = min(5, len(number) // 2)
    tail = readable * 2 // 5
    head = readable - tail
    return number[:head] + HIDDEN * (len(number) - readable) + number[len(number) - tail :]


def masked_name(name: str) -> str:
    """Return a name of which only the first character is left: 张三丰 → 张**."""
    return (
        name[:1] + HIDDEN * min(2, max(0, len(name) - 1)) if len(name) > 1 else HIDDEN * len(name)
    )


def masked_digits(digits: str) -> str:
    """Return keys a caller pressed, all hidden: they may be a card number or a password."""
    return HIDDEN * len(digits)


def masked_text(text: str) -> str:
    """Return free text in which every run of seven digits or more is masked like a number."""
    return _DIGITS.sub(lambda found: masked_number(found.group()), text)
