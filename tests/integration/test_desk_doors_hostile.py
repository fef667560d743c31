"""What the doors keep out: other sites' pages, guessed passwords, names that are programs."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import WebSocket
from sqlalchemy import update

from callflow.rules.roles import Role
from desk import policy
from desk.accounts import cookie, device, guard
from desk.accounts.lockout import EVERYWHERE_FREE, FREE_FAILURES, TIRED_AFTER, Tries
from desk.accounts.passwords import Passwords
from desk.app import built, facing_the_network
from desk.lane import TooManyAtOnceError
from desk.policy import POLICY, WEB_SOCKET, Open, is_page
from settings import Settings
from tests.integration.desk_asking import ask, filled, seated
from tests.integration.desk_room import CSRF, NUMBERS, PASSWORD, Room, room
from tests.postgres import Postgres
from tickets import accounts
from tickets.database import engine
from tickets.models import Call
from tickets.people_models import AccountRow

SELF = "/api/v1/sitting"
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
        worn = {**headers, "cookie": f"{cookie.NAME}=sitting-{role.value}"}
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
        reached.append(socket.state.holder.number)
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


async def _statuses(browser: httpx.AsyncClient, given: dict[str, str], times: int) -> list[int]:
    return [(await browser.post(SELF, json=given)).status_code for _ in range(times)]


@pytest.mark.parametrize("wrong", [WRONG, NOBODY], ids=["a known number", "an unknown number"])
async def test_whoever_guesses_must_wait_and_is_told_until_when(
    desk: Room, wrong: dict[str, str]
) -> None:
    async with desk.client() as browser:
        tries = FREE_FAILURES + 1
        assert await _statuses(browser, wrong, tries) == [401] * tries
        closed = await browser.post(SELF, json=wrong)
        assert closed.status_code == 429
        assert 0 < int(closed.headers["retry-after"]) <= 30
        assert "try again at" in closed.json()["detail"]
        checked = desk.app.state.door.passwords.checked
        assert await _statuses(browser, wrong, 5) == [429] * 5
        assert desk.app.state.door.passwords.checked == checked  # nothing is looked at


async def test_the_right_password_does_not_open_what_guessing_closed_until_the_time_is_up(
    desk: Room,
) -> None:
    async with desk.client() as browser:
        await _statuses(browser, WRONG, FREE_FAILURES + 1)
        assert await _statuses(browser, JUNIOR, 1) == [429]
        _time_is_up(desk)
        assert await _statuses(browser, WRONG, 2) == [401, 429]  # once more, and longer
        _time_is_up(desk)
        assert await _statuses(browser, JUNIOR, 1) == [201]
        assert await _statuses(browser, WRONG, 2) == [401, 401]  # the slate is clean


def _time_is_up(desk: Room) -> None:
    tries = desk.app.state.door.guesses._tries
    past = datetime.now(UTC) - timedelta(seconds=1)
    for key, each in list(tries.items()):
        tries[key] = Tries(each.failures, past, each.at)


async def test_a_hundred_wrong_passwords_lock_nobody_out_but_who_sent_them(desk: Room) -> None:
    """From the person's own address and from another."""
    async with desk.client(address="192.0.2.1") as own:
        assert await _statuses(own, JUNIOR, 1) == [201]
        mark = own.cookies[device.NAME]
    for attacker in ("192.0.2.1", "192.0.2.66"):
        async with desk.client(address=attacker) as guesser:
            said = await _statuses(guesser, WRONG, 100)
            assert said.count(401) == FREE_FAILURES + 1
            assert await _statuses(guesser, JUNIOR, 1) == [429]
    async with desk.client(address="192.0.2.1") as own, desk.client(address="192.0.2.2") as new:
        own.cookies.set(device.NAME, mark)
        assert await _statuses(own, JUNIOR, 1) == [201], "the own browser, beside the guesser"
        assert await _statuses(new, JUNIOR, 1) == [201], "a new browser at a new address"


async def test_sixty_wrong_passwords_behind_one_proxy_lock_nobody_of_the_house_out(
    desk: Room,
) -> None:
    async with desk.client(address="192.0.2.1") as guesser, desk.client(address="192.0.2.1") as one:
        for number in range(TIRED_AFTER + 20):
            await guesser.post(SELF, json={"number": str(200_000 + number), "password": "x" * 12})
        assert await _statuses(one, JUNIOR, 1) == [201]
        # but nothing is free there any more
        other = {"number": NUMBERS[Role.MANAGER], "password": "not-the-password"}
        assert await _statuses(guesser, other, 2) == [401, 429]


