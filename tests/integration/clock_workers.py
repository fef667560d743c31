"""A program of several workers that move tickets' clocks, and die at chance moments.

    python -m tests.integration.clock_workers <database> <workers> <kills> <seed>

It reads everything in once and then forks: each worker counts its statements and commits, and kills
itself right before one of them. When all have died so often they work on until nothing is due.
"""

import asyncio
import os
import random
import signal
import sys
from datetime import UTC, datetime

from sqlalchemy import event

from db.engine import engine
from features.ticket_clocks.house import house
from features.ticket_clocks.worker import ClockWorker
from phone_numbers.phone_number import phone_number
from settings import Settings

MOST_STEPS = 60
"""A worker dies before it has done so many; one clock takes some twenty."""
BUSY_S = 0.05


async def _work(database: str, steps: int) -> None:
    made = engine(database)
    left = steps

    def counted(*_anything: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    if steps:
        event.listen(made.sync_engine, "before_cursor_execute", counted)
        event.listen(made.sync_engine, "commit", counted)
    worker = ClockWorker(made, Settings(database_url=database))
    idle = 0
    while idle < 3:
        try:
            before = worker.acted
            await worker.turn(datetime.now(UTC))
            idle = idle + 1 if worker.acted == before else 0
        except Exception:  # noqa: BLE001 (as the ledger does: tried again)
            idle = 0
        await asyncio.sleep(BUSY_S if idle else 0)
    await made.dispose()


def _read_in(database: str) -> None:
    """Load what each worker would load by itself: calendars, and how numbers are read."""
    settings = Settings(database_url=database)
    now = datetime.now(UTC)
    house(settings).office.after(now, 1.0)
    phone_number("13812340000", settings.number_plan)
    ClockWorker(engine(database), settings)


def _forked(database: str, steps: int) -> int:
    child = os.fork()
    if not child:
        asyncio.run(_work(database, steps))
        os._exit(0)
    return child


def main() -> None:
    """Let workers work and die, at once and one after the other; say how many died."""
    database, (workers, kills, seed) = sys.argv[1], map(int, sys.argv[2:5])
    _read_in(database)
    chance = random.Random(seed)
    running: set[int] = set()
    died = 0
    while died < kills:
        while len(running) < workers:
            running.add(_forked(database, chance.randint(1, MOST_STEPS)))
        child, status = os.wait()
        running.discard(child)
        died += os.WIFSIGNALED(status)
        if not os.WIFSIGNALED(status):
            break  # nothing is due any more
    for child in running:
        os.waitpid(child, 0)
    last = [_forked(database, 0) for _ in range(workers)]
    for child in last:
        os.waitpid(child, 0)
    sys.stdout.write(f"{died}\n")


if __name__ == "__main__":
    main()
