"""How long figures and reports of a large month take on PostgreSQL (issue 14, bar g).

python -m bench.reports [--calls 300000] [--tickets 30000]

Calls, talks, tickets, what was done with them, scores and judgements are put in for one month of
reports (the 21st to the 20th). Then every day is counted, each report is gathered and printed, one
day is counted again after a late call, and the figures are held against counts that the database
makes of all rows.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bench import report_inspection
from callflow.call import Language
from db.engine import engine
from db.migrate import upgrade
from features.report_figures import adding, checking, traffic
from features.report_figures.rollup import RollUp
from features.reports import content, keeping, printing
from features.reports.rules import Period, PeriodKind, Sort, period_due
from settings import Settings
from tests.postgres import running

FIRST: Final = "2026-11-21 00:00:00+08"
MONTH: Final = period_due(PeriodKind.MONTH, date(2026, 12, 21))
WEEK: Final = period_due(PeriodKind.WEEK, date(2026, 12, 14))
NOW: Final = datetime(2026, 12, 21, tzinfo=UTC)
ROUNDS: Final = 5
SETTINGS: Final = Settings()

# Calls come from 8 to 22 h; one in five is not answered; forty agents.
_CALLS: Final = """
INSERT INTO calls (id, linkedid, boot, ref, number, identity, name, did, ring_started, answered,
  ended, rings, held_ans1, queued_at, queue_left_at, waited_s, agent, agent_answered, misses,
  hung_up_by, disposition, sil_outcome, topic, state, route_reasons, held_s, direction, scripts,
  talk_s)
SELECT id, 'trk-' || n, 'trk', '', '13800138000', '+8613800138000', '', '10050', began, began,
  began + interval '4 minutes', 1, true, began, began, waited,
  CASE WHEN served THEN agent END, CASE WHEN served THEN began END, '[]', 'caller',
  CASE WHEN outwards THEN 'outbound' WHEN served THEN 'agent' WHEN n % 2 = 0 THEN 'message'
    ELSE 'abandoned_queue' END,
  'alive', (ARRAY[NULL, 'complaint', 'fault', 'consultation'])[1 + n % 4],
  'ended', '[]', 1.5, CASE WHEN outwards THEN 'out' ELSE 'in' END, '[]',
  CASE WHEN served THEN 150.25 END
FROM (
  SELECT n, '00000000-0000-4000-8000-' || lpad(n::text, 12, '0') AS id, n % 5 <> 4 AS served,
    n % 20 = 0 AS outwards, (2001 + n % 40)::text AS agent,
    round((random() * 30)::numeric, 2) AS waited,
    timestamptz '{first}' + (n % 30) * interval '1 day'
      + (8 + 14 * random()) * interval '1 hour' AS began
  FROM generate_series(1, {calls}) AS n
) AS drawn
"""
_TALKS: Final = """
INSERT INTO talk_segments (call_id, agent, seat, from_at, to_at, how, held_s)
SELECT id, agent, 'w01', ring_started, ring_started + interval '151.75 seconds', 'answered', 1.5
FROM calls WHERE agent IS NOT NULL
"""
_TICKETS: Final = """
INSERT INTO tickets (number, kind, business, nature, source, state, call_id, customer_number, body,
  created_at, due_at, handler, customer_name, answer, department, to_review, version)
SELECT '20261121-' || lpad((row_number() OVER ())::text, 7, '0'),
  (ARRAY['complaint', 'fault', 'consultation'])[1 + pick % 3],
  (ARRAY['固定电话', '数据通信', '电话卡'])[1 + pick % 3],
  (ARRAY['资费', '服务质量'])[1 + pick % 2], 'call',
  (ARRAY['closed', 'answered', 'dispatched', 'new'])[1 + pick % 4], id, number, '', ring_started,
  ring_started, agent, '', '', (ARRAY['', '线路班', '计费'])[1 + pick % 3], false, 5
FROM (SELECT calls.*, (random() * 1000)::int AS pick FROM calls ORDER BY id LIMIT {tickets})
  AS drawn
"""
_ENTRIES: Final = """
INSERT INTO ticket_entries (ticket_id, version, at, via, what, before, after, said, place)
SELECT tickets.id, 1, created_at + n * interval '5 hours', 'page',
  (ARRAY['opened', 'dispatch', 'accept', 'handle',
    CASE WHEN tickets.id % 7 = 0 THEN 'not_satisfied' ELSE 'satisfied' END])[n],
  '', 'new', '{}', 0
