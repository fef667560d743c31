"""`python -m bench.campaign`: ten thousand people are called on sixty lines, by the real
thing.

python -m bench.campaign                                        10,000 people, 60 lines, 150 s
python -m bench.campaign --rows 500 --lines 20 --seconds 30     a small run
python -m bench.campaign --database sqlite                      instead of PostgreSQL
python -m bench.campaign --keep                              and write docs/benchmarks-campaign.md

A list is brought, made a campaign, started, paused, gone on with and stopped over HTTP. SIPp plays
the customers (bench/guests.py), and its own book of INVITEs is what we are held against, also for
the lines in use: what we take between two calls counts as idle, while our rows would hide it. Exit
code 1 when a bar is broken (bench/campaign_page.py).
"""

import argparse
import asyncio
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from bench import killing, machine, page, visits
from bench.campaign_page import Lived, Plan, Preview, broken, markdown
from bench.guests import Guests, in_use
from bench.lists import as_xlsx
from bench.visits import posted, turned
from imports.writing import csv_lines
from settings import PROJECT, Settings
from supervisor import asterisk
from tests.end_to_end.house import House, running
from tests.ports import free_port
from tests.waiting import until

PREVIEWS: Final = 3
"""How often each kind of file is brought: the slowest counts."""
FASTEST: Final = 20.0
"""Calls a second, the most that may be asked for."""
MOST_ATTEMPTS: Final = 3
FILLS_FOR_S: Final = 10.0
"""After a start the lines fill up."""
QUIET_FOR_S: Final = 5.0
"""For how long is looked on after the pause."""
KILL_AFTER_S: Final = (2.0, 8.0)
OVER_WITHIN_S: Final = 120.0
"""Seconds after the stop in which everybody must have hung up."""


@dataclass(frozen=True)
class Moments:
    """When what was done, in seconds since 1970."""

    filled: float
    asked: float
    """To pause; `paused` is when that was answered."""
    paused: float
    goes_on: float
    filled_again: float
    stops: float
    due: int
    """People who were waiting for their first call when the pause was asked for."""


async def brought(desk: httpx.AsyncClient, rows: int) -> tuple[str, list[Preview]]:
    """Bring the list as a file of each kind; return the last one's id, and how long each took."""
    key, seen = "", []
    for kind, content in (
        ("xlsx", as_xlsx(visits.people(rows))),
        ("csv", csv_lines(visits.people(rows)).encode("utf-8-sig")),
    ):
        took = []
        for _ in range(PREVIEWS):
            began = time.monotonic()
            named = {"name": f"回访.{kind}"}
            found = await posted(desk, visits.LISTS, content=content, params=named)
            took.append(time.monotonic() - began)
            assert found["callable"] == rows, found["faults"][:3]
            key = str(found["id"])
        seen.append(Preview(kind, len(content), max(took)))
    return key, seen


async def day(house: House, guests: Guests, plan: Plan) -> Lived:
    """Have the people called, and hold our rows against the other side's book."""
    async with visits.surveyor(house) as desk:
        key, previews = await brought(desk, plan.rows)
        wanted = {
            "lines": plan.lines,
            "calls_per_second": FASTEST,
            "max_attempts": MOST_ATTEMPTS,
        }
        campaign = await visits.made(desk, key, **wanted)
        print(
            f"{plan.rows} people are in the campaign; calling for {plan.seconds:.0f} s", flush=True
        )
        at = await _called(house, desk, campaign, plan)
    faults = await _come_to_an_end(house)
    calls, invites = guests.calls(), guests.invites()
    if not guests.are_there:
        faults.append("SIPp itself has ended: its book is not whole")
    faults += await visits.faults_of(house, invites, most=MOST_ATTEMPTS, stopped=True)
    return Lived(
        previews=previews,
        used=in_use(calls, at.filled, at.asked) / plan.lines,
        due=at.due,
        last_s=max(came for came, _ in invites if came < at.goes_on) - at.paused,
        used_killed=in_use(calls, at.filled_again, at.stops) / plan.lines,
        contacts=await house.rows(visits.OF_JOBS),
        invites=len(invites),
        attempts=len(await house.rows(visits.OF_ATTEMPTS)),
        faults=faults,
    )


