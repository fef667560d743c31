"""Owns what an end-to-end test asks for: a hotline that runs, a telephone, and something to say.

A module's tests share one hotline. A module says what kind with `HOTLINE = {"max_wait": 6}` and
`DATABASES = ("sqlite", "postgres")`. After every test: no channel, no task, no spooled file left.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from caller import audio
from caller.listen import RATE, Samples, segments
from caller.phone import Phone
from settings import Settings
from switchroom import asterisk
from tests.end_to_end.house import House, running
from tests.postgres import Postgres

SPEECH = "basic-pbx-ivr-main.wav"
"""27 s of a person speaking, from Asterisk's own sounds: hers is not a synthetic voice."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "house" in metafunc.fixturenames:
        kinds = getattr(metafunc.module, "DATABASES", ("sqlite",))
        metafunc.parametrize("house", kinds, indirect=True, scope="module")


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    """The whole hotline, on the module's settings."""
    wanted: dict[str, object] = {"max_wait": 6, **getattr(request.module, "HOTLINE", {})}
    if request.param == "postgres":
        cluster: Postgres = request.getfixturevalue("postgres")
        wanted["database_url"] = cluster.new_database()
    with running(**wanted) as found:
        yield found


@pytest_asyncio.fixture
async def phone(house: House) -> AsyncIterator[Phone]:
    """A telephone for callers and agents, and after the test a hotline at rest."""
    before = asyncio.all_tasks()
    async with Phone(port=house.settings.sip_port) as found:
        yield found
    await house.is_quiet()
    here = {asyncio.current_task()}
    left = {task for task in asyncio.all_tasks() - before - here if not task.done()}
    assert not left, f"tasks left behind: {left}"


@pytest.fixture(autouse=True)
def _logs_of_a_failure(request: pytest.FixtureRequest) -> Iterator[None]:
    """Print what the hotline wrote when a test of it fails."""
    failed_before = request.session.testsfailed
    yield
    if request.session.testsfailed > failed_before and "house" in request.fixturenames:
        print(request.getfixturevalue("house").logs())


@pytest.fixture(scope="session")
def speech() -> Samples:
    """27 s of a person who speaks."""
    installation = asterisk.find(Settings())
    assert installation is not None, "no Asterisk yet: `make run` fetches it"
    return audio.read(next(installation.data.glob(f"sounds/en_US*/{SPEECH}")))


@pytest.fixture(scope="session")
def words(speech: Samples) -> Callable[[float], Samples]:
    """Return so many seconds of a person who speaks, from the first word on."""
    begin = int(segments(speech)[0].start * RATE)
    return lambda seconds: speech[begin : begin + int(seconds * RATE)]


@pytest.fixture
def keep(tmp_path: Path) -> Path:
    """A folder for what was heard."""
    return tmp_path
