"""`python -m bench.claim`: what it costs to see who of a campaign is due, and to take them
over.

python -m bench.claim               with 1,000 and with 1,000,000 people who are due later
python -m bench.claim --keep        and write docs/benchmarks-claim.md

On SQLite and on PostgreSQL, through the dispatcher's own purpose: `next_due`, which is asked many
times a second, and `claim` of ten people in a transaction of its own. The people of later days are
in the running campaign itself and in one that rests. Exit code 1 when a million cost more than
twice a thousand, and more than a millisecond more.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bench import machine
from db.engine import engine
from db.migrate import upgrade
from features.campaign_calls.outbound import CampaignCalls
from features.campaigns import contacts as campaign_contacts
from features.campaigns import queries as campaigns
from features.campaigns.contacts import Person
from features.campaigns.lifecycle import CampaignState
from settings import PROJECT
from tests.integration.campaign_room import SpokenAtOnce, campaign
from tests.postgres import running as postgres

FEW, MANY = 1_000, 1_000_000
AT_ONCE = 10
TIMES = 200
PIECE = 20_000
PACED_S = 0.011
"""By then the pace has lines for all again."""
LATER = timedelta(days=30)


@dataclass(frozen=True)
class Cost:
    """What one question cost, in milliseconds."""

    database: str
    later: int
    """How many are due later."""
    question: str
    median: float
    p95: float


async def measured(url: str, name: str) -> Sequence[Cost]:
    """Return the costs with few and with many people who are due later."""
    found: list[Cost] = []
    made = engine(url)
    now = datetime.now(UTC)
    async with made.execution_options(writing=True).begin() as connection:
        keys = [
            await campaigns.make(connection, campaign(lines=10**9), (), made_by=None, now=now)
            for _ in range(2)
        ]
        await campaigns.change(connection, keys[0], CampaignState.RUNNING, now=now)
    placed = 0
    for later in (FEW, MANY):
        placed = await _fill(made, keys, later // 2 - placed, begin=placed)
        found += await _asked(made, keys[0], name, later)
    await made.dispose()
    return found


async def _fill(made: AsyncEngine, keys: Sequence[int], count: int, *, begin: int) -> int:
    """Put people who are due later into each campaign; return how many there are in each now."""
    at = datetime.now(UTC) + LATER
    for first in range(begin, begin + count, PIECE):
        last = min(first + PIECE, begin + count)
        some = [
            Person(position=n, number=str(10**10 + n), identity=str(10**10 + n))
            for n in range(first, last)
        ]
        async with made.execution_options(writing=True).begin() as connection:
            for key in keys:
                await campaign_contacts.add(connection, key, some, due=at)
    async with made.connect() as connection:
        await connection.execute(text("ANALYZE"))
        await connection.commit()
    return begin + count


async def _asked(made: AsyncEngine, key: int, name: str, later: int) -> Sequence[Cost]:
    now = datetime.now(UTC) - timedelta(seconds=5)
    first = 10**9 + later
    due = [
        Person(position=first + n, number=str(first + n), identity=str(first + n))
        for n in range((TIMES + 1) * AT_ONCE)
    ]
    async with made.execution_options(writing=True).begin() as connection:
        await campaign_contacts.add(connection, key, due, due=now)
    campaign_calls = CampaignCalls(lines=10**9, scripts=SpokenAtOnce())

    async def next_due() -> None:
        async with made.connect() as connection:
            assert await campaign_calls.next_due(connection)

    async def claim() -> None:
        async with made.execution_options(writing=True).begin() as connection:
            assert await _claimed(campaign_calls, connection) == AT_ONCE

    async with made.execution_options(writing=True).begin() as connection:
        assert await _claimed(
            campaign_calls, connection
        )  # a campaign that begins rings one, not a burst
    await asyncio.sleep(PACED_S)
    return [
        await _timed(next_due, name, later, "who is due next?"),
        await _timed(claim, name, later, f"{AT_ONCE} are taken over"),
    ]


async def _claimed(campaign_calls: CampaignCalls, connection: AsyncConnection) -> int:
    now = datetime.now(UTC)
    planned, _ = await campaign_calls.claim(connection, now=now, until=now, limit=AT_ONCE)
    return len(planned)


async def _timed(
    asked: Callable[[], Awaitable[None]], name: str, later: int, question: str
) -> Cost:
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await asked()
        took.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(PACED_S)
    percentiles = statistics.quantiles(took, n=20)
    return Cost(name, later, question, statistics.median(took), percentiles[18])


@contextmanager
def _databases() -> Iterator[Sequence[tuple[str, str]]]:
    with tempfile.TemporaryDirectory() as folder, postgres() as cluster:
        lite = f"sqlite+aiosqlite:///{Path(folder) / 'thirdring.db'}"
        yield [(lite, "SQLite"), (cluster.new_database(), "PostgreSQL")]


def table(costs: Sequence[Cost]) -> str:
    """Return the figures as a table."""
    lines = ["| database | question | due later | median | p95 |", "|---|---|---|---|---|"]
    order = sorted(costs, key=lambda one: (one.database, one.question, one.later))
    lines += [
        f"| {one.database} | {one.question} | {one.later:,} | {one.median:.2f} ms |"
        f" {one.p95:.2f} ms |"
        for one in order
    ]
    return "\n".join(lines)


def grows(costs: Sequence[Cost]) -> bool:
    """Tell whether many cost more than few."""
    few = {(one.database, one.question): one.median for one in costs if one.later == FEW}
    many = [one for one in costs if one.later == MANY]
    return any(
        one.median > max(2 * few[one.database, one.question], few[one.database, one.question] + 1)
        for one in many
    )


def main() -> int:
    """Measure, print, keep if asked to; return the exit code."""
    options = argparse.ArgumentParser(prog="python -m bench.claim", description=__doc__)
    options.add_argument("--keep", action="store_true", help="write docs/benchmarks-claim.md")
    asked = options.parse_args()
    costs: list[Cost] = []
    with _databases() as databases:
        for url, name in databases:
            upgrade(url)
            costs += asyncio.run(measured(url, name))
            print(table(costs), flush=True)
    page = "\n".join(
        [
            "# What it costs to see who is due",
            "",
            "`python -m bench.claim --keep`: half of those who are due later are in the campaign",
            "that runs, half in one that rests. (Issue 4, bar e.)",
            "",
            table(costs),
            "",
            f"{machine.described('not asked')}. {datetime.now(UTC):%Y-%m-%d}.",
            "",
        ]
    )
    if asked.keep:
        (PROJECT / "docs" / "benchmarks-claim.md").write_text(page)
    return int(grows(costs))


if __name__ == "__main__":
    raise SystemExit(main())
