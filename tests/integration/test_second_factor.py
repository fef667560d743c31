"""The second factor of signing in, on the pages and by the API, on both databases (SEC-3)."""

import asyncio
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import httpx
import pyotp
import pytest
from sqlalchemy import select, update

from authentication import sealing_up
from authentication.sealing import Seals
from commands.console import console
from db.bounded import Database
from db.engine import engine
from features.accounts import actions_sealing, second_factor
from features.accounts.tables import SecondFactorRow
from permissions.roles import Role
from tests.integration.desk_room import CSRF, NUMBERS, PASSWORD, Room, audit_entries

WHO = Role.INSPECTOR
NUMBER = NUMBERS[WHO]
API = "/api/v1/second-factor"


@pytest.fixture(autouse=True)
def _slow_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take codes for ten minutes: a busy machine is no wrong code."""
    monkeypatch.setattr(second_factor, "AROUND", range(-20, 21))


def test_a_code_is_right_for_three_steps_of_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    now, secret = datetime(2026, 11, 29, 4, 0, 10, tzinfo=UTC), pyotp.random_base32()
    app, current = pyotp.TOTP(secret), int(now.timestamp()) // second_factor.PERIOD_S
    for off in range(-3, 4):
        seen = second_factor.step_of(secret, app.generate_otp(current + off), now)
        assert seen == (current + off if abs(off) < 2 else None)
    for none in ("", "12345", "1234567", "abcdef", "１２３４５６", "-12345"):
        assert second_factor.step_of(secret, none, now) is None


def code(secret: str, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(for_time=datetime.now(UTC), counter_offset=steps)


async def begun(person: httpx.AsyncClient, password: str = PASSWORD) -> str:
    """Have an app; return its secret."""
    shown = await person.post(API, json={"password": password})
    assert shown.status_code == 201, shown.text
    secret = str(shown.json()["secret"])
    assert shown.json()["uri"].startswith("otpauth://totp/")
    proved = await person.put(API, json={"code": code(secret, steps=-1)})
    assert proved.status_code == 204, proved.text
    return secret


async def signs_in(desk: Room, **more: str) -> httpx.Response:
    async with desk.client() as browser:
        given = {"number": NUMBER, "password": PASSWORD, **more}
        return await browser.post("/api/v1/session", json=given)


async def test_from_the_first_code_on_signing_in_asks_for_one(desk: Room) -> None:
    async with desk.seated(WHO) as person:
        shown = (await person.post(API, json={"password": PASSWORD})).json()["secret"]
        assert (await signs_in(desk)).status_code == 201, "no code has proved the app yet"
        assert (await person.put(API, json={"code": "000000"})).status_code == 422
        assert (await person.get(API)).json() == {"in_use": False}
        secret = await begun(person)
        assert secret != shown, "each is drawn anew"
        assert (await person.get(API)).json() == {"in_use": True}
        assert (await person.post(API, json={"password": PASSWORD})).status_code == 409
    missing = await signs_in(desk)
    assert (missing.status_code, "`code`" in missing.json()["detail"]) == (401, True)
    assert (await signs_in(desk, code=code(secret))).status_code == 201
    actions = [each.action for each in await audit_entries(desk, NUMBER)]
    assert {"factor.shown", "factor.begun"} <= set(actions)


async def test_a_code_is_right_once(desk: Room) -> None:
    async with desk.seated(WHO) as person:
        secret = await begun(person)
    for wrong in (code(secret, steps=-1), code(secret, steps=99), "１２３４５６"):
        assert (await signs_in(desk, code=wrong)).status_code == 401
    now = code(secret)
    both = await asyncio.gather(*(signs_in(desk, code=f"{now[:3]} {now[3:]}") for _ in range(2)))
    assert sorted(each.status_code for each in both) == [201, 401], "one of two at once"
    assert (await signs_in(desk, code=now)).status_code == 401


async def test_wrong_codes_lock_like_wrong_passwords(desk: Room) -> None:
    async with desk.seated(WHO) as person:
        secret = await begun(person)
    answers = [(await signs_in(desk, code="000000")).status_code for _ in range(8)]
    assert answers[0] == 401
    assert answers[-1] == 429
    assert (await signs_in(desk, code=code(secret))).status_code == 429
    refused = [one for one in await audit_entries(desk, NUMBER) if one.action.endswith("refused")]
    assert {one.detail for one in refused} == {"code"}


async def test_the_password_alone_does_not_tell_whether_there_is_an_app(desk: Room) -> None:
    async with desk.seated(WHO) as person:
        await begun(person)
    async with desk.client() as browser:
        given = {"number": NUMBER, "password": "not-the-one-at-all"}
        wrong = await browser.post("/api/v1/session", json=given)
        nobody = await browser.post("/api/v1/session", json=given | {"number": "999999"})
    assert (wrong.status_code, wrong.text) == (401, nobody.text)


@pytest.mark.parametrize("method", ["POST", "remove"])
async def test_whoever_finds_a_page_open_changes_nothing(desk: Room, method: str) -> None:
    async with desk.seated(WHO) as person:
        await begun(person)
        path = API if method == "POST" else f"{API}/remove"
        refused = await person.post(path, json={"password": "not-the-one-at-all"})
        assert refused.status_code == 403
        assert (await person.get(API)).json() == {"in_use": True}


async def test_it_is_removed_by_who_has_it_or_by_an_administrators_reset(desk: Room) -> None:
    async with desk.seated(WHO) as person, desk.seated(Role.ADMINISTRATOR) as administrator:
        await begun(person)
        gone = await person.post(f"{API}/remove", json={"password": PASSWORD})
        assert gone.status_code == 204
        assert (await signs_in(desk)).status_code == 201
        await begun(person)
        reset = (await administrator.post(f"/api/v1/accounts/{NUMBER}/password")).json()
    entered = await signs_in(desk, password=reset["password"])
    assert (entered.status_code, entered.json()["must_change"]) == (201, True)


async def test_the_pages_do_the_same(desk: Room, built_pages: None) -> None:
    where = "/password/second-factor"
    html = {"accept": "text/html"}
    async with desk.seated(WHO) as person:
        person.headers.update(html)
        assert f'href="{where}"' in (await person.get("/password")).text
        wrong = await person.post(where, data={"csrf": CSRF, "password": "no"})
        assert (wrong.status_code, 'role="alert"' in wrong.text) == (403, True)
        shown = await person.post(where, data={"csrf": CSRF, "password": PASSWORD})
        assert 'src="data:image/svg+xml' in shown.text
        [secret] = re.findall(r"<code>([A-Z2-7]{32})</code>", shown.text)
        bad = await person.post(f"{where}/prove", data={"csrf": CSRF, "code": "000000"})
        assert (bad.status_code, 'role="alert"' in bad.text) == (422, True)
        assert secret not in bad.text, "it is shown once"
        good = {"csrf": CSRF, "code": code(secret, steps=-1)}
        assert (await person.post(f"{where}/prove", data=good)).status_code == 303
    async with desk.client() as browser:
        browser.headers.update(html)
        typed = {"number": NUMBER, "password": PASSWORD}
        first = await browser.get("/login")
        assert 'name="code"' not in first.text
        asked = await browser.post("/login", data=typed)
        assert (asked.status_code, 'name="code"' in asked.text) == (401, True)
        entered = await browser.post("/login", data={**typed, "code": code(secret)})
        assert entered.status_code == 303
    async with desk.seated(WHO) as person:
        gone = await person.post(f"{where}/remove", data={"csrf": CSRF, "password": PASSWORD})
        assert gone.status_code == 303
        assert (await person.get(API)).json() == {"in_use": False}


async def test_a_secret_that_was_shown_anew_is_no_longer_the_old_one(desk: Room) -> None:
    async with desk.seated(WHO) as person:
        first = (await person.post(API, json={"password": PASSWORD})).json()["secret"]
        await person.post(API, json={"password": PASSWORD})
        assert (await person.put(API, json={"code": code(first)})).status_code == 422
    made = engine(desk.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        await connection.execute(update(SecondFactorRow).values(secret=first))
    await made.dispose()
    async with desk.seated(WHO) as person:
        assert (await person.put(API, json={"code": code(first)})).status_code == 204


async def kept(desk: Room) -> list[str]:
    made = engine(desk.settings.database)
    async with made.connect() as connection:
        found = list(await connection.scalars(select(SecondFactorRow.secret)))
    await made.dispose()
    return found


def lies_plain(desk: Room, secret: str) -> bool:
    """Tell whether a secret is anywhere in the files of an SQLite database."""
    file = desk.settings.paths.database
    if not file.exists():
        return False
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return any(secret.encode() in each.read_bytes() for each in file.parent.glob(f"{file.name}*"))


async def test_a_secret_is_sealed_in_the_database_and_only_the_key_of_the_home_opens_it(
    desk: Room,
) -> None:
    async with desk.seated(WHO) as person:
        secret = await begun(person)
    [sealed] = await kept(desk)
    assert sealed.startswith("sealed:")
    assert secret not in sealed
    assert not lies_plain(desk, secret)
    key = desk.settings.paths.sealing_key
    assert key.stat().st_mode & 0o777 == 0o600
    aside = key.rename(key.with_name("aside"))
    assert (await signs_in(desk, code=code(secret))).status_code == 401
    async with desk.seated(Role.DEPARTMENT) as other:
        refused = await other.post(API, json={"password": PASSWORD})
        assert (refused.status_code, "key" in refused.json()["detail"]) == (503, True)
    assert not key.exists(), "a new key would hide that the old one is missing"
    aside.rename(key)
    assert (await signs_in(desk, code=code(secret))).status_code == 201


async def test_a_secret_put_under_another_account_is_worth_nothing(desk: Room) -> None:
    async with desk.seated(WHO) as person, desk.seated(Role.DEPARTMENT) as other:
        mine = await begun(person)
        [sealed] = await kept(desk)
        await begun(other)
    made = engine(desk.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        await connection.execute(update(SecondFactorRow).values(secret=sealed, last_step=0))
    await made.dispose()
    async with desk.client() as browser:
        number = NUMBERS[Role.DEPARTMENT]
        given = {"number": number, "password": PASSWORD, "code": code(mine)}
        assert (await browser.post("/api/v1/session", json=given)).status_code == 401


async def test_what_an_earlier_version_kept_plain_is_sealed_by_the_next_start(desk: Room) -> None:
    async with desk.seated(WHO) as person:
        secret = await begun(person)
    seals = Seals(desk.settings.paths.sealing_key)
    made = engine(desk.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        await connection.execute(update(SecondFactorRow).values(secret=secret, last_step=0))
    await sealing_up.settle(Database(made), seals)
    [sealed] = await kept(desk)
    assert sealed.startswith("sealed:")
    assert not lies_plain(desk, secret)
    assert (await signs_in(desk, code=code(secret))).status_code == 201
    await made.dispose()


async def test_the_key_is_changed_while_people_sign_in_and_the_old_one_opens_nothing(
    desk: Room,
) -> None:
    async with desk.seated(WHO) as person:
        secret = await begun(person)
    path = desk.settings.paths.sealing_key
    old, [before] = path.read_bytes(), await kept(desk)
    made, seals = engine(desk.settings.database), Seals(path)
    async with made.execution_options(writing=True).begin() as connection:
        assert await actions_sealing.rotate(connection, seals, console()) == (1, 0, 0)
        assert old in path.read_bytes(), "until it is kept, the old one opens what is there"
    seals.forget_old_keys()
    await made.dispose()
    assert old not in path.read_bytes()
    assert await kept(desk) != [before]
    assert (await signs_in(desk, code=code(secret))).status_code == 201
    assert "factor.sealed" in {each.action for each in await audit_entries(desk, path.name)}
