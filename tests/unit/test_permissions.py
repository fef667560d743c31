"""May somebody do this with that: refused by default, and only what a feature declares (SEC-1)."""

from dataclasses import dataclass, replace

import pytest

from permissions.declared import declared, put_together
from permissions.declaring import DeclarationError, Open, Permissions, route_of
from permissions.may import may, reach_of, widened_by
from permissions.roles import Role
from permissions.scopes import (
    NOBODY,
    NOTHING,
    Grant,
    Reach,
    Scope,
    Serving,
    Thing,
    everything,
    own,
    own_department,
    own_team,
)
from settings import Settings

SETTING, LEADERS_SETTING = "juniors_open_every_call", "leaders_see_every_team"


@dataclass(frozen=True)
class Person:
    role: Role
    number: str = "1001"
    department: str = ""
    team: str = ""
    colleagues: frozenset[str] = frozenset()
    serving: Serving = NOBODY
    widened: frozenset[str] = frozenset()


JUNIOR = Person(Role.JUNIOR_AGENT)
LEADER = Person(Role.TEAM_LEADER, team="甲班", colleagues=frozenset({"1001", "1002"}))
LINES = Person(Role.DEPARTMENT, number="2001", department="线路班")


def test_what_nobody_declared_is_refused_to_everybody() -> None:
    for role in Role:
        assert not may(Person(role), "call.destroy")
        assert not may(Person(role), "")
        assert reach_of(Person(role), "call.destroy") == NOTHING


def test_a_role_that_is_not_named_is_refused() -> None:
    assert not may(Person(Role.FLOOR_ATTENDANT), "call.read")
    assert not may(Person(Role.FLOOR_ATTENDANT), "call.read", Thing(people=("1001",)))
    assert not may(Person(Role.STATISTICIAN), "recording.listen")


@pytest.mark.parametrize(
    ("thing", "theirs"),
    [
        (Thing(), False),
        (Thing(people=("1001", "1002")), True),
        (Thing(people=("1002",)), False),
        (Thing(people=("",)), False),
        (Thing(call="a", customer="138"), True),
        (Thing(customer="139"), True),
        (Thing(call="b"), False),
        (Thing(call="", customer=""), False),
        (Thing(departments=("线路班",)), False),
        (Thing(roles=(Role.JUNIOR_AGENT,)), True),
        (Thing(roles=(Role.SENIOR_AGENT,)), False),
    ],
)
def test_a_junior_has_the_own_talks_and_who_is_served_now(thing: Thing, theirs: bool) -> None:
    serving = Serving(frozenset({"a", ""}), frozenset({"139", ""}))
    assert may(replace(JUNIOR, serving=serving), "call.read", thing) == theirs


def test_a_program_and_a_hidden_number_own_nothing() -> None:
    program = replace(JUNIOR, number="")
    assert may(program, "call.read"), "it may ask"
    assert not may(program, "call.read", Thing(people=("", "1001"), customer="", call=""))


def test_a_department_has_what_is_its_own_and_none_has_nothing() -> None:
    assert may(LINES, "ticket.read", Thing(departments=("线路班",)))
    assert not may(LINES, "ticket.read", Thing(departments=("装机班",), people=("2001",)))
    assert not may(replace(LINES, department=""), "ticket.read", Thing(departments=("", "线路班")))


@pytest.mark.parametrize(
    ("thing", "theirs"),
    [
        (Thing(), False),
        (Thing(people=("1002",)), True),
        (Thing(people=("1009",)), False),
        (Thing(people=("1009", "1002")), True),
        (Thing(people=("",)), False),
        (Thing(nobodys=True), True),
        (Thing(departments=("线路班",)), False),
    ],
)
def test_a_leader_has_what_the_own_team_does_and_what_is_nobodys(
    thing: Thing, theirs: bool
) -> None:
    assert may(LEADER, "call.read", thing) == theirs
    assert may(replace(LEADER, team="", colleagues=frozenset()), "call.read", thing)
    assert may(replace(LEADER, widened=frozenset({LEADERS_SETTING})), "call.read", thing)
    assert may(replace(LEADER, role=Role.MANAGER), "call.read", thing), "a manager has every team"


def test_a_team_whose_people_nobody_knows_has_nothing() -> None:
    unknown = replace(LEADER, colleagues=frozenset())
    assert not may(unknown, "call.read", Thing(people=("1002",)))
    assert not may(unknown, "agent.lead", Thing(people=("1002",)))


def test_a_setting_widens_the_right_of_juniors_and_of_nobody_else() -> None:
    others = Thing(people=("1002",))
    assert not may(JUNIOR, "recording.listen", others)
    assert may(replace(JUNIOR, widened=frozenset({SETTING})), "recording.listen", others)
    wider = replace(LINES, widened=frozenset({SETTING}))
    assert not may(wider, "recording.listen", others)


def test_every_setting_that_widens_a_right_is_a_setting_and_off_at_first() -> None:
    assert widened_by(Settings()) == frozenset()
    assert widened_by(Settings(juniors_open_every_call=True)) == {SETTING}
    assert widened_by(Settings(leaders_see_every_team=True)) == {LEADERS_SETTING}


def test_every_scope_but_all_needs_something_of_ones_own() -> None:
    for scope in Scope:
        assert Reach(scope=scope).holds(Thing()) == (scope is Scope.ALL)


# -- declarations


def _declared(**more: object) -> Permissions:
    return Permissions(**{"verbs": {"bell.ring": everything({Role.MANAGER})}, **more})  # type: ignore[arg-type]


def test_two_features_cannot_declare_the_same_verb_or_route() -> None:
    with pytest.raises(DeclarationError, match=r"bell\.ring"):
        put_together({"features.a": _declared(), "features.b": _declared()})
    route = {"GET /bell": "bell.ring"}
    with pytest.raises(DeclarationError, match="/bell"):
        put_together(
            {"features.a": _declared(routes=route), "features.b": Permissions(routes=route)}
        )


def test_a_route_asks_for_a_verb_that_somebody_declares() -> None:
    with pytest.raises(DeclarationError, match=r"bell\.break"):
        put_together({"features.a": _declared(routes={"GET /bell": "bell.break"})})
    found = put_together({"features.a": _declared(routes={"GET /bell": Open.EVERYWHERE})})
    assert found.routes == {("GET", "/bell"): Open.EVERYWHERE}


@pytest.mark.parametrize(
    "narrow", [own(Role.SENIOR_AGENT), own_team(Role.TEAM_LEADER), own_department(Role.DEPARTMENT)]
)
def test_a_narrow_right_says_what_it_goes_to(narrow: dict[Role, Grant]) -> None:
    with pytest.raises(DeclarationError, match="does not say"):
        put_together({"features.a": _declared(verbs={"bell.ring": narrow})})


@pytest.mark.parametrize("text", ["/bell", "GET bell", "get /bell", "GET", ""])
def test_a_route_is_a_method_and_a_path(text: str) -> None:
    with pytest.raises(DeclarationError):
        route_of(text)


def test_no_role_can_do_nothing_at_all() -> None:
    for role in Role:
        assert any(role in grants for grants in declared().verbs.values())
