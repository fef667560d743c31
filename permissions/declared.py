"""Permissions of all features together: every verb, every route. Refused by default.

Features are found by their folder; nobody lists them. The pages' shell and the routes of machines
are declared in `web/permissions.py` in the same form.
"""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from permissions.declaring import DeclarationError, Open, Permissions, Route, route_of
from permissions.scopes import Grants, Scope

_PROJECT: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Declared:
    """The declarations of all, checked."""

    by_owner: Mapping[str, Permissions]
    """By the package that declares: `features.calls`."""
    verbs: Mapping[str, Grants]
    routes: Mapping[Route, str | Open]
    before_the_change: frozenset[Route]
    looks: Mapping[Route, str]


@cache
def declared() -> Declared:
    """Return what is declared. Raises DeclarationError when it does not fit together."""
    return put_together(dict(_found()))


def put_together(by_owner: Mapping[str, Permissions]) -> Declared:
    """Return the declarations as one. Raises DeclarationError for what two claim or nobody has."""
    verbs: dict[str, Grants] = {}
    routes: dict[Route, str | Open] = {}
    before: set[Route] = set()
    looks: dict[Route, str] = {}
    for owner, each in by_owner.items():
        if twice := verbs.keys() & each.verbs.keys():
            raise DeclarationError(f"{owner}: {', '.join(sorted(twice))} is declared elsewhere")
        verbs |= each.verbs
        own = {route_of(text): verb for text, verb in each.routes.items()}
        if claimed := routes.keys() & own.keys():
            raise DeclarationError(f"{owner}: {sorted(claimed)} is declared elsewhere")
        routes |= own
        looks |= {route_of(text): action for text, action in each.looks.items()}
        before |= {route_of(text) for text in each.before_the_change}
    _check(by_owner, verbs, routes)
    return Declared(by_owner, verbs, routes, frozenset(before), looks)


def _check(
    by_owner: Mapping[str, Permissions],
    verbs: Mapping[str, Grants],
    routes: Mapping[Route, str | Open],
) -> None:
    for each in by_owner.values():
        if strange := sorted(each.looks.keys() - each.routes.keys()):
            raise DeclarationError(f"looks at routes that are not declared here: {strange}")
    asked = {verb for verb in routes.values() if isinstance(verb, str)}
    if unknown := sorted(asked - verbs.keys()):
        raise DeclarationError(f"routes ask for verbs that nobody declares: {', '.join(unknown)}")
    for owner, each in by_owner.items():
        for verb, grants in each.verbs.items():
            narrow = {grant.scope for grant in grants.values()} - {Scope.ALL}
            if unsaid := narrow - each.scopes.get(verb, {}).keys():
                said = ", ".join(sorted(unsaid))
                raise DeclarationError(f"{owner}: {verb} does not say what is meant by: {said}")


def _found() -> Iterator[tuple[str, Permissions]]:
    files = [*sorted(_PROJECT.glob("features/*/permissions.py")), _PROJECT / "web/permissions.py"]
    for file in files:
        owner = ".".join(file.parent.relative_to(_PROJECT).parts)
        permissions = importlib.import_module(f"{owner}.permissions").PERMISSIONS
        assert isinstance(permissions, Permissions), file
        yield owner, permissions
