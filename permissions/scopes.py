"""Scopes of rights: one's own, one's department's, or everything.

Does no I/O. A `Reach` is the right of somebody who asks, to one verb: a query keeps what lies
within it, `Reach.holds` says the same of one thing in memory.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from permissions.roles import Role, sees_numbers


class Scope(StrEnum):
    """How far a right goes."""

    NONE = "none"
    """To nothing: whoever was not given a right has this."""
    OWN = "own"
    """To what is the person's own work; each feature says what that is."""
    DEPARTMENT = "own department"
    """To the work of the department that the account belongs to."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Grant:
    """The right of a role to one verb."""

    scope: Scope
    unless: str = ""
    """The setting of an installation that makes it a right to everything; empty: none does."""


Grants = Mapping[Role, Grant]


def everything(roles: Collection[Role]) -> dict[Role, Grant]:
    """Return a right to everything for these roles."""
    return {role: Grant(Scope.ALL) for role in roles}


def own(*roles: Role, unless: str = "") -> dict[Role, Grant]:
    """Return a right to their own for these roles."""
    return {role: Grant(Scope.OWN, unless) for role in roles}


def own_department(*roles: Role) -> dict[Role, Grant]:
    """Return a right to what their department has for these roles."""
    return {role: Grant(Scope.DEPARTMENT) for role in roles}


def masked(role: Role) -> bool:
    """Tell whether numbers and names are masked for a role (SEC-2)."""
    return not sees_numbers(role)


@dataclass(frozen=True, slots=True)
class Serving:
    """Whom somebody serves now: the phone rings for them, they talk, or it is written down."""

    calls: frozenset[str] = frozenset()
    """Ids of the calls."""
    customers: frozenset[str] = frozenset()
    """What their numbers are known by, however they are written; who hides the number has none."""


NOBODY: Final = Serving()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Whose one thing is."""

    people: Collection[str] = ()
    """Account numbers of those whose work it is or was."""
    call: str = ""
    """The call that it is, or that it came from."""
    customer: str = ""
    """What the number of the customer whom it concerns is known by; empty: nobody known."""
    departments: Collection[str] = ()
    """The departments that have it to settle."""
    roles: Collection[Role] = ()
    """The roles whose work it is now, whoever of them takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What somebody's right to one verb goes to."""

    scope: Scope
    role: Role | None = None
    number: str = ""
    """The account number; empty for a program, which owns nothing."""
    department: str = ""
    """The department of the account; empty: none, and nothing is its department's."""
    serving: Serving = NOBODY
    """Whom the person serves now."""

    @property
    def whole(self) -> bool:
        """Tell whether it goes to everything."""
        return self.scope is Scope.ALL

    def holds(self, thing: Thing) -> bool:
        """Tell whether a thing lies within it."""
        match self.scope:
            case Scope.ALL:
                return True
            case Scope.DEPARTMENT:
                return bool(self.department) and self.department in thing.departments
            case Scope.OWN:
                return (
                    (bool(self.number) and self.number in thing.people)
                    or (bool(thing.call) and thing.call in self.serving.calls)
                    or (bool(thing.customer) and thing.customer in self.serving.customers)
                    or self.role in thing.roles
                )
            case Scope.NONE:
                return False


EVERYTHING: Final = Reach(scope=Scope.ALL)
"""For our own programs: the command line, the ledger, what an agent's own page is told."""
NOTHING: Final = Reach(scope=Scope.NONE)
