"""Who may ask what: every route with every role, and with no token at all (SEC-1, SEC-3)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from fastapi import FastAPI

from callflow.rules.roles import Role
from desk.app import built
from desk.policy import LEADERS, POLICY, Open, UnguardedError, known_routes, require_policy
from settings import Settings
from tests.integration.desk_room import Room, call_id, recording_id, room, ticket_number
from tickets import tokens
from tickets.database import engine

GUARDED = sorted(route for route, rule in POLICY.items() if not isinstance(rule, Open))
IDS = {"call_id": call_id(1), "recording_id": recording_id(1), "ticket_id": ticket_number(1)}


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(tmp_path) as found:
        yield found


async def _ask(desk: Room, route: tuple[str, str], role: Role | None) -> int:
    method, path = route
    body = {"kind": "power"} if method == "PUT" else None
    async with desk.client(role) as client:
        answer = await client.request(method, path.format(**IDS), json=body)
    return answer.status_code


async def test_nobody_asks_anything_without_a_token(desk: Room) -> None:
    for route in GUARDED:
        assert await _ask(desk, route, None) == 401, route


async def test_every_role_may_ask_what_the_policy_says_and_nothing_else(desk: Room) -> None:
    for route in GUARDED:
        rule = POLICY[route]
        assert not isinstance(rule, Open)
        for role in Role:
            status = await _ask(desk, route, role)
            assert status == (200 if role in rule else 403), (route, role)


async def test_a_token_that_nobody_gave_is_refused(desk: Room) -> None:
    for token in ("x", "tr_" + "A" * 43, "é", "A" * 5000):
        async with desk.client() as client:
            authorization = f"Bearer {token}".encode("latin-1")
            answer = await client.get("/api/v1/calls", headers={b"Authorization": authorization})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_that_was_taken_back_is_refused(desk: Room) -> None:
    made = engine(desk.settings.database)
    async with made.begin() as connection:
        held = {each.role: each.id for each in await tokens.tokens(connection)}
        await tokens.revoke(connection, held[Role.INSPECTOR.value], now=datetime.now(UTC))
    await made.dispose()
    assert await _ask(desk, ("GET", "/api/v1/calls"), Role.INSPECTOR) == 401


async def test_figures_about_the_machine_are_for_itself_and_for_leaders(desk: Room) -> None:
    for path in ("/health", "/metrics"):
        assert (await desk.get(path, None)).status_code in {200, 503}
        async with desk.client(address="192.0.2.7") as stranger:
            assert (await stranger.get(path)).status_code == 401
        for role in Role:
            async with desk.client(role, address="192.0.2.7") as client:
                status = (await client.get(path)).status_code
            assert (status == 403) == (role not in LEADERS), (path, role)


async def test_a_route_without_a_policy_does_not_start(tmp_path: Path) -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/api/v1/everything")
    async def everything() -> None: ...

    with pytest.raises(UnguardedError, match="/api/v1/everything"):
        require_policy(app.routes)


async def test_a_policy_without_a_route_does_not_start() -> None:
    with pytest.raises(UnguardedError, match="policies without a route"):
        require_policy(FastAPI(openapi_url=None).routes)


async def test_something_that_is_no_route_of_ours_does_not_start() -> None:
    with pytest.raises(UnguardedError, match="nothing guards it"):
        require_policy(FastAPI().routes)  # it brings documentation pages of its own


async def test_the_policy_knows_every_route(tmp_path: Path) -> None:
    app = built(Settings(home=tmp_path))
    assert set(known_routes(app.routes)) == set(POLICY)
    await app.state.archive.close(within=1)
