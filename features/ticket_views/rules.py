"""What a view of the ticket list is, who sees it, and in which order. Does no I/O."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from permissions.roles import Role

MOST: Final = 40
"""Views that one person has at most."""
LONGEST_NAME: Final = 40
UNDONE_WITHIN: Final = timedelta(days=30)
"""So long a deleted view can be put back."""


class Shared(StrEnum):
    """With whom a view is shared."""

    NOBODY = "nobody"
    ROLE = "role"
    TEAM = "team"
    DEPARTMENT = "department"
    EVERYBODY = "everybody"


class Column(StrEnum):
    """A column of the ticket list; they stand in this order."""

    NUMBER = "number"
    KIND = "kind"
    STANDS = "stands"
    CUSTOMER = "customer"
    BODY = "body"
    DEPARTMENT = "department"
    HANDLER = "handler"
    NEXT_DUE = "next_due"
    DEADLINE = "deadline"
    OPENED = "opened"
    UPDATED = "updated"
    BUSINESS = "business"
    NATURE = "nature"
    COMPLAINT_CLASS = "complaint_class"
    SATISFACTION = "satisfaction"


USUAL: Final = tuple(Column)[:8]
"""The columns without a view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """What of somebody decides which views are seen; `account_id` is None for a program."""

    account_id: int | None
    role: Role
    team: str = ""
    department: str = ""

    def shares_as(self, shared: Shared) -> str | None:
        """Return what a view is shared with; empty: all or none. None: one belongs to no such."""
        match shared:
            case Shared.ROLE:
                return self.role.value
            case Shared.TEAM:
                return self.team or None
            case Shared.DEPARTMENT:
                return self.department or None
            case _:
                return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One view."""

    id: int = 0
    account_id: int
    owner: str = ""
    """The owner's account number."""
    name: str
    shared: Shared
    shared_with: str
    filters: Mapping[str, str]
    """By the names of the list's form, those that are chosen."""
    columns: Sequence[Column]
    version: int
    updated_at: datetime
    deleted_at: datetime | None = None

    def seen_by(self, who: Viewer) -> bool:
        """Tell whether somebody may use it."""
        if self.account_id == who.account_id:
            return True
        if self.shared is Shared.NOBODY or self.deleted_at is not None:
            return False
        return who.shares_as(self.shared) == self.shared_with


@dataclass(frozen=True, slots=True)
class Choice:
    """How one person has the views."""

    first: int | None = None
    places: Sequence[int] = ()


NOTHING_CHOSEN: Final = Choice()


def in_order(views: Collection[View], choice: Choice) -> Sequence[View]:
    """Return views as a person has put them; those that were not put come after, by their age."""
    places = {key: place for place, key in enumerate(choice.places)}
    return sorted(views, key=lambda one: (places.get(one.id, len(places)), one.id))


def moved(ids: Sequence[int], which: int, by: int) -> Sequence[int]:
    """Return ids with one of them moved up (-1) or down (1), as far as there is room."""
    at = ids.index(which)
    to = min(max(at + by, 0), len(ids) - 1)
    rest = [one for one in ids if one != which]
    return [*rest[:to], which, *rest[to:]]


def columns_of(names: Collection[str]) -> Sequence[Column]:
    """Return the columns of these names in the list's order; the number is always one of them."""
    return [one for one in Column if one.value in names or one is Column.NUMBER]
