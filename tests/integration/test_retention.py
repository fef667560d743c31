"""Recordings are removed when they have been kept for as long as the house says, and not before."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import engine
from ledger.retention import Retention
from tests.integration.desk_room import BEGAN, CALLS, NUMBER
from tests.integration.mail_house import House
from upkeep_settings import UpkeepSettings

DAYS = 30


def kept_for(made: AsyncEngine, home: Path, node: str, **days: int) -> Retention:
    keep = UpkeepSettings.model_validate(days)
    return Retention(made, home / "store", keep=keep, node=node, logs=home / "log")


async def _recordings(made: AsyncEngine) -> list[tuple[str, str, str]]:
    async with made.connect() as connection:
        found = await connection.execute(
            text("SELECT state, path, sha256 FROM recordings ORDER BY id")
        )
        return [(str(row[0]), str(row[1]), str(row[2])) for row in found]


async def test_what_is_old_goes_file_first_with_an_entry_and_its_digest_stays(
    filled: tuple[Path, str],
) -> None:
    home, url = filled
    made = engine(url or f"sqlite+aiosqlite:///{home}/thirdring.db")
    retention = kept_for(made, home, "node1", keep_recordings=DAYS)
    before = await _recordings(made)
    files = {home / "store" / path for state, path, _ in before if state == "stored"}
    assert files
    assert all(file.exists() for file in files)

    young = (BEGAN + timedelta(days=DAYS - 2)).timestamp()
    await retention.turn(young)
    assert await _recordings(made) == before

    old = (BEGAN + timedelta(days=DAYS + 30)).timestamp()
    next(iter(files)).unlink()  # as if we had been killed before the row was kept
    await retention.turn(old)
    after = await _recordings(made)
    assert not any(file.exists() for file in files)
    assert [sha256 for _, _, sha256 in after] == [sha256 for _, _, sha256 in before]
    assert {(state, path) for state, path, _ in after} >= {("removed", "")}
    async with made.connect() as connection:
        entries = await connection.execute(
            text("SELECT why || detail FROM audit_log WHERE action = 'recording.removed'")
        )
        details = [str(row[0]) for row in entries]
    assert len(details) == len(files)
    assert all(f"kept for {DAYS} dayssha256 " in detail for detail in details)
    await retention.turn(old)
    assert await _recordings(made) == after
    await made.dispose()


async def test_without_a_time_and_on_another_node_nothing_is_removed(
    filled: tuple[Path, str],
) -> None:
    home, url = filled
    made = engine(url or f"sqlite+aiosqlite:///{home}/thirdring.db")
    before = await _recordings(made)
    late = (BEGAN + timedelta(days=9_000)).timestamp()
    await kept_for(made, home, "node1").turn(late)
    await kept_for(made, home, "node2", keep_recordings=1, keep_messages=1).turn(late)
    assert await _recordings(made) == before
    await made.dispose()


async def test_each_purpose_forgets_people_after_its_own_days_and_there_is_proof(
    filled: tuple[Path, str],
) -> None:  # SEC-4
    home, url = filled
    made = engine(url or f"sqlite+aiosqlite:///{home}/thirdring.db")
    logs = home / "log"
    logs.mkdir()
    for name in ("desk.log", "desk.log.1", "desk.log.2.gz"):
        (logs / name).write_text("x")
        os.utime(logs / name, (BEGAN.timestamp(), BEGAN.timestamp()))
    days = {"keep_calls": 90, "keep_journals": 30, "keep_tickets": 10, "keep_logs": 7}
    retention = kept_for(made, home, "node1", **days)

    async def told(query: str) -> list[tuple[object, ...]]:
        async with made.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]

    await retention.turn((BEGAN + timedelta(days=31)).timestamp())
    assert await told("SELECT count(*) FROM call_events") == [(0,)]
    assert await told("SELECT DISTINCT number FROM calls") == [(NUMBER,)], "not yet"
    assert await told("SELECT DISTINCT customer_number FROM tickets") == [(NUMBER,)], "still open"
    assert {path.name for path in logs.iterdir()} == {"desk.log"}
    async with made.execution_options(writing=True).begin() as connection:
        await connection.execute(text("UPDATE tickets SET state = 'answered'"))
    await retention.turn((BEGAN + timedelta(days=91)).timestamp())
    await retention.turn((BEGAN + timedelta(days=92)).timestamp())
    assert await told("SELECT DISTINCT number, name FROM calls") == [("", "")]
    assert await told("SELECT count(*) FROM calls") == [(CALLS,)], "figures stay"
    assert await told("SELECT DISTINCT customer_number, body FROM tickets") == [("", "")]
    proof = await told("SELECT rule, what, count, length(digest) FROM destructions ORDER BY id")
    assert proof == [
        ("keep_journals=30", "call_events", CALLS * 7, 64),
        ("keep_logs=7", "rotated logs", 2, 64),
        ("keep_tickets=10", "tickets", CALLS, 64),
        ("keep_calls=90", "caller_numbers", 1, 64),
        ("keep_calls=90", "calls", CALLS, 64),
    ]
    await made.dispose()


async def test_a_letter_is_forgotten_when_its_settled_ticket_is_old(mail_house: House) -> None:
    house, store = mail_house, mail_house.settings.paths.store
    house.arrive(house.write(body="身份证号在这里"), house.write(subject="另一件事"))
    await house.look()
    await house.send()
    settled, other = await house.tickets()
    await house.change("UPDATE tickets SET state = 'archived' WHERE id = :id", id=settled["id"])
    of_settled = f"ticket_id = {settled['id']}"
    before, beside = await house.mails(of_settled), await house.mails(f"ticket_id = {other['id']}")
    files = [store / row["path"] for row in before if row["path"]]
    assert all(file.exists() for file in files)

    retention = kept_for(house.engine, house.settings.home, "node1", keep_tickets=DAYS)
    elsewhere = kept_for(house.engine, house.settings.home, "node2", keep_tickets=DAYS)
    now = datetime.now(UTC)
    await retention.turn((now + timedelta(days=DAYS - 1)).timestamp())
    await elsewhere.turn((now + timedelta(days=DAYS + 1)).timestamp())
    assert await house.mails(of_settled) == before

    files[0].unlink()  # as if we had been killed before the row was kept
    await retention.turn((now + timedelta(days=DAYS + 1)).timestamp())
    after = await house.mails(of_settled)
    assert [row["sha256"] for row in after] == [row["sha256"] for row in before]
    assert {row[name] for row in after for name in ("address", "subject", "body", "path")} == {""}
    assert not any(file.exists() for file in files)
    assert await house.mails(f"ticket_id = {other['id']}") == beside, "its ticket is open"
    assert await house.rows("SELECT * FROM destructions WHERE what = 'ticket_mails'")
