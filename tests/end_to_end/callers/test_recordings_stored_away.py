"""A call is recorded, encoded, sealed, stored away, let go here, and heard again (ANS-5, QA-5)."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest

from caller import audio
from caller.listen import Samples, found_in
from caller.phone import Phone
from tests.end_to_end.house import House, Row, running
from tests.end_to_end.people import answers_the_greeting
from tests.integration.s3_storage import Storage, storage
from tests.waiting import until

pytestmark = pytest.mark.real


@pytest.mark.timeout(600)
async def test_a_call_is_heard_from_the_storage_alone(
    tmp_path: Path, words: Callable[[float], Samples]
) -> None:
    with (
        storage(tmp_path) as s3,
        running(
            recording_format="flac", recording_sealed=True, recording_local_days=0, **s3.settings()
        ) as house,
    ):
        async with Phone(port=house.settings.sip_port) as phone:
            call = await phone.call(house.settings.hotline_number, ref="away")
            await answers_the_greeting(call, words(1.5))
            await call.says(words(4.0))
            await call.hangs_up()
        row = await house.call_of("away")
        recording = await house.recording_of(row)
        await _is_there_alone(house, s3, recording)
        await _is_heard(house, recording, words(4.0), tmp_path / "heard.wav")
        assert "in 1 places" in house.thirdring("verify")
        assert " 1 recordings" in house.thirdring("recordings", "--check")


async def _is_there_alone(house: House, s3: Storage, recording: Row) -> None:
    async def is_away() -> bool:
        rows = await house.rows("SELECT place, state FROM recording_copies ORDER BY id")
        states = [f"{row['place']} {row['state']}" for row in rows]
        return states == ["original gone", "local gone", "s3 proven"]

    await until(is_away, within=120, what="the recording is stored away", every=0.5)
    store = house.settings.paths.store
    assert not [path for path in store.rglob("*") if path.is_file()]
    [name] = s3.objects()
    assert name.endswith(".flac.sealed")
    assert s3.file(name).read_bytes()[:4] == b"TRS1"
    assert recording["id"] in name


async def _is_heard(house: House, recording: Row, said: Samples, target: Path) -> None:
    token = house.thirdring("token", "--role", "inspector").split()[-1]
    address = f"/api/v1/recordings/{recording['id']}/audio"
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=house.desk, headers=headers, timeout=30) as client:
        part = await client.get(address, headers={"Range": "bytes=0-999"})
        assert (part.status_code, part.headers["content-type"]) == (206, "audio/flac")
        assert part.content[:4] == b"fLaC"
        wav = await client.get(address, params={"format": "wav"})
    await asyncio.to_thread(target.write_bytes, wav.content)
    assert len(wav.content) == recording["bytes"]
    left, right = audio.read_stereo(target)
    assert found_in(said[8000:24000], left) > 0.9, "the caller is not on the left"
    assert np.abs(right).max() > 1000, "the greeting is not on the right"
