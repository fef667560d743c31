"""How long lists and searches take among very many rows (issue: tickets, bar d).

python -m bench.search --tickets 1000000 --calls 5000000 --events 20000000
python -m bench.search … --sqlite       the same on SQLite
python -m bench.search … --keep         and write the table into docs/benchmarks-search.md
python -m bench.search … --when FILE    ask at the full size once this file is there: rows are put
                                        in while others work, and asked when the machine is free

Rows are put in until an eighth, a quarter, half and all of them are there, and everything is
asked each time: a list that grows with the table shows it. What reads a table whole is named.
"""

import argparse
import asyncio
import re
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from bench import machine
from bench import search_rows as made
from bench.search_questions import ROUNDS, Asking, questions
from db.engine import engine
from db.migrate import upgrade
from db.terms import as_words, create_index
from settings import PROJECT
from tests.integration.plans import listening, read_whole
from tests.postgres import running

TERMS: Final = {"ticket_terms": "ticket_id", "customer_terms": "customer_id"}
SIZES: Final = (8, 4, 2, 1)
KEPT: Final = PROJECT / "docs" / "benchmarks-search.md"
MARK: Final = "<!-- {} -->"


class Rows:
    """A database, and how rows are put into it quickly."""

    def __init__(self, url: str, tickets: int, calls: int, events: int) -> None:
        self.url = url
        self.tickets, self.calls = tickets, calls
        self.each = max(1, events // calls)
        self._from = 0

    async def fill(self, share: int) -> None:
        """Put rows in until this part of them is there."""
        first, last = self._from, self.calls // share
        self._from = last
        every, a_ticket = self.calls, made.CALLS_A_TICKET
        keys = (max(1, -(-first // a_ticket)), min(self.tickets, last // a_ticket))
        people = tuple(-(-each // made.CALLS_A_NUMBER) for each in (first, last))
        await self._put("calls", made.CALL_COLUMNS, made.calls(first, last, every))
        columns: Sequence[str]
        columns = ("call_id", "agent", "ring_started", "direction", "disposition")
        await self._put("call_agents", columns, made.call_agents(first, last, every))
        columns = ("call_id", "agent", "seat", "from_at", "to_at", "how", "held_s")
        await self._put("talk_segments", columns, made.segments(first, last, every))
        columns = ("about", "at", "source", "name", "uniqueid", "channel", "data", "file")
        columns = (*columns, "offset", "node")
        await self._put("call_events", columns, made.events(first, last, self.each))
        columns = ("id", "call_id", "kind", "state", "path", "seconds", "bytes", "sha256")
        columns = (*columns, "channels", "rate", "why", "created_at")
        await self._put("recordings", columns, made.recordings(first, last))
        columns = ("recording_id", "agent", "created_at", "kind", "disposition", "state")
        await self._put("recording_agents", columns, made.recording_agents(first, last, every))
        columns = ("number", "identity", "last_at", "terms")
        await self._put("caller_numbers", columns, made.numbers(*people))
        of = [each // made.TICKETS_A_CUSTOMER for each in keys]
        some_customers = list(made.customers(*of))
        columns = made.CUSTOMER_COLUMNS
        values = [tuple(row[name] for name in columns) for row in some_customers]
        await self._put("customers", columns, values)
        found = ((row["id"], made.terms_of_customer(row)) for row in some_customers)
        await self._put("customer_terms", ("customer_id", "terms"), found)
        some = list(range(keys[0], keys[1], 20_000))
        for begin in some:
            rows = list(made.tickets(begin, min(begin + 20_000, keys[1]), every))
            values = [tuple(row[name] for name in made.TICKET_COLUMNS) for row in rows]
            await self._put("tickets", made.TICKET_COLUMNS, values)
            found = ((row["id"], made.terms_of(row)) for row in rows)
            await self._put("ticket_terms", ("ticket_id", "terms"), found)
        await self._settle()

    async def _put(self, table: str, columns: Sequence[str], rows: Iterable[Any]) -> None:
        raise NotImplementedError

    async def _settle(self) -> None:
        raise NotImplementedError


class InPostgres(Rows):
    async def fill(self, share: int) -> None:
        """Make the indexes of terms when all rows of this size are there: that is quicker."""
        connection = await asyncpg.connect(self.url.replace("+asyncpg", ""))
        for table in TERMS:
            await connection.execute(f"DROP INDEX ix_{table}_terms")
        await connection.close()
        await super().fill(share)

    async def _put(self, table: str, columns: Sequence[str], rows: Iterable[Any]) -> None:
        connection = await asyncpg.connect(self.url.replace("+asyncpg", ""))
        await connection.copy_records_to_table(table, columns=list(columns), records=rows)
        await connection.close()

    async def _settle(self) -> None:
        connection = await asyncpg.connect(self.url.replace("+asyncpg", ""))
        for table, key in TERMS.items():
            for statement in create_index(table, key, "postgresql"):
                await connection.execute(statement, timeout=3600)
        await connection.execute("VACUUM ANALYZE", timeout=3600)
        await connection.close()


class InSqlite(Rows):
    async def _put(self, table: str, columns: Sequence[str], rows: Iterable[Any]) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" * len(columns))
        with closing(sqlite3.connect(self._file)) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            values = (tuple(map(_plain, row)) for row in rows)
            connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)
            connection.commit()

    async def _settle(self) -> None:
        with closing(sqlite3.connect(self._file)) as connection:
            connection.execute("ANALYZE")
            connection.commit()

    @property
    def _file(self) -> str:
        return self.url.partition(":///")[2]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")[:26]
    return as_words(value) if isinstance(value, list) else value


async def asked(database: AsyncEngine, ask: Asking) -> tuple[float, float]:
    """Return p50 and p95 of asking, in ms."""
    took = []
    for turn in range(-2, ROUNDS):
        async with database.connect() as connection:
            await connection.exec_driver_sql("SELECT 1")
            began = time.perf_counter()
            await ask(connection, turn)
            if turn >= 0:
                took.append(1000 * (time.perf_counter() - began))
    took.sort()
    return took[len(took) // 2], took[int(0.95 * (len(took) - 1))]


def _these(rows: Rows, only: str) -> Iterator[tuple[str, Asking]]:
    return ((name, ask) for name, ask in questions(rows.calls) if only in name)


async def measure(rows: Rows, only: str, when: Path | None) -> Iterator[str]:
    """Fill the database and ask everything at each size; return the lines of the table."""
    database = engine(rows.url, limit_ms=60_000)
    found: dict[str, list[tuple[float, float]]] = {}
    whole: dict[str, list[str]] = {}
    for share in SIZES:
        began = time.monotonic()
        await rows.fill(share)
        print(f"1/{share} of the rows after {time.monotonic() - began:.0f} s", flush=True)
        if share == 1 and when is not None:
            await asyncio.to_thread(_wait_for, when)
        for name, ask in _these(rows, only):
            found.setdefault(name, []).append(await asked(database, ask))
    for name, ask in _these(rows, only):
        async with database.connect() as connection:
            with listening(connection) as heard:
                await ask(connection, 0)
            whole[name] = await read_whole(connection, heard)
    await database.dispose()
    return _table(rows, found, whole)


def _wait_for(file: Path) -> None:
    while not file.exists():
        time.sleep(1.0)


def _table(rows: Rows, found: dict[str, Any], whole: dict[str, list[str]]) -> Iterator[str]:
    sizes = [f"{rows.tickets // share:,}" for share in SIZES]
    yield f"| p95 ms, tickets: | {' | '.join(sizes)} | p50 at the last | whole tables read |"
    yield "|---|---|---|---|---|---|---|"
    for name, times in found.items():
        at_sizes = " | ".join(f"{p95:.0f}" for _, p95 in times)
        read = ", ".join(sorted(set(whole[name]))) or "–"
        yield f"| {name} | {at_sizes} | {times[-1][0]:.1f} | {read} |"


@contextmanager
def _database(folder: Path, asked: argparse.Namespace) -> Iterator[Rows]:
    sizes = (asked.tickets, asked.calls, asked.events)
    if asked.sqlite:
        url = f"sqlite+aiosqlite:///{folder}/thirdring.db"
        upgrade(url)
        yield InSqlite(url, *sizes)
        return
    settings = {"shared_buffers": "256MB", "max_wal_size": "1GB", "maintenance_work_mem": "256MB"}
    with running(**settings) as cluster:
        url = cluster.new_database()
        upgrade(url)
        yield InPostgres(url, *sizes)


def keep(kind: str, lines: Sequence[str]) -> None:
    """Put the lines between the marks of this kind in the page of figures."""
    page = KEPT.read_text()
    mark, text = re.escape(MARK.format(kind)), "\n".join(lines)
    fresh = f"{MARK.format(kind)}\n{text}\n{MARK.format(kind)}"
    KEPT.write_text(re.sub(f"{mark}.*{mark}", lambda _: fresh, page, flags=re.DOTALL))


def main() -> None:
    """Measure, print, and keep where asked."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--tickets", type=int, default=1_000_000)
    words.add_argument("--calls", type=int, default=5_000_000)
    words.add_argument("--events", type=int, default=20_000_000)
    words.add_argument("--sqlite", action="store_true")
    words.add_argument("--only", default="", help="Ask only what has this in its name.")
    words.add_argument("--keep", action="store_true")
    words.add_argument("--when", type=Path, help="Ask at the full size once this file is there.")
    given = words.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="search-") as folder,
        _database(Path(folder), given) as rows,
    ):
        lines = list(asyncio.run(measure(rows, given.only, given.when)))
    told = f"{given.tickets:,} tickets, {given.calls:,} calls, {given.events:,} events"
    when = f"{told}. {machine.described('–')}. {datetime.now(UTC):%Y-%m-%d}."
    print("\n".join([when, "", *lines]))
    if given.keep:
        keep("SQLite" if given.sqlite else "PostgreSQL", [when, "", *lines])


if __name__ == "__main__":
    main()
