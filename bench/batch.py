"""Owns `python -m bench.batch`: one batch of ten thousand people on sixty lines, for two minutes.

python -m bench.batch                       10,000 people, 60 lines, 120 s, SQLite
python -m bench.batch --postgres --keep     and write docs/benchmarks-batch.md

The switch is a scripted one: it writes into the journals what Asterisk would; calls last some
seconds, a quarter of them are busy. The dispatcher is ended in the middle of everything five times
and begins anew; the batch is paused once. Exit code 1 when somebody was rung twice for one attempt
or though already reached, when a pause took longer than a second, or when fewer than 95 of 100
lines were in use while people were due.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from bench import machine
from callflow.lifecycles.batch import BatchState
from callflow.lifecycles.batch_job import Result
from settings import PROJECT
from tests.fakes.ringing import RingingSwitch
from tests.integration.batch_room import House, batch, people
from tests.postgres import running as postgres
from tickets.attempts import Attempt
from tickets.database import engine
from tickets.migrate import upgrade
from tickets.outbound_models import AttemptRow

ENOUGH = 0.95
PAUSE_WITHIN_S = 1.0
RESTARTS = 5
LOOK_EVERY_S = 0.02
SETTLES_FOR_S = 3.0
"""After a start the lines fill up."""


@dataclass
class World:
    """People who are called: each talks for some seconds, or is busy."""

    house: House
    mean_s: float
    used: list[float] = field(default_factory=list)
    reached: set[int] = field(default_factory=set)
    again: int = 0
    """How often somebody was rung who had been reached."""
    _random: random.Random = field(default_factory=lambda: random.Random(1))

    def rung(self, attempt: Attempt) -> None:
        self.again += attempt.subject_id in self.reached
        loop = asyncio.get_running_loop()
        if self._random.random() < 0.25:
            loop.call_later(0.5, self.house.switch.ends, attempt, 17)
            return
        seconds = min(self._random.expovariate(1 / self.mean_s), 4 * self.mean_s)
        loop.call_later(seconds, self._completed, attempt)

    def _completed(self, attempt: Attempt) -> None:
        self.reached.add(attempt.subject_id)
        self.house.completes(attempt)

    async def looks_for(self, seconds: float, lines: int) -> None:
        """Note again and again which share of the lines is in use."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.used.append(len(self.house.switch.alive) / lines)
            await asyncio.sleep(LOOK_EVERY_S)


@dataclass(frozen=True)
class Run:
    """What was seen."""

    used: float
    """Share of the lines, the mean of all looks."""
    pause_s: float
    """From the commit of the pause to the last ring."""
    rings: int
    people: int
    twice: int
    again: int
    unknown: int
    """Attempts of which nobody knows whether they rang, after the dispatcher was ended."""


async def run(url: str, folder: Path, *, rows: int, lines: int, seconds: float) -> Run:
    """Call a batch for some time; return what was seen."""
    made = engine(url)
    house = House(made, RingingSwitch(folder))
    world = World(house, mean_s=4.0)
    house.switch.on_ring = world.rung
    key = await house.makes(batch(lines=lines, spacing={Result.BUSY: 20.0}), people(rows))
    for _ in range(RESTARTS):
        async with house.dispatcher(lines=lines):
            await asyncio.sleep(SETTLES_FOR_S)
            await world.looks_for(seconds / (RESTARTS + 1), lines)
    async with house.dispatcher(lines=lines):
        await asyncio.sleep(SETTLES_FOR_S)
        await world.looks_for(seconds / (RESTARTS + 1), lines)
        assert await house.gets(key, BatchState.PAUSED)
        paused = time.time()
        await asyncio.sleep(3 * PAUSE_WITHIN_S)
        pause_s = max(at for at, _ in house.switch.rung) - paused
    attempts = Counter((one.subject_id, one.seq) for _, one in house.switch.rung)
    async with made.connect() as connection:
        lost = select(func.count()).where(AttemptRow.result == "never_rung")
        unknown = (await connection.execute(lost)).scalar_one()
    await made.dispose()
    return Run(
        used=statistics.mean(world.used),
        pause_s=max(0.0, pause_s),
        rings=len(house.switch.rung),
        people=len({one.subject_id for _, one in house.switch.rung}),
        twice=sum(count > 1 for count in attempts.values()),
        again=world.again,
        unknown=unknown,
    )


def table(found: Run, *, rows: int, lines: int, seconds: float, name: str) -> str:
    """Return the figures as a table."""
    told = [
        ("database", name),
        ("people in the batch, lines, seconds", f"{rows:,}, {lines}, {seconds:.0f}"),
        ("lines in use while people were due (wanted 95 %)", f"{found.used:.1%}"),
        ("last ring after the pause was committed (wanted 1 s)", f"{found.pause_s:.2f} s"),
        ("people rung, rings", f"{found.people:,}, {found.rings:,}"),
        ("attempts that rang twice", str(found.twice)),
        ("rung again though reached", str(found.again)),
        (f"attempts of unknown fate after {RESTARTS} ends of the dispatcher", str(found.unknown)),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {what} | {value} |" for what, value in told)])


@contextmanager
def _database(folder: Path, *, on_postgres: bool) -> Iterator[str]:
    if on_postgres:
        with postgres() as cluster:
            yield cluster.new_database()
    else:
        yield f"sqlite+aiosqlite:///{folder / 'thirdring.db'}"


def main() -> int:
    """Measure, print, keep if asked to; return the exit code."""
    options = argparse.ArgumentParser(prog="python -m bench.batch", description=__doc__)
    options.add_argument("--rows", type=int, default=10_000)
    options.add_argument("--lines", type=int, default=60)
    options.add_argument("--seconds", type=float, default=120.0)
    options.add_argument("--postgres", action="store_true")
    options.add_argument("--keep", action="store_true", help="write docs/benchmarks-batch.md")
    asked = options.parse_args()
    how = {"rows": asked.rows, "lines": asked.lines, "seconds": asked.seconds}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "journal").mkdir()
        with _database(home, on_postgres=asked.postgres) as url:
            upgrade(url)
            found = asyncio.run(run(url, home / "journal", **how))
    shown = table(found, **how, name="PostgreSQL" if asked.postgres else "SQLite")
    print(shown)
    if asked.keep:
        head = "# A batch of ten thousand\n\n`python -m bench.batch`, with a scripted switch.\n"
        on = f"{machine.described('scripted')}. {datetime.now(UTC):%Y-%m-%d}."
        page = f"{head}\n{shown}\n\n{on}\n"
        (PROJECT / "docs" / "benchmarks-batch.md").write_text(page)
    broken = found.twice + found.again
    return int(bool(broken) or found.used < ENOUGH or found.pause_s > PAUSE_WITHIN_S)


if __name__ == "__main__":
    raise SystemExit(main())
