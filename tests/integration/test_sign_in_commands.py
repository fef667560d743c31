"""Accounts on the command line, and the first administrator of a new installation (SEC-3)."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import main
from commands.run import greet_first
from db.migrate import upgrade
from settings import Settings
from tests.integration.desk_room import opened
from tests.postgres import Postgres

SELF = "/api/v1/session"
PASSWORD = re.compile(r"([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})")

ADDED = ("add", "1001", "--name", "李梅", "--role", "junior-agent")


@pytest.fixture(params=["sqlite", "postgres"])
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """An installation with an empty database of either kind."""
    url = ""
    if request.param == "postgres":
        cluster: Postgres = request.getfixturevalue("postgres")
        url = cluster.new_database()
    monkeypatch.setenv("THIRDRING_HOME", str(tmp_path))
    monkeypatch.setenv("THIRDRING_DATABASE_URL", url)
    found = Settings()
    upgrade(found.database)
    return found


def _typed(*words: str) -> Result:
    told = CliRunner().invoke(main.cli, ["account", *words])
    if told.exception and not isinstance(told.exception, SystemExit):
        raise told.exception
    return told


def _password(told: str) -> str:
    found = PASSWORD.findall(told)
    assert len(found) == 1, told
    return str(found[0])


def _listed() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(_typed("list", "--json").stdout)
    return found


async def _signs_in(settings: Settings, number: str, password: str) -> int:
    async with opened(settings.home, settings.database_url) as desk, desk.client() as browser:
        given = {"number": number, "password": password}
        return (await browser.post(SELF, json=given)).status_code


def test_the_first_start_makes_one_administrator_and_says_the_password_once(
    settings: Settings,
) -> None:
    said: list[str] = []
    greet_first(settings, said.append)
    greet_first(settings, said.append)  # the second start
    assert len(said) == 1
    assert "number 1000" in said[0]
    assert _password(said[0])
    (only,) = _listed()
    assert (only["number"], only["role"], only["must_change"]) == ("1000", "administrator", True)
    assert _password(said[0]) not in _typed("list").stdout


def test_an_installation_with_an_account_gets_no_second_administrator(settings: Settings) -> None:
    _typed("add", "1001", "--name", "李梅", "--role", "junior-agent")
    said: list[str] = []
    greet_first(settings, said.append)
    assert said == []


def test_an_account_is_made_reset_disabled_and_enabled(settings: Settings) -> None:
    first = _password(_typed("add", "1001", "--name", "李\x1b[31m梅", "--role", "manager").stdout)
    assert "\x1b" not in _typed("list").stdout
    second = _password(_typed("reset", "1001").stdout)
    assert first != second
    assert _typed("disable", "1001").exit_code == 0
    assert _listed()[0]["disabled_at"] is not None
    assert _typed("enable", "1001").exit_code == 0
    assert _listed()[0]["disabled_at"] is None


async def test_a_password_from_the_command_line_opens_the_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIRDRING_HOME", str(tmp_path))
    settings = Settings()
    words = ("add", "1001", "--name", "李梅", "--role", "manager")
    first = _password((await asyncio.to_thread(_typed, *words)).stdout)
    assert await _signs_in(settings, "1001", first) == 201
    second = _password((await asyncio.to_thread(_typed, "reset", "1001")).stdout)
    assert await _signs_in(settings, "1001", first) == 401
    assert await _signs_in(settings, "1001", second) == 201
    await asyncio.to_thread(_typed, "disable", "1001")
    assert await _signs_in(settings, "1001", second) == 401


@pytest.mark.parametrize(
    "words",
    [
        ["add", "12", "--name", "x", "--role", "manager"],
        ["add", "1001", "--name", " ", "--role", "manager"],
        ["add", "1001", "--name", "x", "--role", "king"],
        ["add", "1001", "--role", "manager"],
        ["reset", "999"],
        ["disable", "999\x1b[31m"],
        ["enable", "999"],
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("THIRDRING_HOME", str(tmp_path))
    upgrade(Settings().database)
    told = _typed(*words)
    assert told.exit_code == 2
    assert "\x1b" not in told.stderr
    assert "Error: " in told.stderr


def test_a_number_that_is_taken_is_said_so(settings: Settings) -> None:
    words = ("add", "1001", "--name", "李梅", "--role", "junior-agent")
    assert _typed(*words).exit_code == 0
    assert "somebody's already" in _typed(*words).stderr


def test_where_there_is_no_installation_yet_listing_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIRDRING_HOME", str(tmp_path / "none"))
    assert _typed("list").exit_code == 1
    assert not (tmp_path / "none").exists()


async def test_who_is_at_the_machine_itself_opens_what_guessing_closed(settings: Settings) -> None:
    """However many guess, and from whatever address: also from the machine's own (a proxy)."""
    given = _password((await asyncio.to_thread(_typed, *ADDED)).stdout)
    async with opened(settings.home, settings.database_url) as desk, desk.client() as browser:
        for _ in range(20):
            await browser.post(SELF, json={"number": "1001", "password": "not-the-password"})
        known = {"number": "1001", "password": given}
        assert (await browser.post(SELF, json=known)).status_code == 429
        fresh = _password((await asyncio.to_thread(_typed, "reset", "1001")).stdout)
        known = {"number": "1001", "password": fresh}
        assert (await browser.post(SELF, json=known)).status_code == 201
