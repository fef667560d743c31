"""What is chosen in the ticket list's form, and which tickets it means (TKT-14). Does no I/O."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs, urlencode

from pydantic import BaseModel, Field

from callflow.text import clean
from features.ticket_views.rules import USUAL, Column, columns_of
from features.tickets import finding
from features.tickets.lifecycle import TicketKind, TicketState
from features.tickets.wanted import TicketFilter
from permissions.roles import Role
from phone_numbers.plan import NumberPlan

LONGEST_QUESTION: Final = 80
WHICH: Final = ("open", "mine", "overdue", "urgent", "to_review")
USUAL_FILTERS: Final[Mapping[str, str]] = {"which": "open"}
"""What the list shows before anything is chosen."""


class Chosen(BaseModel):
    """What was chosen in the list's form; what cannot be so is not chosen."""

    q: str = ""
    state: str = ""
    kind: str = ""
    department: str = ""
    handler: str = ""
    which: str = "open"
    column: list[str] = Field(default_factory=list)
    view: int = Field(0, ge=0, le=2**53)
    cursor: str = ""

    def cleaned(self) -> dict[str, str]:
        """Return what can be so, without the page's place in the list."""
        return cleaned(self.model_dump(include=set(_NAMES)))

    @property
    def columns(self) -> Sequence[Column]:
        """Return the columns that were ticked; none: the usual ones."""
        return columns_of(self.column) if self.column else USUAL


_NAMES: Final = ("q", "state", "kind", "department", "handler", "which")


def cleaned(given: Mapping[str, str]) -> dict[str, str]:
    """Return filters of which each is one that can be; the others are empty."""
    state, kind, which = (given.get(name, "") for name in ("state", "kind", "which"))
    return {
        "q": clean(given.get("q", ""), LONGEST_QUESTION),
        "state": state if state in set(TicketState) else "",
        "kind": kind if kind in set(TicketKind) else "",
        "department": clean(given.get("department", ""), 80),
        "handler": clean(given.get("handler", ""), 8),
        "which": which if which in WHICH else "",
    }


def asked(chosen: Mapping[str, str], columns: Sequence[Column] = ()) -> str:
    """Return what was chosen as the query of an address, `q=…&which=open&column=number`."""
    pairs = [(name, chosen.get(name, "")) for name in _NAMES]
    return urlencode([*pairs, *(("column", each.value) for each in columns)])


def read(query: str) -> tuple[dict[str, str], Sequence[Column]]:
    """Return the filters and columns of such a query."""
    given = parse_qs(query, keep_blank_values=True, max_num_fields=60)
    filters = cleaned({name: values[0] for name, values in given.items()})
    columns = given.get("column", [])
    return filters, columns_of(columns) if columns else USUAL


def wanted(
    chosen: Mapping[str, str], plan: NumberPlan, role: Role, number: str, now: datetime
) -> TicketFilter:
    """Return which tickets are meant, for who has an account number."""
    which = chosen.get("which", "")
    state, kind = chosen.get("state"), chosen.get("kind")
    return TicketFilter(
        **finding.box(chosen.get("q", ""), plan, role),
        state=TicketState(state) if state else None,
        kind=TicketKind(kind) if kind else None,
        department=chosen.get("department") or None,
        handler=number if which == "mine" else chosen.get("handler") or None,
        to_review=True if which == "to_review" else None,
        urgent=True if which == "urgent" else None,
        overdue_at=now if which == "overdue" else None,
        open_only=which in {"open", "mine", "urgent", "overdue"} and not state,
    )
