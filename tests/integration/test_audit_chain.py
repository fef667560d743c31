"""The audit log is a chain: what was taken out, put in or rewritten is found (SEC-1)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from click.testing import CliRunner
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commands.audit import audit as command
from db.engine import engine
from features.audit import chain, erasing, log
from features.audit.chain import Checked, Head
from features.audit.log import AuditEntry
from features.audit.tables import AuditHeadRow, AuditRow

NOW = datetime(2026, 11, 29, 4, 0, 0, 250, tzinfo=UTC)


def entry(which: int, **other: Any) -> AuditEntry:
    said = {"action": "call.read", "subject": f"{which}", "address": "127.0.0.1", "detail": "细"}
    return AuditEntry(at=NOW + timedelta(seconds=which), **said | other)


@pytest_asyncio.fixture
async def kept(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A database with seven entries, of three transactions."""
    made = engine(database_url)
    for many in ((1,), (2, 3, 4), (5, 6, 7)):
        await note(made, *many)
    yield made
    await made.dispose()


async def note(made: AsyncEngine, *many: int) -> None:
    async with made.execution_options(writing=True).begin() as connection:
        for which in many:
            await log.note(connection, entry(which))


async def checked(made: AsyncEngine, noted: Head | None = None) -> Checked:
    async with made.connect() as connection:
        return await chain.check(connection, noted)


async def test_every_entry_has_its_place_and_the_chain_holds(kept: AsyncEngine) -> None:
    found = await checked(kept)
    assert (found.head.place, found.broken, found.unplaced) == (7, None, 0)
    await note(kept, 8)
    assert (await checked(kept, found.head)).broken is None


async def test_what_is_not_committed_is_not_in_the_chain(kept: AsyncEngine) -> None:
    async def fail(connection: AsyncConnection) -> None:
        await log.note(connection, entry(8))
        raise LookupError

    with pytest.raises(LookupError):
        async with kept.execution_options(writing=True).begin() as connection:
            await fail(connection)
    await note(kept, 9)
    assert (await checked(kept)).head.place == 8
    assert (await checked(kept)).broken is None


async def test_of_many_who_write_at_once_each_entry_gets_one_place(kept: AsyncEngine) -> None:
    await asyncio.gather(*(note(kept, which, which + 1) for which in range(10, 50, 2)))
    found = await checked(kept)
    assert (found.head.place, found.broken) == (47, None)


def without(text: str) -> str:
    return text.replace("13812345678", "[erased]")


async def erased(kept: AsyncEngine) -> int:
    async with kept.execution_options(writing=True).begin() as connection:
        _, count = await erasing.erase(
            connection, without, after=0, entry=lambda why: replace(entry(99), **ERASED, why=why)
        )
    return count


ERASED: dict[str, Any] = {"action": chain.ERASED, "subject": "erasure 1", "detail": ""}


async def test_the_chain_holds_when_somebody_is_erased_from_it(kept: AsyncEngine) -> None:
    noted = (await checked(kept)).head
    for which in (20, 21):
        async with kept.execution_options(writing=True).begin() as connection:
            await log.note(
                connection, replace(entry(which), subject="13812345678", why="问 13812345678")
            )
    async with kept.execution_options(writing=True).begin() as connection:
        old = update(AuditRow).where(AuditRow.place == 8).values(salt="")
        await connection.execute(old)
        row = (
            (await connection.execute(select(AuditRow.__table__).where(AuditRow.place == 8)))
            .mappings()
            .one()
        )
        before = (
            await connection.execute(select(AuditRow.hash).where(AuditRow.place == 7))
        ).scalar_one()
        first = chain.hash_of(before, 8, row)  # as if it were from before there were salts
        await connection.execute(update(AuditRow).where(AuditRow.place == 8).values(hash=first))
        row = (
            (await connection.execute(select(AuditRow.__table__).where(AuditRow.place == 9)))
            .mappings()
            .one()
        )
        second = chain.hash_of(first, 9, row)
        await connection.execute(update(AuditRow).where(AuditRow.place == 9).values(hash=second))
        await connection.execute(update(AuditHeadRow).values(hash=second))
    assert (await checked(kept)).broken is None
    assert await erased(kept) == 2
    found = await checked(kept, noted)
    assert (found.broken, found.head.place) == (None, 10)
    async with kept.connect() as connection:
        said = await connection.execute(
            select(AuditRow.subject, AuditRow.salt, AuditRow.sealed).where(
                AuditRow.place.in_([8, 9])
            )
        )
        first_said, second_said = said.all()
    assert first_said == ("[erased]", "", chain.UNKNOWN)
    assert second_said[:2] == ("[erased]", "")
    assert len(second_said.sealed) == 64
    assert await erased(kept) == 0


