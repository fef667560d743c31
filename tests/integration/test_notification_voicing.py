"""The messages of notifications are made before anybody is rung, by a program of its own
(CBK-5).
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from db.engine import engine
from features.emergency_notifications import queries as incidents
from features.emergency_notifications.queries import Incident, Voice
from features.emergency_notifications.voicing import Voicing, by_program
from settings import PROJECT, Settings
from sounds.sound import Sound, read_wav, wav_bytes
from tests.integration.notification_street import Street, StreetSwitch

CACHE = PROJECT / ".cache"


@pytest.fixture
async def street(database_url: str, tmp_path: Path) -> AsyncIterator[Street]:
    made = engine(database_url)
    yield Street(made, StreetSwitch(tmp_path))
    await made.dispose()


async def _anew(street: Street, key: int, message: str, *, recorded: bool) -> Incident:
    incident = await street.incident(key)
    async with street.writing() as connection:
        changed = incidents.say_anew(connection, incident, message=message, recorded=recorded)
        assert await changed
    return await street.incident(key)


async def test_each_message_is_made_once_in_the_order_in_which_it_was_wanted(
    street: Street,
) -> None:
    keys = [await street.reports(voice=Voice.WANTED) for _ in range(2)]
    made: list[int] = []

    async def make(wanted: Incident) -> Voice:
        made.append(wanted.id)
        return Voice.CANNOT_SAY if wanted.id == keys[0] else Voice.READY

    voicing = Voicing(street.engine, make)
    assert [await voicing.turn() for _ in range(3)] == [True, True, False]
    assert made == keys
    voices = [(await street.incident(key)).voice for key in keys]
    assert voices == [Voice.CANNOT_SAY, Voice.READY]


async def test_a_message_that_is_not_wanted_any_more_is_left_and_the_other_made(
    street: Street,
) -> None:
    key = await street.reports(voice=Voice.WANTED)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def make(wanted: Incident) -> Voice:
        if wanted.take > 1:
            return Voice.READY
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    voicing = Voicing(street.engine, make)
    turn = asyncio.create_task(voicing.turn())
    await begun.wait()
    await _anew(street, key, "另一句。", recorded=False)
    await asyncio.wait_for(turn, 5)
    assert ended.is_set(), "two programs at work"
    assert (await street.incident(key)).voice is Voice.WANTED
    await voicing.turn()
    incident = await street.incident(key)
    assert (incident.voice, incident.file) == (Voice.READY, f"{key}_2")


async def test_a_recording_becomes_the_message(street: Street, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    settings.paths.spoken.mkdir()
    key = await street.reports(voice=Voice.WANTED)
    incident = await _anew(street, key, "录音", recorded=True)
    at = np.arange(16_000) / 16_000
    hum = Sound((0.3 * np.sin(2 * np.pi * 440 * at)).astype(np.float32), 16_000)
    upload = settings.paths.spoken / f"{incident.file}.upload"
    upload.write_bytes(wav_bytes(hum))
    voicing = Voicing(street.engine, by_program(settings))
    assert await voicing.turn()
    assert (await street.incident(key)).voice is Voice.READY
    assert read_wav(settings.paths.spoken / f"{incident.file}.wav").rate == 8000
    broken = await _anew(street, key, "录音", recorded=True)
    (settings.paths.spoken / f"{broken.file}.upload").write_bytes(b"RIFF no sound")
    assert await voicing.turn()
    assert (await street.incident(key)).voice is Voice.CANNOT_USE


@pytest.mark.slow
async def test_a_text_is_spoken_by_the_voice_of_the_prompts(street: Street, tmp_path: Path) -> None:
    if not (CACHE / "voice").is_dir():
        pytest.skip("the voice packages are not in the cache")
    settings = Settings(home=tmp_path, cache=CACHE)
    key = await street.reports(voice=Voice.WANTED)
    assert await Voicing(street.engine, by_program(settings)).turn()
    incident = await street.incident(key)
    assert incident.voice is Voice.READY
    assert 2 <= read_wav(settings.paths.spoken / f"{incident.file}.wav").seconds <= 8
