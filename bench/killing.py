"""`python -m bench.killing`: dispatcher, Asterisk and database are killed while jobs are due.

python -m bench.killing                            200 kills, 500 jobs, PostgreSQL
python -m bench.killing --kills 10 --jobs 30       a small run
python -m bench.killing --database sqlite          the file cannot be killed: the other two are
python -m bench.killing --keep                     and write docs/benchmarks-wake.md

Each kill is a SIGKILL at a random moment. SIPp plays everybody who is rung (bench/guests.py), and
its own book of the INVITEs is what our rows are held against (bench/jobs.py). Exit code 1 when a
guest was forgotten, rung after the proof, rung early, or oftener than there are attempts, or a
customer of a campaign or a callback twice in one attempt or after having been reached.
"""

import argparse
import asyncio
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from bench import jobs, machine, page
from bench.guests import Guests
from bench.jobs import Jobs
from bench.judging import Judged
from settings import PROJECT, Settings
from supervisor import asterisk
from tests import postgres
from tests.end_to_end.house import House, running
from tests.ports import free_port
from tests.postgres import Postgres

HEADING: Final = "## Killed again and again meanwhile"
OVER_WITHIN_S: Final = 900.0
"""Seconds after the last kill in which everything must have come to its end."""
AWAY_S: Final = (0.0, 2.0)
"""For how long a killed database stays away. The supervisor starts the others again."""

Kill = Callable[[], bool]
"""Kills something; False when it was not alive just then."""


@dataclass(frozen=True)
class Night:
    """What was killed, and what came of the jobs."""

    kills: Counter[str]
    took_s: float
    judged: Sequence[Judged]
    faults: Sequence[str]


@dataclass(frozen=True)
class Plan:
    """How often is killed, during how many jobs; `every` in seconds, on average."""

    kills: int
    every: float
    jobs: int
    chance: random.Random


@dataclass
class Database:
    """A PostgreSQL that is killed and comes back; it keeps what it has committed."""

    cluster: Postgres
    chance: random.Random

    def kill(self) -> bool:
        self.cluster.kill()
        time.sleep(self.chance.uniform(*AWAY_S))
        for _ in range(10):
            try:
                self.cluster.start()
            except RuntimeError:  # a process of the killed one still holds its memory
                time.sleep(0.2)
            else:
                return True
        self.cluster.start()
        return True


def kill_child(house: House, name: str) -> bool:
    """Kill a child of the supervisor; False when it is not alive just now."""
    mark = f"THIRDRING_HOME={house.home}".encode()
    try:
        pid = house.pid(name)
        if mark not in (Path("/proc") / str(pid) / "environ").read_bytes().split(b"\0"):
            return False
        os.kill(pid, signal.SIGKILL)
    except (OSError, ValueError):
        return False
    return True


async def contest(
    house: House,
    kinds: Sequence[Jobs],
    guests: Guests,
    victims: Mapping[str, Kill],
    plan: Plan,
) -> Night:
    """Kill while jobs come due, and wait until all are over."""
    async with jobs.staffed(house, kinds):
        now = datetime.now(house.settings.zone)
        ready = now + timedelta(seconds=30 + plan.jobs / 8)
        first = ready.replace(second=0, microsecond=0) + timedelta(minutes=1)
        minutes = max(1, round(plan.kills * plan.every / 60))
        await jobs.put_in(house, kinds, since=first, minutes=minutes)
        assert datetime.now(house.settings.zone) < first, "they were not on the register in time"
        print(
            f"the first are due at {first:%H:%M}, the last {minutes - 1} minutes later", flush=True
        )
        await asyncio.sleep((first - datetime.now(house.settings.zone)).total_seconds())
        await jobs.begin(house, kinds)
        began, done = time.monotonic(), Counter[str]()
        while done.total() < plan.kills:
            await asyncio.sleep(plan.chance.uniform(0.1, 2 * plan.every))
            name = plan.chance.choice(sorted(victims))
            done[name] += await asyncio.to_thread(victims[name])
        print(f"killed {_told(done)}; waiting for all to be over", flush=True)
        faults = await _are_over(house, kinds)
    if not guests.are_there:
        faults.append("SIPp itself has ended: its book is not whole")
    return Night(
        kills=done,
        took_s=time.monotonic() - began,
        judged=[await kind.judged(house, guests.invites()) for kind in kinds],
        faults=faults,
    )


