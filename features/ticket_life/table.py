"""The table of a ticket's life: place × verb × role → next place, what is needed, what is written.

TKT-3…13, QUE-2. A verb that has no row for a place, or none for a role there, is refused. What a
row starts and stops follows from the clocks that run in a place (`rules.RUNS`), so no sequence of
verbs leaves a clock behind. docs/tickets.md is drawn from this table. Does no I/O.
"""

from dataclasses import dataclass
from typing import Final

from features.ticket_clocks.lifecycle import ClockKind
from features.ticket_life.orders import OrderKind
from features.ticket_life.verbs import Need, Place, Verb
from permissions.roles import AGENTS, LEADERS, WRITERS, Role

SENIORS: Final = LEADERS | {Role.SENIOR_AGENT}
"""Who reviews what juniors write (TKT-3)."""
CLERKS: Final = WRITERS - SENIORS - {Role.JUNIOR_AGENT}
SETTLERS: Final = SENIORS | {Role.DEPARTMENT}
"""A department, and who notes down what one without an account has said."""
ASKERS: Final = AGENTS | LEADERS | {Role.SURVEYOR}
"""Who asks customers whether they are satisfied (TKT-11)."""
MANAGERS: Final = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
CLOCK: Final = None
"""Stands for a role: a clock has done it."""

Doer = Role | None

