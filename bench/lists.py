"""Measures how soon a list of ten thousand people can be seen: `python -m bench.lists [--rows N]`.

From the bytes to what the page shows: read in its own process, then asked of a real database that
knows a thousand tickets and five hundred numbers that must not be called; and how long the campaign
of it takes to be kept.
"""

import argparse
import asyncio
import io
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from openpyxl import Workbook
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.questions import Kind
from db.bounded import Database, Question
from db.engine import engine
from db.migrate import upgrade
from features.campaign_lists import lists
from features.campaigns import plan as campaign_plan
from features.campaigns import queries as campaigns
from features.campaigns.queries import Campaign
from features.do_not_call import queries as do_not_call
from features.do_not_call.queries import Entry
from features.tickets import rows
from features.tickets.lifecycle import Ticket, TicketKind, TicketSource, TicketState
from features.tickets.tables import TicketRow
from imports.writing import csv_lines
from settings import Settings

HEADER = ("电话", "姓名", "语言", "时区", "工单", "备注", "套餐", "地址")
TICKETS, REFUSING = 1000, 500
ROUNDS = 3


def people(count: int) -> Iterator[Sequence[str]]:
    """Give a list with some of everything that may be wrong in it."""
    yield HEADER
    for row in range(count):
        number = f"138{row % (count - count // 50):08d}"  # one in fifty stands there twice
        if row % 100 == 7:
            number = number[:2]
        ticket = f"20261121-{row:05d}" if row < TICKETS else ""
        rest = ("zh" if row % 9 else "en", "", ticket, f"第{row}户", "无限", f"西城区{row}号")
        yield (number, f"客户{row}", *rest)


def as_xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    """Return a list as a workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


async def measure(settings: Settings, count: int) -> None:
    """Print what each step takes."""
    database = Database(engine(settings.database))
    await database.write(_furnish, within=30)
    print(f"| {count} rows | bytes | s to the preview | callable | faults | twice | s to keep |")
    print("|---|---|---|---|---|---|---|")
    for name, content in (
        ("csv", csv_lines(people(count)).encode("utf-8-sig")),
        ("gb18030", csv_lines(people(count)).encode("gb18030")),
        ("xlsx", as_xlsx(people(count))),
    ):
        for _ in range(ROUNDS):
            began = time.monotonic()
            found = await lists.take_in(content, f"x.{name}", settings, database.for_request(10))
            seen = time.monotonic()
            await database.write(_keeping(found, settings), within=30)
            kept = time.monotonic()
            reading = found.reading
            figures = (len(found.people), len(reading.faults), len(reading.twice))
            counted = " | ".join(map(str, figures))
            print(
                f"| {name} | {len(content)} | {seen - began:.2f} | {counted} | {kept - seen:.2f} |"
            )
    await database.close(within=5)


def _keeping(found: lists.List, settings: Settings) -> Question[int]:
    usual = Campaign(
        name="x",
        kind=Kind.VISIT,
        questions=campaign_plan.usual(Kind.VISIT),
        zone=settings.timezone,
    )
    kept = campaign_plan.people_of(found, language="zh")
    now = datetime.now(UTC)
    return lambda connection: campaigns.make(connection, usual, kept, made_by=None, now=now)


async def _furnish(connection: AsyncConnection) -> None:
    now = datetime.now(UTC)
    tickets = [
        rows.of_ticket(
            Ticket(
                number=f"20261121-{which:05d}",
                kind=TicketKind.FAULT,
                business=None,
                nature=None,
                source=TicketSource.MESSAGE,
                state=TicketState.NEW,
                call_id=None,
                customer_number="",
                body="",
                created_at=now,
                due_at=now + timedelta(hours=24),
            )
        )
        for which in range(TICKETS)
    ]
    await connection.execute(insert(TicketRow), tickets)
    for which in range(REFUSING):
        await do_not_call.put(
            connection, Entry(f"138{which * 7:08d}", f"+86138{which * 7:08d}", "x", now, "x")
        )


def main() -> None:
    """Measure over an SQLite home of its own, or over a given database."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rows", type=int, default=10_000)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="lists-") as home:
        settings = Settings(home=Path(home))
        upgrade(settings.database)
        asyncio.run(measure(settings, asked.rows))


if __name__ == "__main__":
    main()
