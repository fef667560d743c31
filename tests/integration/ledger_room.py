"""A ledger's surroundings for tests: a home with journals and spools, and its database."""

import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.base import Base
from features.call_recordings.tables import GapRow, RecordingRow
from features.calls.tables import Call, CallEvent, TalkSegmentRow
from features.tickets.tables import TicketRow
from ledger.importer import JournalImporter
from ledger.journal import Journals
from ledger.tables import JournalReject
from settings import Settings
from tests.numbers import CHINA
from tests.unit.scripted_journal import BEGAN, BOOT, Telling
from tests.unit.test_call_fold import ENDINGS

NOW = BEGAN + 3600.0
JOURNALS = ("cel.csv", "queue_log", "dialogue-1-1.jsonl", "site.jsonl")
TABLES: tuple[type[Base], ...] = (
    Call,
    TalkSegmentRow,
    CallEvent,
    RecordingRow,
    GapRow,
    TicketRow,
    JournalReject,
)
OWN_COLUMNS = {"id", "seen_at", "updated_at", "created_at"}
"""Columns that may differ between two ledgers that kept the same."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Journal:
    """Whole journals to be written: the bytes of each file."""

    files: Mapping[str, bytes]
    calls: int


def call_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def many_calls(count: int, *, seed: int = 1, first: int = 0) -> Journal:
    """Return the journals of calls that ended in every way, told in turns.

    `first` chooses the ending of the first of them; the names of the calls stay as they are.
    """
    random_order = random.Random(seed)
    told: list[Telling] = []
    for number in range(count):
        ending = sorted(ENDINGS)[(number + first) % len(ENDINGS)]
        one = _renamed(ENDINGS[ending][0](), number)
        told.append(one)
    files = {
        "cel.csv": _woven([one.cel for one in told], random_order),
        "queue_log": _woven([one.queue_log for one in told], random_order),
        "dialogue-1-1.jsonl": _woven([one.dialogue for one in told], random_order),
        "site.jsonl": _woven([one.site for one in told], random_order),
    }
    return Journal(files, calls=count)


def _renamed(one: Telling, number: int) -> Telling:
    """Give a told call an id, a linkedid and a boot of its own."""

    def own(line: str) -> str:
        return (
            line.replace(one.call, call_id(number))
            .replace(f"{BOOT}-1795296635.0", f"{BOOT}n{number}-1795296635.{number}")
            .replace(f'"{BOOT}"', f'"{BOOT}n{number}"')
            .replace('"trknew"', f'"{BOOT}n{number}x"')
        )

    journals = (one.cel, one.queue_log, one.dialogue, one.site)
    cel, queue_log, dialogue, site = ([own(line) for line in lines] for lines in journals)
    return Telling(cel=cel, queue_log=queue_log, dialogue=dialogue, site=site)


def _woven(every: Sequence[Sequence[str]], order: random.Random) -> bytes:
    """Return the lines of all calls in turns; each call's own stay in order."""
    left = [list(lines) for lines in every if lines]
    woven = []
    while left:
        lines = order.choice(left)
        woven.append(lines.pop(0))
        left = [one for one in left if one]
    return "".join(f"{line}\n" for line in woven).encode()


@dataclass
class Room:
    """A home and a database."""

    settings: Settings
    engine: AsyncEngine

    @property
    def journal(self) -> Path:
        return self.settings.paths.journal

    def importer(self, *nodes: str) -> JournalImporter:
        """Return an importer as a new process would have it, of some nodes or of `self.journal`."""
        if nodes:
            journals = Journals(self.settings.paths.journals, {}, nodes=nodes)
            return JournalImporter(self.engine, journals, CHINA)
        return JournalImporter(self.engine, Journals(self.journal, {}), CHINA)

    def write(self, name: str, content: bytes, *, at: float | None = NOW) -> None:
        """Append to a journal, at a time of the test or (None) at the machine's own."""
        with (self.journal / name).open("ab") as file:
            file.write(content)
        if at is not None:
            os.utime(self.journal / name, (at, at))

    async def rows(self, query: str, **values: object) -> list[Row]:
        async with self.engine.connect() as connection:
            found = await connection.execute(text(query), values)
            return [dict(row) for row in found.mappings()]

    async def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all that is kept, without what may differ between two ledgers."""
        found = {}
        async with self.engine.connect() as connection:
            for model in TABLES:
                own = OWN_COLUMNS - ({"id"} if model is Call else set())
                names = [one.name for one in model.__table__.columns if one.name not in own]
                rows = (await connection.execute(select(model.__table__))).mappings()
                found[model.__tablename__] = sorted(
                    tuple(str(row[name]) for name in names) for row in rows
                )
        return found


def home(folder: Path, url: str) -> Settings:
    """Make a home as the supervisor would."""
    settings = Settings.model_validate({"home": folder, "database_url": url})
    paths = settings.paths
    for path in (paths.journal, paths.run, paths.spool_calls, paths.spool_messages, paths.store):
        path.mkdir(parents=True, exist_ok=True)
    return settings


async def catch_up(importer: JournalImporter, now: float = NOW) -> None:
    """Let the importer read everything that is there."""
    while await importer.turn(now):
        pass
