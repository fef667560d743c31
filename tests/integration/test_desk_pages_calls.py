"""The pages of calls: what is typed finds them, what strangers sent stays text (QA-5, SEC-2)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.call_recordings.tables import GapRow, RecordingRow
from features.calls.tables import Call, CallEvent, TalkSegmentRow
from features.tickets.tables import TicketRow
from permissions.may import grant_of
from permissions.roles import Role, sees_numbers
from permissions.routes import POLICY
from permissions.scopes import Scope
from tests.integration.desk_room import NAME, NUMBER, call_id, recording_id, ticket_number
from tests.integration.page_room import Pages, Seen, pages

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


@pytest_asyncio.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Pages]:
    async with pages(*filled) as found:
        yield found


async def _look(desk: Pages, address: str, role: Role = Role.TEAM_LEADER, **more: str) -> Seen:
    async with desk.person(role, **more) as person:
        answer = await person.get(address)
    assert answer.status_code == 200, answer.text
    return Seen(answer.text)


def _found(seen: Seen) -> set[str]:
    links = (link.get("href") or "" for link in seen.all("a"))
    return {link.rpartition("/")[2] for link in links if link.startswith("/calls/")}


async def test_calls_are_found_by_a_piece_of_the_number(desk: Pages) -> None:
    for typed in (NUMBER, "1234", "138 1234", "+86 138-1234-5678", NUMBER[-4:]):
        async with desk.person(Role.TEAM_LEADER) as person:
            answer = await person.get("/calls", params={"q": typed})
        assert len(_found(Seen(answer.text))) == 5, typed
    assert _found(await _look(desk, "/calls?q=9999")) == set()


async def test_a_call_is_found_by_its_ticket_its_agent_its_outcome_and_its_time(
    desk: Pages,
) -> None:
    assert _found(await _look(desk, f"/calls?q={ticket_number(3)}")) == {call_id(3)}
    assert _found(await _look(desk, f"/calls?q={call_id(4)}")) == {call_id(4)}
    assert _found(await _look(desk, "/calls?agent=8001")) == {call_id(2)}
    assert _found(await _look(desk, "/calls?outcome=agent")) == {call_id(2)}
    minutes = "/calls?from=2026-11-21&from_time=11:56&to=2026-11-21&to_time=11:57"
    assert _found(await _look(desk, minutes)) == {call_id(3), call_id(4)}
    assert _found(await _look(desk, "/calls?to=2026-11-20")) == set()


@pytest.mark.sqlite_first
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_role_that_may_sees_the_pages_in_both_languages(
    desk: Pages, language: str
) -> None:
    for role in Role if language == "zh" else (Role.TEAM_LEADER, Role.INSPECTOR):
        for address in ("/calls", f"/calls/{call_id(1)}"):
            rule = POLICY["GET", "/calls"]
            assert isinstance(rule, frozenset)
            async with desk.person(role, language=language) as person:
                answer = await person.get(address)
            grant = grant_of(role, "call.read")
            # a leader who belongs to no team has everybody's calls
            sees_all = grant is not None and grant.scope in {Scope.ALL, Scope.TEAM}
            wanted = 200 if sees_all or address == "/calls" else 404
            assert answer.status_code == (wanted if role in rule else 403), (role, address)
            if sees_all:
                whole = NUMBER in answer.text or NAME in answer.text
                assert whole == sees_numbers(role), (role, address)


async def test_who_may_not_see_numbers_cannot_find_calls_by_them(desk: Pages) -> None:
    async with desk.person(Role.INSPECTOR) as inspector:
        answer = await inspector.get("/calls", params={"q": NUMBER[:5]})
        by_ticket = await inspector.get("/calls", params={"q": ticket_number(2)})
        by_whole = await inspector.get("/calls", params={"q": NUMBER})
    assert call_id(1) in _found(Seen(by_whole.text))
    assert answer.status_code == 403
    assert "不能按号码查找" in answer.text
    assert _found(Seen(answer.text)) == set()
    assert _found(Seen(by_ticket.text)) == {call_id(2)}


@pytest.mark.sqlite_first
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"q": "abc"}, "电话号码"),
        ({"q": "12"}, "至少填三位"),
        ({"q": HOSTILE}, "电话号码"),
        ({"agent": "a b"}, "工号由数字"),
        ({"outcome": "lost"}, "没有这种通话结果"),
        ({"from": "soon"}, "这里要一个日期"),
        ({"from": "9999-12-31", "to": "9999-12-31"}, "这里要一个日期"),
        ({"from": "2026-11-21", "from_time": "25:00"}, "日期或时间不对"),
        ({"from_time": "12:00"}, "还请填日期"),
        ({"from": "2026-11-22", "to": "2026-11-21"}, "结束时间要晚于"),
    ],
)
async def test_what_cannot_be_understood_is_said_and_stays_in_its_field(
    desk: Pages, typed: dict[str, str], sentence: str
) -> None:
    async with desk.person(Role.TEAM_LEADER) as person:
        answer = await person.get("/calls", params=typed)
    seen = Seen(answer.text)
    assert answer.status_code == 422
    assert sentence in seen.text
    kept = {field.get("name"): field.get("value") for field in seen.all("input")}
    assert all(kept[name] == text for name, text in typed.items() if name in kept)


async def test_a_name_that_is_a_script_stays_a_name(desk: Pages) -> None:
    async def hostile(connection: AsyncConnection) -> None:
        await connection.execute(update(Call).values(name=HOSTILE[:80], topic=HOSTILE))
        await connection.execute(update(TicketRow).values(body=HOSTILE))
        await connection.execute(update(GapRow).values(why=HOSTILE))
        await connection.execute(update(RecordingRow).values(why=HOSTILE, state="lost"))
        told = {"num": HOSTILE, "name": HOSTILE, "kind": HOSTILE}
        await connection.execute(update(CallEvent).values(data=told))

    await desk.write(hostile)
    for role in (Role.TEAM_LEADER, Role.INSPECTOR):
        for address in ("/calls", f"/calls/{call_id(1)}"):
            seen = await _look(desk, address, role)
            assert not seen.all("img"), address
            assert all("src" in script for script in seen.all("script")), address
            assert not any(name.startswith("on") for _, has in seen.tags for name in has)
    assert "<script>alert(1)" in (await _look(desk, f"/calls/{call_id(1)}")).text


async def test_no_page_holds_a_script_or_a_style_of_its_own(desk: Pages) -> None:
    for address in ("/calls", f"/calls/{call_id(1)}"):
        seen = await _look(desk, address)
        assert not seen.all("style")
        assert all("src" in script for script in seen.all("script"))
        assert not any("style" in has for _, has in seen.tags)


async def test_an_empty_list_says_what_to_expect(desk: Pages) -> None:
    async def nothing(connection: AsyncConnection) -> None:
        for table in (GapRow, RecordingRow, TicketRow, CallEvent, Call):
            await connection.execute(delete(table))

    await desk.write(nothing)
    assert "还没有通话" in (await _look(desk, "/calls")).text
    assert "没有符合条件的通话" in (await _look(desk, "/calls?q=13800")).text
    assert "No calls yet" in (await _look(desk, "/calls", language="en")).text


async def test_a_call_that_is_not_there_is_a_sentence(desk: Pages) -> None:
    async with desk.person(Role.TEAM_LEADER) as person:
        answer = await person.get(f"/calls/{call_id(77)}")
    assert answer.status_code == 404
    assert "没有这通电话" in answer.text


async def test_a_call_tells_how_it_went_and_who_listened(desk: Pages) -> None:
    async with desk.person(Role.INSPECTOR) as inspector:
        before = Seen((await inspector.get(f"/calls/{call_id(1)}")).text)
        sound = f"/api/v1/recordings/{recording_id(1)}/audio"
        unsaid = await inspector.get(sound)
        heard = await inspector.get(sound, params={"why": "质检抽查: 语速"})
        after = Seen((await inspector.get(f"/calls/{call_id(1)}")).text)
    assert unsaid.status_code == 422
    assert heard.status_code == 200
    assert "还没有人听过" in before.text
    assert "Inspector" in after.text
    assert "质检抽查: 语速" in after.text
    for said in ("电话振铃", "来电 138******78 张**", "播放 问候语（早上好）", "响铃次数 1"):
        assert said in after.text, said
    steps = [has["data-second"] for has in after.all("button") if "data-second" in has]
    assert steps == ["0.00", "0.00", "1.00", "1.10", "2.00"]


async def test_who_may_not_listen_sees_no_player_and_no_listeners(desk: Pages) -> None:
    seen = await _look(desk, f"/calls/{call_id(1)}", Role.SURVEYOR)
    assert "您的岗位不能听录音" in seen.text
    assert not seen.all("audio")
    assert not [each for each in seen.all("dialog") if "data-why" in each]
    assert "谁听过" not in seen.text


async def test_pages_of_calls_are_turned_without_losing_what_was_typed(
    desk: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("features.calls.pages.ROWS", 2)
    address, found = "/calls?q=1234&outcome=message", set[str]()
    for _ in range(2):
        seen = await _look(desk, address)
        found |= _found(seen)
        older = [link.get("href") or "" for link in seen.all("a") if link.get("rel") == "next"]
        address = older[0] if older else ""
    assert found == {call_id(1), call_id(3), call_id(4), call_id(5)}
    assert address == ""
    assert "翻页地址已失效" in (await _look(desk, "/calls?cursor=abc")).text


async def test_calls_that_we_made_are_marked_and_can_be_asked_for(desk: Pages) -> None:
    async def rung_by_us(connection: AsyncConnection) -> None:
        await connection.execute(update(Call).where(Call.id == call_id(3)).values(direction="out"))

    await desk.write(rung_by_us)
    everything = await _look(desk, "/calls")
    assert len([one for one in everything.all("span") if one.get("class") == "tag quiet"]) == 1
    seen = await _look(desk, "/calls?direction=out")
    assert _found(seen) == {call_id(3)}
    assert _found(await _look(desk, "/calls?direction=in")) == {call_id(n) for n in (1, 2, 4, 5)}
    assert "呼出" in (await _look(desk, f"/calls/{call_id(3)}")).text
    async with desk.person(Role.TEAM_LEADER) as person:
        assert "请选来电或呼出" in (await person.get("/calls?direction=sideways")).text
        asked = (await person.get("/api/v1/calls?direction=out")).json()
    assert [call["id"] for call in asked["items"]] == [call_id(3)]


async def test_a_call_shows_each_agent_with_the_own_talk_and_the_message_beside_it(
    desk: Pages,
) -> None:
    async def talked_twice(connection: AsyncConnection) -> None:
        lengths = {"talk_s": 95.0, "held_s": 12.0, "message_s": 8.0}
        await connection.execute(update(Call).where(Call.id == call_id(2)).values(**lengths))
        for agent, begin, how in (("8001", 0, "answered"), ("8002", 50, "transferred")):
            since = datetime(2026, 11, 21, 4, 0, begin, tzinfo=UTC)
            row = {"agent": agent, "seat": agent, "how": how, "held_s": 0.0, "from_at": since}
            to_at = since + timedelta(seconds=45)
            await connection.execute(
                insert(TalkSegmentRow).values(call_id=call_id(2), to_at=to_at, **row)
            )

    await desk.write(talked_twice)
    seen = (await _look(desk, f"/calls/{call_id(2)}", language="en")).text
    for words in (
        "Talked 1:35",
        "0:12",
        "0:08",
        "0:45",
        "transferred to",
        "8002",
        "Who talked",
    ):
        assert words in seen, words
    assert _found(await _look(desk, "/calls?agent=8002")) == {call_id(2)}
    listed = (await _look(desk, "/calls?agent=8002")).text
    assert "8001 → 8002" in listed
    assert "1:35" in listed, "talked, as on the call's own page"
    async with desk.person(Role.TEAM_LEADER) as person:
        told = (await person.get(f"/api/v1/calls/{call_id(2)}")).json()
    assert [(one["agent"], one["how"], one["talk_s"]) for one in told["segments"]] == [
        ("8001", "answered", 45.0),
        ("8002", "transferred", 45.0),
    ]
    assert (told["talk_s"], told["held_s"], told["message_s"]) == (95.0, 12.0, 8.0)
