"""Overwrites what a database still holds of rows that are gone.

SQLite leaves erased bytes on free pages and in its log until it is written anew; PostgreSQL leaves
dead rows until a vacuum. What PostgreSQL's own log and its backups hold is its administrator's.
"""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from features.personal_data.registry import spoken
from traces.spellings import Spellings

BUSY_S: Final = 60.0
CHUNK: Final = 1 << 22


class StillRead(Exception):
    """Somebody reads the database all the while: its log cannot be emptied now, try again."""


async def overwrite_what_is_free(engine: AsyncEngine, database: str) -> None:
    """Write an SQLite file anew and empty its log; have PostgreSQL clear dead rows away.

    Raises the database's errors, and StillRead.
    """
    file = _file(database)
    if file is not None:
        await asyncio.to_thread(_anew, file)
        return
    async with engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await alone.execute(text("SET statement_timeout = 0"))
        for table, _ in spoken():
            await alone.execute(text(f'VACUUM "{table.name}"'))
        await alone.execute(text('VACUUM "audit_log"'))
        await alone.execute(text("RESET statement_timeout"))


def still_in_the_file(database: str, spelt: Spellings) -> bool:
    """Tell whether the bytes of an SQLite file or of its log still say a number or a name."""
    file = _file(database)
    if file is None:
        return False
    words = [*([spelt.core] if len(spelt.core) >= 9 else []), *spelt.names]
    wanted = [word.encode() for word in words]
    return any(_holds(place, wanted) for place in (file, Path(f"{file}-wal")) if place.exists())


def _holds(path: Path, wanted: list[bytes]) -> bool:
    longest = max(map(len, wanted), default=1)
    before = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            whole = before + chunk
            if any(word in whole for word in wanted):
                return True
            before = whole[-longest:]
    return False


def _anew(file: Path) -> None:
    with closing(sqlite3.connect(file, timeout=BUSY_S, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("VACUUM")
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StillRead(str(file))


def _file(database: str) -> Path | None:
    url = make_url(database)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None
