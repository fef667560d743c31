"""The states of an item of the work list, and what may be done with it. Does no I/O.

    open ──take──▶ taken ──submit──▶ submitted
    taken ──give back──▶ open
    open, taken (live) ──the week is over──▶ missed

Nobody takes an item about themselves. Of two rounds nobody takes both: the second is blind.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from features.quality_samples.rules import Reason


class ItemThing(StrEnum):
    """What an item of the work list is."""

    CALL = "call"
    TICKET = "ticket"
    KNOWLEDGE = "knowledge"
    LIVE = "live"  # a call that is heard while it lasts; then a call like others


class ItemState(StrEnum):
    """How an item of the work list stands."""

    OPEN = "open"  # nobody has it
    TAKEN = "taken"  # an inspector has it
    SUBMITTED = "submitted"  # its score is made
    MISSED = "missed"  # a live listening that nobody made in its week


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """One thing that is to be scored once."""

    id: int
    day: date
    """The day that was drawn; of a live listening the first day of its week."""
    thing: ItemThing
    subject: str
    """Empty: a live listening that was not made yet."""
    call_id: str | None
    agent: str
    business: str
    reason: Reason
    signals: tuple[str, ...]
    risk: float
    turn: int
    """1; 2: the second, blind score of the same."""
    twin: int | None
    """The item of the other turn."""
    session_id: int | None
    """The calibration session that it belongs to."""
    state: ItemState
    inspector: str | None
    taken_at: datetime | None
    done_at: datetime | None
    made_at: datetime

    @property
    def is_heard(self) -> bool:
        """Tell whether there is something to score."""
        return bool(self.subject)


def hindrance(item: WorkItem, who: str, *, twin_of: str | None) -> str:
    """Return the key of the sentence why somebody may not take an item; empty: take it.

    `twin_of` is who has or had the other turn.
    """
    if item.agent == who:
        return "quality_sample.fault_yourself"
    if item.state is ItemState.TAKEN and item.inspector == who:
        return ""
    if item.state is not ItemState.OPEN:
        return "quality_sample.fault_gone"
    if twin_of == who:
        return "quality_sample.fault_twin"
    return ""
