"""What tests of every kind may ask for: a real PostgreSQL, real mail servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from settings import Settings
from supervisor import instances
from tests import mail_server as mail_servers
from tests.brief import left_out
from tests.mail_server import MailServer
from tests.postgres import Postgres, running
from tools import mail_server as mail_tool

structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)
"""An exception is logged in plain words: to draw it in a frame takes longer than most tests."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgres"),
        help="run the tests of the whole hotline on this database",
    )
    parser.addoption("--brief", action="store_true", help="leave out what tests/brief.py says")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--brief"):
        out = set(left_out(items))
        config.hook.pytest_deselected(items=list(out))
        items[:] = [item for item in items if item not in out]


@pytest.fixture(scope="session", autouse=True)
def _no_other_hotlines() -> Iterator[None]:
    """Let no command of a test find a hotline of this machine that is none of the test's."""
    kept, instances.PROC = instances.PROC, Path("/nowhere")
    yield
    instances.PROC = kept


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One real cluster for the whole run; each test makes its own database in it."""
    with running() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    """Real servers for mail, for the whole run; each test has mailboxes of its own."""
    root = mail_tool.find(Settings())
    if root is None or mail_tool.fault():
        pytest.skip(f"no mail server here: {mail_tool.fault() or 'python -m tools.fetch'}")
    with mail_servers.running(root) as servers:
        yield servers