FROM tickets, generate_series(1, 5) AS n
"""
_LATE: Final = "UPDATE calls SET disposition = 'message' WHERE id = '{call}'"
_MARK: Final = "INSERT INTO report_marks (at) SELECT ring_started FROM calls WHERE id = '{call}'"
LATE_CALL: Final = "00000000-0000-4000-8000-000000000014"
_WHOLE: Final = {
    "incoming calls": "SELECT count(*) FROM calls WHERE direction = 'in'",
    "talk (ms)": "SELECT sum(round(talk_s * 1000)) FROM calls WHERE direction = 'in'",
    "tickets": "SELECT count(*) FROM tickets",
}


async def measure(url: str, calls: int, tickets: int) -> None:
    """Print what each step takes."""
    database = engine(url, limit_ms=600_000)
    began = time.perf_counter()
    async with database.begin() as connection:
        await connection.exec_driver_sql(_CALLS.format(first=FIRST, calls=calls))
        await connection.exec_driver_sql(_TALKS)
        await connection.exec_driver_sql(_TICKETS.format(tickets=tickets))
        await connection.exec_driver_sql(_ENTRIES)
        for statement in report_inspection.statements():
            await connection.exec_driver_sql(statement)
        await connection.exec_driver_sql("ANALYZE")
    await database.dispose()
    print(f"{calls} calls, {tickets} tickets put in: {time.perf_counter() - began:.1f} s")
    database = engine(url)
    await _counted(database, "all days counted")
    async with database.begin() as connection:
        await connection.exec_driver_sql(_LATE.format(call=LATE_CALL))
        await connection.exec_driver_sql(_MARK.format(call=LATE_CALL))
    await _counted(database, "again after a late call")
    await _reports(database)
    await _compared(database)
    await database.dispose()


async def _counted(database: AsyncEngine, name: str) -> None:
    rollup = RollUp(database, zone=SETTINGS.zone, within_s=SETTINGS.report_within)
    began = time.perf_counter()
    while await rollup.turn():
        pass
    took = time.perf_counter() - began
    print(f"{name}: {rollup.counted} days, {took:.2f} s, {took / max(1, rollup.counted):.3f} a day")


async def _reports(database: AsyncEngine) -> None:
    print("| what | median s | longest s |\n|---|---|---|")
    for sort, period in (
        (Sort.TRAFFIC, WEEK),
        (Sort.TRAFFIC, MONTH),
        (Sort.SATISFACTION, MONTH),
        (Sort.QUALITY, MONTH),
    ):
        await _timed(f"{sort}, {period.kind}", partial(_gathered, database, sort, period))
    await _timed("/traffic of the month", partial(_traffic, database))
    await _timed("/staffing, forecast", partial(_staffing, database))
    figures = await _gathered(database, Sort.TRAFFIC, MONTH)
    async with database.execution_options(writing=True).begin() as connection:
        made = await keeping.keep(connection, Sort.TRAFFIC, MONTH, figures, now=NOW)
    assert made is not None

    async def paper() -> object:
        return printing.paper(made, Language.CHINESE, SETTINGS, printed_at=NOW, printed_by="")

    async def sheet() -> object:
        return printing.sheet(made, Language.CHINESE)

    await _timed("the month's PDF", paper)
    await _timed("the month's XLSX", sheet)


async def _timed(name: str, ask: Callable[[], Awaitable[object]]) -> None:
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await ask()
        took.append(time.perf_counter() - began)
    print(f"| {name} | {sorted(took)[ROUNDS // 2]:.3f} | {max(took):.3f} |")


async def _gathered(database: AsyncEngine, sort: Sort, period: Period) -> str:
    async with database.connect() as connection:
        return content.text_of(await content.gathered(connection, sort, period, SETTINGS.zone))


async def _traffic(database: AsyncEngine) -> object:
    async with database.connect() as connection:
        return await traffic.traffic(connection, MONTH.first, MONTH.last)


async def _staffing(database: AsyncEngine) -> object:
    async with database.connect() as connection:
        return await traffic.staffing(
            connection,
            date(2026, 12, 22),
            today=date(2026, 12, 20),
            zone=SETTINGS.zone,
            within_s=15,
            share=0.95,
            wrap_up_s=15,
        )


async def _compared(database: AsyncEngine) -> None:
    """Hold the figures against counts of all rows."""
    days = (MONTH.first, MONTH.last)
    async with database.connect() as connection:
        calls = await adding.total(connection, "calls", *days, only=adding.INCOMING)
        opened = await adding.total(connection, "tickets", *days)
        kept = (calls["count"], calls["talk_ms"], opened["count"])
        for (name, query), figure in zip(_WHOLE.items(), kept, strict=True):
            whole = int((await connection.execute(text(query))).scalar_one())
            print(f"{name}: kept {figure}, of all rows {whole}")
        began = time.perf_counter()
        count, wrong = await checking.wrong_days(
            connection, zone=SETTINGS.zone, within_s=SETTINGS.report_within
        )
    print(f"{count} days counted by `verify`: {time.perf_counter() - began:.1f} s; differ: {wrong}")


def main() -> None:
    """Measure on a PostgreSQL of its own."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--calls", type=int, default=300_000)
    asked.add_argument("--tickets", type=int, default=30_000)
    given = asked.parse_args()
    with running() as server:
        url = server.new_database()
        upgrade(url)
        asyncio.run(measure(url, given.calls, given.tickets))


if __name__ == "__main__":
    main()