async def _called(house: House, desk: httpx.AsyncClient, campaign: int, plan: Plan) -> Moments:
    """Start, pause, go on while the dispatcher is killed, and stop."""
    await turned(desk, campaign, "start")
    await asyncio.sleep(FILLS_FOR_S)
    filled = time.time()
    await asyncio.sleep(plan.seconds)
    due = await house.rows("SELECT count(*) AS waiting FROM campaign_contacts WHERE tries = 0")
    asked = time.time()
    await turned(desk, campaign, "pause")
    paused = time.time()
    await asyncio.sleep(QUIET_FOR_S)
    goes_on = time.time()
    await turned(desk, campaign, "start")
    await asyncio.sleep(FILLS_FOR_S)
    filled_again = time.time()
    await _kill(house, plan)
    stops = time.time()
    await turned(desk, campaign, "stop")
    waiting = int(due[0]["waiting"])
    return Moments(filled, asked, paused, goes_on, filled_again, stops, waiting)


async def _kill(house: House, plan: Plan) -> None:
    """Kill the dispatcher at random moments; the supervisor starts it again."""
    chance = random.Random(plan.seed)
    for _ in range(plan.kills):
        await asyncio.sleep(chance.uniform(*KILL_AFTER_S))
        before = house.pid("dispatch")
        assert killing.kill_child(house, "dispatch"), "the dispatcher was not alive"
        await house.is_back("dispatch", after=before)
    await asyncio.sleep(KILL_AFTER_S[1])


async def _come_to_an_end(house: House) -> list[str]:
    """Wait until no attempt is open; return what is wrong when that takes long."""

    async def over() -> bool:
        return not await house.rows("SELECT id FROM attempts WHERE ended_at IS NULL LIMIT 1")

    try:
        await until(over, within=OVER_WITHIN_S, what="every attempt has an end", every=1.0)
    except AssertionError as error:
        return [str(error)]
    return []


def run(plan: Plan, program: list[str], folder: Path) -> Lived:
    """Run a house, have it call the people, and see what came of it."""
    guests = Guests(program, free_port(), folder)
    wanted: dict[str, object] = {
        "parts": "asterisk calls ledger desk dispatch",
        "trunk_out": f"127.0.0.1:{guests.port}",
        "lines_out": plan.lines,
        "lines_campaigns": plan.lines,
        "dial_per_minute": round(60 * FASTEST),
        "campaign_ring_for": 15,
    }
    with (
        killing.database(plan.database, random.Random(plan.seed)) as (url, _),
        running(database_url=url, **wanted) as house,
    ):
        guests.check_in()
        try:
            lived = asyncio.run(day(house, guests, plan))
        finally:
            guests.check_out()
        if broken(lived, plan):
            print(house.logs(lines=40))
        return lived


def main() -> None:
    """Measure, print, and keep where asked."""
    parser = argparse.ArgumentParser(prog="python -m bench.campaign", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--lines", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=150.0)
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--kills", type=int, default=5, help="of the dispatcher")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--keep", action="store_true", help="write docs/benchmarks-campaign.md")
    asked = vars(parser.parse_args())
    keeps = asked.pop("keep")
    plan = Plan(**asked)
    installation = asterisk.find(Settings())
    assert installation is not None, "no Asterisk yet: `make run` fetches it"
    before = machine.load()
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:
        lived = run(plan, installation.program("sipp"), Path(folder))
    on = f"Machine: {machine.described(installation.version)}.\n"
    on += f"Load average {before:.1f} before, {machine.load():.1f} at the end."
    written = markdown(lived, plan, on)
    print(written)
    if keeps:
        page.keep(PROJECT / "docs" / "benchmarks-campaign.md", written)
    raise SystemExit(1 if broken(lived, plan) else 0)


if __name__ == "__main__":
    main()
