"""Ways to a number outside: on which trunk, and what is dialled there. Does no I/O.

Written in one word (`carrier/13800138000_backup/913800138000`), for a row and for the dialplan.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a number."""

    trunk: str
    """Empty: the number is dialled in the house, or nobody named a trunk."""
    dialled: str


def written(ways: Iterable[Way]) -> str:
    """Return ways in one word."""
    return "_".join(f"{one.trunk}/{one.dialled}" for one in ways if one.trunk and one.dialled)


def read(text: str) -> tuple[Way, ...]:
    """Return the ways of a word."""
    parts = (one.partition("/") for one in text.split("_") if one)
    return tuple(Way(trunk, dialled) for trunk, _, dialled in parts)
