"""Brings a database up to this version's tables.

Quick when there is nothing to do: Alembic is only loaded when a migration is due. Safe when two
processes try at once: the second waits for the first one's transaction and finds it done.
"""

import asyncio
import logging
import re
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import engine

MIGRATIONS = Path(__file__).resolve().parent / "migrations"

GOOD_BYE_S = 0.05


class NotOursError(Exception):
    """The tables of this database were made by a version that this one cannot bring up to date."""


_ONE_AT_A_TIME = 7_301_100_50
"""Key of the advisory lock on PostgreSQL; any number that nobody else uses."""


def newest() -> str:
    """Return the newest revision there is a script for."""
    return max(_known())


def _known() -> set[str]:
    scripts = (MIGRATIONS / "versions").glob("*.py")
    return {found[0] for one in scripts if (found := re.match(r"\d{4}", one.name))}


def upgrade(database_url: str) -> None:
    """Bring the database to the newest revision; raises what the database says when it cannot.

    Must not be called from a running event loop (there: `asyncio.to_thread(upgrade, url)`).
    """
    asyncio.run(_upgrade(database_url))


async def _upgrade(database_url: str) -> None:
    made = engine(database_url)
    try:
        async with made.connect() as connection:
            current = await _revision(connection)
        if current == newest():
            return
        if current is not None and current not in _known():
            raise NotOursError(
                f"this database was made by another version of ThirdRing (revision {current}); "
                f"this version knows revisions up to {newest()}. Use the version that made it, or "
                "name an empty database in THIRDRING_DATABASE_URL"
            )
        async with made.connect() as plain:
            connection = await plain.execution_options(writing=True)
            async with connection.begin():
                if connection.dialect.name == "postgresql":
                    await connection.execute(
                        text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME}
                    )
                await connection.run_sync(to)
    except DBAPIError:
        # The SQLite driver's thread says good-bye through this loop, and must find it open.
        await asyncio.sleep(GOOD_BYE_S)
        raise
    finally:
        await made.dispose()


async def _revision(connection: AsyncConnection) -> str | None:
    try:
        found = await connection.execute(text("SELECT version_num FROM alembic_version"))
        return found.scalar_one_or_none()
    except DBAPIError:
        return None  # no such table yet, or no such database: the upgrade itself will say


def to(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a revision, in the transaction of the connection."""
    logging.getLogger("alembic").setLevel(logging.WARNING)  # its plugins are nobody's news
    from alembic import command  # noqa: PLC0415 (a quarter of a second that is seldom needed)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
