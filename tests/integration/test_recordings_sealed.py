"""Recordings are sealed where they lie, and sealed anew with a new key."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from features.recording_copies.lifecycle import Place
from recordings.sealed import Keys, SealBroken
from tests.integration.archive_house import RECORDINGS, ArchiveHouse, at, filled, sound
from tests.integration.s3_storage import Storage, storage


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[Storage]:
    with storage(tmp_path) as found:
        yield found


@pytest_asyncio.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[ArchiveHouse]:
    made = await filled(tmp_path / "home", database_url, recording_sealed=True)
    yield made
    await made.engine.dispose()


def keys_of(house: ArchiveHouse) -> Keys:
    return Keys(house.settings.paths.recordings_key)


async def test_what_lies_on_the_disk_says_nothing(house: ArchiveHouse) -> None:
    await house.work()
    key = keys_of(house).newest()
    assert len(house.files()) == RECORDINGS
    for name in house.files():
        assert name.endswith(f".{key}.wav.sealed")
        assert (house.settings.paths.store / name).read_bytes()[:4] == b"TRS1"
    assert await house.plain() == sound(1)


async def test_a_new_key_seals_everything_anew(house: ArchiveHouse, s3: Storage) -> None:
    house = house.set_up(**s3.settings(), recording_local_days=1)
    worker = await house.work()
    before = s3.objects()
    new = keys_of(house).add()
    await house.work(worker)
    assert {each.key for each in await house.copies() if each.state.value == "proven"} == {new}
    assert len(s3.objects()) == RECORDINGS
    assert not set(s3.objects()) & set(before)
    assert all(new in name for name in (*house.files(), *s3.objects()))
    house.later(days=2)
    await house.work(worker)
    assert house.files() == []
    newer = keys_of(house).add()
    await house.work(worker)
    assert all(newer in name for name in s3.objects()), "what is in S3 alone, too"
    assert (await house.plain(), house.files()) == (sound(1), [])


async def test_without_its_key_a_recording_is_shut_and_nothing_is_lost(
    house: ArchiveHouse,
) -> None:
    await house.work()
    path = house.settings.paths.recordings_key
    aside = path.rename(path.with_suffix(".aside"))
    keys_of(house).add()
    with pytest.raises(SealBroken):
        await house.plain()
    worker = await house.work()
    assert worker.backlog.failing == RECORDINGS
    assert "is not in recordings.key" in worker.backlog.why
    path.write_bytes(path.read_bytes() + aside.read_bytes())
    house.later(minutes=5)
    await house.work(worker)
    assert await house.plain() == sound(1)


async def test_a_changed_byte_is_found_on_reading_and_by_the_check(house: ArchiveHouse) -> None:
    await house.work()
    copy = at(await house.copies(), Place.LOCAL)
    path = house.settings.paths.store / copy.name
    content = bytearray(path.read_bytes())
    content[2000] ^= 1
    path.write_bytes(content)
    with pytest.raises(SealBroken, match="not as it was sealed"):
        await house.plain()
    assert not house.archive.is_whole(copy)
