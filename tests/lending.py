"""Databases that tests borrow: each begins as the template is, and is put back afterwards.

Making a database takes PostgreSQL a tenth of a second of a core, and hundreds of tests want one. So
one that was used is used again: what its tables held at first lies in it a second time, in the
schema `kept`. A test that leaves a lock, or so much that putting it back takes long, costs one.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import asyncpg

from tests.postgres import Postgres

PUT_BACK_WITHIN: Final = "2s"
KEPT: Final = "kept"

Answer = TypeVar("Answer")


class Lending:
    """Databases like one template, in a cluster; the template is used by nobody else."""

    def __init__(self, cluster: Postgres, template: str) -> None:
        self._cluster, self._template = cluster, template
        self._free: list[str] = []
        self._put_back = _aside(_kept(template))

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Give the address of a database that holds what the template holds."""
        url = self._free.pop() if self._free else ""
        if not url or not _aside(_is_put_back(url, self._put_back)):
            url = self._cluster.new_database(like=self._template)
        yield url
        self._free.append(url)


def _aside(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Do something in a loop of its own: the caller may be inside one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def _connected(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(url.replace("+asyncpg", ""), timeout=10)


async def _kept(url: str) -> str:
    """Keep what the tables hold; return the statements that put it back."""
    connection = await _connected(url)
    try:
        tables = [
            str(row["name"])
            for row in await connection.fetch(
                "SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public'"
            )
        ]
        await connection.execute(f"CREATE SCHEMA {KEPT}")
        filled = []
        for table in tables:
            if await connection.fetchval(f"SELECT EXISTS (SELECT FROM public.{table})"):
                await connection.execute(f"CREATE TABLE {KEPT}.{table} AS TABLE public.{table}")
                filled.append(table)
        sequences = await connection.fetch(
            "SELECT format('%I', sequencename) AS name, start_value, last_value"
            " FROM pg_sequences WHERE schemaname = 'public'"
        )
    finally:
        await connection.close()
    return ";\n".join(
        [
            f"SET LOCAL statement_timeout = '{PUT_BACK_WITHIN}'",
            "SET LOCAL session_replication_role = replica",  # in whatever order they refer
            *(f"DELETE FROM public.{table}" for table in tables),
            *(
                f"INSERT INTO public.{table} OVERRIDING SYSTEM VALUE SELECT * FROM {KEPT}.{table}"
                for table in filled
            ),
            *(
                f"SELECT setval('public.{one['name']}', {one['last_value'] or one['start_value']},"
                f" {'true' if one['last_value'] else 'false'})"
                for one in sequences
            ),
        ]
    )


async def _is_put_back(url: str, statements: str) -> bool:
    """Put a database back to what it was; tell whether that could be done."""
    try:
        connection = await _connected(url)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    try:
        await connection.execute(statements)
    except asyncpg.PostgresError:
        return False
    finally:
        await connection.close()
    return True
