"""Passkeys and recovery codes by the API, on both databases (SEC-3)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from authentication.challenges import GOOD_FOR, ChallengeError, Challenges
from permissions.roles import Role
from tests.integration.desk_room import CSRF, NUMBERS, PASSWORD, Room, audit_entries
from tests.integration.test_second_factor import begun, code, kept
from tests.soft_key import PRESENT, SoftKey

WHO = Role.INSPECTOR
NUMBER = NUMBERS[WHO]
KEYS, CODES = "/api/v1/passkeys", "/api/v1/recovery-codes"
CHALLENGE, ENTER = "/api/v1/session/challenge", "/api/v1/session/passkey"
ORIGIN = "http://localhost"
HERE = {"host": "localhost", "origin": ORIGIN}
__all__ = ["kept"]


@asynccontextmanager
async def at_localhost(desk: Room, role: Role = WHO) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.seated(role) as person:
        person.headers.update(HERE)
        yield person


async def has(person: httpx.AsyncClient, key: SoftKey, name: str = "my key") -> int:
    """Add a passkey; return its id."""
    asked = await person.post(f"{KEYS}/challenge", json={"password": PASSWORD})
    assert asked.status_code == 200, asked.text
    made = key.makes(asked.json()["options"], ORIGIN)
    given = {"name": name, "ticket": asked.json()["ticket"], "passkey": made}
    added = await person.post(KEYS, json=given)
    assert added.status_code == 201, added.text
    return int(added.json()["id"])


async def asked(browser: httpx.AsyncClient, **whose: str) -> tuple[str, str]:
    answer = await browser.post(CHALLENGE, json=whose, headers=HERE)
    assert answer.status_code == 200, answer.text
    return answer.json()["options"], answer.json()["ticket"]


async def enters(desk: Room, ticket: str, passkey: str) -> int:
    async with desk.client() as browser:
        given = {"ticket": ticket, "passkey": passkey}
        answer = await browser.post(ENTER, json=given, headers=HERE)
    if answer.status_code == 201:
        assert answer.json()["number"] == NUMBER
        assert answer.cookies.get("thirdring")
    return answer.status_code


async def signs_in(desk: Room, **more: str) -> httpx.Response:
    async with desk.client() as browser:
        given = {"number": NUMBER, "password": PASSWORD, **more}
        return await browser.post("/api/v1/session", json=given, headers=HERE)


async def test_a_passkey_signs_in_alone_and_each_answer_once(desk: Room) -> None:
    key = SoftKey()
    async with at_localhost(desk) as person, desk.client() as browser:
        await has(person, key, "办公室")
        options, ticket = await asked(browser)
        assert json.loads(options)["userVerification"] == "required"
        answer = key.signs(options, ORIGIN)
        both = await asyncio.gather(*(enters(desk, ticket, answer) for _ in range(2)))
        assert sorted(both) == [201, 401]
        [listed] = (await person.get(KEYS)).json()["items"]
        assert listed["name"] == "办公室"
        assert listed["used_at"]
    assert {"passkey.added"} <= {each.action for each in await audit_entries(desk, NUMBER)}


async def test_what_is_not_right_signs_nobody_in(desk: Room) -> None:
    key, stranger = SoftKey(), SoftKey()
    async with at_localhost(desk) as person, desk.client() as browser:
        await has(person, key)

        async def tried(signer: SoftKey, origin: str = ORIGIN, **more: int) -> int:
            options, ticket = await asked(browser)
            return await enters(desk, ticket, signer.signs(options, origin, **more))

        assert await tried(stranger) == 401
        assert await tried(key, "https://localhost") == 401
        assert await tried(key, "http://localhost.evil.example") == 401
        assert await tried(key, flags=PRESENT) == 401, "alone the person must be verified"
        options, ticket = await asked(browser)
        other, _ = await asked(browser)
        assert await enters(desk, ticket, key.signs(other, ORIGIN)) == 401, "another challenge"
        signed = json.loads(key.signs(options, ORIGIN))
        signed["id"] = signed["rawId"] = "AAAA"
        assert await enters(desk, ticket, json.dumps(signed)) == 401
        assert await tried(key) == 201
        key.count -= 2
        assert await tried(key) == 401, "a copy of the key counts behind"
        deep = "[" * 4000
        for spoilt in (
            "",
            "{",
            "[]",
            '"x"',
            '{"id": 7}',
            '{"id": "\\ud800"}',
            deep,
            '{"id":"AAAA"}',
        ):
            _, ticket = await asked(browser)
            assert await enters(desk, ticket, spoilt) == 401
        for ticket in ("", ".", "a.b.c", "..", f"AAAA.{10**30}.AAAA", "一.二.三"):
            assert await enters(desk, ticket, key.signs(options, ORIGIN)) in {401, 422}


async def test_beside_the_password_a_passkey_is_a_second_factor(desk: Room) -> None:
    key = SoftKey()
    async with at_localhost(desk) as person, desk.client() as browser:
        assert (
            await browser.post(
                CHALLENGE, json={"number": NUMBER, "password": PASSWORD}, headers=HERE
            )
        ).status_code == 404
        await has(person, key)
        missing = await signs_in(desk)
        assert (missing.status_code, "second factor" in missing.json()["detail"]) == (401, True)
        wrong = {"number": NUMBER, "password": "not-the-one-at-all"}
        assert (await browser.post(CHALLENGE, json=wrong, headers=HERE)).status_code == 401
        options, ticket = await asked(browser, number=NUMBER, password=PASSWORD)
        assert len(json.loads(options)["allowCredentials"]) == 1
        answer = key.signs(options, ORIGIN, flags=PRESENT)
        assert await enters(desk, ticket, answer) == 401, "made for beside a password, not alone"
        options, ticket = await asked(browser, number=NUMBER, password=PASSWORD)
        answer = key.signs(options, ORIGIN, flags=PRESENT)
        assert (await signs_in(desk, passkey=answer, ticket=ticket)).status_code == 201
        assert (await signs_in(desk, passkey=answer, ticket=ticket)).status_code == 401


async def test_another_persons_passkey_is_no_second_factor(desk: Room) -> None:
    mine, theirs = SoftKey(), SoftKey()
    async with at_localhost(desk) as person, at_localhost(desk, Role.DEPARTMENT) as other:
        await has(person, mine)
        await has(other, theirs)
        asked_by_me = await person.post(f"{KEYS}/challenge", json={"password": PASSWORD})
        made = SoftKey().makes(asked_by_me.json()["options"], ORIGIN)
        given = {"name": "x", "ticket": asked_by_me.json()["ticket"], "passkey": made}
        assert (await other.post(KEYS, json=given)).status_code == 422, "begun by somebody else"
        again = await other.post(f"{KEYS}/challenge", json={"password": PASSWORD})
        stolen = mine.makes(again.json()["options"], ORIGIN)
        given = {"name": "x", "ticket": again.json()["ticket"], "passkey": stolen}
        assert (await other.post(KEYS, json=given)).status_code == 409, "it is somebody's"
    async with desk.client() as browser:
        options, ticket = await asked(browser, number=NUMBER, password=PASSWORD)
        answer = theirs.signs(options, ORIGIN)
        assert (await signs_in(desk, passkey=answer, ticket=ticket)).status_code == 401


async def test_several_are_named_and_removed_and_the_last_one_asks_for_nothing_more(
    desk: Room,
) -> None:
    async with at_localhost(desk) as person, at_localhost(desk, Role.DEPARTMENT) as other:
        first, second = await has(person, SoftKey(), "a"), await has(person, SoftKey(), "b")
        named = {"name": "手机\u202e"}
        assert (await other.patch(f"{KEYS}/{first}", json=named)).status_code == 404
        assert (await person.patch(f"{KEYS}/{first}", json=named)).status_code == 204
        assert [each["name"] for each in (await person.get(KEYS)).json()["items"]] == ["手机", "b"]
        gone = {"password": PASSWORD}
        assert (
            await person.post(f"{KEYS}/{first}/remove", json={"password": "no"})
        ).status_code == 403
        assert (await other.post(f"{KEYS}/{first}/remove", json=gone)).status_code == 404
        assert (await person.post(f"{KEYS}/{first}/remove", json=gone)).status_code == 204
        assert (await person.post(f"{KEYS}/{first}/remove", json=gone)).status_code == 404
        assert (await signs_in(desk)).status_code == 401
        assert (await person.post(f"{KEYS}/{second}/remove", json=gone)).status_code == 204
        assert (await signs_in(desk)).status_code == 201
    actions = {each.action for each in await audit_entries(desk, NUMBER)}
    assert {"passkey.added", "passkey.renamed", "passkey.removed"} <= actions


async def test_an_account_has_ten_at_most(desk: Room) -> None:
    async with at_localhost(desk) as person:
        for _ in range(10):
            await has(person, SoftKey())
        refused = await person.post(f"{KEYS}/challenge", json={"password": PASSWORD})
    assert (refused.status_code, "10" in refused.json()["detail"]) == (409, True)


async def test_a_recovery_code_signs_in_once_in_place_of_any_second_factor(desk: Room) -> None:
    async with at_localhost(desk) as person:
        secret = await begun(person)
        refused = await person.post(CODES, json={"password": "not-the-one"})
        assert refused.status_code == 403
        old = (await person.post(CODES, json={"password": PASSWORD})).json()["codes"]
        codes = (await person.post(CODES, json={"password": PASSWORD})).json()["codes"]
        assert len(set(codes)) == 10
        assert (await signs_in(desk, code=old[0])).status_code == 401
        spelt = codes[0].upper().replace("-", " ")
        both = await asyncio.gather(*(signs_in(desk, code=spelt) for _ in range(2)))
        assert sorted(each.status_code for each in both) == [201, 401]
        assert (await person.get(KEYS)).json()["recovery_codes"] == 9
        assert (await signs_in(desk, code=code(secret))).status_code == 201
    assert "recovery.made" in {each.action for each in await audit_entries(desk, NUMBER)}


async def test_an_administrators_reset_takes_passkeys_and_codes_away(desk: Room) -> None:
    async with at_localhost(desk) as person, desk.seated(Role.ADMINISTRATOR) as administrator:
        await has(person, SoftKey())
        await person.post(CODES, json={"password": PASSWORD})
        reset = (await administrator.post(f"/api/v1/accounts/{NUMBER}/password")).json()
    entered = await signs_in(desk, password=reset["password"])
    assert (entered.status_code, entered.json()["must_change"]) == (201, True)


async def test_who_is_disabled_does_not_come_in_by_a_passkey(desk: Room) -> None:
    key = SoftKey()
    async with at_localhost(desk) as person, desk.seated(Role.ADMINISTRATOR) as administrator:
        await has(person, key)
        every = (await administrator.get("/api/v1/accounts")).json()["items"]
        [version] = [each["version"] for each in every if each["number"] == NUMBER]
        gone = {"disabled": True, "version": version}
        assert (
            await administrator.patch(f"/api/v1/accounts/{NUMBER}", json=gone)
        ).status_code == 200
    async with desk.client() as browser:
        options, ticket = await asked(browser)
    assert await enters(desk, ticket, key.signs(options, ORIGIN)) == 401


@pytest.mark.parametrize(
    ("host", "proto", "works"),
    [
        ("localhost", "", True),
        ("127.0.0.1", "", False),
        ("127.0.0.1", "https", False),
        ("localhost", "https", True),
    ],
)
async def test_an_address_for_which_browsers_have_no_passkeys_is_said(
    desk: Room, built_pages: None, host: str, proto: str, works: bool
) -> None:
    async with desk.seated(WHO) as person:
        cookies = {"thirdring": person.cookies["thirdring"]}
        headers = {
            "host": host,
            "origin": f"{proto or 'http'}://{host}",
            **({"x-forwarded-proto": proto} if proto else {}),
        }
        if proto:
            cookies = {"__Host-thirdring": cookies["thirdring"]}
        person.cookies.clear()
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        asked = await person.post(f"{KEYS}/challenge", json={"password": PASSWORD}, headers=headers)
        assert asked.status_code == (200 if works else 422)
        page = await person.get("/password/passkeys", headers={**headers, "accept": "text/html"})
        assert page.status_code == 200
        if works:
            assert json.loads(asked.json()["options"])["rp"]["id"] == host
            assert 'data-passkey="add"' in page.text
        else:
            assert "over https, or as localhost" in asked.json()["detail"]
            assert 'data-passkey="add"' not in page.text
            assert host in page.text


async def test_the_page_names_removes_and_makes_codes(desk: Room, built_pages: None) -> None:
    where, html = "/password/passkeys", {"accept": "text/html"}
    async with at_localhost(desk) as person:
        key = await has(person, SoftKey(), "<b>one</b>")
        person.headers.update(html)
        assert "&lt;b&gt;one" in (await person.get(where)).text
        said = {"csrf": CSRF, "name": "two"}
        assert (await person.post(f"{where}/{key}", data=said)).status_code == 303
        assert "two" in (await person.get(where)).text
        wrong = await person.post(f"{where}/codes", data={"csrf": CSRF, "password": "no"})
        assert (wrong.status_code, 'role="alert"' in wrong.text) == (403, True)
        shown = await person.post(f"{where}/codes", data={"csrf": CSRF, "password": PASSWORD})
        assert shown.text.count("<li><code>") == 10
        gone = {"csrf": CSRF, "password": PASSWORD}
        assert (await person.post(f"{where}/{key}/remove", data=gone)).status_code == 303
        missing = await person.post(f"{where}/{key}/remove", data=gone)
        assert (missing.status_code, 'role="alert"' in missing.text) == (404, True)


def test_a_ticket_is_good_for_its_purpose_for_some_minutes_and_once() -> None:
    challenges, now = Challenges(), datetime(2026, 11, 29, tzinfo=UTC)
    drawn = challenges.draw("enter", now=now)
    for purpose, at in (("add 1", now), ("enter", now + GOOD_FOR + timedelta(seconds=2))):
        with pytest.raises(ChallengeError):
            challenges.take(drawn.ticket, purpose, now=at)
    assert challenges.take(drawn.ticket, "enter", now=now) == drawn.challenge
    with pytest.raises(ChallengeError):
        challenges.take(drawn.ticket, "enter", now=now)
    with pytest.raises(ChallengeError):
        Challenges().take(challenges.draw("enter", now=now).ticket, "enter", now=now)
