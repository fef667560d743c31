"""Who guesses at passwords: made to wait, and nobody else is locked out for it."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import update

from authentication import known_browser as device
from authentication.admission import TooManyAtOnceError
from authentication.lockout import EVERYWHERE_FREE, FREE_FAILURES, TIRED_AFTER, Tries
from authentication.passwords import Passwords
from db.engine import engine
from features.accounts import queries as accounts
from features.accounts.tables import AccountRow
from permissions.roles import Role
from tests.integration.desk_room import NUMBERS, PASSWORD, Room, room
from tests.postgres import Postgres

SELF = "/api/v1/session"
JUNIOR = {"number": NUMBERS[Role.JUNIOR_AGENT], "password": PASSWORD}
WRONG = {**JUNIOR, "password": "not-the-password"}
NOBODY = {"number": "909090", "password": PASSWORD}


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(tmp_path) as found:
        yield found


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
        checked = desk.app.state.sign_in.passwords.checked
        assert await _statuses(browser, wrong, 5) == [429] * 5
        assert desk.app.state.sign_in.passwords.checked == checked  # nothing is looked at


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
    tries = desk.app.state.sign_in.guesses._tries
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
        assert desk.app.state.sign_in.passwords.checked <= FREE_FAILURES + 1
        assert said.count(401) <= FREE_FAILURES + 1
        assert set(said) <= {401, 429, 503}  # a database that is pressed lets nobody in


async def test_a_number_that_nobody_has_costs_as_much_as_one_that_somebody_has(desk: Room) -> None:
    passwords: Passwords = desk.app.state.sign_in.passwords
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

    monkeypatch.setattr(desk.app.state.sign_in.passwords, "fits", too_many)
    async with desk.client() as browser:
        answer = await browser.post(SELF, json=JUNIOR)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "2"


@pytest.fixture
def built_pages(desk: Room) -> None:
    """Pages name their scripts without looking whether they were built."""
    desk.app.state.assets.path = lambda name: f"/static/{name}"
