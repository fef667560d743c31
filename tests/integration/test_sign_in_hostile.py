"""What sign-in keeps out: other sites' pages, guessed passwords, names that are programs."""

from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from fastapi import WebSocket
from sqlalchemy import update

from authentication import cookie
from authentication import csrf as guard
from db.engine import engine
from features.calls.tables import Call
from permissions import routes as policy
from permissions.declaring import WEB_SOCKET, Open
from permissions.roles import Role
from permissions.routes import POLICY, is_page
from settings import Settings
from tests.integration.desk_asking import ask, filled, seated
from tests.integration.desk_room import CSRF, NUMBERS, PASSWORD, Room, room
from web.app import built, facing_the_network

SELF = "/api/v1/session"
JUNIOR = {"number": NUMBERS[Role.JUNIOR_AGENT], "password": PASSWORD}
WRONG = {**JUNIOR, "password": "not-the-password"}
NOBODY = {"number": "909090", "password": PASSWORD}

UNSAFE = sorted(
    route
    for route, rule in POLICY.items()
    if route[0] not in guard.SAFE and not isinstance(rule, Open)
)

NAME = '</script><img src=x onerror="alert(1)">\'{{7*7}}'


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(tmp_path) as found:
        yield found


def _role_of(route: tuple[str, str]) -> Role:
    rule = POLICY[route]
    assert not isinstance(rule, Open)
    return min(rule)


@pytest.mark.parametrize(
    "headers",
    [
        seated(Role.MANAGER, csrf=None),
        seated(Role.MANAGER, csrf=""),
        seated(Role.MANAGER, csrf="A" * 43),
        seated(Role.MANAGER, origin="https://elsewhere.example"),
        seated(Role.MANAGER, origin="null"),
        seated(Role.MANAGER, origin="http://127.0.0.1:8081"),
        seated(Role.MANAGER, origin="http://127.0.0.1.elsewhere.example"),
        {**seated(Role.MANAGER), "sec-fetch-site": "cross-site"},
        {**seated(Role.MANAGER), "sec-fetch-site": "same-site"},
        {
            **seated(Role.MANAGER, csrf=None),
            "content-type": "application/x-www-form-urlencoded",
        },
    ],
    ids=lambda headers: " ".join(
        f"{name}={value[:30]}" for name, value in headers.items() if name != "cookie"
    ),
)
async def test_no_page_of_another_site_changes_anything(
    desk: Room, headers: dict[str, str]
) -> None:
    for route in UNSAFE:
        role = _role_of(route)
        worn = {**headers, "cookie": f"{cookie.NAME}=session-{role.value}"}
        answer = await ask(desk, route[0], filled(route[1]), worn)
        assert answer.status == 403, route
        assert "right" not in answer.text, route  # it is not for a lack of rights


async def test_a_form_carries_the_secret_in_a_hidden_field(desk: Room) -> None:
    form = {"content-type": "application/x-www-form-urlencoded", "origin": "http://127.0.0.1"}
    headers = seated(Role.MANAGER, csrf=None, **form)
    refused = await ask(desk, "POST", "/logout", headers, body=b"csrf=wrong")
    assert refused.status == 403
    done = await ask(desk, "POST", "/logout", headers, body=f"csrf={CSRF}".encode())
    assert done.status == 303


async def test_another_site_cannot_sign_somebody_in(desk: Room) -> None:
    """Or the caller's data would be typed in under the stranger's account."""
    async with desk.client() as browser:
        for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = await browser.post("/login", data=JUNIOR, headers=headers)
            assert answer.status_code == 403
            assert (await browser.post(SELF, json=JUNIOR, headers=headers)).status_code == 403


async def test_a_web_socket_of_another_site_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[str] = []

    async def socket(socket: WebSocket) -> None:
        reached.append(socket.state.principal.number)
        await socket.accept()
        await socket.close()

    told = {**POLICY, (WEB_SOCKET, "/socket"): frozenset({Role.MANAGER})}
    async with room(tmp_path) as desk:
        monkeypatch.setattr(policy, "POLICY", told)
        desk.app.add_api_websocket_route("/socket", socket)
        ours = {"origin": "http://127.0.0.1"}
        assert await _web_socket(desk, seated(Role.MANAGER, **ours)) == "websocket.accept"
        assert reached == [NUMBERS[Role.MANAGER]]
        for headers in (
            {},
            {"host": "elsewhere.example"},
            ours,
            seated(Role.INSPECTOR, **ours),
            seated(Role.MANAGER, origin="https://elsewhere.example"),
        ):
            assert await _web_socket(desk, headers) != "websocket.accept", headers
        assert len(reached) == 1


