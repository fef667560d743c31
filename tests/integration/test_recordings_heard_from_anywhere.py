"""Whatever a recording is kept as, and wherever: it is heard by Range, drawn, downloaded as before.

A storage that is away is said to be; a byte that was changed is not played.
"""

import io
import wave
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from features.call_recordings.hearing import Hearing
from permissions.roles import Role
from tests.integration.archive_house import ArchiveHouse, filled, sound
from tests.integration.desk_room import Room, audit_entries, opened, recording_id
from tests.integration.s3_storage import Storage, Wire, storage, wire

AUDIO = f"/api/v1/recordings/{recording_id(1)}/audio"
PEAKS = f"/api/v1/recordings/{recording_id(1)}/peaks"
TYPES = {"flac": "audio/flac", "opus": "audio/ogg", "mp3": "audio/mpeg", "wav": "audio/wav"}


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[Storage]:
    with storage(tmp_path) as found:
        yield found


@pytest.fixture
def cable(s3: Storage) -> Iterator[Wire]:
    with wire(s3.port) as found:
        yield found


@dataclass
class Heard:
    """A house, and a desk over it."""

    house: ArchiveHouse
    room: Room

    async def kept(self, **settings: object) -> None:
        """Have recordings kept in another way."""
        self.house = self.house.set_up(**settings)
        await self.house.work()
        self.room.app.state.settings = self.house.settings
        self.room.app.state.waveforms.hearing.close()
        self.room.app.state.waveforms.hearing = Hearing(self.house.settings)


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Heard]:
    house = await filled(tmp_path / "home", "", recordings=1)
    async with opened(tmp_path / "home") as room:
        yield Heard(house, room)
    await house.engine.dispose()


@pytest.mark.parametrize("form", ["flac", "opus", "mp3", "wav"])
async def test_every_format_is_played_by_range_drawn_and_had_as_wav(
    desk: Heard, form: str, cable: Wire, s3: Storage
) -> None:
    """Sealed, and in S3 alone."""
    away = {**s3.settings(cable.port), "recording_local_days": 0, "recording_sealed": True}
    await desk.kept(recording_format=form, **away)
    assert desk.house.files() == []
    whole = await desk.room.get(AUDIO)
    assert (whole.status_code, whole.headers["content-type"]) == (200, TYPES[form])
    assert whole.content == await desk.house.plain()
    part = await desk.room.get(AUDIO, headers={"Range": "bytes=100-1099"})
    assert (part.status_code, part.content) == (206, whole.content[100:1100])
    assert part.headers["content-range"] == f"bytes 100-1099/{len(whole.content)}"
    beyond = await desk.room.get(AUDIO, headers={"Range": f"bytes={len(whole.content)}-"})
    assert beyond.status_code == 416
    wav = await desk.room.get(AUDIO, params={"format": "wav"}, headers={"Range": "bytes=0-"})
    with wave.open(io.BytesIO(wav.content)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        assert abs(file.getnframes() - 24_000) <= 160
    if form in {"flac", "wav"}:
        assert wav.content == sound(1)
    drawn = (await desk.room.get(PEAKS, params={"points": 10})).json()["peaks"]
    assert np.mean(drawn[0][:4]) > 0.05 > max(drawn[0][6:])
    assert np.mean(drawn[1][6:]) > 0.05 > max(drawn[1][:4])
    named = await desk.room.get(AUDIO, params={"download": "true"})
    assert named.headers["content-disposition"].endswith(
        {"opus": '_call.ogg"'}.get(form, f'_call.{form}"')
    )
    looks = await audit_entries(desk.room, recording_id(1))
    assert [each.detail for each in looks if each.action == "recording.audio"][1] == (
        "bytes=100-1099"
    )


async def test_a_storage_that_is_away_is_said_and_others_may_listen_still(
    desk: Heard, cable: Wire, s3: Storage
) -> None:
    await desk.kept(**s3.settings(cable.port), recording_local_days=0)
    cable.cut()
    answer = await desk.room.get(AUDIO)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert (await desk.room.get(PEAKS)).status_code == 503
    assert (await desk.room.get(AUDIO, role=Role.STATISTICIAN)).status_code == 403
    cable.mend()
    assert (await desk.room.get(AUDIO)).content == sound(1)


async def test_a_changed_byte_is_not_played(desk: Heard) -> None:
    await desk.kept(recording_sealed=True)
    [name] = desk.house.files()
    path = desk.house.settings.paths.store / name
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)
    answer = await desk.room.get(AUDIO)
    assert (answer.status_code, "cannot be read" in answer.text) == (410, True)


async def test_what_was_decoded_is_forgotten(desk: Heard) -> None:
    await desk.kept(recording_format="flac")
    await desk.room.get(PEAKS)
    run = desk.house.settings.paths.run
    assert len(list(run.glob("heard-*/*.wav"))) == 1
    (run / "heard-999999999").mkdir()
    Hearing(desk.house.settings)
    assert not (run / "heard-999999999").exists()
    desk.room.app.state.waveforms.hearing.close()
    assert not list(run.glob("heard-*"))
