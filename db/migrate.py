"""Brings a database up to this version's tables.

Quick when there is nothing to do: Alembic is only loaded when a migration is due. Safe when two
processes try at once: the second waits for the first one's transaction and finds it done.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import engine

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parent / "migrations"

GOOD_BYE_S = 0.05

STATEMENT_LIMIT_MS = 6 * 3_600_000
"""A table of years takes its time to be changed; the lock for it is given up much sooner."""


class NotOursError(Exception):
    """The tables of this database were made by a version that this one cannot bring up to date."""


class TooNewError(NotOursError):
    """The tables of this database were made by a newer version."""


_ONE_AT_A_TIME = 7_301_100_50
"""Key of the advisory lock on PostgreSQL; any number that nobody else uses."""


def newest() -> str:
    """Return the newest revision there is a script for."""
    return max(known())


def known() -> set[str]:
    """Return the revisions that there are scripts for."""
    scripts = (MIGRATIONS / "versions").glob("*.py")
    return {found[0] for one in scripts if (found := re.match(r"\d{4}", one.name))}


def upgrade(database_url: str) -> None:
    """Bring the database to the newest revision; raises what the database says when it cannot.

    Must not be called from a running event loop (there: `asyncio.to_thread(upgrade, url)`).
    """
    asyncio.run(_upgrade(database_url))


async def _upgrade(database_url: str) -> None:
    async with _opened(database_url) as made:
        async with made.connect() as connection:
            current = await revision(connection)
        if current == newest():
            return
        _refuse_strange(current)
        await _changed(made, to)


def step_to(database_url: str, wanted: str) -> None:
    """Bring the tables to a revision, newer or older; an older one drops what newer tables hold.

    Raises what the database says when it cannot; AttributeError where there is no way back.
    """
    asyncio.run(_step_to(database_url, wanted))


async def _step_to(database_url: str, wanted: str) -> None:
    async with _opened(database_url) as made:
        async with made.connect() as connection:
            current = await revision(connection)
        _refuse_strange(current)
        if current != wanted:
            back = current is not None and wanted < current
            await _changed(made, partial(_back_to if back else to, revision=wanted))


@asynccontextmanager
async def _opened(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = engine(database_url, limit_ms=STATEMENT_LIMIT_MS)
    try:
        yield made
    except DBAPIError:
        # The SQLite driver's thread says good-bye through this loop, and must find it open.
        await asyncio.sleep(GOOD_BYE_S)
        raise
    finally:
        await made.dispose()


async def _changed(made: AsyncEngine, change: Callable[[Connection], None]) -> None:
    """Change the tables in one transaction, one process at a time."""
    async with made.connect() as plain:
        connection = await plain.execution_options(writing=True)
        async with connection.begin():
            if connection.dialect.name == "postgresql":
                await connection.execute(
                    text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME}
                )
            await connection.run_sync(change)


def _refuse_strange(current: str | None) -> None:
    """Refuse tables that this version has no script for. Raises NotOursError."""
    if current is None or current in known():
        return
    if current > newest():
        raise TooNewError(
            f"the database has the tables of a newer version of ThirdRing (revision {current}; "
            f"this version knows revisions up to {newest()}). Start the newer version again, or "
            f"have it bring the tables back: `thirdring database --to {newest()}`"
        )
    raise NotOursError(
        f"this database was made by another version of ThirdRing (revision {current}); "
        f"this version knows revisions up to {newest()}. Use the version that made it, or "
        "name an empty database in THIRDRING_DATABASE_URL"
    )


async def revision(connection: AsyncConnection) -> str | None:
    """Return of which revision the tables are; None where there are none, or no database."""
    try:
        found = await connection.execute(text("SELECT version_num FROM alembic_version"))
        return found.scalar_one_or_none()
    except DBAPIError:
        return None  # no such table yet, or no such database: the upgrade itself will say


def to(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a revision, in the transaction of the connection."""
    from alembic import command  # noqa: PLC0415 (a quarter of a second that is seldom needed)

    command.upgrade(_configured(connection), revision)


def _back_to(connection: Connection, revision: str) -> None:
    from alembic import command  # noqa: PLC0415

    command.downgrade(_configured(connection), revision)


def _configured(connection: Connection) -> "Config":
    logging.getLogger("alembic").setLevel(logging.WARNING)  # its plugins are nobody's news
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
