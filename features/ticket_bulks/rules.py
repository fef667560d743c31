"""What is done with many tickets at once, and what hinders it with one of them. Does no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from features.ticket_life import rules
from features.ticket_life.verbs import Verb, place
from features.tickets.lifecycle import Ticket, TicketState
from permissions.roles import Role

MOST: Final = 200
"""Tickets of one bulk at most."""
PORTION: Final = 20
"""Tickets that one request does at most; the rest waits for the next one."""
FEWEST: Final = 3
"""Tickets that one request does at least, however slow it is."""
PORTION_S: Final = 1.0
"""Seconds after which a request begins with no further ticket; its database time is 2.5 s."""


class Work(StrEnum):
    """What can be done with many tickets at once."""

    DISPATCH = "dispatch"
    CHASE = "chase"
    REMIND = "remind"
    HAND = "hand"
    SORT = "sort"  # business, nature and complaint class are set
    ARCHIVE = "archive"

    @property
    def verb(self) -> Verb | None:
        """Return the verb of each ticket; None: what is typed is saved."""
        return None if self is Work.SORT else Verb(self.value)


FIELDS: Final[Mapping[Work, Sequence[str]]] = MappingProxyType(
    {
        Work.DISPATCH: ("department", "deadline", "note"),
        Work.CHASE: ("note",),
        Work.HAND: ("clerk",),
        Work.SORT: ("business", "nature", "complaint_class"),
    }
)
"""What a form asks for; of others nothing."""
NEEDS: Final[Mapping[Work, str]] = MappingProxyType(
    {Work.DISPATCH: "department", Work.CHASE: "note", Work.HAND: "clerk"}
)
"""What may not stay empty. Of a class at least one is chosen."""


class Outcome(StrEnum):
    """What became of one ticket of a bulk."""

    WAITING = "waiting"  # nothing yet
    DONE = "done"
    REFUSED = "refused"  # its own action refused it: `why` says the reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One ticket of a bulk."""

    number: str
    version: int
    """Upon which it is done: as it was when it was chosen."""
    outcome: Outcome = Outcome.WAITING
    why: str = ""
    """Key of the sentence that says why it was refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """Something that one person does with many tickets."""

    id: int = 0
    account_id: int
    work: Work
    given: Mapping[str, Any]
    """What was typed, by the names of `FIELDS`."""
    begun_at: datetime
    items: Sequence[Item] = ()

    @property
    def waiting(self) -> Sequence[Item]:
        """Return the tickets that are still to be done."""
        return [one for one in self.items if one.outcome is Outcome.WAITING]


def hindrance(ticket: Ticket, work: Work, role: Role) -> str:
    """Return the key of the sentence why something cannot be done with a ticket as it stands.

    Empty: the table of its life allows it for the role (docs/tickets.md).
    """
    verb = work.verb
    if verb is None:
        return "ticket.not_now" if ticket.state is TicketState.ARCHIVED else ""
    at = place(ticket)
    if rules.row_of(at, verb, role) is not None:
        return ""
    return "ticket.not_yours" if rules.knows(at, verb) else "ticket.not_now"
