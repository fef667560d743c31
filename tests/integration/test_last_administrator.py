"""The last administrator who may sign in stays one, whoever asks and in whatever way (SEC-3)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result

import main
from commands.console import console
from commands.queries import answer
from db.engine import engine
from features.accounts import actions
from features.accounts import queries as accounts
from features.accounts.actions import AccountChange
from permissions.roles import Role
from tests.integration.desk_room import CSRF, NUMBERS, Room, room
from tests.postgres import Postgres
from web.problems import Refused

BOSS, DEPUTY = NUMBERS[Role.ADMINISTRATOR], NUMBERS[Role.MANAGER]
LAST = "This is the last administrator who may sign in: make another one first."
OFF = AccountChange(disabled=True)


@pytest_asyncio.fixture(params=["sqlite", "postgres"])
async def desk(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Room]:
    """A desk with one administrator, on a database of either kind."""
    url = ""
    if request.param == "postgres":
        cluster: Postgres = request.getfixturevalue("postgres")
        url = cluster.new_database()
    monkeypatch.setenv("THIRDRING_HOME", str(tmp_path))
    monkeypatch.setenv("THIRDRING_DATABASE_URL", url)
    async with room(tmp_path, url) as found:
        found.app.state.assets.path = lambda name: f"/static/{name}"
        yield found


async def _typed(*words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main.cli, ["account", *words])


async def _administrators(desk: Room) -> list[str]:
    found = await asyncio.to_thread(answer, desk.settings, accounts.accounts)
    return [
        one.number for one in found if one.role is Role.ADMINISTRATOR and one.disabled_at is None
    ]


async def _promote(desk: Room) -> None:
    """Make the manager a second administrator."""
    async with desk.seated(Role.ADMINISTRATOR) as boss:
        given = {"role": "administrator", "version": 1}
        answered = await boss.patch(f"/api/v1/accounts/{DEPUTY}", json=given)
        assert answered.status_code == 200


async def test_nobody_disables_or_demotes_the_last_one(desk: Room) -> None:
    """Not a program with a token either, which is nobody's own account."""
    where = f"/api/v1/accounts/{BOSS}"
    async with desk.client(Role.ADMINISTRATOR) as program:
        for wanted in ({"disabled": True}, {"role": "manager", "version": 1}):
            refused = await program.patch(where, json=wanted)
            assert (refused.status_code, refused.json()["detail"]) == (409, LAST)
        renamed = await program.patch(where, json={"name": "王", "version": 1})
        assert renamed.status_code == 200
    typed = await _typed("disable", BOSS)
    assert (typed.exit_code, typed.stderr) == (2, f"Error: {LAST}\n")
    assert await _administrators(desk) == [BOSS]


async def test_the_page_says_why(desk: Room) -> None:
    """Whoever sees it is an administrator: the last one can only try it with themselves."""
    await _promote(desk)
    await _typed("disable", BOSS)
    async with desk.seated(Role.MANAGER) as deputy:
        gone = await deputy.post(f"/accounts/{DEPUTY}/disable", data={"csrf": CSRF})
        assert gone.status_code == 422
        assert "请由另一位管理员操作" in gone.text
    assert await _administrators(desk) == [DEPUTY]


async def test_one_of_two_may_go_and_then_the_other_stays(desk: Room) -> None:
    await _promote(desk)
    assert (await _typed("disable", BOSS)).exit_code == 0
    assert (await _typed("disable", DEPUTY)).exit_code == 2
    assert (await _typed("enable", BOSS)).exit_code == 0
    assert (await _typed("disable", DEPUTY)).exit_code == 0
    assert await _administrators(desk) == [BOSS]


async def test_what_is_disabled_already_is_not_the_last_one(desk: Room) -> None:
    await _promote(desk)
    await _typed("disable", DEPUTY)
    assert (await _typed("disable", DEPUTY)).exit_code == 0


async def test_two_who_disable_each_other_in_one_moment_are_not_both_out(desk: Room) -> None:
    """The second one's transaction waits for the first one's, and then sees what it did."""
    await _promote(desk)
    first, second = engine(desk.settings.database), engine(desk.settings.database)

    async def disabled(number: str) -> None:
        async with second.execution_options(writing=True).begin() as connection:
            await actions.changed(connection, console(), number, OFF)

    async with first.execution_options(writing=True).begin() as connection:
        await actions.changed(connection, console(), BOSS, OFF)
        other = asyncio.create_task(disabled(DEPUTY))
        done, _ = await asyncio.wait({other}, timeout=0.5)
        assert not done
    with pytest.raises(Refused, match="last administrator"):
        await other
    await first.dispose()
    await second.dispose()
    assert await _administrators(desk) == [DEPUTY]


async def test_two_pages_that_send_it_at_once_leave_one(desk: Room) -> None:
    await _promote(desk)
    for _ in range(5):
        async with desk.seated(Role.ADMINISTRATOR) as boss, desk.seated(Role.MANAGER) as deputy:
            await asyncio.gather(
                boss.patch(f"/api/v1/accounts/{DEPUTY}", json={"disabled": True}),
                deputy.patch(f"/api/v1/accounts/{BOSS}", json={"disabled": True}),
            )
        assert len(await _administrators(desk)) == 1
        break_in = [await _typed("enable", number) for number in (BOSS, DEPUTY)]
        assert all(each.exit_code == 0 for each in break_in)


async def test_who_is_at_the_machine_opens_every_lock_of_the_last_one(desk: Room) -> None:
    """Wrong passwords, a lost second factor, a forgotten password: nobody is out for ever."""
    async with desk.client() as guesser:
        for _ in range(12):
            await guesser.post("/api/v1/session", json={"number": BOSS, "password": "x" * 12})
    given = await _typed("reset", BOSS)
    password = next(word for word in given.stdout.split() if word.count("-") == 2)
    async with desk.client() as browser:
        entered = await browser.post("/api/v1/session", json={"number": BOSS, "password": password})
        assert entered.status_code == 201
