"""Owns what tests of every kind may ask for: so far, a real PostgreSQL."""

from collections.abc import Iterator

import pytest

from tests.postgres import Postgres, running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One real cluster for the whole run; each test makes its own database in it."""
    with running() as cluster:
        yield cluster
