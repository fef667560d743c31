"""Measures how a hundred thousand customers come in from one file, one row in a hundred wrong.

`python -m bench.customers [--rows 100000] [--database sqlite|postgres] [--xlsx]`. The desk's own
action is asked, in a process of its own; its memory and that of the process that reads the file are
added up. Progress is what the list's page would show.
"""

import argparse
import asyncio
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from callflow.call import Language
from db.bounded import Database
from db.engine import engine
from db.migrate import upgrade
from features.customer_lists import actions
from features.customer_lists import queries as lists
from features.customer_lists.faults_file import pieces
from features.customer_lists.judging import Known
from features.customer_lists.queries import Import, ImportState
from features.customers.tables import CustomerRow
from imports.writing import workbook
from permissions.roles import Role
from settings import Settings
from tests.postgres import running
from web.current_user import Principal
from web.words import said

MOST_S: Final = 60.0
MOST_MB: Final = 300.0
WRONG: Final = 100
"""One row in so many is wrong."""
HEADS: Final = ("客户名称", "手机", "固定电话", "类别", "地区", "地址", "备注")
SORTS: Final = ("普通客户", "普通客户", "普通客户", "大客户", "重要客户", "专线客户")
FAULTS: Final = ("1380013800O", "", "119", "138****8000", "1.38E+10")


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """Give the rows of a list, the heading first; the same each time."""
    drawn = random.Random(13)
    yield HEADS
    for which in range(count):
        wrong = which % WRONG == WRONG - 1
        mobile = drawn.choice(FAULTS) if wrong else f"13{which % 9 + 1}{which + 10_234_567:08d}"
        landline = "" if wrong or which % 3 else f"021-6{which:07d}"
        yield (
            f"客户{which:06d}",
            mobile,
            landline,
            drawn.choice(SORTS),
            f"小区{which % 200}",
            f"滨江路{which}号",
            "要求上门前先电话联系" if which % 7 == 0 else "",
        )


def file_of(count: int, *, xlsx: bool) -> bytes:
    """Return the list as a file."""
    if xlsx:
        return workbook("客户", rows(count))
    return "\n".join(",".join(row) for row in rows(count)).encode("utf-8-sig")


def made(count: int, *, xlsx: bool) -> bytes:
    """Return the list as a file; another process makes it, its memory is none of the desk's."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as maker:
        return maker.submit(partial(file_of, count, xlsx=xlsx)).result()


async def measured(url: str, home: Path, content: bytes) -> tuple[Import, float, list[int], str]:
    """Take a list in; return how it ended, the seconds, what its page showed, the wrong rows."""
    settings = Settings(home=home, database_url=url)
    database = Database(engine(settings.database))
    leader = Principal(role=Role.TEAM_LEADER, address="127.0.0.1", name="bench", number="1001")
    began, shown = time.monotonic(), [0]
    asking = database.for_request(60)
    brought = await actions.bring(
        asking, database, leader, settings, content, "customers.csv", Known.CHANGE
    )
    del content
    while (brought := await _now(database, brought.id)).ended_at is None:
        shown.append(brought.rows)
        await asyncio.sleep(0.5)
    took = time.monotonic() - began
    text = b"".join(
        [each async for each in pieces(database, brought, said(Language.CHINESE))]
    ).decode("utf-8-sig")
    there = select(func.count()).select_from(CustomerRow)
    count = await database.ask(lambda one: one.execute(there), within=60)
    assert int(count.scalar_one()) == brought.fresh
    await database.close(within=5)
    return brought, took, shown, text


async def _now(database: Database, import_id: int) -> Import:
    found = await database.ask(lambda one: lists.one(one, import_id), within=60)
    assert found is not None
    return found


def main() -> int:
    """Measure and say whether it held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--xlsx", action="store_true")
    given = parser.parse_args()
    content = made(given.rows, xlsx=given.xlsx)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        url = ""
        if given.database == "postgres":
            url = stack.enter_context(running()).new_database()
        upgrade(Settings(home=home, database_url=url).database)
        brought, took, shown, text = asyncio.run(measured(url, home, content))
    desk = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    reader = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    wrong = text.count("\n") - 1
    worked = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = [each.ru_utime + each.ru_stime for each in worked]
    cpu[1] -= before.ru_utime + before.ru_stime
    print(
        f"{given.database} {'xlsx' if given.xlsx else 'csv'} {len(content) / 2**20:.1f} MB: "
        f"{brought.rows} rows in {took:.1f} s ({brought.rows / took:.0f}/s); "
        f"{brought.fresh} customers, {brought.wrong} wrong, {wrong} in the file; "
        f"CPU desk {cpu[0]:.1f} s, reader {cpu[1]:.1f} s; "
        f"memory desk {desk:.0f} MB, reader {reader:.0f} MB; "
        f"progress seen {len(shown)} times, at {shown[1:6]} …"
    )
    held = (
        brought.state(brought.moved_at) is ImportState.DONE
        and brought.wrong == wrong == given.rows // WRONG
        and took <= MOST_S
        and desk + reader <= MOST_MB
    )
    print("held" if held else f"NOT HELD: at most {MOST_S:.0f} s and {MOST_MB:.0f} MB together")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
