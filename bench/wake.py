"""`python -m bench.wake`: hundreds of guests to be woken in the same minute on a few lines.

python -m bench.wake                            300 guests, 60 lines
python -m bench.wake --guests 30 --lines 10 --keep     and write docs/benchmarks-wake.md

SIPp plays guests of all kinds (bench/guests.py) behind the trunk, and the attendant who is sent
when a guest does not wake. It keeps its own book of the INVITEs, which is held against our rows.
Exit code 1 when somebody was rung early or twice, or is neither awake nor known to the desk.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from bench import machine
from bench.guests import KINDS, Guests
from bench.judging import epoch
from bench.page import keep
from settings import PROJECT, Settings
from supervisor import asterisk
from tests.end_to_end.house import House, Row, running
from tests.ports import free_port

ATTENDANT = "7009"
SLEEPERS = [digit for digit in KINDS if digit != "9"]
RULES = {
    "wake_ring_for": 20,
    "wake_again_every": 15,
    "wake_give_up_after": 60,
    "wake_knock_within": 30,
}
OVER_WITHIN_S = 900.0
LATE_S = 0.25
"""The bar: how late a ring may be while a line is free."""


@dataclass(frozen=True)
class Book:
    """What both sides have written down."""

    minute: float
    lines: int
    wake_ups: Sequence[Row]
    attempts: Sequence[Row]
    invites: Sequence[tuple[float, str]]


async def night(house: House, guests: int, lines: int, book: Guests) -> Book:
    """Register all guests for one minute, and wait until each is awake or known to the desk."""
    floors = (divmod(n, len(SLEEPERS)) for n in range(guests))
    rooms = [f"{200 + tens}{SLEEPERS[kind]}" for tens, kind in floors]
    token = house.thirdring("token", "--role", "switchboard").strip().splitlines()[-1]
    minute = (datetime.now(house.settings.zone) + timedelta(seconds=60 + guests / 10)).replace(
        second=0, microsecond=0
    ) + timedelta(minutes=1)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=house.desk, headers=headers, timeout=30) as clerk:
        for room in rooms:
            wanted = {"room": room, "wall": f"{minute:%H:%M}", "first_day": f"{minute:%Y-%m-%d}"}
            (await clerk.post("/api/v1/wake-registrations", json=wanted)).raise_for_status()
    print(f"{guests} guests are on the register for {minute:%H:%M}", flush=True)
    began = time.monotonic()
    while time.monotonic() - began < OVER_WITHIN_S:
        await asyncio.sleep(5)
        rows = await house.rows("SELECT state FROM wake_ups")
        if {str(row["state"]) for row in rows} <= {"awake", "alarm", "missed"}:
            break
    return Book(
        minute=minute.timestamp(),
        lines=lines,
        wake_ups=await house.rows("SELECT * FROM wake_ups"),
        attempts=await house.rows("SELECT * FROM attempts ORDER BY rung_at"),
        invites=book.invites(),
    )


def faults(book: Book) -> list[str]:
    """Return what must not be: rung early, rung twice, forgotten."""
    found = []
    for at, room in book.invites:
        if at < book.minute:
            found.append(f"{room} was rung {book.minute - at:.3f} s early")
    rung = Counter(str(row["number"]) for row in book.attempts if row["result"] != "never_rung")
    for room, times in Counter(room for _, room in book.invites).items():
        if times > rung[room]:
            found.append(f"{room} was rung {times} times for {rung[room]} attempts")
    proofs = defaultdict(list)
    for row in book.wake_ups:
        if row["state"] not in {"awake", "alarm"}:
            found.append(f"{row['number']} was left {row['state']}")
        if row["awake_at"]:
            proofs[str(row["number"])].append(epoch(row["awake_at"]))
    found += [
        f"{room} was rung {at - proofs[room][0]:.1f} s after the proof"
        for at, room in book.invites
        if room in proofs and at > proofs[room][0] + 0.05
    ]
    return found


def lateness(book: Book) -> list[float]:
    """Return how late each guest's first ring was while a line was free, in seconds."""
    steps = [(epoch(row["rung_at"]), 1, row) for row in book.attempts if row["rung_at"]]
    steps += [(epoch(row["ended_at"]), -1, row) for row in book.attempts if row["ended_at"]]
    taken, free_since, late = 0, book.minute, []
    for at, change, row in sorted(steps, key=lambda step: step[:2]):
        if change > 0 and row["seq"] == 1 and row["who"] == "guest":
            late.append(at - max(book.minute, free_since))
        if taken == book.lines and change < 0:
            free_since = at
        taken += change
    return late


