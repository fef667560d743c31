"""Comments at moments of recordings: who may listen reads and makes them, on both databases."""

from typing import Any

import pytest
from sqlalchemy import insert, text

from db.engine import engine
from features.recording_comments import queries
from features.recording_comments.queries import CommentFilter
from features.recording_comments.tables import RecordingCommentRow
from permissions.roles import Role
from permissions.scopes import EVERYTHING, Reach, Scope
from tests.integration.comment_rows import AUTHOR, comment
from tests.integration.desk_room import BEGAN, NUMBER, NUMBERS, Room, audit_entries, call_id
from tests.integration.plans import listening, read_whole
from tests.integration.reach_house import write
from tests.integration.talks import talked

API = "/api/v1/recording-comments"
JUNIOR, LEADER, INSPECTOR = Role.JUNIOR_AGENT, Role.TEAM_LEADER, Role.INSPECTOR


def of(which: int) -> str:
    return f"/api/v1/calls/{call_id(which)}/comments"


async def test_a_comment_tells_the_address_that_another_person_is_sent(desk: Room) -> None:
    async with desk.seated(INSPECTOR) as inspector:
        made = await inspector.post(of(1), json={"second": 2.5, "words": "这里打断了客户"})
    assert made.status_code == 201
    told = made.json()
    assert told["address"] == f"/calls/{call_id(1)}#t=2.5"
    assert (told["author"], told["second"], told["version"]) == (AUTHOR, 2.5, 1)
    [seen] = await audit_entries(desk, call_id(1))
    assert (seen.action, seen.detail) == ("recording_comment.added", "2.5 s")


async def test_an_agent_reads_and_comments_own_calls_only(desk: Room) -> None:
    await talked(desk, JUNIOR, 1)
    rows = [comment(1), comment(2)]
    await write(desk, *(insert(RecordingCommentRow).values(row) for row in rows))
    async with desk.seated(JUNIOR) as junior:
        told = (await junior.get(API)).json()["items"]
        assert {each["call_id"] for each in told} == {call_id(1)}
        assert (await junior.post(of(1), json={"second": 1, "words": "明白"})).status_code == 201
        refused = await junior.post(of(2), json={"second": 1, "words": "明白"})
        assert refused.status_code == 404
        assert (await junior.get(f"/calls/{call_id(2)}/comments")).status_code == 404
    seen = [each.action for each in await audit_entries(desk, call_id(2))]
    refused_ones = [each for each in seen if each.endswith(".refused")]
    assert refused_ones == ["recording_comment.write.refused", "recording_comment.read.refused"]


@pytest.mark.parametrize("role", [Role.RECORDS_CLERK, Role.STATISTICIAN, Role.SWITCHBOARD])
async def test_who_may_not_listen_sees_no_comment(small_desk: Room, role: Role) -> None:
    await write(small_desk, insert(RecordingCommentRow).values(comment()))
    async with small_desk.seated(role) as person:
        assert (await person.get(API)).status_code == 403
        assert (await person.get("/recording-comments")).status_code == 403
        refused = await person.post(of(1), json={"second": 1, "words": "x"})
        assert refused.status_code == 403


async def test_nobody_changes_or_deletes_what_another_has_said(small_desk: Room) -> None:
    await write(small_desk, insert(RecordingCommentRow).values(comment()))
    async with small_desk.seated(Role.ADMINISTRATOR) as boss:
        for ask in (
            boss.patch(f"{API}/1", json={"version": 1, "words": "x"}),
            boss.delete(f"{API}/1"),
            boss.post(f"{API}/1/restore"),
        ):
            assert (await ask).status_code == 404
        [kept] = (await boss.get(API)).json()["items"]
    assert kept["words"] == "这里打断了客户"


async def test_a_deleted_comment_is_in_no_list_until_it_is_put_back(desk: Room) -> None:
    await write(desk, insert(RecordingCommentRow).values(comment()))
    async with desk.seated(INSPECTOR) as inspector:
        await inspector.delete(f"{API}/1")
        assert (await inspector.get(API)).json()["items"] == []
        assert "这里打断了客户" not in (await inspector.get(f"/calls/{call_id(1)}")).text
        await inspector.post(f"{API}/1/restore")
        assert len((await inspector.get(API)).json()["items"]) == 1


async def test_comments_come_newest_first_and_by_author(desk: Room) -> None:
    leaders = comment(2, author=NUMBERS[LEADER], words="新", at=BEGAN.replace(hour=6))
    rows = [comment(1), leaders]
    await write(desk, *(insert(RecordingCommentRow).values(row) for row in rows))
    told = (await desk.get(API)).json()["items"]
    assert [each["words"] for each in told] == ["新", "这里打断了客户"]
    async with desk.seated(LEADER) as leader:
        page = (await leader.get("/recording-comments", params={"author": AUTHOR})).text
        assert "这里打断了客户" in page
        assert "新" not in page.partition("<tbody>")[2].partition("</tbody>")[0]
        wrong = await leader.get("/recording-comments", params={"author": "1'--"})
        assert (wrong.status_code, "1&#39;--" in wrong.text) == (422, True)


async def test_what_is_typed_wrong_is_said_and_stays(small_desk: Room) -> None:
    async with small_desk.seated(LEADER) as leader:
        form = {"csrf": leader.headers["X-CSRF-Token"], "second": "1:75", "words": "<b>快</b>"}
        answer = await leader.post(f"/calls/{call_id(1)}/comments", data=form)
    assert answer.status_code == 422
    assert 'value="1:75"' in answer.text
    assert "&lt;b&gt;快&lt;/b&gt;" in answer.text
    assert "<b>快" not in answer.text


async def test_a_number_in_a_comment_is_masked_for_who_sees_no_numbers(small_desk: Room) -> None:
    row = comment(words=f"客户 {NUMBER}")
    await write(small_desk, insert(RecordingCommentRow).values(row))
    for role, seen in ((LEADER, True), (INSPECTOR, False)):
        async with small_desk.seated(role) as person:
            for address in (API, f"/calls/{call_id(1)}", "/recording-comments"):
                assert (NUMBER in (await person.get(address)).text) is seen, address


async def test_each_list_of_comments_is_asked_by_an_index(desk: Room) -> None:
    made = engine(desk.settings.database)
    reaches = (EVERYTHING, Reach(scope=Scope.OWN, number="8001"))
    filters: tuple[dict[str, Any], ...] = (
        {},
        {"author": "1007"},
        {"call_id": call_id(1)},
        {"since": BEGAN, "author": "1007"},
    )
    async with made.execution_options(writing=True).begin() as connection:
        rows = [comment(1 + which % 5, author=f"{1000 + which % 40}") for which in range(400)]
        await connection.execute(insert(RecordingCommentRow), rows)
        await connection.execute(text("ANALYZE"))
        for reach in reaches:
            for wanted in filters:
                with listening(connection) as asked:
                    await queries.comments(connection, CommentFilter(**wanted), reach=reach)
                assert await read_whole(connection, asked) == [], wanted
    await made.dispose()