async def _are_over(house: House, kinds: Sequence[Jobs]) -> list[str]:
    """Wait until no job is left and no line is taken; return what is wrong when that takes long."""
    began, left = time.monotonic(), -1
    while time.monotonic() - began < OVER_WITHIN_S:
        await asyncio.sleep(2)
        try:
            open_ones = await house.rows("SELECT id FROM attempts WHERE ended_at IS NULL")
            left = sum([await kind.left(house) for kind in kinds])
        except (OSError, SQLAlchemyError):
            continue  # the database is on its way back
        if not left and not open_ones:
            return []
    return [f"{left} jobs were not over after {OVER_WITHIN_S:.0f} s"]


def faults(night: Night) -> list[str]:
    """Return all that must not be."""
    return [*night.faults, *(fault for each in night.judged for fault in each.faults)]


def markdown(night: Night, load: tuple[float, float], *, lines: int, seed: int) -> str:
    """Return the section of docs/benchmarks-wake.md."""
    installation = asterisk.find(Settings())
    wrong = faults(night)
    return "\n".join(
        [
            HEADING,
            "",
            f"Measured by `python -m bench.killing`: {night.kills.total()} SIGKILLs at random",
            f"moments ({_told(night.kills)}; seed {seed})",
            f"while jobs came due on {lines} lines; {night.took_s:.0f} s until the last was over.",
            "",
            "| jobs | so many | INVITEs that SIPp saw | attempts that we kept | ended | faults |",
            "|---|---|---|---|---|---|",
            *(
                f"| {one.name} | {one.jobs} | {one.invites} | {one.attempts} | {one.over} "
                f"| {len(one.faults)} |"
                for one in night.judged
            ),
            "",
            "A fault is, of a wake-up: never rung, rung early, rung after the proof; of a visit or",
            "a callback: rung twice in one attempt, rung though the person was reached; of all:",
            "rung oftener than we know of, left without an end.",
            "",
            *(f"- {fault}" for fault in wrong[:20]),
            f"Machine: {machine.described(installation.version if installation else '?')}.",
            f"Load average {load[0]:.1f} before, {load[1]:.1f} at the end.",
            "",
        ]
    )


def _told(kills: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(kills.items()))


@contextmanager
def database(kind: str, chance: random.Random) -> Iterator[tuple[str, dict[str, Kill]]]:
    """Give the address of a database, and what there is to kill of it."""
    if kind == "sqlite":
        yield "", {}
        return
    with postgres.running(synchronous_commit="on") as cluster:
        yield cluster.new_database(), {"database": Database(cluster, chance).kill}


def night(asked: argparse.Namespace, program: list[str], folder: Path) -> Night:
    """Run a house, put the jobs in, and kill."""
    chance, kinds = random.Random(asked.seed), jobs.shared(asked.jobs)
    guests = Guests(program, free_port(), folder)
    wanted: dict[str, object] = {
        "parts": "asterisk calls ledger desk dispatch",
        "trunk_out": f"127.0.0.1:{guests.port}",
        "lines_out": asked.lines,
    }
    for kind in kinds:
        wanted |= kind.settings
    with (
        database(asked.database, chance) as (url, victims),
        running(database_url=url, **wanted) as house,
    ):
        victims |= {name: partial(kill_child, house, name) for name in ("dispatch", "asterisk")}
        plan = Plan(asked.kills, asked.every, asked.jobs, chance)
        guests.check_in()
        try:
            lived = asyncio.run(contest(house, kinds, guests, victims, plan))
        finally:
            guests.check_out()
        if faults(lived):
            print(house.logs(lines=40))
        return lived


def main() -> None:
    """Kill, print, and keep where asked."""
    parser = argparse.ArgumentParser(prog="python -m bench.killing", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--lines", type=int, default=60)
    parser.add_argument("--every", type=float, default=3.0, help="seconds between kills (mean)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--keep", action="store_true", help="write docs/benchmarks-wake.md")
    asked = parser.parse_args()
    installation = asterisk.find(Settings())
    assert installation is not None, "no Asterisk yet: `make run` fetches it"
    before = machine.load()
    with tempfile.TemporaryDirectory(prefix="killing-") as folder:
        lived = night(asked, installation.program("sipp"), Path(folder))
    loads = (before, machine.load())
    section = markdown(lived, loads, lines=asked.lines, seed=asked.seed)
    print(section)
    if asked.keep:
        page.keep(PROJECT / "docs" / "benchmarks-wake.md", section)
    raise SystemExit(1 if faults(lived) else 0)


if __name__ == "__main__":
    main()