async def test_guesses_from_ever_new_addresses_are_counted_together_and_stop_no_known_browser(
    desk: Room,
) -> None:
    async with desk.client(address="192.0.2.1") as own:
        assert await _statuses(own, JUNIOR, 1) == [201]
        mark = own.cookies[device.NAME]
    await _lock(desk, until=datetime.now(UTC) + timedelta(minutes=15))
    async with (
        desk.client(address="192.0.2.99") as stranger,
        desk.client(address="192.0.2.98") as elsewhere,
        desk.client(address="192.0.2.1") as house,
    ):
        assert await _statuses(stranger, JUNIOR, 1) == [429]
        assert await _told_locked(desk)
        assert await _statuses(house, JUNIOR, 1) == [201], "an address that the account knows"
        elsewhere.cookies.set(device.NAME, mark)
        assert await _statuses(elsewhere, JUNIOR, 1) == [201], "a browser that it knows"


async def test_one_sign_in_from_a_new_place_is_not_told_as_a_lock(desk: Room) -> None:
    async with desk.client(address="192.0.2.44") as new:
        assert await _statuses(new, JUNIOR, 1) == [201]
    assert not await _told_locked(desk)


async def _told_locked(desk: Room) -> bool:
    async with desk.seated(Role.ADMINISTRATOR) as administrator:
        known = (await administrator.get("/api/v1/accounts")).json()["items"]
    [junior] = [each for each in known if each["number"] == JUNIOR["number"]]
    return junior["locked_until"] is not None


async def test_a_guess_from_a_new_address_is_kept_with_the_account(
    tmp_path: Path, database: str
) -> None:
    async with room(tmp_path, database) as desk:
        clients = [desk.client(address=f"192.0.2.{which}") for which in range(1, 13)]
        answers = await asyncio.gather(*(each.post(SELF, json=WRONG) for each in clients))
        looked_at = sum(answer.status_code == 401 for answer in answers)
        made = engine(desk.settings.database)
        async with made.connect() as connection:
            kept = await accounts.by_number(connection, JUNIOR["number"])
        await made.dispose()
        for each in clients:
            await each.aclose()
    assert kept is not None
    assert kept.failures == looked_at
    assert kept.locked_until is not None
    used_up = timedelta(minutes=15) * (EVERYWHERE_FREE - looked_at)
    assert abs(kept.locked_until + used_up - datetime.now(UTC)) < timedelta(seconds=20)


async def test_the_page_tells_when_to_try_again(desk: Room, built_pages: None) -> None:
    async with desk.client() as browser:
        await _statuses(browser, WRONG, FREE_FAILURES + 1)
        answer = await browser.post("/login", data=JUNIOR)
    assert answer.status_code == 429
    (again_at,) = re.findall(r"\b\d\d:\d\d:\d\d\b", answer.text)
    now = datetime.now(UTC)
    seconds = [now + timedelta(seconds=ahead) for ahead in range(31)]
    assert again_at in [f"{at.astimezone(desk.settings.zone):%H:%M:%S}" for at in seconds]


async def _lock(desk: Room, *, until: datetime) -> None:
    made = engine(desk.settings.database)
    row = update(AccountRow).where(AccountRow.number == JUNIOR["number"])
    async with made.execution_options(writing=True).begin() as connection:
        await connection.execute(row.values(locked_until=until))
    await made.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """The address of a database of each kind; empty for the one in the home."""
    if request.param == "sqlite":
        return ""
    cluster: Postgres = request.getfixturevalue("postgres")
    return cluster.new_database()


async def test_guesses_that_come_all_at_once_are_each_counted(
    tmp_path: Path, database: str
) -> None:
    async with room(tmp_path, database) as desk, desk.client() as browser:
        answers = await asyncio.gather(*(browser.post(SELF, json=WRONG) for _ in range(30)))
        said = sorted(answer.status_code for answer in answers)
        assert desk.app.state.door.passwords.checked <= FREE_FAILURES + 1
        assert said.count(401) <= FREE_FAILURES + 1
        assert set(said) <= {401, 429, 503}  # a database that is pressed lets nobody in


async def test_a_number_that_nobody_has_costs_as_much_as_one_that_somebody_has(desk: Room) -> None:
    passwords: Passwords = desk.app.state.door.passwords
    async with desk.client() as browser:
        for given in (WRONG, NOBODY, {"number": "' OR 1=1 --", "password": "x"}):
            before = passwords.checked
            answer = await browser.post(SELF, json=given)
            assert passwords.checked == before + 1
            assert answer.json()["detail"] == "The number or the password is wrong."


async def test_a_crowd_at_the_door_does_not_stop_the_desk(
    desk: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def too_many(*_: object, **__: object) -> bool:
        raise TooManyAtOnceError

    monkeypatch.setattr(desk.app.state.door.passwords, "fits", too_many)
    async with desk.client() as browser:
        answer = await browser.post(SELF, json=JUNIOR)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "2"


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
    await app.state.archive.close(within=1)
