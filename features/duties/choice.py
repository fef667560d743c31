"""Chooses the agent who is rung for a callback (CBK-1, QUE-1). Does no I/O."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyAgent:
    """Somebody at work who is ready."""

    number: str
    seat: str
    senior: bool
    since: datetime
    """Ready since then."""
    takes_any: bool = True
    """Whether it may be a callback that somebody else made."""


def agent_for(
    ready: Sequence[ReadyAgent],
    *,
    maker: str | None,
    senior_first: bool,
    taken: Collection[str] = (),
    passed: Collection[str] = (),
) -> ReadyAgent | None:
    """Return who is rung: who made the callback, else who is ready for longest.

    Left out are seats that are `taken` and those that let it ring before (`passed`). Large,
    important and dedicated-line customers get a senior agent where one is free (`senior_first`).
    """
    free = [
        one
        for one in ready
        if one.seat not in taken
        and one.seat not in passed
        and (one.takes_any or one.number == maker)
    ]
    return min(
        free,
        key=lambda one: (one.number != maker, senior_first and not one.senior, one.since),
        default=None,
    )
