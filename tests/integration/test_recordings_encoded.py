"""A recording is kept in the house's format, proven before the WAV goes, and read as before."""

import hashlib
import io
import wave
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from backup import hold
from features.recording_copies import archive as archives
from features.recording_copies import queries, wholeness
from features.recording_copies.lifecycle import CopyState, Place
from recordings import coding
from recordings.codings import How
from tests.integration.archive_house import RECORDINGS, ArchiveHouse, at, filled, sound
from tests.integration.desk_room import recording_id

SUFFIXES = {"flac": ".flac", "opus": ".ogg", "mp3": ".mp3"}


@pytest_asyncio.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[ArchiveHouse]:
    made = await filled(tmp_path / "home", database_url, recording_format="flac")
    yield made
    await made.engine.dispose()


def sides(wav: bytes) -> "np.ndarray[tuple[int, int], np.dtype[np.int16]]":
    with wave.open(io.BytesIO(wav)) as file:
        assert file.getframerate() == 8000
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return samples.reshape(-1, file.getnchannels())


async def test_a_house_that_keeps_wav_has_no_copies(house: ArchiveHouse) -> None:
    before = house.files()
    await house.set_up(recording_format="wav").work()
    assert (await house.copies(), house.files()) == ((), before)


async def test_flac_is_what_was_recorded_bit_by_bit_and_the_wav_goes(house: ArchiveHouse) -> None:
    worker = await house.work()
    assert house.files() == [f"2026/11/21/{recording_id(n)}.flac" for n in range(1, RECORDINGS + 1)]
    assert await house.states() == {"original": "gone", "local": "proven"}
    assert await house.as_wav(2) == sound(2)
    assert (worker.proven, worker.backlog.waiting) == (RECORDINGS, 0)
    copy = at(await house.copies(), Place.LOCAL)
    assert house.archive.is_whole(copy)


@pytest.mark.parametrize(
    ("form", "rate"),
    [("opus", {}), ("opus", {"recording_opus_rate": 16}), ("mp3", {})],
    ids=["opus", "opus of few bits", "mp3"],
)
async def test_what_loses_something_is_as_long_and_keeps_both_sides_apart(
    house: ArchiveHouse, form: str, rate: dict[str, int]
) -> None:
    house = house.set_up(recording_format=form, **rate)
    await house.work()
    assert house.files() == [
        f"2026/11/21/{recording_id(n)}{SUFFIXES[form]}" for n in range(1, RECORDINGS + 1)
    ]
    heard = sides(await house.as_wav()).astype(float)
    told = sides(sound(1)).astype(float)
    assert abs(len(heard) - len(told)) <= 0.02 * 8000
    half = len(told) // 2 - 400  # a codec may smear an edge by some ms
    first, second = heard[800:half], heard[half + 800 : -800]
    loud = (np.abs(first[:, 0]).mean(), np.abs(second[:, 1]).mean())
    still = (np.abs(first[:, 1]).mean(), np.abs(second[:, 0]).mean())
    assert max(still) < min(loud) / 300


async def test_a_wav_that_is_not_what_was_taken_in_is_kept_and_told(house: ArchiveHouse) -> None:
    path = house.settings.paths.store / f"2026/11/21/{recording_id(1)}.wav"
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)
    worker = await house.work()
    assert path.read_bytes() == content
    assert await house.states() == {"original": "proven", "local": "wanted"}
    assert worker.backlog.failing == 1
    assert "not what was recorded" in worker.backlog.why


async def test_an_encoder_that_errs_never_costs_the_wav(
    house: ArchiveHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is decoded has one sample less loud: flac is proven by every sample."""

    def badly(source: Path, target: Path, how: How) -> None:
        content = bytearray(source.read_bytes())
        content[7000] ^= 1
        bad = target.with_name("bad.wav")
        bad.write_bytes(content)
        coding.encode(bad, target, how)

    monkeypatch.setattr(archives, "encode", badly)
    worker = await house.work()
    assert worker.backlog.failing == RECORDINGS
    assert await house.states() == {"original": "proven", "local": "wanted"}
    assert await house.plain() == sound(1)
    monkeypatch.undo()
    await house.work(worker)
    assert await house.states() == {"original": "proven", "local": "wanted"}, "it waits a while"
    house.later(seconds=31)
    await house.work(worker)
    assert await house.states() == {"original": "gone", "local": "proven"}


async def test_a_copy_of_another_length_is_not_proven(
    house: ArchiveHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "UNLIKE_S", -1.0)
    house = house.set_up(recording_format="mp3")
    worker = await house.work()
    assert "s instead of 3.00" in worker.backlog.why
    assert await house.plain() == sound(1)


async def test_nothing_leaves_while_a_backup_copies_the_store(house: ArchiveHouse) -> None:
    with hold.nobody_leaves(house.settings.paths.run):
        worker = await house.work()
        assert await house.states() == {"original": "leaving", "local": "proven"}
        assert len(house.files()) == 2 * RECORDINGS
    await house.work(worker)
    assert len(house.files()) == RECORDINGS


async def test_a_recording_that_goes_takes_its_copies_with_it(house: ArchiveHouse) -> None:
    await house.work()
    await house.change(state="removed", path="")
    async with house.engine.begin() as connection:
        assert not await queries.let_go(connection, recording_id(1), house.now)
    await house.work()
    assert await house.states() == {"original": "gone", "local": "gone"}
    assert len(house.files()) == RECORDINGS - 1


async def test_what_is_changed_afterwards_is_found(house: ArchiveHouse) -> None:
    await house.work()
    copy = at(await house.copies(), Place.LOCAL)
    path = house.settings.paths.store / copy.name
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)
    assert not house.archive.is_whole(copy)
    assert not house.archive.is_whole(replace(copy, name="2026/11/21/none.flac"))


async def test_copies_are_wanted_of_what_comes_later_too(house: ArchiveHouse) -> None:
    await house.change(2, created_at=house.now - timedelta(seconds=5))
    worker = await house.work()
    assert await house.copies(2) == ()
    house.later(seconds=60)
    await house.work(worker)
    assert at(await house.copies(2), Place.LOCAL).state is CopyState.PROVEN


async def test_the_check_reads_copies_and_finds_a_row_that_was_changed_with_its_file(
    house: ArchiveHouse,
) -> None:
    """Of what loses something the audit log, a chain, knows what was proven (ANS-5)."""
    house = house.set_up(recording_format="mp3")
    await house.work()
    async with house.engine.connect() as connection:
        whole = await wholeness.check(connection, house.archive)
    assert (whole.recordings, whole.copies, whole.broken) == (RECORDINGS, RECORDINGS, [])
    copy = at(await house.copies(), Place.LOCAL)
    (house.settings.paths.store / copy.name).write_bytes(b"another voice")
    other = replace(copy, sha256=hashlib.sha256(b"another voice").hexdigest(), bytes=13)
    async with house.engine.begin() as connection:
        assert await queries.change(connection, copy, other)
    assert house.archive.is_whole(other)
    async with house.engine.connect() as connection:
        found = await wholeness.check(connection, house.archive)
    assert found.broken == [f"local: {copy.name}"]
