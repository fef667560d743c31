"""Emergency notifications on their pages (CBK-5): wrong input, lists in files, recordings."""

import httpx
import pytest

from tests.integration.desk_room import CSRF, Room
from tests.integration.notification_desk import (
    API,
    LEADER,
    LIST,
    REPORTED,
    is_voiced,
    reports,
    sends,
)


async def test_the_pages_lead_from_the_incident_to_the_three_lists(
    desk: Room, built_pages: None
) -> None:
    when = {"happened_at_day": "2026年11月22日", "happened_at_time": "08:30"}
    form = REPORTED | when | {"language": "zh", "details": ""}
    async with desk.seated(LEADER) as leader:
        assert "还没有紧急通知" in (await leader.get("/emergency-notifications")).text
        answer = await sends(leader, "/emergency-notifications", **form)
        at = answer.headers["location"]
        key = int(at.rpartition("/")[2])
        assert "正在合成语音" in (await leader.get(at)).text
        chosen = await sends(leader, f"{at}/list", list=LIST)
        shown = (await leader.get(chosen.headers["location"])).text
        assert "已加入 3 户" in shown
        assert "共 3 户：有电话 2 户，无电话 1 户。" in shown
        assert f'action="{at}/start"' not in shown, "begun before the message can be heard"
        await is_voiced(desk, key)
        assert 'name="count" value="3"' in (await leader.get(at)).text
        assert (await sends(leader, f"{at}/start", count="2")).status_code == 409
        assert (await sends(leader, f"{at}/start", count="3")).status_code == 303
        assert "等待 2" in (await leader.get(at)).text
        assert (await sends(leader, f"{at}/stop")).status_code == 303
        shown = (await leader.get(at)).text
        assert "已结束" in shown
        assert "通知被停止" in shown
        door = (await leader.get(f"{at}/door")).text
        assert door.count("☐") == 3
        assert (await leader.get("/emergency-notifications")).text.count("已结束") == 1


async def test_what_was_typed_wrongly_is_said_beside_the_field_and_nothing_is_lost(
    desk: Room, built_pages: None
) -> None:
    async with desk.seated(LEADER) as leader:
        answer = await sends(
            leader, "/emergency-notifications", what="", message="请注意", happened_at_day="早上"
        )
        assert answer.status_code == 422
        for sentence in ("请填写发生了什么事", "请填写报告人", "请填写发生时间", "请注意"):
            assert sentence in answer.text
        key = await reports(leader)
        wrong = "王小明,滨江,8001\n李梅,老街,<b>1"
        answer = await sends(leader, f"/emergency-notifications/{key}/list", list=wrong)
        assert answer.status_code == 422
        assert "第 2 行：“&lt;b&gt;1”不是电话号码。" in answer.text
        assert "王小明,滨江,8001" in answer.text
        assert "略去有错的行" in answer.text
        taken = await sends(
            leader, f"/emergency-notifications/{key}/list", list=wrong, without_bad="1"
        )
        assert taken.headers["location"].endswith("told=1-0-1")
        assert (
            await sends(leader, f"/emergency-notifications/{key}/list", list=" ")
        ).status_code == 422
        assert (
            await sends(leader, f"/emergency-notifications/{key}/customers", sort="")
        ).status_code == 422
        assert (
            await sends(leader, f"/emergency-notifications/{key}/message", message="")
        ).status_code == 422


@pytest.mark.sqlite_first
@pytest.mark.parametrize("coding", ["utf-8-sig", "gb18030"])
async def test_a_list_in_a_file_is_read_as_spreadsheets_write_it(
    desk: Room, built_pages: None, coding: str
) -> None:
    many = "\n".join(f"户{n},老街," for n in range(6000))
    content = f"姓名,地址,电话\n王小明,滨江,8001\n{many}".encode(coding)
    assert len(content) > 64 * 1024
    async with desk.seated(LEADER) as leader:
        key = await reports(leader)
        answer = await leader.post(
            f"/emergency-notifications/{key}/list",
            data={"csrf": CSRF},
            files={"file": ("list.csv", content)},
        )
        assert answer.headers["location"].endswith("told=6001-0-0")
        [first, *_] = (await leader.get(f"{API}/{key}/households")).json()
    assert (first["name"], first["area"]) == ("王小明", "滨江")


async def test_a_recording_is_kept_for_the_next_take_and_what_is_none_refused(
    desk: Room, built_pages: None
) -> None:
    async with desk.seated(LEADER) as leader:
        key = await reports(leader)
        at = f"/emergency-notifications/{key}"

        async def uploads(content: bytes) -> httpx.Response:
            files = {"recording": ("a.wav", content)}
            take = (await leader.get(f"{API}/{key}")).json()["take"]
            typed = {"csrf": CSRF, "take": f"{take}"}
            return await leader.post(f"{at}/recording", data=typed, files=files)

        assert (await uploads(b"ID3 a song")).status_code == 422
        assert (await uploads(b"")).status_code == 422
        sound = b"RIFF" + bytes(1_000_000)
        assert (await uploads(sound)).status_code == 303
        found = (await leader.get(f"{API}/{key}")).json()
        assert (found["recorded"], found["voice"]) == (True, "wanted")
        kept = desk.settings.paths.spoken / f"{key}_2.upload"
        assert kept.read_bytes() == sound
        assert (await leader.get(f"{at}/message.wav")).status_code == 404
        (desk.settings.paths.spoken / f"{key}_2.wav").write_bytes(b"RIFF made")
        heard = await leader.get(f"{at}/message.wav")
        assert (heard.headers["content-type"], heard.content) == ("audio/wav", b"RIFF made")
        assert (await sends(leader, f"{at}/message", message="另一句", take="2")).status_code == 303
        assert (await leader.get(f"{API}/{key}")).json()["recorded"] is False
        assert (await uploads(bytes(9_500_000))).status_code == 413
