"""Tickets on their pages: found, understood, and done with what can be done (TKT-3…14)."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from features.accounts.tables import AccountRow
from permissions.roles import Role
from tests.integration.desk_room import CSRF, NUMBERS, fill, ticket_number
from tests.integration.page_room import Pages, Seen, pages

LEADER, SENIOR, JUNIOR, THEM = (
    Role.TEAM_LEADER,
    Role.SENIOR_AGENT,
    Role.JUNIOR_AGENT,
    Role.DEPARTMENT,
)
ONE = f"/tickets/{ticket_number(1)}"
LINES = "线路班"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Pages]:
    await fill(tmp_path, "")
    async with pages(tmp_path, "") as found:
        them = update(AccountRow).where(AccountRow.role == THEM.value).values(department=LINES)
        await found.write(lambda connection: connection.execute(them))
        yield found


async def seen(desk: Pages, path: str, role: Role = LEADER, language: str = "zh") -> Seen:
    async with desk.person(role, language=language) as person:
        answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    return Seen(answer.text)


async def version(desk: Pages) -> str:
    page = await seen(desk, ONE)
    return next(str(one["value"]) for one in page.all("input") if one.get("name") == "version")


async def does(desk: Pages, verb: str, role: Role = SENIOR, **typed: str) -> httpx.Response:
    upon = await version(desk)
    async with desk.person(role) as person:
        form = {"csrf": CSRF, "version": upon, **typed}
        return await person.post(f"{ONE}/verbs/{verb}", data=form)


def verbs_of(page: Seen) -> set[str]:
    """Return what can be done on a page: verbs of its forms."""
    acts = [str(one.get("action", "")) for one in page.all("form")]
    return {act.rpartition("/")[2] for act in acts if "/verbs/" in act}


async def test_a_complaint_is_brought_to_the_archive_on_its_page(desk: Pages) -> None:
    steps: tuple[tuple[str, Role, dict[str, str]], ...] = (
        ("take", SENIOR, {}),
        ("dispatch", SENIOR, {"department": LINES, "note": "请上门"}),
        ("accept", THEM, {}),
        ("handle", THEM, {"handling": "更换外线"}),
        ("satisfied", Role.SURVEYOR, {}),
        ("close", SENIOR, {"complaint_class": "short_term", "closing": "已解决"}),
        ("archive", Role.RECORDS_CLERK, {}),
    )
    for verb, role, typed in steps:
        assert verb in verbs_of(await seen(desk, ONE, role)), verb
        answer = await does(desk, verb, role, **typed)
        assert answer.status_code == 303, Seen(answer.text).text
    text = (await seen(desk, ONE)).text
    assert "已归档" in text
    for said in ("派单到线路班", "线路班接单", "线路班处理完", "更换外线", "回访:客户满意", "归档"):
        assert said.replace(":", "：") in text
    assert f"{NUMBERS[THEM]} 线路班接单" in text
    english = (await seen(desk, ONE, language="en")).text
    assert "dispatched to 线路班" in english
    assert "archived" in english


async def test_a_form_that_lacks_something_is_shown_again_with_what_was_typed(desk: Pages) -> None:
    answer = await does(desk, "dispatch", department="", note="请上门看看")
    assert answer.status_code == 422
    page = Seen(answer.text)
    assert "请填写派往部门" in page.text
    assert "请上门看看" in page.text
    ids = [one["id"] for tag, one in page.tags if one.get("id")]
    assert len(ids) == len(set(ids))


async def test_who_comes_late_sees_the_ticket_as_it_is(desk: Pages) -> None:
    upon = await version(desk)
    await does(desk, "dispatch", department=LINES)
    async with desk.person(LEADER) as person:
        form = {"csrf": CSRF, "version": upon, "department": LINES}
        late = await person.post(f"{ONE}/verbs/dispatch", data=form)
    assert late.status_code == 409
    assert "别人刚改过" in Seen(late.text).text


async def test_a_junior_sees_no_review_and_a_senior_has_it_in_a_queue(desk: Pages) -> None:
    own = f"/tickets/{ticket_number(1)}"
    await desk.write(
        lambda one: one.exec_driver_sql(
            f"UPDATE tickets SET handler = '{NUMBERS[JUNIOR]}' WHERE number = '{ticket_number(1)}'"
        )
    )
    answer = await does(desk, "dispatch", JUNIOR, department=LINES)
    assert answer.status_code == 303, answer.text
    assert "approve" not in verbs_of(await seen(desk, own, JUNIOR))
    assert "approve" in verbs_of(await seen(desk, own, SENIOR))
    queue = await seen(desk, "/ticket-reviews", SENIOR)
    assert f"{ticket_number(1)}-1" in queue.text
    async with desk.person(SENIOR) as senior:
        due = (await senior.get("/api/v1/due")).json()["due"]
    assert due["/ticket-reviews"] == 1
    await does(desk, "approve", order=f"{ticket_number(1)}-1")
    assert ticket_number(1) not in (await seen(desk, "/ticket-reviews", SENIOR)).text


async def test_a_department_sees_its_own_work_only(desk: Pages) -> None:
    empty = await seen(desk, "/department-work", THEM)
    assert "没有要处理的工单" in empty.text
    await does(desk, "dispatch", department=LINES)
    assert ticket_number(1) in (await seen(desk, "/department-work", THEM)).text
    async with desk.person(THEM) as them:
        assert (await them.get(f"/tickets/{ticket_number(2)}")).status_code == 404
    page = await seen(desk, ONE, THEM)
    assert verbs_of(page) == {"accept", "send_back", "ask_time", "handle", "note", "wait"}


@pytest.mark.parametrize(
    ("query", "which"),
    [
        ("", {1, 2, 3, 4, 5}),
        ("state=dispatched", {1}),
        ("kind=fault", set()),
        ("which=urgent", {2}),
        (f"department={LINES}", {1}),
        (f"handler={NUMBERS[SENIOR]}", {3}),
        (f"q={ticket_number(4)}", {4}),
        ("q=13812345678", {1, 2, 3, 4, 5}),
        ("q=%25", set()),
        ("which=overdue", set()),
        ("state=nonsense&cursor=nonsense", {1, 2, 3, 4, 5}),
    ],
)
async def test_tickets_are_found_by_what_is_chosen(
    desk: Pages, query: str, which: set[int]
) -> None:
    async with desk.person(SENIOR) as senior:
        for number, verb, typed in (
            (1, "dispatch", {"department": LINES}),
            (2, "urgent", {}),
            (3, "take", {}),
        ):
            form = {"csrf": CSRF, "version": "1", **typed}
            path = f"/tickets/{ticket_number(number)}/verbs/{verb}"
            assert (await senior.post(path, data=form)).status_code == 303
    text = (await seen(desk, f"/tickets?{query}")).text
    assert {number for number in range(1, 6) if ticket_number(number) in text} == which
    if not which:
        assert "没有这样的工单" in text


async def test_the_wall_says_why_each_clock_stands_as_it_does(desk: Pages) -> None:
    assert "没有在走的时限" in (await seen(desk, "/ticket-clocks")).text
    await does(desk, "dispatch", department=LINES)
    text = (await seen(desk, "/ticket-clocks", language="en")).text
    assert "Department deadline" in text
    assert "of 18 h used" in text
    await does(desk, "wait", note="等客户回电")
    page = (await seen(desk, ONE, language="en")).text
    assert "waits for the customer" in page


async def test_ones_own_work_is_what_is_due_first(desk: Pages) -> None:
    assert "您手上没有未办结的工单" in (await seen(desk, "/my-work", SENIOR)).text
    await does(desk, "take", SENIOR)
    assert ticket_number(1) in (await seen(desk, "/my-work", SENIOR)).text
    clerk = await seen(desk, "/my-work", Role.RECORDING_CLERK)
    assert ticket_number(2) in clerk.text
    assert ticket_number(1) not in clerk.text


async def test_who_sees_no_numbers_sees_none_on_a_tickets_pages(desk: Pages) -> None:  # SEC-2
    await does(desk, "dispatch", department=LINES, note="电 13812345678")
    for path in (ONE, "/tickets?which=", "/department-work"):
        role = THEM if path == "/department-work" else Role.INSPECTOR
        page = await seen(desk, path, role)
        assert "13812345678" not in page.text, path
        assert "张三丰" not in page.text, path
