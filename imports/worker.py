"""The process in which lists are read and workbooks written: `python -m imports.worker`.

What people bring may be made to eat memory or time: a process of its own, in a sandbox
(`sandbox.py`), loses nothing but itself, and calls go on meanwhile. It reads its standard input
and writes JSON or a workbook.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

import sandbox
from imports import customer_list
from imports.decoding import LONG_LISTS, Row, Sheet, require_something, sheets
from imports.faults import (
    Fault,
    InRow,
    Kind,
    Person,
    Remark,
    Said,
    Twice,
    UnreadableError,
    Whole,
)
from imports.numbers import Numbers
from imports.people_list import Reading, read
from imports.writing import workbook
from phone_numbers.plan import NumberPlan
from sandbox import BeyondError, Limit, SandboxLimits

LIMITS: Final = SandboxLimits(memory=150 * 2**20, cpu_s=25, within_s=30.0, told=32 * 2**20)
WRITING: Final = SandboxLimits(memory=512 * 2**20, cpu_s=25, within_s=30.0, told=64 * 2**20)
"""What we write is our own, and may be long."""
LONG: Final = SandboxLimits(memory=230 * 2**20, cpu_s=170, within_s=600.0, told=2**20)
"""A list that is read row by row while the rows before are kept: time goes by the database."""
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
    words = ["read", plan.region, plan.outside, plan.extensions, ",".join(sorted(own))]
    told = await _done(words, content, LIMITS)
    return await asyncio.to_thread(_understood, told)


async def tables(content: bytes) -> Sequence[Sheet]:
    """Return the sheets of a file that people see; a text is one. Raises UnreadableError."""
    require_something(content)
    told = await _done(["tables"], content, LIMITS)
    return await asyncio.to_thread(_tables_in, told)


async def customers(
    content: bytes, *, plan: NumberPlan, own: Collection[str]
) -> AsyncIterator[dict[str, Any]]:
    """Give what a list of customers says, one thing at a time (`imports/customer_list.py`).

    Raises UnreadableError.
    """
    require_something(content, LONG_LISTS)
    words = ["customers", plan.region, plan.outside, plan.extensions, ",".join(sorted(own))]
    told = sandbox.lines("imports.worker", words, content, LONG)
    del content
    try:
        async for line in told:
            found = json.loads(line)
            if "unreadable" in found:
                kind = found["kind"] and Kind(found["kind"])
                raise UnreadableError(Whole(found["unreadable"]), kind=kind, **found["gaps"])
            yield found
    except BeyondError as error:
        raise UnreadableError(_WHY.get(error.limit, Whole.BROKEN)) from error


async def workbook_of(title: str, rows: Sequence[Sequence[str]]) -> bytes:
    """Return an XLSX with one sheet, the header first. Raises UnreadableError when it fails."""
    return await _done(["write", title], json.dumps(rows).encode(), WRITING)


def reading_in(found: dict[str, Any]) -> Reading:
    """Return the reading that was told as JSON by `plain`."""
    return Reading(
        rows=found["rows"],
        people=[Person(**each) for each in found["people"]],
        faults=[Fault(**each | {"why": InRow(each["why"])}) for each in found["faults"]],
        twice=[Twice(**each) for each in found["twice"]],
        columns=found["columns"],
        remarks=[Said(Remark(each["what"]), each["gaps"]) for each in found["remarks"]],
        hidden=found["hidden"],
    )


def plain(found: Reading) -> dict[str, Any]:
    """Return a reading as what JSON can tell; nothing is copied, as `asdict` would."""
    return {
        "rows": found.rows,
        "people": [_told(each) for each in found.people],
        "faults": [_told(each) for each in found.faults],
        "twice": [_told(each) for each in found.twice],
        "columns": list(found.columns),
        "remarks": [_told(each) for each in found.remarks],
        "hidden": found.hidden,
    }


def _told(one: Person | Fault | Twice | Said | Row) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}


def _understood(told: bytes) -> Reading:
    return reading_in(_read_well(loaded(told)))


def _tables_in(told: bytes) -> Sequence[Sheet]:
    return [
        Sheet(
            each["name"],
            iter(
                [
                    Row(**row | {"fault": row["fault"] and InRow(row["fault"])})
                    for row in each["rows"]
                ]
            ),
            [Said(Remark(one["what"]), one["gaps"]) for one in each["said"]],
            set(each["hidden"]),
        )
        for each in _read_well(loaded(told))["tables"]
    ]


def _row(told: dict[str, Any]) -> Row:
    return Row(**told | {"fault": InRow(told["fault"]) if told["fault"] else None})


def _read_well(found: dict[str, Any]) -> dict[str, Any]:
    if "why" in found:
        kind = found["kind"] and Kind(found["kind"])
        raise UnreadableError(Whole(found["why"]), kind=kind, **found["gaps"])
    return found


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
        case ["read", region, outside, extensions, own]:
            phones = frozenset(filter(None, own.split(",")))
            numbers = Numbers(NumberPlan(region, phones, outside, extensions), phones)
            _tell(lambda: plain(read(given, numbers)))
        case ["customers", region, outside, extensions, own]:
            phones = frozenset(filter(None, own.split(",")))
            numbers = Numbers(NumberPlan(region, phones, outside, extensions), phones)
            _tell_lines(customer_list.rows(given, numbers))
        case ["tables"]:
            _tell(lambda: {"tables": [_plain_table(each) for each in sheets(given)]})
        case ["write", title]:
            sys.stdout.buffer.write(workbook(title, json.loads(given)))
        case _:
            sys.exit(2)


def _tell_lines(asked: Iterator[dict[str, Any]]) -> None:
    """Write down one line for each thing that is found; a file that cannot be read says so."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    try:
        for each in asked:
            sys.stdout.write(f"{encode(each)}\n")
    except UnreadableError as error:
        told = {"unreadable": error.why.value, "kind": error.kind, "gaps": dict(error.gaps)}
        sys.stdout.write(f"{encode(told)}\n")


def _tell(asked: Callable[[], dict[str, Any]]) -> None:
    try:
        found = asked()
    except UnreadableError as error:
        found = {"why": error.why.value, "kind": error.kind, "gaps": dict(error.gaps)}
    for piece in json.JSONEncoder(ensure_ascii=False).iterencode(found):
        sys.stdout.write(piece)


def _plain_table(sheet: Sheet) -> dict[str, Any]:
    rows = [_told(row) for row in sheet.rows]  # what is said of it is whole after the last one
    said = [_told(each) for each in sheet.said]
    return {"name": sheet.name, "rows": rows, "said": said, "hidden": sorted(sheet.hidden_columns)}


if __name__ == "__main__":
    limits = {"write": WRITING, "customers": LONG}
    sandbox.run(partial(main, sys.argv[1:]), limits.get(sys.argv[1], LIMITS))
