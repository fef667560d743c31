"""The same complaint once more: offered, linked or merged with the first, and undone (TKT-13)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text, update

from features.tickets.tables import TicketRow
from permissions.roles import Role
from tests.integration.desk_room import CSRF, NUMBERS, fill, ticket_number
from tests.integration.page_room import Pages, Seen, pages
from tests.numbers import known_as

SENIOR, JUNIOR, LEADER = Role.SENIOR_AGENT, Role.JUNIOR_AGENT, Role.TEAM_LEADER
LATER, FIRST, OTHER = ticket_number(1), ticket_number(2), ticket_number(3)
LINES = "线路班"
BROKEN = "宽带从早上起断线，打不开网页"
AGAIN = "还是宽带断线，网页打不开，请快修"
BILL = "话费单多收二十元"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Pages]:
    """A desk with five tickets of one caller, of which two say much the same."""
    await fill(tmp_path, "")
    async with pages(tmp_path, "") as found:
        for number, body in ((LATER, AGAIN), (FIRST, BROKEN)):
            await says(found, number, body)
        for which in (3, 4, 5):
            await says(found, ticket_number(which), BILL)
        yield found


async def says(desk: Pages, number: str, body: str, **more: Any) -> None:
    row = update(TicketRow).where(TicketRow.number == number).values(body=body, **more)
    await desk.write(lambda connection: connection.execute(row))


async def asks(desk: Pages, method: str, path: str, role: Role = SENIOR, **given: Any) -> Any:
    async with desk.room.client(role) as client:
        return await client.request(method, f"/api/v1/tickets/{path}", json=given or None)


async def version(desk: Pages, number: str) -> int:
    return int((await asks(desk, "GET", number, LEADER)).json()["version"])


async def repeats(
    desk: Pages, how: str, later: str = LATER, first: str = FIRST, role: Role = SENIOR, **more: Any
) -> httpx.Response:
    given = {"first": first, "how": how, "version": await version(desk, later), **more}
    answer: httpx.Response = await asks(desk, "POST", f"{later}/repeats", role, **given)
    return answer


async def does(desk: Pages, number: str, verb: str, **given: Any) -> None:
    upon = await version(desk, number)
    path = f"{number}/verbs/{verb}"
    answer = await asks(desk, "POST", path, SENIOR, version=upon, **given)
    assert answer.is_success, answer.text


async def told(desk: Pages, number: str) -> list[str]:
    found = (await asks(desk, "GET", f"{number}/history", LEADER)).json()
    items = found["items"] if isinstance(found, dict) else found
    return [one["what"] for one in items]


async def state(desk: Pages, number: str) -> str:
    return str((await asks(desk, "GET", number, LEADER)).json()["state"])


async def page(desk: Pages, number: str, role: Role = SENIOR, language: str = "zh") -> Seen:
    async with desk.person(role, language=language) as person:
        answer = await person.get(f"/tickets/{number}")
    assert answer.status_code == 200, answer.text
    return Seen(answer.text)


def offered(seen: Seen) -> set[str]:
    return {str(one["value"]) for one in seen.all("input") if one.get("name") == "first"}


async def test_open_tickets_of_the_caller_that_say_the_same_are_offered(desk: Pages) -> None:
    assert offered(await page(desk, LATER)) == {FIRST}
    assert offered(await page(desk, FIRST)) == set(), "nothing like it came before"
    found = (await asks(desk, "GET", f"{LATER}/repeats")).json()
    assert [one["number"] for one in found["alike"]] == [FIRST]
    assert (await told(desk, LATER)) == [], "to be offered is no change"


async def test_what_is_settled_of_another_kind_or_of_another_caller_is_not_offered(
    desk: Pages,
) -> None:
    for more in (
        {"state": "closed"},
        {"state": "new", "kind": "fault"},
        {
            "kind": "complaint",
            "customer_number": "13900001111",
            "customer_identity": known_as("13900001111"),
        },
    ):
        await says(desk, FIRST, BROKEN, **more)
        assert offered(await page(desk, LATER)) == set(), more


async def test_a_repeat_is_in_both_histories_is_counted_and_chases_the_first(desk: Pages) -> None:
    await does(desk, FIRST, "dispatch", department=LINES)
    assert (await repeats(desk, "linked")).status_code == 200
    assert (await told(desk, LATER))[-1] == "repeats"
    assert (await told(desk, FIRST))[-2:] == ["chase", "repeated"]
    orders = (await asks(desk, "GET", f"{FIRST}/orders", LEADER)).json()
    chased = (orders["items"] if isinstance(orders, dict) else orders)[-1]
    assert chased["kind"] == "chase"
    assert LATER in chased["text"]
    assert await state(desk, LATER) == "new"
    await says(desk, OTHER, AGAIN)
    assert (await repeats(desk, "linked", OTHER, FIRST)).status_code == 200
    text_of = (await page(desk, FIRST)).text
    assert "重复投诉 2 次" in text_of
    assert "累计 2 次" in text_of
    assert "came again: 2" in (await page(desk, FIRST, language="en")).text


async def test_what_no_department_has_is_not_chased(desk: Pages) -> None:
    assert (await repeats(desk, "linked")).status_code == 200
    assert await told(desk, FIRST) == ["repeated"]


async def test_a_juniors_chase_waits_for_a_senior(desk: Pages) -> None:  # TKT-3
    await does(desk, FIRST, "dispatch", department=LINES)
    for number in (FIRST, LATER):
        await says(desk, number, AGAIN, handler=NUMBERS[JUNIOR])
    upon = str(await version(desk, LATER))
    async with desk.person(JUNIOR) as person:
        form = {"csrf": CSRF, "version": upon, "first": FIRST, "how": "linked"}
        answer = await person.post(f"/tickets/{LATER}/repeats", data=form)
    assert answer.status_code == 303, answer.text
    orders = (await asks(desk, "GET", f"{FIRST}/orders", LEADER)).json()
    assert (orders["items"] if isinstance(orders, dict) else orders)[-1]["state"] == "to_review"


async def test_when_the_first_is_settled_its_repeats_are_told(desk: Pages) -> None:
    assert (await repeats(desk, "linked")).status_code == 200
    await does(desk, FIRST, "answer")
    assert (await told(desk, LATER))[-1] == "first_settled"
    assert "还有 1 张重复投诉未结" in (await page(desk, FIRST)).text
    assert FIRST in (await page(desk, LATER)).text
    await does(desk, LATER, "answer")
    assert "未结" not in (await page(desk, FIRST)).text


async def test_a_merge_closes_the_later_one_and_its_history_is_read_from_the_first(
    desk: Pages,
) -> None:
    await does(desk, LATER, "note", note="客户很着急")
    answer = await repeats(desk, "merged")
    assert (answer.status_code, answer.json()["state"]) == (200, "closed")
    assert (await told(desk, LATER))[-1] == "merge"
    assert (await told(desk, FIRST))[-1] == "merged_in"
    seen = await page(desk, FIRST)
    assert "客户很着急" in seen.text
    assert f"并入 {FIRST}" in seen.text
    clocks = (await asks(desk, "GET", f"{LATER}/clocks", LEADER)).json()
    rows = clocks["items"] if isinstance(clocks, dict) else clocks
    assert all(one.get("stopped_at") or one.get("state") == "stopped" for one in rows) or not rows


async def test_a_merge_of_what_a_department_has_takes_it_back(desk: Pages) -> None:
    await does(desk, LATER, "dispatch", department=LINES)
    assert (await repeats(desk, "merged")).status_code == 200
    orders = (await asks(desk, "GET", f"{LATER}/orders", LEADER)).json()
    kinds = [one["kind"] for one in (orders["items"] if isinstance(orders, dict) else orders)]
    assert kinds == ["dispatch", "return"]


async def test_a_merge_is_not_to_be_had_without_the_ticket_that_it_goes_into(desk: Pages) -> None:
    upon = await version(desk, LATER)
    answer = await asks(desk, "POST", f"{LATER}/verbs/merge", SENIOR, version=upon)
    assert answer.status_code == 422
    acts = {str(one.get("action", "")) for one in (await page(desk, LATER)).all("form")}
    assert not any(one.endswith("/verbs/merge") for one in acts)


async def test_the_same_asked_again_is_done_once_and_another_first_is_refused(desk: Pages) -> None:
    upon = await version(desk, LATER)
    for _ in range(2):
        assert (await repeats(desk, "merged", version=upon)).status_code == 200
    assert (await told(desk, FIRST)).count("merged_in") == 1
    assert (await repeats(desk, "linked", LATER, OTHER)).status_code == 409


async def test_a_repeat_of_a_repeat_belongs_to_the_first(desk: Pages) -> None:
    assert (await repeats(desk, "linked", FIRST, OTHER)).status_code == 200
    assert (await repeats(desk, "linked", LATER, FIRST)).status_code == 200
    found = (await asks(desk, "GET", f"{LATER}/repeats")).json()
    assert found["first"] == OTHER
    answer = await repeats(desk, "linked", OTHER, LATER)
    assert answer.status_code == 409, "a ring of tickets"


@pytest.mark.parametrize("how", ["linked", "merged"])
async def test_it_can_be_undone_for_a_short_time(desk: Pages, how: str) -> None:
    assert (await repeats(desk, how)).status_code == 200
    assert "撤销" in (await page(desk, LATER)).text
    answer = await asks(desk, "POST", f"{LATER}/repeats/undo")
    assert (answer.status_code, answer.json()["state"]) == (200, "new")
    assert (await told(desk, LATER))[-1] == "repeat_undone"
    assert (await told(desk, FIRST))[-1] == "repeat_undone"
    assert offered(await page(desk, LATER)) == {FIRST}
    assert (await asks(desk, "POST", f"{LATER}/repeats/undo")).status_code == 409
    assert (await repeats(desk, how)).status_code == 200


async def test_after_half_an_hour_it_stays(desk: Pages) -> None:
    assert (await repeats(desk, "linked")).status_code == 200
    earlier = timedelta(minutes=31).total_seconds()
    by = f"-{earlier:.0f} seconds"
    change = text("UPDATE ticket_repeats SET made_at = datetime(made_at, :by)")
    await desk.write(lambda connection: connection.execute(change, {"by": by}))
    assert (await asks(desk, "POST", f"{LATER}/repeats/undo")).status_code == 409


@pytest.mark.parametrize(
    ("first", "more", "status", "words"),
    [
        (LATER, {}, 422, "没有这个号码的其他工单"),
        ("20261121-99999", {}, 422, "没有这个号码的其他工单"),
        ("nonsense", {}, 422, "没有这个号码的其他工单"),
        (FIRST, {"how": "both"}, 422, "请选择关联还是并单"),
        (FIRST, {"version": "9"}, 409, ""),
    ],
)
async def test_what_is_wrong_is_said_on_the_page(
    desk: Pages, first: str, more: dict[str, str], status: int, words: str
) -> None:
    form = {"csrf": CSRF, "version": "1", "first": first, "how": "linked"} | more
    async with desk.person(SENIOR) as person:
        answer = await person.post(f"/tickets/{LATER}/repeats", data=form)
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert 'role="alert"' in answer.text


async def test_tickets_of_different_callers_are_never_one(desk: Pages) -> None:
    number = "13900001111"
    await says(desk, FIRST, BROKEN, customer_number=number, customer_identity=known_as(number))
    assert (await repeats(desk, "linked")).status_code == 422


async def test_a_department_sees_nothing_of_repeats(desk: Pages) -> None:
    answer = await repeats(desk, "linked", role=Role.DEPARTMENT)
    assert answer.status_code == 403