@pytest.mark.parametrize("sealed", [chain.UNKNOWN, "f" * 64])
async def test_words_that_were_taken_out_by_nobody_are_found(
    kept: AsyncEngine, sealed: str
) -> None:
    async with kept.execution_options(writing=True).begin() as connection:
        values = {"subject": "", "salt": "", "sealed": sealed}
        await connection.execute(update(AuditRow).where(AT_3).values(values))
    broken = (await checked(kept)).broken
    assert broken is not None
    assert (broken.place, "no entry says by whom" in broken.why) == (3, True)


AT_3 = AuditRow.place == 3
DAMAGES: list[tuple[str, Any, int, str]] = [
    ("rewritten", update(AuditRow).where(AT_3).values(subject="x"), 3, "not as it was"),
    ("by another", update(AuditRow).where(AT_3).values(address="10.0.0.1"), 3, "not as it was"),
    ("at another time", update(AuditRow).where(AT_3).values(at=NOW), 3, "not as it was"),
    ("taken out", delete(AuditRow).where(AT_3), 3, "missing"),
    ("first taken out", delete(AuditRow).where(AuditRow.place == 1), 1, "missing"),
    ("last taken out", delete(AuditRow).where(AuditRow.place == 7), 7, "missing"),
    ("all taken out", delete(AuditRow), 1, "missing"),
]


@pytest.mark.parametrize(
    ("change", "place", "said"), [one[1:] for one in DAMAGES], ids=[one[0] for one in DAMAGES]
)
async def test_what_was_done_to_the_log_is_found(
    kept: AsyncEngine, change: Any, place: int, said: str
) -> None:
    async with kept.execution_options(writing=True).begin() as connection:
        await connection.execute(change)
    broken = (await checked(kept)).broken
    assert broken is not None
    assert broken.place == place
    assert said in broken.why


async def test_an_end_that_was_cut_off_with_its_head_is_found_by_a_head_that_was_noted(
    kept: AsyncEngine,
) -> None:
    noted = (await checked(kept)).head
    async with kept.execution_options(writing=True).begin() as connection:
        hashes = (
            await connection.execute(text("SELECT hash FROM audit_log WHERE place = 5"))
        ).all()
        await connection.execute(delete(AuditRow).where(AuditRow.place > 5))
        await connection.execute(update(AuditHeadRow).values(place=5, hash=hashes[0][0]))
    assert (await checked(kept)).broken is None, "the chain alone cannot tell"
    broken = (await checked(kept, noted)).broken
    assert broken is not None
    assert "shorter" in broken.why
    await note(kept, 8, 9, 10)
    broken = (await checked(kept, noted)).broken
    assert broken is not None
    assert "another" in broken.why


async def test_entries_from_before_the_chain_get_their_places(kept: AsyncEngine) -> None:
    values = {name: getattr(entry(20), name) for name in AuditEntry.__slots__}
    async with kept.execution_options(writing=True).begin() as connection:
        await connection.execute(insert(AuditRow), [values] * 3)
    assert (await checked(kept)).unplaced == 3
    await note(kept, 21)
    found = await checked(kept)
    assert (found.head.place, found.unplaced, found.broken) == (11, 0, None)


@pytest.mark.sqlite_first
def test_the_command_proves_the_chain(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIRDRING_HOME", str(tmp_path))
    monkeypatch.setenv("THIRDRING_DATABASE_URL", database_url)

    def run(*given: str) -> Any:
        return CliRunner().invoke(command, ["check", *given])

    def done(work: Callable[[AsyncEngine], Any]) -> None:
        async def inside() -> None:
            made = engine(database_url)
            await work(made)
            await made.dispose()

        asyncio.run(inside())

    done(lambda made: note(made, 1, 2, 3))
    whole = run()
    assert (whole.exit_code, "holds: 3 entries" in whole.output) == (0, True), whole.output
    head = whole.output.split("Head: ")[1].strip()
    assert run("--head", head).exit_code == 0
    assert run("--head", "three").exit_code == 2

    async def rewrite(made: AsyncEngine) -> None:
        async with made.execution_options(writing=True).begin() as connection:
            await connection.execute(update(AuditRow).where(AuditRow.place == 2).values(why="x"))

    done(rewrite)
    broken = run()
    assert (broken.exit_code, "from entry 2 on" in broken.output) == (1, True), broken.output
