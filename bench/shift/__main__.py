"""`python -m bench.shift`: a shift on the whole product, and the check of each of its calls.

python -m bench.shift --minutes 10 --agents 50      exit code 1 when a rule was broken
python -m bench.shift --minutes 1 --agents 10 --keep shift.db   keep the database to look at
python -m bench.shift --check shift.db              check a database that was kept
"""

import argparse
import asyncio
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from random import Random

from bench import alaw
from bench.shift import office, phones
from bench.shift.check import Breach, breaches
from bench.shift.phones import Line
from bench.shift.plan import WRAP_UP_S, Plan, planned
from bench.shift.reading import read
from bench.shift.told import page
from caller import audio
from caller.listen import RATE
from settings import Settings
from supervisor import asterisk
from tests.end_to_end.house import House, running
from tests.ports import free_port
from tests.waiting import until


def main() -> None:
    """Run the shift, or read one that was kept, check it, and say what was found."""
    asked = _asked()
    if asked.check:
        raise SystemExit(_judged(f"sqlite+aiosqlite:///{asked.check}"))
    plan = planned(
        agents=asked.agents,
        minutes=asked.minutes,
        an_hour=asked.calls_an_hour,
        random=Random(asked.seed),
    )
    wanted = {
        "desk_phones": ",".join(post.seat for post in plan.posts),
        "phones": "8001",
        "browser_seats": 0,
        "wrap_up_for": WRAP_UP_S,
    }
    with tempfile.TemporaryDirectory(prefix="shift-") as folder, running(**wanted) as house:
        asyncio.run(_work(house, plan, Path(folder)))
        if asked.keep:
            _kept(house, asked.keep)
        broken = _judged(house.settings.database, made=len(plan.callers))
        print(_warned(house))
    raise SystemExit(broken)


def _judged(database_url: str, *, made: int | None = None) -> int:
    """Print what the check found in a database; return 1 when a rule was broken, else 0."""
    shift = asyncio.run(read(database_url))
    found = breaches(shift)
    if made is not None and made != len(shift.calls):
        found = [Breach("ended", "-", f"{made} calls were made, {len(shift.calls)} kept"), *found]
    print(page(shift, found), flush=True)
    return 1 if found else 0


def _kept(house: House, path: Path) -> None:
    """Copy the database as a whole, with what is still in its write-ahead log."""
    with (
        closing(sqlite3.connect(house.settings.paths.database)) as database,
        closing(sqlite3.connect(path)) as copy,
    ):
        database.backup(copy)


def _warned(house: House) -> str:
    """Return what our programs complained of."""
    lines = house.logs(lines=100_000).splitlines()
    return "\n".join(line for line in lines if '"warning"' in line or '"error"' in line)


async def _work(house: House, plan: Plan, folder: Path) -> None:
    found = await asyncio.to_thread(asterisk.fetched, Settings(), print)
    line = Line(found.program("sipp"), folder, house.settings.sip_port, _speech(found.data, folder))
    await office.known(house, plan)
    port = free_port()
    passwords = {post.seat: house.seat_password(post.seat) for post in plan.posts}
    await asyncio.to_thread(phones.register, line, passwords, port=port)
    with phones.answered(line, plan, port=port):
        async with office.at_work(house, plan):
            callers = phones.call(line, plan, house.settings.hotline_number)
            await asyncio.to_thread(callers.wait)
            await house.is_quiet(within=90)

    async def everything() -> bool:
        [row] = await house.rows("SELECT COUNT(*) AS n FROM calls WHERE state = 'ended'")
        return int(row["n"]) >= len(plan.callers)

    await until(everything, within=30, what="the ledger has every call", every=0.5)


def _speech(data: Path, folder: Path) -> Path:
    spoken = audio.read(next(data.glob("sounds/en_US*/basic-pbx-ivr-main.wav")))
    path = folder / "speech.alaw"
    path.write_bytes(alaw.encoded(spoken[int(0.13 * RATE) :]))
    return path


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--calls-an-hour", type=float, default=100.0, help="for each agent")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="copy the SQLite database here")
    parser.add_argument("--check", type=Path, help="only check a database that was kept")
    return parser.parse_args()


if __name__ == "__main__":
    main()
