"""The database engine: one a process, with the same behaviour on both databases."""

import json
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

STATEMENT_LIMIT_MS = 10_000
"""A statement that takes longer on PostgreSQL is given up; whoever asked tries again."""
BUSY_TIMEOUT_MS = 5_000
"""How long SQLite waits for another writer; without it there are hundreds of “locked” errors."""
CONNECT_LIMIT_S = 5


def engine(database_url: str, *, limit_ms: int = STATEMENT_LIMIT_MS) -> AsyncEngine:
    """Return an engine for `sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`; opens nothing.

    `limit_ms` bounds a statement on PostgreSQL.
    """
    if make_url(database_url).get_backend_name() == "sqlite":
        return _sqlite(database_url)
    return create_async_engine(
        database_url,
        json_serializer=_compact,
        hide_parameters=True,  # an error's text goes into logs; what customers said does not
        pool_size=5,
        max_overflow=10,
        pool_timeout=CONNECT_LIMIT_S,
        pool_recycle=1800,
        pool_pre_ping=True,
        connect_args={
            "timeout": CONNECT_LIMIT_S,
            "command_timeout": limit_ms / 1000 + 1,
            "server_settings": {
                "application_name": "thirdring",
                "statement_timeout": str(limit_ms),
                "lock_timeout": str(BUSY_TIMEOUT_MS),
                "idle_in_transaction_session_timeout": "60000",
                "timezone": "UTC",
            },
        },
    )


def _sqlite(database_url: str) -> AsyncEngine:
    made = create_async_engine(
        database_url,
        json_serializer=_compact,
        hide_parameters=True,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(made.sync_engine, "connect")
    def _manners(connection: Any, _record: Any) -> None:
        # The driver would begin a transaction by itself, late and without the lock: see _begin.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.close()

    @event.listens_for(made.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        # A transaction that reads first and writes later cannot wait for its lock in WAL mode.
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return made


_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
