"""Reads the table of a ticket's life: who may do what where, and which clocks run there.

Does no I/O.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from features.ticket_clocks.lifecycle import ClockKind
from features.ticket_life.table import CLOCK, TABLE, Doer, Row
from features.ticket_life.verbs import Place, Verb, place
from features.tickets.lifecycle import Ticket, TicketKind, TicketSource

ENTRY: Final = Place.NEW
"""Where a ticket begins."""

_WHILE_OPEN: Final = frozenset({ClockKind.PROGRESS, ClockKind.ANSWER, ClockKind.LOOK})
_TO_LEAVE: Final = _WHILE_OPEN | {ClockKind.DISPATCH, ClockKind.FAULT}
_WITH_THEM: Final = _WHILE_OPEN | {ClockKind.PROMISED, ClockKind.FAULT}

RUNS: Final[Mapping[Place, frozenset[ClockKind]]] = {
    Place.NEW: _TO_LEAVE | {ClockKind.TYPING},
    Place.TO_REVIEW: _TO_LEAVE,
    Place.RETURNED: _TO_LEAVE,
    Place.DISPATCHED: _WITH_THEM,
    Place.ACCEPTED: _WITH_THEM,
    Place.HANDLED: frozenset({ClockKind.SURVEY, ClockKind.PROGRESS}),
    Place.REVIEW: frozenset({ClockKind.DISPATCH, ClockKind.PROGRESS}),
}
"""The clocks that run in a place, for tickets of the kinds that have them; elsewhere none does.
In WAITING those of the state that it waits in are paused."""

OF_KINDS: Final[Mapping[ClockKind, frozenset[TicketKind]]] = {
    ClockKind.DISPATCH: frozenset({TicketKind.COMPLAINT, TicketKind.FAULT}),
    ClockKind.ANSWER: frozenset({TicketKind.CONSULTATION, TicketKind.UNKNOWN}),
    ClockKind.LOOK: frozenset({TicketKind.CONSULTATION}),
    ClockKind.PROGRESS: frozenset({TicketKind.COMPLAINT, TicketKind.SUGGESTION}),
    ClockKind.FAULT: frozenset({TicketKind.FAULT}),
}
"""The kinds of tickets that have a clock; one that is not here is every kind's."""


def row_of(at: Place, verb: Verb, role: Doer) -> Row | None:
    """Return the row of the table for somebody of a role, or for a clock; None: it is refused."""
    for row in TABLE:
        if row.verb is verb and at in row.places:
            allowed = row.by_clock if role is CLOCK else role in row.roles
            if allowed:
                return row
    return None


def rows_at(at: Place, role: Doer) -> Iterable[Row]:
    """Give what somebody of a role may do with a ticket there, in the table's order."""
    return (row for verb in Verb if (row := row_of(at, verb, role)) is not None)


def knows(at: Place, verb: Verb) -> bool:
    """Tell whether anybody may do this there."""
    return any(row.verb is verb and at in row.places for row in TABLE)


def clocks_of(ticket: Ticket) -> frozenset[ClockKind]:
    """Return the clocks that a ticket has running now (paused while it waits)."""
    at = place(ticket)
    if at is Place.WAITING and ticket.resumes is not None:
        at = Place(ticket.resumes.value)
    return frozenset(kind for kind in RUNS.get(at, ()) if _has(ticket, kind))


def _has(ticket: Ticket, kind: ClockKind) -> bool:
    if kind is ClockKind.TYPING:
        return ticket.source is TicketSource.WRITTEN and not ticket.body.strip()
    return kind not in OF_KINDS or ticket.kind in OF_KINDS[kind]
