"""A recording that is missing, added or exchanged is found by its day (ANS-5)."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import engine
from features.call_recordings import days, writes
from features.call_recordings.tables import RecordingDayRow, RecordingRow
from tests.integration import desk_room
from tests.integration.desk_room import recording_id

DAY = date(2026, 11, 21)
"""On which the house's five recordings were made."""
AFTER = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest_asyncio.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[AsyncConnection]:
    """A house with five recordings, whose two days are closed: the second has none."""
    await desk_room.fill(tmp_path / "home", database_url)
    made = engine(database_url)
    async with made.connect() as connection:
        await connection.execute(
            update(RecordingRow).values(created_at=datetime(2026, 11, 21, 12, tzinfo=UTC))
        )
        assert await days.close_next(connection, AFTER) == DAY
        assert await days.close_next(connection, AFTER + timedelta(days=1)) == DAY + days._DAY
        yield connection
    await made.dispose()


async def broken(connection: AsyncConnection) -> list[tuple[date, str]]:
    return list((await days.check(connection)).broken)


async def test_a_day_is_closed_an_hour_after_its_end_and_once(house: AsyncConnection) -> None:
    await house.execute(delete(RecordingDayRow))
    assert await days.close_next(house, AFTER - timedelta(seconds=1)) is None
    assert await days.close_next(house, AFTER) == DAY
    assert await days.close_next(house, AFTER) is None
    [row] = (await house.execute(select(RecordingDayRow.__table__))).all()
    assert (row.day, row.recordings) == (DAY, 5)
    again = {**row._mapping}
    with pytest.raises(IntegrityError):
        await house.execute(insert(RecordingDayRow).values(**again))


async def test_what_nobody_changed_holds_in_pages_too(
    house: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await days.check(house)
    assert (whole.days, list(whole.broken)) == (2, [])
    monkeypatch.setattr(days, "READ", 2)
    assert await days.check(house) == whole


async def test_a_recording_that_is_removed_on_time_breaks_no_day(house: AsyncConnection) -> None:
    await writes.mark_removed(house, [recording_id(2)], why="its time was over")
    assert not await broken(house)


async def test_a_recording_that_is_missing_is_found(house: AsyncConnection) -> None:
    await house.execute(delete(RecordingRow).where(RecordingRow.id == recording_id(5)))
    assert (DAY, "1 recordings are missing") in await broken(house)


async def test_a_recording_that_is_added_is_found(house: AsyncConnection) -> None:
    query = select(RecordingRow.__table__).where(RecordingRow.id == recording_id(1))
    row = dict((await house.execute(query)).mappings().one())
    row |= {"id": "6d0f36f6-4a43-5a2f-8c5f-0d8ed3c4c0aa", "kind": "message"}
    await house.execute(insert(RecordingRow).values(**row))
    assert await broken(house) == [(DAY, "1 recordings were added")]


@pytest.mark.parametrize("values", [{"sha256": "f" * 64}, {"kind": "call", "sha256": ""}])
async def test_one_that_is_exchanged_with_its_sha256_is_found(
    house: AsyncConnection, values: dict[str, str]
) -> None:
    which = RecordingRow.id == recording_id(3)
    await house.execute(update(RecordingRow).where(which).values(**values))
    assert await broken(house) == [(DAY, "a recording is not the one that was taken in")]


async def test_a_day_that_is_closed_anew_does_not_fit_the_next(house: AsyncConnection) -> None:
    await house.execute(delete(RecordingRow).where(RecordingRow.id == recording_id(5)))
    counted = await days._counted(house, DAY)
    forged = {
        "recordings": counted.count,
        "sha256": counted.sha256,
        "hash": days.hash_of(days.BEGINNING, DAY, counted),
    }
    await house.execute(update(RecordingDayRow).where(RecordingDayRow.day == DAY).values(**forged))
    why = "it, or the day before it, is not as it was closed"
    assert await broken(house) == [(DAY + days._DAY, why)]


async def test_a_day_that_is_taken_out_is_found(house: AsyncConnection) -> None:
    await house.execute(delete(RecordingDayRow).where(RecordingDayRow.day == DAY))
    assert (DAY, "days are missing, or recordings before it") in await broken(house)
