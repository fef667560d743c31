"""Recordings go into a real S3-compatible storage, are proven there, and are read from there."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio

from features.recording_copies.lifecycle import Place
from recordings.s3 import AwayError
from tests.integration.archive_house import RECORDINGS, ArchiveHouse, at, filled, sound
from tests.integration.desk_room import recording_id
from tests.integration.s3_storage import Storage, Wire, storage, wire

NAMES = [f"2026/11/21/{recording_id(n)}.wav" for n in range(1, RECORDINGS + 1)]


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
    """A house that stores what it took in away and keeps it here for a day."""
    settings = s3.settings(cable.port)
    made = await filled(tmp_path / "home", database_url, **settings)
    yield made.set_up(recording_local_days=1)
    await made.engine.dispose()


async def test_a_recording_is_stored_away_and_leaves_when_its_days_are_over(
    house: ArchiveHouse, s3: Storage
) -> None:
    worker = await house.work()
    assert await house.states() == {"original": "proven", "s3": "proven"}
    assert (s3.objects(), house.files()) == (NAMES, NAMES)
    store = house.settings.paths.store
    assert s3.file(NAMES[0]).read_bytes() == (store / NAMES[0]).read_bytes()
    house.later(hours=23, minutes=59)
    await house.work(worker)
    assert house.files() == NAMES
    house.later(minutes=2)
    await house.work(worker)
    assert await house.states() == {"original": "gone", "s3": "proven"}
    assert (house.files(), s3.objects()) == ([], NAMES)
    assert await house.as_wav(2) == sound(2)
    assert house.archive.is_whole(at(await house.copies(), Place.S3))


async def test_flac_is_stored_away_byte_by_byte(house: ArchiveHouse, s3: Storage) -> None:
    house = house.set_up(recording_format="flac", recording_local_days=0, s3_prefix="of/us")
    await house.work()
    assert await house.states() == {"original": "gone", "local": "gone", "s3": "proven"}
    assert s3.objects() == [f"of/us/{name.replace('.wav', '.flac')}" for name in NAMES]
    assert await house.as_wav() == sound(1)
    assert house.files() == []


async def test_a_storage_that_is_away_costs_time_and_nothing_else(
    house: ArchiveHouse, s3: Storage, cable: Wire
) -> None:
    cable.cut()
    worker = await house.work()
    assert await house.states() == {"original": "proven", "s3": "wanted"}
    assert (house.files(), s3.objects()) == (NAMES, [])
    assert worker.backlog.failing == 1, "one is tried, the others wait with it"
    assert worker.backlog.why.startswith("the storage does not answer")
    assert await house.as_wav() == sound(1), "and it can be played"
    pauses = []
    for _ in range(3):
        before = worker.failures
        while worker.failures == before:
            house.later(seconds=10)
            await house.work(worker)
        pauses.append(worker._there.away_until)
    gaps = [(b - a).total_seconds() for a, b in pairwise(pauses) if a and b]
    assert gaps == sorted(gaps)
    assert gaps[-1] >= 2 * gaps[0]
    cable.mend()
    house.later(hours=1)
    await house.work(worker)
    assert (s3.objects(), worker.backlog.failing) == (NAMES, 0)


async def test_a_network_that_is_cut_in_the_middle_of_an_upload(
    house: ArchiveHouse, s3: Storage, cable: Wire
) -> None:
    cable.cut_after = 20_000
    worker = await house.work()
    assert worker.backlog.failing == 1
    assert await house.states(1) == {"original": "proven", "s3": "wanted"}
    cable.mend()
    house.later(hours=2)
    await house.work(worker)
    assert s3.objects() == NAMES
    assert await house.states(1) == await house.states(2) == {"original": "proven", "s3": "proven"}


async def test_what_the_storage_has_changed_is_found_and_never_trusted(
    house: ArchiveHouse, s3: Storage
) -> None:
    await house.work()
    content = bytearray(s3.file(NAMES[0]).read_bytes())
    content[300] ^= 1
    s3.file(NAMES[0]).write_bytes(content)
    assert not house.archive.is_whole(at(await house.copies(), Place.S3))
    assert house.archive.is_whole(at(await house.copies(2), Place.S3))


async def test_an_upload_that_arrives_changed_is_done_again(
    house: ArchiveHouse, s3: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recordings.s3 import Objects  # noqa: PLC0415

    put = Objects.put

    def badly(self: Objects, name: str, source: Path, size: int) -> None:
        put(self, name, source, size)
        s3.file(name).write_bytes(b"\0" * size)

    monkeypatch.setattr(Objects, "put", badly)
    worker = await house.work()
    assert "not what was written" in worker.backlog.why
    house.later(days=3)
    monkeypatch.undo()
    assert house.files() == NAMES, "nothing left before it was proven"
    await house.work(worker)
    house.later(days=3)
    await house.work(worker)
    assert (house.files(), s3.objects()) == ([], NAMES)
    assert await house.plain() == sound(1)


async def test_wrong_keys_of_the_storage_are_told(house: ArchiveHouse, s3: Storage) -> None:
    s3.keys.write_text("AKTHIRDRING\nanother-secret\n")
    worker = await house.work()
    assert worker.backlog.why.startswith("the storage refuses")
    s3.keys.write_text("only-one-line\n")
    with pytest.raises(AwayError, match="does not hold an access key"):
        house.archive.objects.reach()  # type: ignore[union-attr]


async def test_a_bucket_that_is_not_there_is_told(house: ArchiveHouse) -> None:
    with pytest.raises(AwayError, match="no bucket others"):
        house.set_up(s3_bucket="others").archive.objects.reach()  # type: ignore[union-attr]


async def test_a_recording_that_goes_stays_due_until_the_storage_has_let_it_go(
    house: ArchiveHouse, s3: Storage, cable: Wire
) -> None:
    from features.recording_copies import queries  # noqa: PLC0415

    await house.work()
    cable.cut()

    async def let_go() -> bool:
        async with house.engine.begin() as connection:
            return await queries.let_go(connection, recording_id(1), house.now)

    assert not await let_go()
    worker = await house.work()
    assert await house.states() == {"original": "gone", "s3": "leaving"}
    with pytest.raises(FileNotFoundError):
        await house.plain()
    assert not await let_go()
    cable.mend()
    house.now += timedelta(hours=1)
    await house.work(worker)
    assert await let_go()
    assert s3.objects() == NAMES[1:]
