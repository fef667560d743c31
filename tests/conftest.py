"""What tests of every kind may ask for: a real PostgreSQL, and to be run on it alone."""

from collections.abc import Iterator

import pytest

from tests.postgres import Postgres, running


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgres"),
        help="run the tests of the whole hotline on this database",
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One real cluster for the whole run; each test makes its own database in it."""
    with running() as cluster:
        yield cluster
