"""Recordings are heard, whole or in part, by whom it is kept (QA-5), and nothing else is."""

import io
import re
import wave

import pytest
from sqlalchemy import update

from features.calls.tables import Call
from permissions.roles import Role
from tests.integration.desk_room import (
    AUDIO,
    Room,
    audit_entries,
    recording_id,
)
from tests.integration.reach_house import write

AUDIO_PATH = f"/api/v1/recordings/{recording_id(1)}/audio"


@pytest.mark.parametrize("form", ["wav", "mp3", "ogg"])
async def test_a_file_is_named_by_when_it_rang_and_who_called(small_desk: Room, form: str) -> None:
    for role, number in ((Role.TEAM_LEADER, "13812345678"), (Role.INSPECTOR, "138xxxxxx78")):
        asked = {"format": form, "download": "true"}
        answer = await small_desk.get(AUDIO_PATH, role, params=asked)
        named = f'attachment; filename="2026-11-21_11-59-00_{number}_call.{form}"'
        assert answer.headers["content-disposition"] == named
    [*_, look] = await audit_entries(small_desk, recording_id(1))
    assert look.detail.endswith(", downloaded")
    played = await small_desk.get(AUDIO_PATH)
    assert played.headers["content-disposition"].startswith("inline;")


@pytest.mark.parametrize("number", ["", 'a"\r\nSet-Cookie: x', "张三", "../../etc"])
async def test_no_number_that_a_caller_sends_harms_a_files_name(
    small_desk: Room, number: str
) -> None:
    await write(small_desk, update(Call).values(number=number))
    answer = await small_desk.get(AUDIO_PATH, params={"download": "true"})
    named = answer.headers["content-disposition"]
    assert re.fullmatch(r'attachment; filename="2026-11-21_[-0-9]+_[A-Za-z_]+_call\.wav"', named)
    assert "set-cookie" not in answer.headers


async def test_a_recording_can_be_played_and_that_is_on_record(desk: Room) -> None:
    answer = await desk.get(AUDIO_PATH, Role.INSPECTOR)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/wav"
    assert "no-store" in answer.headers["cache-control"]
    with wave.open(io.BytesIO(answer.content)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        assert file.readframes(file.getnframes()) == AUDIO
    heard = await audit_entries(desk, recording_id(1))
    assert [(look.action, look.address, look.detail) for look in heard] == [
        ("recording.audio", "127.0.0.1", "whole")
    ]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-3", slice(0, 4)),
        ("bytes=44-", slice(44, None)),
        ("bytes=-10", slice(-10, None)),
        ("bytes=100-999999999", slice(100, None)),
    ],
)
async def test_a_player_gets_the_part_it_asks_for(
    small_desk: Room, asked: str, part: slice
) -> None:
    whole = (await small_desk.get(AUDIO_PATH)).content
    answer = await small_desk.get(AUDIO_PATH, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == whole[part]
    begin = part.indices(len(whole))[0]
    last = begin + len(answer.content) - 1
    assert answer.headers["content-range"] == f"bytes {begin}-{last}/{len(whole)}"


@pytest.mark.parametrize("asked", ["bytes=1-0", "bytes=a-b", "seconds=1-2", "bytes=0-1,4-5", "-"])
async def test_a_range_that_means_nothing_gets_the_whole(small_desk: Room, asked: str) -> None:
    answer = await small_desk.get(AUDIO_PATH, headers={"Range": asked})
    assert (answer.status_code, len(answer.content)) == (200, 44 + len(AUDIO))


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=-0"])
async def test_a_range_outside_the_audio_is_refused(small_desk: Room, asked: str) -> None:
    answer = await small_desk.get(AUDIO_PATH, headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{44 + len(AUDIO)}"
    assert await audit_entries(small_desk, recording_id(1)) == []


async def test_audio_that_is_gone_is_said_to_be_gone(small_desk: Room) -> None:
    store = small_desk.settings.paths.store
    (store / f"2026/11/21/{recording_id(1)}.wav").unlink()
    assert (await small_desk.get(AUDIO_PATH)).status_code == 410


async def test_no_path_leads_out_of_the_store(small_desk: Room) -> None:
    store = small_desk.settings.paths.store
    secret = small_desk.settings.home / "secrets.json"
    secret.write_text("{}")
    kept = store / f"2026/11/21/{recording_id(1)}.wav"
    kept.unlink()
    kept.symlink_to(secret)
    assert (await small_desk.get(AUDIO_PATH)).status_code == 410