async def _web_socket(desk: Room, headers: dict[str, str]) -> str:
    """Return the first thing the desk says to a web socket."""
    given = {"host": "127.0.0.1", **headers}
    scope = {
        "type": "websocket",
        "path": "/socket",
        "raw_path": b"/socket",
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 40000),
        "scheme": "ws",
        "state": {},
        "extensions": {"websocket.http.response": {}},
    }
    said: list[str] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        said.append(message["type"])

    await facing_the_network(desk.app)(scope, receive, send)
    return said[0]


class _Elements(HTMLParser):
    """The elements of a page, and what could run in them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def built_pages(desk: Room) -> None:
    """Pages name their scripts without looking whether they were built."""
    desk.app.state.assets.path = lambda name: f"/static/{name}"


async def test_a_caller_whose_name_is_a_program_is_only_shown(
    desk: Room, built_pages: None
) -> None:
    made = engine(desk.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        await connection.execute(update(Call).values(name=NAME, number=NAME[:30]))
    await made.dispose()
    pages = [path for method, path in POLICY if method == "GET" and is_page(path)]
    shown = 0
    for path in pages:
        answer = await ask(
            desk, "GET", filled(path), {**seated(Role.ADMINISTRATOR), "accept": "text/html"}
        )
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        shown += "&lt;/script&gt;" in answer.text or "\\u003c/script" in answer.text
        page = _Elements()
        page.feed(answer.text)
        assert "onerror=" not in str(page.found), path
        assert "49" not in [attrs.get("value") for _, attrs in page.found], path
        for tag, attrs in page.found:
            assert tag != "style", path
            assert not any(name.startswith("on") or name == "style" for name in attrs), (path, tag)
            if tag == "script":
                inline = attrs.get("type") in {"application/json", "text/template"}
                assert attrs.get("src", "").startswith("/static/") or inline, path  # type: ignore[union-attr]
    assert shown >= 2


async def test_pages_may_load_our_own_files_only_and_speak_to_us_and_the_switch(
    desk: Room, built_pages: None
) -> None:
    desk.settings.paths.ports.parent.mkdir(parents=True, exist_ok=True)
    desk.settings.paths.ports.write_text('{"ws": 8089}')
    answer = await ask(desk, "GET", "/login", {"accept": "text/html"})
    said = dict(
        part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
    )
    assert said["default-src"] == "'none'"
    assert said["script-src"] == said["style-src"] == said["form-action"] == "'self'"
    assert said["connect-src"] == "'self' ws://127.0.0.1:8089 wss://127.0.0.1:8089"
    assert said["frame-ancestors"] == said["base-uri"] == "'none'"
    assert "unsafe" not in str(said)


async def test_over_tls_a_browser_asks_by_tls_only_and_its_phone_goes_through_the_proxy(
    desk: Room, built_pages: None
) -> None:
    desk.settings.paths.ports.parent.mkdir(parents=True, exist_ok=True)
    desk.settings.paths.ports.write_text('{"ws": 8089}')
    over = {"accept": "text/html", "x-forwarded-proto": "https"}
    for path in ("/login", "/api/v1/session", "/nowhere"):
        answer = await ask(desk, "GET", path, over)
        assert answer.headers["strict-transport-security"] == "max-age=31536000", path
        plain = await ask(desk, "GET", path, {"accept": "text/html"})
        assert "strict-transport-security" not in plain.headers, path
    said = (await ask(desk, "GET", "/login", over)).headers["content-security-policy"]
    assert "wss://127.0.0.1;" in said


async def test_only_files_whose_names_change_with_them_are_kept_by_browsers(
    desk: Room, tmp_path: Path
) -> None:
    web = tmp_path / "web"
    web.mkdir()
    (web / "manifest.json").write_text('{"work.js": "work-ABCDEFGH.js"}')
    (web / "work-ABCDEFGH.js").write_text("0;")
    app = built(Settings(home=desk.settings.home, cache=tmp_path))
    there = Room(desk.settings, app, {})
    answer = await ask(there, "GET", "/static/work-ABCDEFGH.js")
    assert answer.status == 200
    assert "immutable" in answer.headers["cache-control"]
    for path in ("/static/manifest.json", "/static/..%2fwork.js", "/login", SELF):
        assert "no-store" in (await ask(there, "GET", path)).headers["cache-control"], path
    await app.state.database.close(within=1)
