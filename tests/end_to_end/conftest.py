"""What an end-to-end test asks for: a hotline that runs, a telephone, and something to say.

A module says what kind of hotline it wants with `HOTLINE = AGENTS_AT_PHONES` (`kinds.py`) and
`DATABASES = ("sqlite", "postgres")`, a test with `@pytest.mark.databases("postgres")`; who wants
the same one shares it, unless `OWN_HOUSE = True`. `ORDINARY = True`: of these calls Asterisk
has nothing to warn. `--database postgres` runs all there. After
every test: no channel, no task, no spooled file left.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from caller import audio
from caller.listen import RATE, Samples, segments
from caller.phone import Phone
from settings import Settings
from supervisor import asterisk
from tests.end_to_end import switch_log
from tests.end_to_end.house import House, running
from tests.end_to_end.kinds import CALLERS
from tests.postgres import Postgres

SPEECH = "basic-pbx-ivr-main.wav"
"""27 s of a person speaking, from Asterisk's own sounds: hers is not a synthetic voice."""


@dataclass(frozen=True)
class Kind:
    """One kind of hotline: its database and its settings."""

    database: str
    settings: tuple[tuple[str, object], ...]
    own: str = ""
    """The module that shares it with nobody."""


_KNOWN_HOMES: set[Path] = set()
_KINDS: dict[Kind, Kind] = {}
"""Each kind once: pytest keeps a fixture as long as its parameter is the very same object."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "house" not in metafunc.fixturenames:
        return
    module = metafunc.module
    wanted = {**CALLERS, **getattr(module, "HOTLINE", {})}
    settings = tuple(sorted(wanted.items()))
    own = module.__name__ if getattr(module, "OWN_HOUSE", False) else ""
    marked = metafunc.definition.get_closest_marker("databases")
    names = marked.args if marked else getattr(module, "DATABASES", ("sqlite",))
    if (asked := metafunc.config.getoption("--database", None)) is not None:
        names = (asked,)
    kinds = [Kind(name, settings, own) for name in names]
    shared = [_KINDS.setdefault(kind, kind) for kind in kinds]
    metafunc.parametrize("house", shared, ids=names, indirect=True, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of one hotline after each other: starting one takes seconds of two cores."""
    order: dict[object, int] = {}

    def place(item: pytest.Item) -> int:
        callspec = getattr(item, "callspec", None)
        kind = callspec.params.get("house") if callspec else None
        return order.setdefault(kind, len(order))

    items.sort(key=place)


@pytest.fixture(scope="session")
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    """The whole hotline, on the settings that the module asks for."""
    kind: Kind = request.param
    wanted = dict(kind.settings)
    if kind.database == "postgres":
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


@pytest.fixture(autouse=True)
def _the_switch_warns_of_nothing(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test of ordinary calls (`ORDINARY = True`) in which Asterisk warned of something.

    The first one on a hotline answers for its start as well.
    """
    if not getattr(request.module, "ORDINARY", False):
        yield
        return
    house: House = request.getfixturevalue("house")
    log = house.settings.paths.log / "asterisk.log"
    begin = switch_log.size(log) if house.home in _KNOWN_HOMES else 0
    _KNOWN_HOMES.add(house.home)
    yield
    found = switch_log.warnings(log, since=begin)
    assert not found, "\n".join(f"{count} {kind}" for kind, count in found.most_common())


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
