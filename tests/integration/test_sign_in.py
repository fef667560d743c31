"""How people come in and stay in: the cookie, the session, the password (SEC-3)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication import cookie
from db.engine import engine
from features.accounts import queries as accounts
from features.accounts import sessions
from features.accounts.tables import AccountRow, SessionRow
from features.audit.tables import AuditRow
from permissions.roles import Role
from tests.integration.desk_room import NUMBERS, PASSWORD, SESSIONS, Room, room
from web.current_user import ABSOLUTE, IDLE

SELF, SESSION = "/api/v1/session", "/api/v1/sessions"
JUNIOR = {"number": NUMBERS[Role.JUNIOR_AGENT], "password": PASSWORD}
NEW = "a-quiet-green-field"


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(tmp_path) as found:
        yield found


async def _change(desk: Room, change: Callable[[AsyncConnection], Awaitable[object]]) -> Any:
    made = engine(desk.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        result = await change(connection)
    await made.dispose()
    return result


def _cookie(answer: httpx.Response, name: str = cookie.NAME) -> "Morsel[str]":
    [given] = [
        each for each in answer.headers.get_list("set-cookie") if each.startswith(f"{name}=")
    ]
    return SimpleCookie(given)[name]


async def test_a_person_signs_in_works_and_signs_out(desk: Room) -> None:
    async with desk.client() as browser:
        entered = await browser.post(SELF, json=JUNIOR)
        assert entered.status_code == 201
        assert entered.json()["role"] == "junior-agent"
        secret = entered.json()["csrf"]
        assert (await browser.get("/api/v1/calls")).status_code == 200
        assert (await browser.get(SELF)).json()["csrf"] == secret
        over = await browser.delete(SELF, headers={"X-CSRF-Token": secret})
        assert over.status_code == 204
        assert _cookie(over).value == ""
        browser.cookies.set(cookie.NAME, _cookie(entered).value)  # a browser that keeps it
        assert (await browser.get("/api/v1/calls")).status_code == 401


async def test_the_cookie_is_kept_from_scripts_from_other_sites_and_from_plain_lines(
    desk: Room,
) -> None:
    async with desk.client() as browser:
        plain = _cookie(await browser.post(SELF, json=JUNIOR))
        behind_tls = {"X-Forwarded-Proto": "https"}
        entered = await browser.post(SELF, json=JUNIOR, headers=behind_tls)
        secure = _cookie(entered, cookie.NAME_OVER_TLS)
    for found in (plain, secure):
        assert found["httponly"]
        assert found["samesite"] == "strict"
        assert found["path"] == "/"
        assert not found["domain"]
        assert not found["max-age"]
        assert len(found.value) >= 43
    assert secure["secure"]
    assert not plain["secure"]
    kept = await _change(desk, lambda database: database.scalars(select(SessionRow.hash)))
    assert plain.value not in set(kept)


async def test_the_form_leads_on_to_where_the_person_wanted_to_be(desk: Room) -> None:
    async with desk.client() as browser:
        for wanted, where in (
            ("/calls?q=138", "/calls?q=138"),
            ("//elsewhere.example/", "/"),
            ("/\\elsewhere.example", "/"),
            ("https://elsewhere.example/", "/"),
            ("/a\r\nX: y", "/"),
            ("javascript:alert(1)", "/"),
        ):
            answer = await browser.post("/login", data={**JUNIOR, "next": wanted})
            assert answer.status_code == 303
            assert answer.headers["location"] == where


async def test_a_session_that_somebody_planted_is_not_the_one_that_is_signed_in(
    desk: Room,
) -> None:
    planted = f"{SESSIONS[0]}-{Role.INSPECTOR.value}"
    async with desk.client() as browser:
        browser.cookies.set(cookie.NAME, planted)
        entered = await browser.post(SELF, json=JUNIOR)
        assert _cookie(entered).value != planted
    async with desk.client() as thief:
        thief.cookies.set(cookie.NAME, planted)
        assert (await thief.get(SELF)).status_code == 401  # ended, whosever it was
        thief.cookies.set(cookie.NAME, "A" * 43)  # one that we never gave
        assert (await thief.get(SELF)).status_code == 401
        thief.cookies.set(cookie.NAME, "A" * 5000)
        assert (await thief.get(SELF)).status_code == 401


async def test_a_session_ends_when_it_is_idle_and_at_the_latest_after_sixteen_hours(
    desk: Room,
) -> None:
    now, soon = datetime.now(UTC), timedelta(minutes=1)
    for seen, created, status in (
        (now - IDLE + soon, now - IDLE, 200),
        (now - IDLE - soon, now - IDLE - soon, 401),
        (now, now - ABSOLUTE + soon, 200),
        (now, now - ABSOLUTE - soon, 401),
    ):
        at = update(SessionRow).values(seen_at=seen, created_at=created)
        await _change(desk, lambda database, at=at: database.execute(at))  # type: ignore[misc]
        async with desk.seated(Role.JUNIOR_AGENT) as browser:
            assert (await browser.get(SELF)).status_code == status, (seen, created)


async def test_using_a_session_keeps_it(desk: Room) -> None:
    before = datetime.now(UTC) - timedelta(hours=1)
    await _change(
        desk, lambda database: database.execute(update(SessionRow).values(seen_at=before))
    )
    async with desk.seated(Role.JUNIOR_AGENT) as browser:
        await browser.get(SELF)
    await desk.app.state.database.settled()
    seen = await _change(desk, lambda database: database.scalars(select(SessionRow.seen_at)))
    assert any(at > before for at in seen)


async def test_a_person_sees_and_ends_the_own_sessions_only(desk: Room) -> None:  # SEC-3
    async with desk.seated(Role.INSPECTOR) as other:
        foreign = (await other.get(SESSION)).json()["items"][0]["id"]
    async with desk.seated(Role.JUNIOR_AGENT) as browser:
        own = (await browser.get(SESSION)).json()["items"]
        assert len(own) == len(SESSIONS)
        assert [each["this"] for each in own].count(True) == 1
        assert (await browser.delete(f"{SESSION}/{foreign}")).status_code == 404
        left_open = next(each["id"] for each in own if not each["this"])
        assert (await browser.delete(f"{SESSION}/{left_open}")).status_code == 204
        assert len((await browser.get(SESSION)).json()["items"]) == len(SESSIONS) - 1


async def test_a_new_password_ends_the_other_sessions(desk: Room) -> None:
    async with desk.seated(Role.JUNIOR_AGENT) as browser:
        wanted = {"old": PASSWORD, "new": NEW}
        assert (await browser.put("/api/v1/password", json=wanted)).status_code == 204
        assert len((await browser.get(SESSION)).json()["items"]) == 1
        assert (await browser.post(SELF, json=JUNIOR)).status_code == 401
        assert (await browser.post(SELF, json={**JUNIOR, "password": NEW})).status_code == 201


async def test_a_password_that_anybody_would_try_is_refused(desk: Room) -> None:
    number = NUMBERS[Role.JUNIOR_AGENT]
    async with desk.seated(Role.JUNIOR_AGENT) as browser:
        for poor in ("short", "aaaaaaaaaaaa", "1234567890", f"clear-{number}-bells", PASSWORD):
            wanted = {"old": PASSWORD, "new": poor}
            assert (await browser.put("/api/v1/password", json=wanted)).status_code == 422, poor
        wanted = {"old": "wrong", "new": NEW}
        assert (await browser.put("/api/v1/password", json=wanted)).status_code == 403


async def test_whoever_has_a_one_time_password_changes_it_before_anything_else(desk: Room) -> None:
    async with desk.seated(Role.ADMINISTRATOR) as administrator:
        wanted = {"number": "2001", "name": "王芳", "role": "team-leader"}
        given = await administrator.post("/api/v1/accounts", json=wanted)
        assert given.status_code == 201
    once = given.json()["password"]
    async with desk.client() as browser:
        form = {"number": "2001", "password": once}
        entered = await browser.post("/login", data=form)
        assert entered.headers["location"] == "/password"
        secret = (await browser.get(SELF)).json()["csrf"]
        assert (await browser.get("/api/v1/calls")).status_code == 403
        onward = await browser.get("/calls", headers={"Accept": "text/html"})
        assert (onward.status_code, onward.headers["location"]) == (303, "/password")
        changed = await browser.post("/password", data={"old": once, "new": NEW, "csrf": secret})
        assert (changed.status_code, changed.headers["location"]) == (303, "/")
        assert (await browser.get("/api/v1/calls")).status_code == 200


async def test_whoever_is_disabled_is_out_at_once(desk: Room) -> None:
    number = NUMBERS[Role.JUNIOR_AGENT]
    async with (
        desk.seated(Role.ADMINISTRATOR) as administrator,
        desk.seated(Role.JUNIOR_AGENT) as browser,
    ):
        where = f"/api/v1/accounts/{number}"
        assert (await administrator.patch(where, json={"disabled": True})).status_code == 200
        assert (await browser.get(SELF)).status_code == 401
        assert (await browser.post(SELF, json=JUNIOR)).status_code == 401
        assert (await administrator.patch(where, json={"disabled": False})).status_code == 200
        assert (await browser.get(SELF)).status_code == 401  # the old sessions stay ended
        assert (await browser.post(SELF, json=JUNIOR)).status_code == 201


async def test_a_role_that_was_changed_counts_from_the_next_request(desk: Room) -> None:
    async with (
        desk.seated(Role.ADMINISTRATOR) as administrator,
        desk.seated(Role.TEAM_LEADER) as browser,
    ):
        assert (await browser.get("/api/v1/audit")).status_code == 200
        where = f"/api/v1/accounts/{NUMBERS[Role.TEAM_LEADER]}"
        await administrator.patch(where, json={"role": "department", "version": 1})
        assert (await browser.get("/api/v1/audit")).status_code == 403


async def test_an_administrator_ends_the_sessions_of_others_and_gives_new_passwords(
    desk: Room,
) -> None:
    where = f"/api/v1/accounts/{NUMBERS[Role.JUNIOR_AGENT]}"
    async with (
        desk.seated(Role.ADMINISTRATOR) as administrator,
        desk.seated(Role.JUNIOR_AGENT) as browser,
    ):
        held = (await administrator.get(f"{where}/sessions")).json()["items"]
        assert len(held) == len(SESSIONS)
        assert (await administrator.delete(f"{where}/sessions")).status_code == 204
        assert (await browser.get(SELF)).status_code == 401
        given = (await administrator.post(f"{where}/password")).json()
        assert given["account"]["must_change"]
        once = {**JUNIOR, "password": given["password"]}
        assert (await browser.post(SELF, json=JUNIOR)).status_code == 401
        assert (await browser.post(SELF, json=once)).json()["must_change"]


async def test_an_administrator_cannot_lock_the_last_door_from_outside(desk: Room) -> None:
    where = f"/api/v1/accounts/{NUMBERS[Role.ADMINISTRATOR]}"
    async with desk.seated(Role.ADMINISTRATOR) as administrator:
        for wanted in ({"disabled": True}, {"role": "department", "version": 1}):
            assert (await administrator.patch(where, json=wanted)).status_code == 422
        assert (await administrator.patch(where, json={"language": "en"})).status_code == 422
        english = {"language": "en", "version": 1}
        assert (await administrator.patch(where, json=english)).status_code == 200


async def test_a_number_is_never_given_twice(desk: Room) -> None:
    wanted = {"number": NUMBERS[Role.JUNIOR_AGENT], "name": "X", "role": "manager"}
    async with desk.seated(Role.ADMINISTRATOR) as administrator:
        assert (await administrator.post("/api/v1/accounts", json=wanted)).status_code == 409


async def test_no_answer_ever_holds_what_is_kept_of_a_password_or_a_cookie(desk: Room) -> None:
    async with desk.seated(Role.ADMINISTRATOR) as administrator:
        everything = [
            (await administrator.get(path)).text
            for path in (
                "/api/v1/accounts",
                SESSION,
                f"/api/v1/accounts/{NUMBERS[Role.MANAGER]}/sessions",
            )
        ]
    kept = set(await _change(desk, lambda database: database.scalars(select(SessionRow.hash))))
    assert kept
    for text in everything:
        assert "argon2" not in text
        assert not any(each in text for each in kept)


async def test_what_is_done_with_accounts_is_on_record(desk: Room) -> None:
    number = NUMBERS[Role.JUNIOR_AGENT]
    async with desk.seated(Role.ADMINISTRATOR) as administrator, desk.client() as browser:
        await browser.post(SELF, json={**JUNIOR, "password": "wrong"})
        await desk.app.state.database.settled()
        await browser.post(SELF, json=JUNIOR)
        await administrator.patch(
            f"/api/v1/accounts/{number}", json={"role": "manager", "version": 1}
        )
        await administrator.post(f"/api/v1/accounts/{number}/password")
        await administrator.delete(f"/api/v1/accounts/{number}/sessions")
    wanted = select(AuditRow.action).where(AuditRow.subject == number).order_by(AuditRow.id)
    done = await _change(desk, lambda database: database.scalars(wanted))
    assert list(done) == [
        "password.refused",
        "session.began",
        "account.changed",
        "account.reset",
        "account.sessions_ended",
    ]


async def test_a_password_kept_with_less_care_is_kept_anew_at_the_next_sign_in(desk: Room) -> None:
    from argon2 import PasswordHasher  # noqa: PLC0415 (only here)

    dated = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    row = update(AccountRow).where(AccountRow.number == JUNIOR["number"]).values(password=dated)
    await _change(desk, lambda database: database.execute(row))
    async with desk.client() as browser:
        assert (await browser.post(SELF, json=JUNIOR)).status_code == 201
        found = await _change(desk, lambda database: accounts.by_number(database, JUNIOR["number"]))
        assert found.password != dated
        assert (await browser.post(SELF, json=JUNIOR)).status_code == 201


async def test_a_token_has_no_session_to_end(desk: Room) -> None:
    async with desk.client(Role.JUNIOR_AGENT) as program:
        assert (await program.get(SELF)).json()["number"] == ""
        assert (await program.delete(SELF)).status_code == 403
        assert (await program.get(SESSION)).status_code == 403


async def test_a_digest_is_all_that_is_kept_of_a_cookie(desk: Room) -> None:
    kept = await _change(desk, lambda database: database.scalars(select(SessionRow.hash)))
    assert sessions.digest(f"{SESSIONS[0]}-{Role.MANAGER.value}") in set(kept)


async def test_the_page_of_the_password_shows_and_ends_the_own_sessions(desk: Room) -> None:
    desk.app.state.assets.path = lambda name: f"/static/{name}"
    async with desk.seated(Role.JUNIOR_AGENT) as browser:
        page = (await browser.get("/password")).text
        assert page.count('action="/password/sessions/') == len(SESSIONS)
        assert page.count("a browser") == len(SESSIONS)
        other = next(
            each["id"] for each in (await browser.get(SESSION)).json()["items"] if not each["this"]
        )
        done = await browser.post(f"/password/sessions/{other}")
        assert (done.status_code, done.headers["location"]) == (303, "/password")
        page = (await browser.get("/password")).text
        assert page.count('action="/password/sessions/') == len(SESSIONS) - 1
