"""Recordings are heard, whole or in part, by whom it is kept (QA-5), and nothing else is."""

import io
import re
import wave

import numpy as np
import pytest
from sqlalchemy import update

from features.call_recordings.tables import RecordingRow
from features.calls.tables import Call
from permissions.may import roles_with
from permissions.roles import Role
from tests.integration.desk_room import (
    AUDIO,
    Room,
    audit_entries,
    recording_id,
)
from tests.integration.reach_house import write
from tests.integration.talks import talked

AUDIO_PATH = f"/api/v1/recordings/{recording_id(1)}/audio"
PEAKS_PATH = f"/api/v1/recordings/{recording_id(1)}/peaks"


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


@pytest.mark.parametrize("asked", [{"download": "true"}, {"format": "mp3"}, {"format": "ogg"}])
@pytest.mark.parametrize("role", [Role.SENIOR_AGENT, Role.JUNIOR_AGENT, Role.DEPARTMENT])
async def test_who_may_only_listen_takes_no_file_home(
    small_desk: Room, role: Role, asked: dict[str, str]
) -> None:
    await talked(small_desk, role, 1)
    answer = await small_desk.get(AUDIO_PATH, role, params=asked)
    assert answer.status_code in {403, 404}
    assert "content-disposition" not in answer.headers
    if role is Role.SENIOR_AGENT:
        assert answer.json()["detail"].endswith("may listen to recordings, not download them.")
        assert (await small_desk.get(AUDIO_PATH, role)).status_code == 200
        seen = [each.action for each in await audit_entries(small_desk, recording_id(1))]
        assert seen == ["recording.download.refused", "recording.audio"]


@pytest.mark.parametrize("role", sorted(roles_with("recording.download")))
async def test_who_may_download_says_why_and_it_is_marked(small_desk: Room, role: Role) -> None:
    async with small_desk.seated(role) as person:
        asked = {"download": "true"}
        assert (await person.get(AUDIO_PATH, params=asked)).status_code == 422
        answer = await person.get(AUDIO_PATH, params={**asked, "why": "court"})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment;")
    [seen] = await audit_entries(small_desk, recording_id(1))
    assert (seen.action, seen.detail, seen.why) == ("recording.audio", "whole, downloaded", "court")


ABUSES = (
    *("bytes=" + ",".join(f"{each}-{each}" for each in range(12)), "bytes=0-,0-,0-", "bytes=--1"),
    *("bytes=-1-2", "bytes=0x10-", "bytes=1e3-", "bytes=\u0661-", "bytes= 5 - 9", "bytes=+1-5"),
)


@pytest.mark.parametrize("asked", ABUSES)
async def test_many_ranges_and_odd_ones_get_the_file_once(small_desk: Room, asked: str) -> None:
    answer = await small_desk.get(AUDIO_PATH, headers={"Range": asked.encode()})
    assert (answer.status_code, len(answer.content)) == (200, 44 + len(AUDIO))


@pytest.mark.parametrize("asked", ["bytes=" + "9" * 40 + "-", "bytes=-" + "0" * 40])
async def test_a_huge_range_is_refused_at_no_cost(small_desk: Room, asked: str) -> None:
    assert (await small_desk.get(AUDIO_PATH, headers={"Range": asked})).status_code == 416


async def test_a_range_header_without_end_is_refused(small_desk: Room) -> None:
    asked = "bytes=" + "0-1," * 1000
    assert (await small_desk.get(AUDIO_PATH, headers={"Range": asked})).status_code == 422


TRAVERSALS = (
    "..%2F..%2Fsecrets.json",
    "%2e%2e",
    "..",
    f"{recording_id(1)}%00",
    f"{recording_id(1)}.wav",
)


@pytest.mark.parametrize("wanted", TRAVERSALS)
@pytest.mark.parametrize("what", ["audio", "peaks", "analysis"])
async def test_what_is_no_id_of_a_recording_leads_nowhere(
    small_desk: Room, wanted: str, what: str
) -> None:
    (small_desk.settings.home / "secrets.json").write_text("{}")
    answer = await small_desk.get(f"/api/v1/recordings/{wanted}/{what}")
    assert answer.status_code in {404, 422}


async def test_a_row_that_names_a_path_outside_the_store_is_refused(small_desk: Room) -> None:
    (small_desk.settings.home / "secrets.json").write_text("{}")
    for path in ("../secrets.json", str(small_desk.settings.home / "secrets.json"), "", "2026"):
        await write(small_desk, update(RecordingRow).values(path=path))
        for what in ("audio", "peaks"):
            answer = await small_desk.get(f"/api/v1/recordings/{recording_id(1)}/{what}")
            assert answer.status_code == 410, path


async def test_peaks_of_a_stretch_are_those_of_its_samples(small_desk: Room) -> None:
    asked = {"from_s": 1.0, "to_s": 1.5, "points": 10}
    told = (await small_desk.get(f"{PEAKS_PATH}", params=asked)).json()
    assert (told["seconds"], told["from_s"], told["to_s"]) == (4.0, 1.0, 1.5)
    assert [len(side) for side in told["peaks"]] == [10, 10]
    left = np.abs(np.frombuffer(AUDIO, "<i2").astype(int))[::2][8000:12000]
    assert told["peaks"][0] == pytest.approx(left.reshape(10, -1).max(axis=1) / 32768, abs=0.001)


@pytest.mark.parametrize(
    "asked",
    [
        *({"points": 0}, {"points": 4001}, {"from_s": -1}, {"from_s": "nan"}, {"to_s": "inf"}),
        *({"from_s": 3, "to_s": 2}, {"from_s": 5}, {"zoom": 3}),
    ],
)
async def test_peaks_of_what_is_no_stretch_are_refused(
    small_desk: Room, asked: dict[str, object]
) -> None:
    assert (await small_desk.get(PEAKS_PATH, params=asked)).status_code == 422
