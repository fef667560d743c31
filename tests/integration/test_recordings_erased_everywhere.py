"""Retention, erasure and legal hold reach every copy, and one that is away stays due (SEC-4)."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import insert, text

from features.legal_holds.tables import LegalHoldRow
from ledger.retention import Retention
from tests.integration.archive_house import ArchiveHouse, filled
from tests.integration.desk_room import call_id, opened, recording_id
from tests.integration.erased_house import LATER, asked, carried_out, listed, settled
from tests.integration.page_room import Pages
from tests.integration.s3_storage import Storage, Wire, storage, wire
from upkeep_settings import UpkeepSettings

OLD = timedelta(days=40)


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[Storage]:
    with storage(tmp_path) as found:
        yield found


@pytest.fixture
def cable(s3: Storage) -> Iterator[Wire]:
    with wire(s3.port) as found:
        yield found


@pytest_asyncio.fixture
async def house(
    tmp_path: Path, database_url: str, cable: Wire, s3: Storage
) -> AsyncIterator[ArchiveHouse]:
    settings = s3.settings(cable.port)
    made = await filled(tmp_path / "home", database_url, **settings)
    yield made
    await made.engine.dispose()


def retention(house: ArchiveHouse) -> Retention:
    keep = UpkeepSettings.model_validate({"keep_recordings": 30})
    home = house.settings.home
    return Retention(house.engine, home / "store", keep=keep, node="node1", logs=home / "log")


async def test_what_is_too_old_goes_in_every_place_and_stays_due_while_one_is_away(
    house: ArchiveHouse, s3: Storage, cable: Wire
) -> None:
    worker = await house.work()
    assert len(s3.objects()) == len(house.files()) == 2
    cable.cut()
    house.now += OLD
    old = retention(house)
    await old.turn(house.now.timestamp())
    await house.work(worker)
    await old.turn(house.now.timestamp())
    assert (house.files(), len(s3.objects()), old.removed) == ([], 2, 0)
    assert (await house.recording()).state == "stored", "it is due until all of it is gone"
    assert worker.backlog.failing == 1
    cable.mend()
    house.later(hours=1)
    await house.work(worker)
    await old.turn(house.now.timestamp())
    assert (s3.objects(), old.removed) == ([], 2)
    assert (await house.recording()).state == "removed"
    async with house.engine.connect() as connection:
        proof = (await connection.execute(text("SELECT what, count FROM destructions"))).all()
    assert [tuple(row) for row in proof] == [("recordings", 2)]


async def test_who_is_erased_is_gone_from_the_storage_or_the_erasure_is_not_done(
    house: ArchiveHouse, s3: Storage, cable: Wire
) -> None:
    worker = await house.work()
    async with opened(house.settings.home, house.settings.database_url) as room:
        pages = Pages(room)
        await pages.write(settled)
        await asked(pages)
        cable.cut()
        await carried_out(room, turns=5)
        await house.work(worker)
        [erasure] = await listed(room)
        assert erasure["state"] != "done"
        assert erasure["left"] == ["recording_copies"]
        assert (house.files(), len(s3.objects())) == ([], 2)
        assert (await house.states())["s3"] == "leaving"
        cable.mend()
        house.later(hours=2)
        await house.work(worker)
        assert s3.objects() == []
        await carried_out(room, now=LATER + 86_400)
        [erasure] = await listed(room)
    assert (erasure["state"], erasure["left"]) == ("done", [])
    assert set((await house.states()).values()) == {"gone"}


async def test_a_recording_under_a_hold_stays_in_every_place(
    house: ArchiveHouse, s3: Storage
) -> None:
    await house.work()
    house.now += OLD
    held = {"thing": "call", "subject": call_id(1), "why": "法院来函", "reference": "1"}
    held |= {"put_by": "1001", "lifted_by": "", "lifted_why": ""}
    async with house.engine.begin() as connection:
        await connection.execute(insert(LegalHoldRow).values(**held, put_at=house.now))
    await retention(house).turn(house.now.timestamp())
    await house.work()
    assert await house.states(1) == {"original": "gone", "s3": "proven"}
    assert await house.states(2) == {"original": "gone", "s3": "gone"}
    assert s3.objects() == [f"2026/11/21/{recording_id(1)}.wav"]
