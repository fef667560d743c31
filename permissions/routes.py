"""Permissions of routes: what features declare, compared with the routes that exist.

Pages, event streams, web sockets and files are routes like those of the API. A route that nobody
declares does not start; neither does a declaration of a route that is not there, nor anything that
would not pass here: a mount, a route that is none of the framework's (SEC-1, SEC-3).
"""

from collections.abc import Iterable, Mapping, Sequence

from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from starlette.routing import BaseRoute

from permissions.declared import declared
from permissions.declaring import WEB_SOCKET, Open, Route
from permissions.roles import Role

Allowed = frozenset[Role] | Open

POLICY: Mapping[Route, Allowed] = {
    route: verb if isinstance(verb, Open) else frozenset(declared().verbs[verb])
    for route, verb in declared().routes.items()
}
"""Every route with the roles that it answers at all; how far, their verb says."""

_NO_PAGES = ("/api/", "/static/", "/live", "/health", "/metrics", "/openapi.json")


class UnguardedError(Exception):
    """The routes and the policy do not match; the desk must not start."""


def allowed(method: str, path: str) -> Allowed:
    """Return who may use a route. Raises KeyError for a route without a policy."""
    return POLICY[method, path]


def is_page(path: str) -> bool:
    """Return whether a person looks at what is at an address, and wants words, not JSON."""
    return not path.startswith(_NO_PAGES)


def require_policy(routes: Sequence[BaseRoute]) -> None:
    """Raise UnguardedError unless the routes of the application and the policy match one to one."""
    found = set(known_routes(routes))
    unguarded, dead = found - set(POLICY), set(POLICY) - found
    if unguarded:
        raise UnguardedError(f"routes without a policy: {_listed(unguarded)}")
    if dead:
        raise UnguardedError(f"policies without a route: {_listed(dead)}")


def known_routes(routes: Sequence[BaseRoute]) -> Iterable[Route]:
    """Give every route, those of included routers too. Raises UnguardedError for other kinds."""
    for context in iter_route_contexts(routes):
        if isinstance(context.original_route, APIWebSocketRoute):
            yield WEB_SOCKET, context.path or ""
        elif isinstance(context.original_route, APIRoute):
            for method in context.methods or ():
                yield method, context.path or ""
        else:
            raise UnguardedError(f"{context.original_route!r}: nothing guards it")


def _listed(routes: set[Route]) -> str:
    return ", ".join(f"{method} {path}" for method, path in sorted(routes))
