"""The process in which lists are read and workbooks written: `python -m imports.worker`.

What people bring may be made to eat memory or time: a process of its own, in a sandbox
(`sandbox.py`), loses nothing but itself, and calls go on meanwhile. It reads its standard input
and writes JSON or a workbook.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

import sandbox
from imports.decoding import require_something
from imports.faults import Fault, InRow, Person, Twice, UnreadableError, Whole
from imports.numbers import Numbers
from imports.people_list import Reading, read
from imports.writing import workbook
from phone_numbers.plan import NumberPlan
from sandbox import BeyondError, Limit, SandboxLimits

LIMITS: Final = SandboxLimits(memory=150 * 2**20, cpu_s=25, within_s=30.0, told=32 * 2**20)
WRITING: Final = SandboxLimits(memory=512 * 2**20, cpu_s=25, within_s=30.0, told=64 * 2**20)
"""What we write is our own, and may be long."""
AT_ONCE: Final = 2
WAITING: Final = 4
"""Lists that wait for their turn, each in our memory meanwhile; more are asked to come again."""

_WHY: Final = {
    Limit.MEMORY: Whole.TOO_MUCH,
    Limit.TIME: Whole.TOO_LONG,
    Limit.ANSWER: Whole.TOO_MUCH,
}
_turn = asyncio.Semaphore(AT_ONCE)
_under_way = 0


async def reading(content: bytes, *, plan: NumberPlan, own: Collection[str]) -> Reading:
    """Return what a list says (`imports.people_list.read`). Raises UnreadableError."""
    require_something(content)
    words = ["read", plan.region, plan.outside, ",".join(sorted(own))]
    told = await _done(words, content, LIMITS)
    return await asyncio.to_thread(_understood, told)


async def workbook_of(title: str, rows: Sequence[Sequence[str]]) -> bytes:
    """Return an XLSX with one sheet, the header first. Raises UnreadableError when it fails."""
    return await _done(["write", title], json.dumps(rows).encode(), WRITING)


def reading_in(found: dict[str, Any]) -> Reading:
    """Return the reading that was told as JSON by `plain`."""
    return Reading(
        rows=found["rows"],
        people=[Person(**each) for each in found["people"]],
        faults=[Fault(each["line"], InRow(each["why"]), each["given"]) for each in found["faults"]],
        twice=[Twice(**each) for each in found["twice"]],
        columns=found["columns"],
    )


def plain(found: Reading) -> dict[str, Any]:
    """Return a reading as what JSON can tell; nothing is copied, as `asdict` would."""
    return {
        "rows": found.rows,
        "people": [_told(each) for each in found.people],
        "faults": [_told(each) for each in found.faults],
        "twice": [_told(each) for each in found.twice],
        "columns": list(found.columns),
    }


def _told(one: Person | Fault | Twice) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}


def _understood(told: bytes) -> Reading:
    found = loaded(told)
    if "why" in found:
        raise UnreadableError(Whole(found["why"]), **found["gaps"])
    return reading_in(found)


def loaded(told: str | bytes) -> Any:
    """Return what JSON tells; a text that stands in it a thousand times is kept once."""
    same: dict[str, str] = {}

    def kept(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {
            name: same.setdefault(value, value) if isinstance(value, str) else value
            for name, value in pairs
        }

    return json.loads(told, object_pairs_hook=kept)


async def _done(words: Sequence[str], given: bytes, limits: SandboxLimits) -> bytes:
    async with _place():
        try:
            return await sandbox.answer("imports.worker", words, given, limits)
        except BeyondError as error:
            raise UnreadableError(_WHY.get(error.limit, Whole.BROKEN)) from error


@asynccontextmanager
async def _place() -> AsyncIterator[None]:
    """Wait for a turn. Raises UnreadableError when too many wait already."""
    global _under_way  # noqa: PLW0603 (one count a process, like the turns)
    if _under_way >= AT_ONCE + WAITING:
        raise UnreadableError(Whole.BUSY)
    _under_way += 1
    try:
        async with _turn:
            yield
    finally:
        _under_way -= 1


def main(words: Sequence[str]) -> None:
    """Do one thing with what comes in."""
    given = sys.stdin.buffer.read()
    match words:
        case ["read", region, outside, own]:
            phones = frozenset(filter(None, own.split(",")))
            found = _read(given, Numbers(NumberPlan(region, phones, outside), phones))
            for piece in json.JSONEncoder(ensure_ascii=False).iterencode(found):
                sys.stdout.write(piece)
        case ["write", title]:
            sys.stdout.buffer.write(workbook(title, json.loads(given)))
        case _:
            sys.exit(2)


def _read(given: bytes, numbers: Numbers) -> dict[str, Any]:
    try:
        return plain(read(given, numbers))
    except UnreadableError as error:
        return {"why": error.why.value, "gaps": dict(error.gaps)}


if __name__ == "__main__":
    sandbox.run(partial(main, sys.argv[1:]), WRITING if "write" in sys.argv[1:2] else LIMITS)
