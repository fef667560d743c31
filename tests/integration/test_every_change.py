"""Every route that changes something leads to one action, and has page and API or a reason."""

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from features.audit import log
from features.audit.access import refused, theirs
from tests.integration.page_api_change import Change
from tests.integration.page_api_pairs import PAIRS
from tests.integration.page_api_pairs_accounts import SIGN_IN_AND_OUT
from tests.integration.page_api_steps import Route
from tests.integration.page_api_table import CHANGES
from web.app import wired

NO_ACTS: dict[Route, str] = {
    ("POST", "/live/seen"): "how long a page took; nothing is kept",
    ("POST", "/api/v1/duty/present"): "a sign of life of a page, each second",
    ("POST", "/api/v1/calls/{call_id}/ticket/asked"): "whether the page asks; said by the page",
    ("POST", "/wake-ups/import"): "looks at a file; nothing is kept",
    ("POST", "/rooms/import"): "looks at a file; nothing is kept",
    (
        "POST",
        "/api/v1/passkeys/challenge",
    ): "what a browser is to make; nothing is kept before it is",
    ("POST", "/api/v1/session/challenge"): "what a browser is to sign; nothing is kept",
}
"""Changing routes that are nobody's act."""

SIGNS_IN = {("POST", "/login"), ("POST", "/api/v1/session"), ("POST", "/api/v1/session/passkey")}
"""Noted by `SignIn` itself, which asks no action: see `test_page_and_api_agree`."""

SAFE = {"GET", "HEAD", "OPTIONS"}
OURS = ("features.", "web.")
ACTIONS = ("actions", "actions_session", "actions_second_factor", "lists")
"""Modules of a feature that own its changes: what these call is theirs to decide."""


def test_every_changing_route_is_in_the_table_once() -> None:
    changing, named = set(_changing()), [route for each in CHANGES for route in each.routes]
    assert changing - set(named) == set(), "not in the table: say its action, its page and its API"
    assert set(named) - changing == set(), "in the table, and not there"
    assert [route for route, times in Counter(named).items() if times > 1] == []


def test_a_change_has_a_page_and_a_call_of_the_api_or_a_reason() -> None:
    for each in CHANGES:
        assert each.has_both == (not each.why), each.routes


@pytest.mark.parametrize(
    "change", CHANGES, ids=lambda one: f"{one.routes[0][0]} {one.routes[0][1]}"
)
def test_every_route_of_a_change_calls_its_action(change: Change) -> None:
    endpoints = _endpoints()
    for route in change.routes:
        called = set(_called(endpoints[route]))
        if change.action.startswith("floor."):
            assert f".{change.action.rpartition('.')[2]}" in called, route
        elif change.action:
            assert change.action in called, route


def test_what_has_a_page_and_a_call_is_asked_for_by_both() -> None:
    asked = {route for pair in PAIRS for route in (pair.page, pair.program)} | set(SIGN_IN_AND_OUT)
    both = {route for each in CHANGES if each.has_both for route in each.routes}
    assert both - asked == set(), "in no pair"
    assert {route for pair in PAIRS for route in (pair.page,)} - both <= {
        ("POST", "/wake-ups/import"),
        ("POST", "/rooms/import"),
    }


@pytest.mark.parametrize(
    "route",
    sorted({route for each in CHANGES for route in each.routes} - NO_ACTS.keys() - SIGNS_IN),
    ids=" ".join,
)
def test_every_change_is_put_on_record(route: Route) -> None:  # SEC-1
    names = set(_all_names(_endpoints()[route]))
    assert names & {"audit_entry", "AuditEntry"}, "nothing notes it in the audit log"


def test_what_is_not_put_on_record_is_no_act() -> None:
    for route, why in NO_ACTS.items():
        assert why
        assert route in set(_changing())


def _all_names(function: Callable[..., Any], seen: set[object] | None = None) -> Iterator[str]:
    """Give the names that a route uses, and all functions and classes of ours that it calls."""
    seen = set() if seen is None else seen
    if not isinstance(function, FunctionType) or function in seen:
        return
    if function in (theirs, refused) or function.__module__ == log.__name__:
        return  # on record is what was refused, not what was done
    seen.add(function)
    names = set(_names(function.__code__))
    yield from names
    for name in names & set(function.__globals__):
        thing = function.__globals__[name]
        for one in [getattr(thing, each, None) for each in names] if _is_ours(thing) else [thing]:
            yield from _all_names(one, seen) if isinstance(one, FunctionType) else ()


@functools.cache
def _endpoints() -> Mapping[Route, Callable[..., Any]]:
    """Return what answers each route; to put a desk together takes half a second."""
    return dict(_each_endpoint())


def _each_endpoint() -> Iterator[tuple[Route, Callable[..., Any]]]:
    for context in iter_route_contexts(wired().routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            for method in context.methods or ():
                yield (method, context.path or ""), route.endpoint


def _changing() -> Iterable[Route]:
    return (route for route in _endpoints() if route[0] not in SAFE)


def _called(function: Callable[..., Any], seen: set[object] | None = None) -> Iterator[str]:
    """Give what a route calls: functions by module and name, methods as `.name`.

    Helpers are followed; what an action calls is its own.
    """
    seen = set() if seen is None else seen
    if not isinstance(function, FunctionType) or function in seen:
        return
    seen.add(function)
    names = set(_names(function.__code__))
    known = {name: function.__globals__[name] for name in names & set(function.__globals__)}
    yield from (f".{name}" for name in names)
    for thing in known.values():
        told = [getattr(thing, name, None) for name in names] if _is_ours(thing) else [thing]
        for one in told:
            if isinstance(one, FunctionType) and one.__module__.startswith(OURS):
                yield f"{one.__module__}.{one.__name__}"
                if one.__module__.rpartition(".")[2] not in ACTIONS:
                    yield from _called(one, seen)


def _is_ours(thing: object) -> bool:
    return isinstance(thing, ModuleType) and thing.__name__.startswith(OURS)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
