"""What tests against a real database ask for: an empty or a filled one of each kind."""

import asyncio
import functools
import imaplib
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from argon2 import PasswordHasher

from authentication import passwords
from db.bounded import Database, RequestDatabase
from db.engine import engine
from db.migrate import upgrade
from settings import Settings
from tests.integration.desk_room import Room, fill, opened
from tests.integration.homes import copied
from tests.integration.mail_house import House, names, settled
from tests.integration.page_room import written
from tests.integration.records_room import one_of_everything
from tests.integration.webhook_house import House as WebhookHouse
from tests.integration.webhook_house import Receiver, receiver
from tests.integration.webhook_house import settled as webhook_settled
from tests.lending import Lending
from tests.mail_server import MailServer
from tests.postgres import Postgres


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the soak what is asked of a second database though it hardly makes a difference."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        given = callspec.params.values() if callspec else ()
        second = any(isinstance(one, str) and one == "postgres" for one in given)
        if second and item.get_closest_marker("sqlite_first"):
            item.add_marker(pytest.mark.soak)


JUDGE_THE_LIMIT = ("test_desk_database_away.py", "test_desk_crowds.py")
PATIENCE = 20


@pytest.fixture(autouse=True)
def _patient_requests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a request more time for the database, where that is not what is tried.

    These tests give way to whoever is on the telephone: a machine that does much else is no fault.
    """
    if request.path.name in JUDGE_THE_LIMIT:
        return
    begun = RequestDatabase.__init__

    def patient(self: RequestDatabase, database: Database, seconds: float) -> None:
        begun(self, database, seconds * PATIENCE)

    monkeypatch.setattr(RequestDatabase, "__init__", patient)


@pytest.fixture(scope="session", autouse=True)
def _light_passwords() -> Iterator[None]:
    """Keep passwords with little care: 64 MiB and 50 ms for each are for strangers.

    Programs that tests start keep them as ever.
    """
    with pytest.MonkeyPatch.context() as patch:
        light = functools.partial(PasswordHasher, time_cost=1, memory_cost=64, parallelism=1)
        patch.setattr(passwords, "PasswordHasher", light)
        yield


@pytest.fixture(autouse=True)
def _patient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a desk in this process wait for its database: a busy machine is no refusal.

    A module that judges for how long it waits says `JUDGES_PATIENCE = True`.
    """
    if not getattr(request.module, "JUDGES_PATIENCE", False):
        monkeypatch.setattr(
            Database, "for_request", lambda self, _seconds=0.0: RequestDatabase(self, 60.0)
        )


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, of both kinds in turn."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'thirdring.db'}"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        yield postgres.new_database()


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database with our tables and no row, to be copied: migrating takes long."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('migrated') / 'thirdring.db'}"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database()
    upgrade(url)
    return url


@pytest.fixture(scope="session")
def lending(request: pytest.FixtureRequest) -> Callable[[str], Lending]:
    """Return who lends databases like a template; one for each."""
    postgres: Postgres = request.getfixturevalue("postgres")
    return functools.cache(functools.partial(Lending, postgres))


@pytest.fixture
def database_url(request: pytest.FixtureRequest, migrated: str, tmp_path: Path) -> Iterator[str]:
    """The address of a test's own database with our tables and no row, of both kinds in turn."""
    dialect, _, path = migrated.partition(":///")
    if path:
        shutil.copy(path, tmp_path / "thirdring.db")
        yield f"{dialect}:///{tmp_path / 'thirdring.db'}"
    else:
        with request.getfixturevalue("lending")(migrated).lent() as url:
            yield url


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def template(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """A filled home and the address of its database, to be copied: filling takes long."""
    home, url = tmp_path_factory.mktemp("filled"), _new_database(request)
    asyncio.run(fill(home, url))
    return home, url


def _new_database(request: pytest.FixtureRequest) -> str:
    """Return the address of an empty database for a template; SQLite's is in its home."""
    if request.param == "sqlite":
        return ""
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.new_database()


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def template_of_everything(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """A home with one of everything that pages show, like `template`."""
    home, url = tmp_path_factory.mktemp("everything"), _new_database(request)
    asyncio.run(_fill_with_everything(home, url))
    return home, url


async def _fill_with_everything(home: Path, url: str) -> None:
    await fill(home, url)
    async with written(Settings(home=home, database_url=url)) as connection:
        await one_of_everything(connection)


@pytest.fixture
def filled(
    request: pytest.FixtureRequest, template: tuple[Path, str], tmp_path: Path
) -> Iterator[tuple[Path, str]]:
    """A filled home of the test's own and the address of its database, of both kinds in turn."""
    with copied(request, template, tmp_path) as own:
        yield own


@pytest.fixture
def everything(
    request: pytest.FixtureRequest, template_of_everything: tuple[Path, str], tmp_path: Path
) -> Iterator[tuple[Path, str]]:
    """A home of the test's own with one of everything that pages show, of both kinds in turn."""
    with copied(request, template_of_everything, tmp_path) as own:
        yield own


@pytest.fixture(scope="session")
def small_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled home with SQLite."""
    home = tmp_path_factory.mktemp("filled")
    asyncio.run(fill(home))
    return home


@pytest_asyncio.fixture
async def small_desk(small_template: Path, tmp_path: Path) -> AsyncIterator[Room]:
    """A desk of the test's own, where the kind of database makes no difference."""
    shutil.copytree(small_template, tmp_path, dirs_exist_ok=True)
    async with opened(tmp_path) as found:
        yield found


@pytest_asyncio.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Room]:
    """A desk over a filled database of the test's own, of both kinds in turn."""
    async with opened(*filled) as found:
        yield found


@pytest_asyncio.fixture
async def mail_house(
    tmp_path: Path, database_url: str, mail_server: MailServer
) -> AsyncIterator[House]:
    """A house with a mailbox of its own, in which an old letter lies that somebody has read."""
    box, customer = names()
    with mail_server.mailbox(box).opened() as client:
        hour_ago = imaplib.Time2Internaldate(time.time() - 3600)  # mailboxes count whole seconds
        client.append("INBOX", r"(\Seen)", hour_ago, b"Subject: old\r\n\r\nbefore us\r\n")
    settings = settled(tmp_path / "home", database_url, mail_server, box=box)
    for path in (settings.paths.run, settings.paths.journal):
        path.mkdir(parents=True)
    made = engine(settings.database)
    yield House(settings, made, mail_server, box, customer)
    await made.dispose()


@pytest.fixture
def built_pages(desk: Room) -> None:
    """Pages name their scripts without looking whether they were built."""
    desk.app.state.assets.path = lambda name: f"/static/{name}"


@pytest.fixture
def there() -> Iterator[Receiver]:
    """A real receiver of webhooks."""
    with receiver() as found:
        yield found


@pytest_asyncio.fixture
async def webhook_house(tmp_path: Path, database_url: str) -> AsyncIterator[WebhookHouse]:
    """A house whose webhooks may go to this machine."""
    settings = webhook_settled(tmp_path / "home", database_url)
    settings.paths.run.mkdir(parents=True)
    made = engine(settings.database)
    yield WebhookHouse(settings, made)
    await made.dispose()