GOING_ON: Final = frozenset(
    {
        *(Place.NEW, Place.TO_REVIEW, Place.RETURNED, Place.DISPATCHED, Place.ACCEPTED),
        *(Place.WAITING, Place.HANDLED, Place.SURVEYED, Place.REVIEW),
    }
)
OUT: Final = frozenset({Place.DISPATCHED, Place.ACCEPTED})
"""An order has left for a department, which is to do something."""
WITH_US: Final = frozenset({Place.NEW, Place.RETURNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table."""

    verb: Verb
    places: frozenset[Place]
    roles: frozenset[Role]
    to: Place | None = None
    """Where the ticket goes; None: it stays."""
    returns_to: Place | None = None
    """Of a review: where it goes instead when the order that leaves is a return order."""
    goes_back: bool = False
    """Whether it goes on in the state in which it began to wait."""
    needs: tuple[Need, ...] = ()
    order: OrderKind | None = None
    """The order that it writes."""
    renews: frozenset[ClockKind] = frozenset()
    """Clocks that begin anew, because what they are for has happened once more."""
    by_clock: bool = False
    """Whether a clock does it too, when it is due."""


def _at(*places: Place) -> frozenset[Place]:
    return frozenset(places)


_JUNIOR: Final = frozenset({Role.JUNIOR_AGENT})
_TKT_8: Final = (Need.HANDLING, Need.CAUSE, Need.RESTORED, Need.CLASS)
_CLOSING: Final = (*_TKT_8, Need.SATISFACTION, Need.HANDLER)

TABLE: Final[tuple[Row, ...]] = (
    Row(
        verb=Verb.ANSWER,
        places=WITH_US | {Place.TO_REVIEW},
        roles=WRITERS,
        to=Place.ANSWERED,
    ),
    Row(
        verb=Verb.ANSWER,
        places=_at(Place.DISPATCHED),
        roles=SENIORS,
        to=Place.ANSWERED,
        order=OrderKind.RETURN,
    ),
    Row(
        verb=Verb.DISPATCH,
        places=WITH_US | {Place.ANSWERED},
        roles=WRITERS - _JUNIOR,
        to=Place.DISPATCHED,
        needs=(Need.DEPARTMENT,),
        order=OrderKind.DISPATCH,
    ),
    Row(
        verb=Verb.DISPATCH,
        places=WITH_US | {Place.ANSWERED},
        roles=_JUNIOR,
        to=Place.TO_REVIEW,
        needs=(Need.DEPARTMENT,),
        order=OrderKind.DISPATCH,
    ),
    Row(
        verb=Verb.APPROVE,
        places=_at(Place.TO_REVIEW),
        roles=SENIORS,
        to=Place.DISPATCHED,
        needs=(Need.WAITING_ORDER,),
    ),
    Row(
        verb=Verb.APPROVE,
        places=OUT | {Place.HANDLED, Place.REVIEW, Place.WAITING},
        roles=SENIORS,
        returns_to=Place.WITHDRAWN,
        needs=(Need.WAITING_ORDER,),
    ),
    Row(
        verb=Verb.REFUSE,
        places=_at(Place.TO_REVIEW),
        roles=SENIORS,
        to=Place.NEW,
        needs=(Need.WAITING_ORDER, Need.NOTE),
    ),
    Row(
        verb=Verb.REFUSE,
        places=GOING_ON - {Place.TO_REVIEW, Place.NEW},
        roles=SENIORS,
        needs=(Need.WAITING_ORDER, Need.NOTE),
    ),
    Row(verb=Verb.TAKE_BACK, places=_at(Place.TO_REVIEW), roles=WRITERS, to=Place.NEW),
    Row(
        verb=Verb.TAKE_BACK,
        places=_at(Place.DISPATCHED),
        roles=SENIORS,
        to=Place.NEW,
        order=OrderKind.RETURN,
    ),
    Row(verb=Verb.ACCEPT, places=_at(Place.DISPATCHED), roles=SETTLERS, to=Place.ACCEPTED),
    Row(
        verb=Verb.SEND_BACK,
        places=OUT,
        roles=SETTLERS,
        to=Place.RETURNED,
        needs=(Need.NOTE,),
    ),
    Row(
        verb=Verb.ASK_TIME,
        places=OUT,
        roles=SETTLERS,
        needs=(Need.NOTE, Need.DEADLINE),
    ),
    Row(
        verb=Verb.GRANT_TIME,
        places=OUT,
        roles=SENIORS,
        needs=(Need.ASKED_TIME,),
        order=OrderKind.CHASE,
        renews=frozenset({ClockKind.PROMISED}),
    ),
    Row(
        verb=Verb.DENY_TIME,
        places=OUT,
        roles=SENIORS,
        needs=(Need.ASKED_TIME, Need.NOTE),
    ),
    Row(
        verb=Verb.HANDLE,
        places=OUT,
        roles=SETTLERS,
        to=Place.HANDLED,
        needs=(Need.HANDLING, Need.CAUSE, Need.RESTORED),
    ),
    Row(verb=Verb.SATISFIED, places=_at(Place.HANDLED), roles=ASKERS, to=Place.SURVEYED),
    Row(
        verb=Verb.NOT_SATISFIED,
        places=_at(Place.HANDLED),
        roles=ASKERS,
        to=Place.REVIEW,
        needs=(Need.NOTE,),
    ),
    Row(
        verb=Verb.NOT_REACHED,
        places=_at(Place.HANDLED),
        roles=ASKERS,
        renews=frozenset({ClockKind.SURVEY}),
    ),
    Row(
        verb=Verb.UPHOLD,
        places=_at(Place.REVIEW),
        roles=LEADERS,
        to=Place.SURVEYED,
        needs=(Need.NOTE,),
    ),
    Row(
        verb=Verb.SECOND_DISPATCH,
        places=_at(Place.REVIEW),
        roles=SENIORS,
        to=Place.DISPATCHED,
        needs=(Need.DEPARTMENT, Need.WARNING),
        order=OrderKind.SECOND,
    ),
    Row(
        verb=Verb.REMIND,
        places=OUT,
        roles=WRITERS,
        order=OrderKind.REMIND,
        by_clock=True,
    ),
    Row(
        verb=Verb.CHASE,
        places=OUT,
        roles=WRITERS,
        needs=(Need.NOTE,),
        order=OrderKind.CHASE,
        by_clock=True,
    ),
    Row(
        verb=Verb.SUPPLEMENT,
        places=OUT,
        roles=WRITERS,
        needs=(Need.NOTE,),
        order=OrderKind.CHASE,
    ),
    Row(
        verb=Verb.SUPPLEMENT,
        places=GOING_ON - OUT,
        roles=WRITERS,
        needs=(Need.NOTE,),
    ),
    Row(
        verb=Verb.URGENT,
        places=GOING_ON,
        roles=WRITERS,
        by_clock=True,
    ),
    Row(verb=Verb.CALM, places=GOING_ON, roles=SENIORS, needs=(Need.NOTE,)),
    Row(
        verb=Verb.ESCALATE,
        places=GOING_ON,
        roles=WRITERS,
        needs=(Need.NOTE,),
        by_clock=True,
    ),
    Row(
        verb=Verb.PROGRESS,
        places=GOING_ON,
        roles=WRITERS,
        needs=(Need.NOTE,),
        renews=frozenset({ClockKind.PROGRESS}),
    ),
    Row(
        verb=Verb.LOOK,
        places=GOING_ON,
        roles=WRITERS,
        renews=frozenset({ClockKind.LOOK}),
    ),
    Row(verb=Verb.TAKE, places=GOING_ON, roles=WRITERS),
    Row(verb=Verb.HAND, places=GOING_ON, roles=SENIORS, needs=(Need.CLERK,)),
    Row(
        verb=Verb.NOTE,
        places=frozenset(Place) - {Place.ARCHIVED},
        roles=WRITERS | {Role.DEPARTMENT, Role.RECORDS_CLERK},
        needs=(Need.NOTE,),
    ),
    Row(
        verb=Verb.WAIT,
        places=WITH_US | OUT | {Place.HANDLED, Place.REVIEW},
        roles=WRITERS | {Role.DEPARTMENT},
        to=Place.WAITING,
        needs=(Need.NOTE,),
    ),
    Row(
        verb=Verb.GO_ON,
        places=_at(Place.WAITING),
        roles=WRITERS | {Role.DEPARTMENT},
        goes_back=True,
    ),
    Row(
        verb=Verb.WITHDRAW,
        places=WITH_US | {Place.TO_REVIEW},
        roles=WRITERS,
        to=Place.WITHDRAWN,
        needs=(Need.NOTE,),
    ),
    Row(
        verb=Verb.WITHDRAW,
        places=OUT | {Place.WAITING, Place.HANDLED, Place.REVIEW},
        roles=WRITERS - _JUNIOR,
        to=Place.WITHDRAWN,
        needs=(Need.NOTE,),
        order=OrderKind.RETURN,
    ),
    Row(  # a junior's return order is read by a senior before it leaves (TKT-3): APPROVE
        verb=Verb.WITHDRAW,
        places=OUT | {Place.HANDLED, Place.REVIEW},
        roles=_JUNIOR,
        needs=(Need.NOTE,),
        order=OrderKind.RETURN,
    ),
    Row(
        verb=Verb.MERGE,
        places=WITH_US | {Place.TO_REVIEW, Place.ANSWERED},
        roles=WRITERS,
        to=Place.CLOSED,
        needs=(Need.FIRST,),
    ),
    Row(
        verb=Verb.MERGE,
        places=OUT | {Place.WAITING, Place.HANDLED, Place.REVIEW},
        roles=WRITERS - _JUNIOR,
        to=Place.CLOSED,
        needs=(Need.FIRST,),
        order=OrderKind.RETURN,
    ),
    Row(
        verb=Verb.CLOSE,
        places=_at(Place.ANSWERED, Place.SURVEYED, Place.HANDLED),
        roles=ASKERS,
        to=Place.CLOSED,
        needs=_CLOSING,
    ),
    Row(verb=Verb.REOPEN, places=_at(Place.ANSWERED), roles=WRITERS, to=Place.NEW),
    Row(
        verb=Verb.REOPEN,
        places=_at(Place.CLOSED, Place.WITHDRAWN),
        roles=ASKERS,
        to=Place.NEW,
        needs=(Need.NOTE,),
    ),
    Row(
        verb=Verb.REOPEN,
        places=_at(Place.ARCHIVED),
        roles=LEADERS,
        to=Place.NEW,
        needs=(Need.NOTE,),
    ),
    Row(
        verb=Verb.ARCHIVE,
        places=_at(Place.CLOSED, Place.WITHDRAWN),
        roles=SENIORS | {Role.RECORDS_CLERK, Role.SURVEYOR},
        to=Place.ARCHIVED,
    ),
)

MANY_A_DAY: Final = frozenset(
    {
        *(Verb.REMIND, Verb.CHASE, Verb.SUPPLEMENT, Verb.URGENT, Verb.CALM, Verb.ESCALATE),
        *(Verb.PROGRESS, Verb.LOOK, Verb.TAKE, Verb.HAND, Verb.NOTE, Verb.WAIT, Verb.WITHDRAW),
        Verb.MERGE,
        *(Verb.TAKE_BACK, Verb.REOPEN, Verb.ASK_TIME, Verb.DENY_TIME),
    }
)
"""What does not lead a ticket on, on its usual way."""
