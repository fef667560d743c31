"""A home of which everything says one person, and some of it another; and what is left there."""

import base64
import gzip
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import engine
from features.calls.tables import Call
from features.handovers.tables import HandoverRow
from features.personal_data.erasing import Erasing
from features.tickets.tables import TicketRow
from permissions.roles import Role
from tests.integration.desk_room import NAME, NUMBER, Room, call_id
from tests.integration.found_by import found_by
from tests.integration.masking_house import read
from tests.integration.page_room import Pages
from tests.numbers import known_as

OTHER, OTHERS_NAME = "13900000001", "李四光"
API = "/api/v1/personal-data"
LATER = datetime(2027, 1, 1, tzinfo=UTC).timestamp()


async def settled(connection: AsyncConnection) -> None:
    """Settle every ticket, and make one call and one customer another person's."""
    await connection.execute(update(TicketRow).values(state="answered", customer_name=NAME))
    await connection.execute(
        update(Call)
        .where(Call.id == call_id(5))
        .values(number=OTHER, identity=known_as(OTHER), name=OTHERS_NAME)
    )
    await connection.execute(
        update(TicketRow)
        .where(TicketRow.call_id == call_id(5))
        .values(
            customer_number=OTHER,
            customer_identity=known_as(OTHER),
            customer_name=OTHERS_NAME,
            body=f"请回电 138-1234-5678 {NAME}",
        )
    )
    await found_by(connection)
    await connection.execute(
        text("UPDATE call_events SET data = '{}' WHERE about = :one"), {"one": "trk-5.0"}
    )
    await connection.execute(update(HandoverRow).values(staff=f"{NAME} 来过，{OTHERS_NAME} 也来过"))


def files_of(home: Path) -> None:
    """Write what programs write: journals, logs, packed logs, the spool, a list that waits."""
    journal, log, run = home / "journal" / "node1", home / "log", home / "run" / "lists"
    spool = home / "spool" / "calls"
    for folder in (journal, log, run, spool, home / "spool" / "messages"):
        folder.mkdir(parents=True, exist_ok=True)
    num, name = (base64.b64encode(each.encode()).decode() for each in (NUMBER, NAME))
    said = f"call={call_id(1)}&num={num}&name={name}"
    cel = [
        f'"USER_DEFINED","1795296635.1","trk-1.0","trk-1.0","c","","","","{said}","","TR_CALL",""',
        '"ANSWER","1795296636.1","trk-1.0","trk-1.0","c","","","","","","",""',
        '"ANSWER","1795296637.1","trk-5.0","trk-5.0","c","","","","","","",""',
    ]
    (journal / "cel.csv").write_text("".join(f"{line}\n" for line in cel))
    (journal / "queue_log").write_text(
        f"1795296635|trk-1.0|hotline|NONE|ENTERQUEUE||{NUMBER}|1\n"
        f"1795296636|trk-5.0|hotline|NONE|ENTERQUEUE||{OTHER}|1\n"
    )
    (journal / "dialogue-1-1.jsonl").write_text(
        "".join(
            json.dumps({"call": call_id(which), "at": 1795296635.1, "what": "heard", "name": who})
            + "\n"
            for which, who in ((1, NAME), (5, OTHERS_NAME))
        )
    )
    (log / "desk.log").write_text(f"looked up {NUMBER}\nlooked up {OTHER}\n")
    (log / "asterisk.log.1.gz").write_bytes(
        gzip.compress(f"{NUMBER} rang\n{OTHER} rang\n".encode())
    )
    (run / "0b0f8f3e.json").write_text(json.dumps({"people": [NUMBER, OTHER]}))
    (spool / f"{call_id(2)}.raw").write_bytes(b"voice")


@asynccontextmanager
async def rows(desk: Room) -> AsyncIterator[AsyncConnection]:
    made = engine(desk.settings.database)
    async with made.connect() as connection:
        yield connection
    await made.dispose()


def erasing(desk: Room, made: AsyncEngine, **more: Any) -> Erasing:
    return Erasing(made, desk.settings.database, desk.settings.paths, region="CN", **more)


async def carried_out(desk: Room, *, turns: int = 12, now: float = LATER, **more: Any) -> None:
    """Let the ledger go on, dying after each step: every turn is a new program's."""
    for turn in range(turns):
        made = engine(desk.settings.database)
        try:
            await erasing(desk, made, **more).turn(now + turn * 120)
        finally:
            await made.dispose()


async def asked(desk: Pages, number: str = NUMBER, **more: Any) -> Mapping[str, Any]:
    """Look at what there is, and ask for its erasure."""
    async with desk.room.seated(Role.MANAGER) as person:
        whom = {"number": number, **more}
        seen = await person.post(f"{API}/preview", json=whom)
        assert seen.status_code == 200, seen.text
        wanted = {**whom, "why": "本人来函", "seen": seen.json()["seen"]}
        answer = await person.post(f"{API}/erasures", json=wanted)
    assert answer.status_code == 202, answer.text
    found: Mapping[str, Any] = answer.json()
    return found


def holding(home: Path) -> dict[str, str]:
    """Return every file that still says the person, and what it says."""
    found = {}
    for path in sorted(home.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        readings = [content, *(base64.b64decode(each) for each in _tokens(content))]
        for each in readings:
            said = each.decode("utf-8", "replace") + each.decode("gb18030", "replace")
            if NUMBER in read(said) or NAME in said or json.dumps(NAME)[1:-1] in said:
                found[str(path.relative_to(home))] = said[:200]
    return found


def _tokens(content: bytes) -> list[bytes]:
    found = re.findall(rb"[A-Za-z0-9+/]{8,80}={0,2}", content[:100_000])
    return [each for each in found if len(each) % 4 == 0]


async def listed(desk: Room) -> list[dict[str, Any]]:
    async with desk.seated(Role.MANAGER) as person:
        found: list[dict[str, Any]] = (await person.get(f"{API}/erasures")).json()
    return found


async def people_of(desk: Room, column: Any) -> set[str]:
    async with rows(desk) as connection:
        return set((await connection.execute(select(column).distinct())).scalars())
