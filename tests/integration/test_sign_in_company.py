"""Signing in with the company's accounts: for whom the provider vouches, and for nobody else."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from joserfc.jwk import RSAKey

from authentication import cookie
from authentication.oidc import Provider
from features.accounts.pages_company import STATE
from permissions.roles import Role
from tests.integration.company import CLIENT, CODE, ISSUER, SECRET, Company
from tests.integration.desk_room import NUMBERS, Room, room

WAY, BACK, SELF = "/login/oidc", "/login/oidc/return", "/api/v1/session"


@pytest.fixture
def company() -> Company:
    return Company(number=NUMBERS[Role.MANAGER])


@pytest_asyncio.fixture
async def desk(tmp_path: Path, company: Company) -> AsyncIterator[Room]:
    async with room(tmp_path) as found:
        settings = found.settings.model_copy(
            update={"oidc_issuer": ISSUER, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
        )
        found.app.state.settings = settings
        found.app.state.provider = Provider(settings, company.client)
        found.app.state.assets.path = lambda name: f"/static/{name}"
        yield found


async def _goes(browser: httpx.AsyncClient, company: Company, onward: str = "/") -> str:
    """Go to the provider and sign in there; return the state it sends back."""
    answer = await browser.get(WAY, params={"next": onward})
    assert answer.status_code == 303
    return company.visit(answer.headers["location"])


async def _comes_back(browser: httpx.AsyncClient, state: str, code: str = CODE) -> httpx.Response:
    return await browser.get(BACK, params={"state": state, "code": code})


async def test_whom_the_provider_vouches_for_is_in_with_the_rights_of_the_account(
    desk: Room, company: Company
) -> None:
    async with desk.client() as browser:
        answer = await _comes_back(browser, await _goes(browser, company, "/calls?q=1"))
        assert answer.status_code == 200
        assert 'content="0;url=/calls?q=1"' in answer.text  # not a redirect: the cookie is strict
        who = (await browser.get(SELF)).json()
        assert (who["number"], who["role"]) == (NUMBERS[Role.MANAGER], "manager")
    assert company.asked["code_challenge_method"] == "S256"
    assert company.asked["redirect_uri"] == f"http://127.0.0.1{BACK}"


OTHER_KEY = RSAKey.generate_key(2048, {"kid": "1"})


@pytest.mark.parametrize(
    "lies",
    [
        {"iss": "http://elsewhere.test"},
        {"aud": "another-client"},
        {"nonce": "another"},
        {"exp": int(time.time()) - 3600},
        {"iat": int(time.time()) + 3600},
        {"key": OTHER_KEY},
        {"alg": "HS256"},
        {"issuer": "http://elsewhere.test"},
        {"preferred_username": "909090"},
        {"preferred_username": ""},
        {"preferred_username": ["1001"]},
        {"preferred_username": 1001},
    ],
    ids=str,
)
async def test_a_provider_that_says_what_does_not_fit_lets_nobody_in(
    desk: Room, company: Company, lies: dict[str, Any]
) -> None:
    async with desk.client() as browser:
        state = await _goes(browser, company)
        company.lies = lies
        answer = await _comes_back(browser, state)
        assert answer.status_code == 403
        assert cookie.NAME not in browser.cookies
        assert (await browser.get(SELF)).status_code == 401


async def test_a_way_back_serves_once_and_only_the_browser_that_left(
    desk: Room, company: Company
) -> None:
    async with desk.client() as browser, desk.client() as thief:
        state = await _goes(browser, company)
        assert (await _comes_back(thief, state)).status_code == 403
        assert (await _comes_back(browser, "")).status_code == 403
        assert (await _comes_back(browser, state + "x")).status_code == 403
        assert company.traded == 0
        kept = browser.cookies.get(STATE, path="/login/oidc") or ""
        assert (await _comes_back(browser, state)).status_code == 200
        browser.cookies.set(STATE, kept, path="/login/oidc")
        assert (await _comes_back(browser, state)).status_code == 403
        assert company.traded == 1


@pytest.mark.parametrize("spoilt", ["onward", "state", "mac"])
async def test_what_the_browser_keeps_for_us_serves_only_as_we_gave_it(
    desk: Room, company: Company, spoilt: str
) -> None:
    async with desk.client() as browser:
        state = await _goes(browser, company)
        kept = dict(
            zip(
                ("state", "onward", "mac"),
                (browser.cookies.get(STATE) or "").split("~"),
                strict=True,
            )
        )
        kept[spoilt] = "x" + kept[spoilt][1:]
        browser.cookies.clear()
        browser.cookies.set(STATE, "~".join(kept.values()), path="/login/oidc")
        assert (await _comes_back(browser, state)).status_code == 403
    assert company.traded == 0


async def test_thousands_who_begin_and_never_come_back_keep_nobody_out(
    desk: Room, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("authentication.admission.A_SECOND", 1e6)  # they need not wait for the test
    async with desk.client() as strangers, desk.client() as browser:
        state = await _goes(browser, company, "/calls")
        for _ in range(2000):
            strangers.cookies.clear()
            assert (await strangers.get(WAY)).status_code == 303
        assert company.described <= 1  # nor is the provider asked each time
        assert (await _comes_back(browser, state)).status_code == 200
        assert (await browser.get(SELF)).json()["number"] == NUMBERS[Role.MANAGER]


async def test_a_code_that_the_provider_does_not_know_lets_nobody_in(
    desk: Room, company: Company
) -> None:
    async with desk.client() as browser:
        answer = await _comes_back(browser, await _goes(browser, company), code="guessed")
        assert answer.status_code == 403


async def test_behind_a_proxy_that_speaks_tls_the_way_back_does_too(
    desk: Room, company: Company
) -> None:
    async with desk.client() as browser:
        answer = await browser.get(WAY, headers={"X-Forwarded-Proto": "https"})
        company.visit(answer.headers["location"])
    assert company.asked["redirect_uri"] == f"https://127.0.0.1{BACK}"


async def test_a_disabled_account_stays_out(desk: Room, company: Company) -> None:
    async with desk.seated(Role.ADMINISTRATOR) as administrator, desk.client() as browser:
        where = f"/api/v1/accounts/{NUMBERS[Role.MANAGER]}"
        await administrator.patch(where, json={"disabled": True})
        assert (await _comes_back(browser, await _goes(browser, company))).status_code == 403


async def test_a_one_time_password_serves_nobody_once_the_provider_vouched(
    desk: Room, company: Company
) -> None:
    async with desk.seated(Role.ADMINISTRATOR) as administrator, desk.client() as browser:
        given = await administrator.post(f"/api/v1/accounts/{NUMBERS[Role.MANAGER]}/password")
        await _comes_back(browser, await _goes(browser, company))
        assert not (await browser.get(SELF)).json()["must_change"]
        once = {"number": NUMBERS[Role.MANAGER], "password": given.json()["password"]}
        assert (await browser.post(SELF, json=once)).status_code == 401


async def test_a_provider_that_is_away_leaves_the_door_open_for_passwords(desk: Room) -> None:
    def away() -> httpx.AsyncClient:
        def refuse(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("refused", request=request)

        return httpx.AsyncClient(transport=httpx.MockTransport(refuse))

    desk.app.state.provider = Provider(desk.app.state.settings, away)
    async with desk.client() as browser:
        answer = await browser.get(WAY)
    assert answer.status_code == 503
    assert 'name="password"' in answer.text


async def test_without_a_provider_there_is_no_such_way(tmp_path: Path) -> None:
    async with room(tmp_path) as plain, plain.client() as browser:
        assert (await browser.get(WAY)).status_code == 404
        assert (await browser.get(BACK, params={"state": "x"})).status_code == 404
