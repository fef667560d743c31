"""Owns what tests against a real database ask for: an empty one of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Postgres
from tickets.migrate import upgrade


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, of both kinds in turn."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'thirdring.db'}"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        yield postgres.new_database()


@pytest.fixture
def database_url(empty_database: str) -> str:
    """The address of a database with our tables and no row, of both kinds in turn."""
    upgrade(empty_database)
    return empty_database
