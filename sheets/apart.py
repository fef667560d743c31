"""Owns the process in which lists are read and workbooks written: `python -m sheets.apart`.

What people bring may be made to eat memory or time: a process of its own, with limits, loses
nothing but itself, and calls go on meanwhile. It reads its standard input and writes JSON or a
workbook.
"""

import asyncio
import contextlib
import json
import os
import resource
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final

from sheets.faults import Fault, InRow, Person, Twice, UnreadableError, Whole
from sheets.numbers import Numbers
from sheets.opening import require_something
from sheets.reading import Reading, read
from sheets.writing import workbook

WITHIN_S: Final = 30.0
CPU_S: Final = 25
MEMORY: Final = 1536 * 2**20
"""Bytes of addresses, of which a list of ten thousand rows uses a small part."""
AT_ONCE: Final = 2
NICENESS: Final = 5
"""Who talks to a caller goes first."""

_HOME = Path(__file__).resolve().parent.parent
_SURROUNDINGS = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
_turn = asyncio.Semaphore(AT_ONCE)


async def reading(content: bytes, *, region: str, own: Collection[str]) -> Reading:
    """Return what a list says (`sheets.reading.read`). Raises UnreadableError."""
    require_something(content)
    told = await _done(["read", region, ",".join(sorted(own))], content)
    found = json.loads(told)
    if "why" in found:
        raise UnreadableError(Whole(found["why"]), **found["gaps"])
    return reading_in(found)


async def workbook_of(title: str, rows: Sequence[Sequence[str]]) -> bytes:
    """Return an XLSX with one sheet, the header first. Raises UnreadableError when it fails."""
    return await _done(["write", title], json.dumps(rows).encode())


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


async def _done(words: Sequence[str], given: bytes) -> bytes:
    async with _turn:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sheets.apart", *words),
            cwd=_HOME,
            env={"PATH": os.environ.get("PATH", ""), **_SURROUNDINGS},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(WITHIN_S):
                told, _ = await process.communicate(given)
        except TimeoutError:
            raise UnreadableError(Whole.TOO_LONG) from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        raise UnreadableError(Whole.BROKEN)
    return told


def main(words: Sequence[str]) -> None:
    """Do one thing, within limits that nothing that was brought can lift."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.nice(NICENESS)
    given = sys.stdin.buffer.read()
    match words:
        case ["read", region, own]:
            told = json.dumps(_read(given, Numbers(region, frozenset(own.split(","))))).encode()
        case ["write", title]:
            told = workbook(title, json.loads(given))
        case _:
            sys.exit(2)
    sys.stdout.buffer.write(told)


def _read(given: bytes, numbers: Numbers) -> dict[str, Any]:
    try:
        return plain(read(given, numbers))
    except UnreadableError as error:
        return {"why": error.why.value, "gaps": dict(error.gaps)}


if __name__ == "__main__":
    main(sys.argv[1:])