def markdown(book: Book, load: tuple[float, float]) -> str:
    """Return the whole page."""
    late = sorted(lateness(book))
    kinds = defaultdict(list)
    for row in book.wake_ups:
        kinds[KINDS[str(row["number"])[-1]]].append(row)
    installation = asterisk.find(Settings())
    last = max((epoch(row["awake_at"]) for row in book.wake_ups if row["awake_at"]), default=0.0)
    wrong, bar = faults(book), f"{1000 * LATE_S:.0f} ms"
    seen = f"{len(book.invites)}, {len(book.attempts)}"
    return "\n".join(
        [
            "# A full house to be woken in one minute",
            "",
            f"Measured by `python -m bench.wake`: {len(book.wake_ups)} guests registered for the",
            f"same minute, {book.lines} lines, SIPp as guests of all kinds and as the attendant",
            f"who is sent after {RULES['wake_give_up_after']} s.",
            "",
            "| what | figure | bar |",
            "|---|---|---|",
            f"| first ring late, a line being free: p50, p95, longest | {_shares(late)} | {bar} |",
            f"| rung early, rung twice, rung after the proof, forgotten | {len(wrong)} | 0 |",
            f"| INVITEs that SIPp saw, attempts that we kept | {seen} | equal |",
            f"| the last one known to be awake | {last - book.minute:.0f} s after the minute | – |",
            "",
            "| guests who | guests | rings each | awake by |",
            "|---|---|---|---|",
            *(
                f"| {kind} | {len(rows)} "
                f"| {statistics.mean(int(row['tries']) for row in rows):.1f} "
                f"| {_proofs(rows)} |"
                for kind, rows in kinds.items()
            ),
            "",
            *(f"- {fault}" for fault in wrong[:20]),
            f"Machine: {machine.described(installation.version if installation else '?')}.",
            f"Load average {load[0]:.1f} before, {load[1]:.1f} at the end.",
            "",
        ]
    )


def _proofs(rows: Sequence[Row]) -> str:
    counted = Counter(str(row["proof"]) or str(row["state"]) for row in rows)
    return ", ".join(f"{proof} {count}" for proof, count in counted.most_common())


def _shares(ordered: Sequence[float]) -> str:
    return ", ".join(_ms(ordered, share) for share in (0.5, 0.95, 1))


def _ms(ordered: Sequence[float], share: float) -> str:
    if not ordered:
        return "–"
    return f"{1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]:.0f} ms"


def main() -> None:
    """Measure, print, and keep where asked."""
    parser = argparse.ArgumentParser(prog="python -m bench.wake", description=__doc__)
    parser.add_argument("--guests", type=int, default=300)
    parser.add_argument("--lines", type=int, default=60)
    parser.add_argument("--keep", action="store_true", help="write docs/benchmarks-wake.md")
    asked = parser.parse_args()
    installation = asterisk.find(Settings())
    assert installation is not None, "no Asterisk yet: `make run` fetches it"
    load = machine.load()
    with tempfile.TemporaryDirectory(prefix="wake-") as folder:
        book = Guests(installation.program("sipp"), free_port(), Path(folder))
        wanted = {
            "parts": "asterisk calls ledger desk dispatch",
            "trunk_out": f"127.0.0.1:{book.port}",
            "lines_out": asked.lines,
            "attendants": ATTENDANT,
            **RULES,
        }
        with running(**wanted) as house:
            book.check_in()
            try:
                lived = asyncio.run(night(house, asked.guests, asked.lines, book))
            finally:
                book.check_out()
    page = markdown(lived, (load, machine.load()))
    print(page)
    if asked.keep:
        keep(PROJECT / "docs" / "benchmarks-wake.md", page)
    raise SystemExit(1 if faults(lived) else 0)


if __name__ == "__main__":
    main()
