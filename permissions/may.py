"""The one permission check: may somebody do this with that? Refused by default.

Does no I/O: all that it needs is known of who asks by then.
"""

from typing import Protocol

from permissions.declared import declared
from permissions.roles import Role
from permissions.scopes import NOTHING, Grant, Reach, Scope, Serving, Thing


class Asker(Protocol):
    """What is known of who asks, a person or a program (`web.current_user.Principal`)."""

    @property
    def role(self) -> Role: ...

    @property
    def number(self) -> str: ...

    @property
    def department(self) -> str: ...

    @property
    def serving(self) -> Serving: ...

    @property
    def widened(self) -> frozenset[str]: ...


def may(who: Asker, verb: str, thing: Thing | None = None) -> bool:
    """Tell whether somebody may do something with a thing; without one: with anything at all."""
    reach = reach_of(who, verb)
    return reach.scope is not Scope.NONE and (thing is None or reach.holds(thing))


def may_open(who: Asker, address: str) -> bool:
    """Tell whether somebody may open a page, by the verb that its route asks for."""
    verb = declared().routes.get(("GET", address))
    return isinstance(verb, str) and may(who, verb)


def reach_of(who: Asker, verb: str) -> Reach:
    """Return how far somebody's right to a verb goes; NOTHING for who was not given it."""
    grant = grant_of(who.role, verb)
    if grant is None:
        return NOTHING
    scope = Scope.ALL if grant.unless and grant.unless in who.widened else grant.scope
    return Reach(
        scope=scope,
        role=who.role,
        number=who.number,
        department=who.department,
        serving=who.serving,
    )


def widened_by(settings: object) -> frozenset[str]:
    """Return which settings of an installation widen rights there."""
    named = {
        grant.unless
        for grants in declared().verbs.values()
        for grant in grants.values()
        if grant.unless
    }
    return frozenset(name for name in named if getattr(settings, name))


def grant_of(role: Role, verb: str) -> Grant | None:
    """Return the right of a role to a verb, None when it has none or there is no such verb."""
    return declared().verbs.get(verb, {}).get(role)


def roles_with(verb: str) -> frozenset[Role]:
    """Return the roles that have a verb, however far. Raises KeyError for an unknown one."""
    return frozenset(declared().verbs[verb])
