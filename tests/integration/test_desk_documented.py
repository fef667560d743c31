"""What docs/api.md promises is what the desk does: routes, roles, metrics, problems."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

import agi.metrics
import ami.metrics
import callservice.journal
import callservice.refusals
import callservice.routing
import dispatch.metrics
import hep.tap
import line.metrics
from monitoring.metrics import OF_CALLS, OF_LEDGER
from permissions.roles import IN_CHINESE, Role, sees_numbers
from permissions.routes import POLICY, is_page
from permissions.table import markdown
from settings import PROJECT
from tests.integration.desk_room import Room, room
from web.problems import TITLES

API = (PROJECT / "docs/api.md").read_text()
UNTOLD = {("GET", "/openapi.json"), ("GET", "/static/{built}")}
"""Not in the description: itself, and files."""
WRITERS = (
    agi.metrics,
    ami.metrics,
    dispatch.metrics,
    line.metrics,
    callservice.routing,
    callservice.journal,
    callservice.refusals,
    hep.tap,
)
"""The modules whose metrics the call service leaves for the desk; importing them makes these."""


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(tmp_path) as found:
        yield found


def test_every_permission_is_documented_as_it_is_declared() -> None:
    assert (PROJECT / "docs/permissions.md").read_text() == markdown(), (
        "run: thirdring permissions --markdown > docs/permissions.md"
    )
    told = set(re.findall(r"^\| `([A-Z]+ /\S*)` \|", markdown(), re.MULTILINE))
    assert told == {f"{method} {path}" for method, path in POLICY}


def test_every_role_is_documented() -> None:
    for role in Role:
        assert f"| `{role.value}` | {IN_CHINESE[role]} |" in API
    masked = API.partition("Numbers and names are masked")[2].partition(", who do not")[0]
    assert set(re.findall(r"`([a-z-]+)`", masked)) == {
        role.value for role in Role if not sees_numbers(role)
    }


def test_every_problem_is_documented() -> None:
    table = API.partition("## Problems")[2].partition("## ")[0]
    said = {int(number) for number in re.findall(r"\b[45]\d\d\b", table)}
    assert said >= set(TITLES) - {500}


async def test_every_metric_is_documented_and_every_documented_one_is_there(desk: Room) -> None:
    await desk.get("/api/v1/calls")
    text = (await desk.get("/metrics", None)).text
    own = {family.name for family in text_string_to_metric_families(text)}
    reported = {each.metric for each in (*OF_CALLS, *OF_LEDGER)}
    left = {each.name for each in REGISTRY.collect() if each.name.startswith("thirdring_")}
    documented = set(re.findall(r"^\| `(thirdring_\w+)` \|", API, re.MULTILINE))
    assert documented == own | reported | left


async def test_the_description_of_the_api_is_whole(desk: Room) -> None:
    described = (await desk.get("/openapi.json", None)).json()
    names = [
        operation["operationId"]
        for methods in described["paths"].values()
        for operation in methods.values()
    ]
    assert len(set(names)) == len(names)
    told = {(method.upper(), path) for path, all_ in described["paths"].items() for method in all_}
    assert told == {route for route in POLICY if not is_page(route[1])} - UNTOLD
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert (method.upper(), path) in POLICY
            assert operation["description"], path
            _has_its_problems(path, operation)
            for parameter in operation.get("parameters", []):
                bounded = parameter["in"] == "path" or "description" in parameter
                assert bounded or parameter["schema"], (path, parameter["name"])
    _refers_to_what_is_there(described)


def _has_its_problems(path: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    assert "401" in responses, path
    for status, response in responses.items():
        if int(status) >= 400 and path != "/health":
            assert "application/problem+json" in response["content"], (path, status)
    if operation.get("parameters") or "requestBody" in operation:
        assert "422" in responses, path


def _refers_to_what_is_there(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    for name in re.findall(r"'#/components/schemas/([^']+)'", str(described)):
        assert name in schemas
    assert "HTTPValidationError" not in schemas
