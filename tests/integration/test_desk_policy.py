"""Who may ask what: every route, every role, with a session, a token, nothing (SEC-1, SEC-3)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from fastapi import FastAPI, WebSocket
from starlette.responses import PlainTextResponse
from starlette.staticfiles import StaticFiles

from db.engine import engine
from features.accounts import tokens
from permissions.declaring import WEB_SOCKET, Open
from permissions.roles import LEADERS, Role
from permissions.routes import POLICY, UnguardedError, is_page, known_routes, require_policy
from settings import Settings
from tests.integration.desk_asking import SOMEWHERE, ask, filled, seated
from tests.integration.desk_room import Room, room
from web.app import built

IN = {("DELETE", "/api/v1/session"): "leaving", ("POST", "/logout"): "left"}
"""The sessions that are ended; all else is asked in another one."""

GUARDED = sorted(route for route, rule in POLICY.items() if not isinstance(rule, Open))
READABLE = {"accept": "text/html"}


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    """One desk for all questions here: those that are let in change next to nothing."""
    async with room(tmp_path_factory.mktemp("policy")) as found:
        yield found


def _no_right(role: Role) -> str:
    return f"The role {role.value} has no right to this."


async def test_nobody_asks_anything_without_a_session_or_a_token(desk: Room) -> None:
    for method, path in GUARDED:
        answer = await ask(desk, method, filled(path))
        assert answer.status == 401, (method, path)
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_whoever_opens_a_page_without_a_session_is_sent_to_the_door(desk: Room) -> None:
    for method, path in GUARDED:
        answer = await ask(desk, method, filled(path), READABLE)
        if is_page(path):
            assert answer.status == 303, (method, path)
            assert answer.headers["location"].startswith("/login"), (method, path)
        else:
            assert answer.status == 401, (method, path)


@pytest.mark.parametrize("role", Role)
async def test_a_person_may_do_what_the_policy_says_and_nothing_else(
    desk: Room, role: Role
) -> None:
    for route in GUARDED:
        rule = POLICY[route]
        assert not isinstance(rule, Open)
        headers = seated(role, which=IN.get(route, "session"))
        answer = await ask(desk, route[0], filled(route[1]), headers)
        assert answer.status != 401, (route, role)
        refused = answer.status == 403 and _no_right(role) in answer.text
        assert refused == (role not in rule), (route, role, answer.status, answer.text[:200])


@pytest.mark.parametrize("role", Role)
async def test_a_token_may_do_what_the_policy_says_and_nothing_else(desk: Room, role: Role) -> None:
    headers = {"authorization": f"Bearer {desk.tokens[role]}"}
    for route in GUARDED:
        rule = POLICY[route]
        assert not isinstance(rule, Open)
        answer = await ask(desk, route[0], filled(route[1]), headers)
        assert answer.status != 401, (route, role)
        refused = answer.status == 403 and _no_right(role) in answer.text
        assert refused == (role not in rule), (route, role, answer.status, answer.text[:200])


async def test_a_page_that_somebody_has_no_right_to_says_so_in_words(desk: Room) -> None:
    answer = await ask(desk, "GET", "/calls", seated(Role.FLOOR_ATTENDANT) | READABLE)
    assert answer.status == 403
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_token_that_nobody_gave_is_refused(desk: Room) -> None:
    for token in ("x", "tr_" + "A" * 43, "é", "A" * 5000):
        async with desk.client() as client:
            authorization = f"Bearer {token}".encode("latin-1")
            answer = await client.get("/api/v1/calls", headers={b"Authorization": authorization})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_figures_about_the_machine_are_for_itself_and_for_leaders(desk: Room) -> None:
    for path in ("/health", "/metrics"):
        assert (await desk.get(path, None)).status_code in {200, 503}
        assert (await ask(desk, "GET", path, address=SOMEWHERE)).status == 401
        for role in Role:
            answer = await ask(desk, "GET", path, seated(role), address=SOMEWHERE)
            assert (answer.status == 403) == (role not in LEADERS), (path, role)


async def test_a_token_that_was_taken_back_is_refused(desk: Room) -> None:
    made = engine(desk.settings.database)
    async with made.begin() as connection:
        held = {each.role: each.id for each in await tokens.tokens(connection)}
        await tokens.revoke(connection, held[Role.INSPECTOR.value], now=datetime.now(UTC))
    await made.dispose()
    assert (await desk.get("/api/v1/calls", Role.INSPECTOR)).status_code == 401


async def test_a_route_without_a_policy_does_not_start() -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/api/v1/everything")
    async def everything() -> None: ...

    with pytest.raises(UnguardedError, match="/api/v1/everything"):
        require_policy(app.routes)


async def test_a_web_socket_without_a_policy_does_not_start() -> None:
    app = FastAPI(openapi_url=None)

    @app.websocket("/everything")
    async def everything(socket: WebSocket) -> None: ...

    with pytest.raises(UnguardedError, match=f"{WEB_SOCKET} /everything"):
        require_policy(app.routes)


async def test_files_and_applications_that_pass_by_the_policy_do_not_start(tmp_path: Path) -> None:
    for thing in (StaticFiles(directory=tmp_path), PlainTextResponse("x")):
        app = FastAPI(openapi_url=None)
        app.mount("/files", thing)
        with pytest.raises(UnguardedError, match="nothing guards it"):
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
    await app.state.database.close(within=1)
