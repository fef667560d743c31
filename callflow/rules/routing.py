"""Which agents a caller is offered to, and why (QUE-1, QUE-2, QUE-3). Does no I/O.

| clause | when | then |
|---|---|---|
| QUE-2 | a complaint of the caller's is past its deadline and not settled | the manager hotline |
| QUE-1 | a large, important or dedicated-line customer | a senior agent, before others |
| QUE-3 | a matter is open, and who has it is at work | that agent first, then the others |

QUE-2 goes before QUE-3: who let the deadline pass is not asked again. Where the database does not
answer, `EVERYBODY` is the route: a caller never waits for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Queue(StrEnum):
    """A queue of agents, as Asterisk knows it."""

    HOTLINE = "hotline"
    SENIOR = "senior"
    MANAGER = "manager"


PRIORITY_SORTS = frozenset({"large", "important", "dedicated"})
"""Sorts of customers that QUE-1 speaks of."""

PRIORITY: Mapping[Queue, int] = {Queue.HOTLINE: 0, Queue.SENIOR: 10, Queue.MANAGER: 20}
"""Asterisk's QUEUE_PRIO: the higher ones are served first where they wait with others."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A ticket of the caller's that is not settled."""

    number: str
    complaint: bool
    due_at: datetime
    handler: str | None
    """Account number of who has it."""


@dataclass(frozen=True, slots=True)
class CallerFacts:
    """What is known of a caller when the call is about to be queued."""

    sort: str = "normal"
    first_agent: str | None = None
    """Account number of who was asked first (QUE-3)."""
    matters: Sequence[Matter] = ()
    """Open tickets, newest first."""
    seats: Mapping[str, str] = field(default_factory=dict)
    """Account number of those at work → their seat."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a caller goes; `reasons` are kept with the call, as `QUE-1:large`."""

    queue: Queue
    priority: int = 0
    seat: str = ""
    """Rung first; empty: nobody before the others."""
    reasons: tuple[str, ...] = ()


EVERYBODY = Route(Queue.HOTLINE)


def route(known: CallerFacts, *, now: datetime) -> Route:
    """Return where the caller goes."""
    overdue = [one for one in known.matters if one.complaint and one.due_at < now]
    if overdue:
        return _to(Queue.MANAGER, reasons=(f"QUE-2:{overdue[0].number}",))
    reasons: tuple[str, ...] = ()
    queue = Queue.HOTLINE
    if known.sort in PRIORITY_SORTS:
        queue, reasons = Queue.SENIOR, (f"QUE-1:{known.sort}",)
    for matter in known.matters:
        agent = matter.handler or known.first_agent
        if agent and (seat := known.seats.get(agent)):
            return _to(queue, seat=seat, reasons=(*reasons, f"QUE-3:{matter.number}:{agent}"))
    return _to(queue, reasons=reasons)


def _to(queue: Queue, *, reasons: tuple[str, ...], seat: str = "") -> Route:
    return Route(queue, PRIORITY[queue], seat, reasons)
