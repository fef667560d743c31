"""Lists of customers: good rows in, wrong rows back; the same list again is nothing new."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from features.customer_lists import actions
from imports.writing import workbook
from permissions.roles import Role
from tests.integration.desk_room import NUMBER
from tests.integration.page_room import Pages, pages

LEADER = Role.TEAM_LEADER
API = "/api/v1/customer-imports"
HEAD = "姓名,手机,固定电话,类别,地址,联系人姓名,联系人电话"


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "SHORT_S", 120.0)


@pytest_asyncio.fixture
async def desk(everything: tuple[Path, str]) -> AsyncIterator[Pages]:
    async with pages(*everything) as found:
        yield found


async def _bring(person: httpx.AsyncClient, content: bytes | str, **query: str) -> Any:
    given = content if isinstance(content, bytes) else content.encode()
    answer = await person.post(API, params={"name": "客户.csv", **query}, content=given)
    assert answer.status_code == 202, answer.text
    return answer.json()


def _counts(brought: Any) -> tuple[int, ...]:
    return tuple(brought[name] for name in ("fresh", "changed", "same", "wrong"))


WRONG = [
    ("王五,1380013800O,,,,,", "letters"),
    ("王五,13800000011,,金牌,,,", "sort"),
    ("王五,,,,,,", "no_number"),
    ("王五,110,,,,,", "emergency"),
]


async def test_good_rows_are_in_and_wrong_ones_come_back_to_be_corrected(desk: Pages) -> None:
    rows = [HEAD, "王五,13700137000,021-61234567,大客户,滨江路,李经理,13700137009"]
    rows += [f"客户{which},1370013701{which},,,,," for which in range(3)]
    rows += [wrong for wrong, _ in WRONG]
    rows += ["赵六,13700137000,,,,,"]
    async with desk.room.seated(LEADER) as leader:
        brought = await _bring(leader, "\n".join(rows))
        assert brought["state"] == "done"
        assert _counts(brought) == (4, 0, 0, len(WRONG) + 1)
        wrong = (await leader.get(f"{API}/{brought['id']}/wrong-rows")).json()
        assert [each["why"] for each in wrong] == [*(why for _, why in WRONG), "twice"]
        assert wrong[0]["cell"] == "B6"
        assert all(each["said"]["zh"] and each["said"]["en"] for each in wrong)
        for sent in ("021-61234567", "13700137009"):
            known = (await leader.get(f"/api/v1/customers/{sent}")).json()
            assert (known["name"], known["sort"]) == ("王五", "large")
        file = await leader.get(f"{API}/{brought['id']}/wrong-rows.csv")
        assert file.content.startswith(b"\xef\xbb\xbf")
        assert "attachment" in file.headers["content-disposition"]
        corrected = file.text.replace("1380013800O", "13800138001").replace("金牌", "普通")
        again = await _bring(leader, corrected)
        assert _counts(again)[0] == 2, "those that were corrected"
        assert again["wrong"] == 2, "the others have no number, or an emergency number, still"
    async with desk.person(LEADER) as person:
        page = (await person.get(f"/customer-imports/{brought['id']}")).text
    assert "wrong-rows.csv" in page
    assert "没有这个类别" in page


async def test_the_same_list_again_changes_nothing_and_another_one_what_it_says(
    desk: Pages,
) -> None:
    first = f"{HEAD}\n王五,13700137000,,大客户,滨江路,,\n"
    more = f"{HEAD}\n王五,13700137000,021-61234567,,,李经理,13700137009\n"
    async with desk.room.seated(LEADER) as leader:
        assert _counts(await _bring(leader, first)) == (1, 0, 0, 0)
        assert _counts(await _bring(leader, first)) == (0, 0, 1, 0)
        assert _counts(await _bring(leader, more, known="leave")) == (0, 0, 1, 0)
        assert _counts(await _bring(leader, more)) == (0, 1, 0, 0)
        known = (await leader.get("/api/v1/customers/13700137000")).json()
        assert known["sort"] == "large", "what a list leaves empty stays"
        assert len(known["numbers"]) == 2
        assert known["version"] == 2


async def test_numbers_of_two_customers_and_of_a_contact_are_wrong(desk: Pages) -> None:
    rows = [
        HEAD,
        "甲,13700137001,,,,,",
        "乙,13700137002,,,,丙,13700137003",
        f"丁,13700137004,{NUMBER},,,,",
    ]
    async with desk.room.seated(LEADER) as leader:
        await _bring(leader, "\n".join(rows))
        bad = [HEAD, "甲乙,13700137001,13700137002,,,,", "丙,13700137003,,,,,"]
        brought = await _bring(leader, "\n".join(bad))
        wrong = (await leader.get(f"{API}/{brought['id']}/wrong-rows")).json()
        assert [each["why"] for each in wrong] == ["several_customers", "contact"]
        known = (await leader.get("/api/v1/customers/13700137004")).json()
        assert known["number"] == NUMBER, "who was known has one more number"
        assert known["name"] == "丁"


async def test_a_workbook_is_read_and_what_is_none_is_said(desk: Pages) -> None:
    book = workbook("客户", [HEAD.split(","), ["王五", "13700137000", "", "", "", "", ""]])
    async with desk.room.seated(LEADER) as leader:
        assert _counts(await _bring(leader, book)) == (1, 0, 0, 0)
        for content in (b"\x89PNG\r\n\x1a\n1234567890", b"no header\nat all", b"PK\x03\x04torn"):
            brought = await _bring(leader, content)
            assert brought["state"] == "unreadable"
            assert brought["said"]["en"]
        hostile = f"{HEAD}\n=cmd|' /C calc'!A0,1,,,,,\n"
        brought = await _bring(leader, hostile)
        file = (await leader.get(f"{API}/{brought['id']}/wrong-rows.csv")).text
        assert "\"'=cmd" in file, "no cell of the file is a formula"
