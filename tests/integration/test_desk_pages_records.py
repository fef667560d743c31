"""The other pages: for whom they are, in both languages, with hostile texts, with wrong input."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import DatabaseTimeoutError
from features.accounts.tables import AccountRow
from features.audit.tables import AuditRow
from features.calls.tables import Call
from features.customers.tables import CustomerRow
from features.emergency_notifications.tables import IncidentRow, NotificationHouseholdRow
from features.handovers.tables import HandoverRow
from features.knowledge.tables import KnowledgeRow
from features.tickets.tables import TicketRow
from features.wake_ups.tables import WakeRegistrationRow
from permissions.roles import Role
from permissions.routes import POLICY
from tests.integration.desk_room import CSRF, NUMBER, NUMBERS, call_id
from tests.integration.page_room import Pages, Seen, pages

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
LEADER, SENIOR = Role.TEAM_LEADER, Role.SENIOR_AGENT
ADMINISTRATOR = Role.ADMINISTRATOR

ADDRESSES = {
    "/floor": "/floor",
    "/handover": "/handover",
    "/knowledge": "/knowledge?q=宽带",
    "/knowledge/new": "/knowledge/new",
    "/knowledge/{entry_id}": "/knowledge/1",
    "/knowledge/{entry_id}/edit": "/knowledge/1/edit",
    "/customers": "/customers",
    "/customers/{number}": f"/customers/{NUMBER}",
    "/customers/{number}/history": f"/customers/{NUMBER}/history",
    "/customers/{number}/merge": f"/customers/{NUMBER}/merge?other=1",
    "/customer-duplicates": "/customer-duplicates",
    "/customer-imports": "/customer-imports",
    "/customer-imports/{import_id}": "/customer-imports/1",
    "/knowledge/{entry_id}/history": "/knowledge/1/history",
    "/knowledge-proposals": "/knowledge-proposals",
    "/knowledge-proposals/new": "/knowledge-proposals/new?ticket=20261121-00001",
    "/knowledge-proposals/{proposal_id}": "/knowledge-proposals/1",
    "/ticket-classes": "/ticket-classes",
    "/ticket-classes/{class_id}": "/ticket-classes/1",
    "/audit": "/audit",
    "/accounts": "/accounts",
    "/wake-ups": "/wake-ups",
    "/wake-ups/{wake_up_id}": "/wake-ups/1",
    "/emergency-notifications": "/emergency-notifications",
    "/emergency-notifications/{incident_id}": "/emergency-notifications/1",
    "/emergency-notifications/{incident_id}/door": "/emergency-notifications/1/door",
    "/password": "/password",
}


@pytest_asyncio.fixture
async def desk(everything: tuple[Path, str]) -> AsyncIterator[Pages]:
    async with pages(*everything) as found:
        yield found


async def _send(desk: Pages, role: Role, address: str, /, **typed: str) -> tuple[int, Seen, str]:
    """Send a form; return the status, the page, and where it leads."""
    async with desk.person(role) as person:
        del person.headers["X-CSRF-Token"]
        answer = await person.post(address, data={"csrf": CSRF, **typed})
    return answer.status_code, Seen(answer.text), answer.headers.get("location", "")


async def _look(desk: Pages, role: Role, address: str, language: str = "zh") -> Seen:
    async with desk.person(role, language=language) as person:
        answer = await person.get(address)
    assert answer.status_code == 200, (role, address, answer.text)
    return Seen(answer.text)


@pytest.mark.sqlite_first
async def test_each_page_is_for_the_roles_of_the_policy(desk: Pages) -> None:
    for role in Role:
        async with desk.person(role) as person:
            for route, address in ADDRESSES.items():
                rule = POLICY["GET", route]
                assert isinstance(rule, frozenset)
                answer = await person.get(address)
                wanted = 200 if role in rule else 403
                if role is Role.FLOOR_ATTENDANT and route == "/wake-ups/{wake_up_id}":
                    wanted = 404  # it rings still: nobody has to knock
                assert answer.status_code == wanted, (role, address)


@pytest.mark.sqlite_first
async def test_each_page_is_there_in_english(desk: Pages) -> None:
    for address in ADDRESSES.values():
        seen = await _look(desk, ADMINISTRATOR, address, "en")
        assert seen.all("html")[0]["lang"] == "en"
        assert "Sign out" in seen.text


@pytest.mark.sqlite_first
async def test_texts_that_are_scripts_stay_texts_on_every_page(desk: Pages) -> None:
    async def hostile(connection: AsyncConnection) -> None:
        await connection.execute(update(AccountRow).values(name=HOSTILE))
        await connection.execute(
            update(WakeRegistrationRow).values(guest=HOSTILE, room=HOSTILE[:20], note=HOSTILE)
        )
        await connection.execute(update(HandoverRow).values(shift=HOSTILE[:40], faults=HOSTILE))
        said = {"title": HOSTILE, "body": HOSTILE, "keywords": HOSTILE, "updated_by": HOSTILE}
        await connection.execute(update(KnowledgeRow).values(**said))
        report = {"what": HOSTILE, "place": HOSTILE, "reporter": HOSTILE, "details": HOSTILE}
        await connection.execute(update(IncidentRow).values(**report, message=HOSTILE))
        wanted = {"name": HOSTILE, "area": HOSTILE, "state": "not_told", "reason": HOSTILE[:24]}
        await connection.execute(update(NotificationHouseholdRow).values(**wanted))
        await connection.execute(update(CustomerRow).values(name=HOSTILE, note=HOSTILE))
        await connection.execute(update(Call).values(name=HOSTILE))
        await connection.execute(update(TicketRow).values(body=HOSTILE))
        await connection.execute(update(AuditRow).values(detail=HOSTILE, why=HOSTILE))

    async with desk.person(LEADER) as leader:
        await leader.get(f"/calls/{call_id(1)}")
    await desk.room.app.state.database.settled()
    await desk.write(hostile)
    for address in (*ADDRESSES.values(), "/calls", f"/calls/{call_id(1)}"):
        seen = await _look(desk, ADMINISTRATOR, address)
        assert not seen.all("img"), address
        scripts = [each for each in seen.all("script") if each.get("type") != "application/json"]
        assert all("src" in each for each in scripts), address
        assert not any(name.startswith("on") for _, has in seen.tags for name in has), address
        assert not seen.all("style"), address
        assert not any("style" in has for _, has in seen.tags), address
        assert not any((has.get("href") or "").startswith("http") for _, has in seen.tags), address


async def test_a_shift_is_handed_over_and_signed_by_the_next_one_once(desk: Pages) -> None:
    status, _, onward = await _send(
        desk, LEADER, "/handover", shift="2026-11-22 夜班", equipment="正常", problems="无"
    )
    assert (status, onward) == (303, "/handover?saved=1")
    status, seen, _ = await _send(desk, LEADER, "/handover/2/sign")
    assert status == 409
    assert "要由下一班的人签收" in seen.text
    assert (await _send(desk, SENIOR, "/handover/2/sign"))[0] == 303
    status, seen, _ = await _send(desk, Role.SWITCHBOARD, "/handover/2/sign")
    assert status == 409
    assert "已经有人签收" in seen.text
    assert "Senior_Agent 于" in (await _look(desk, LEADER, "/handover")).text
    assert (await _send(desk, SENIOR, "/handover/99/sign"))[0] == 404


async def test_an_empty_or_endless_report_is_refused_and_stays_in_its_fields(desk: Pages) -> None:
    status, seen, _ = await _send(desk, LEADER, "/handover", shift=" ", equipment="")
    assert status == 422
    assert "请填班次" in seen.text
    assert "请至少写一项" in seen.text
    status, seen, _ = await _send(desk, LEADER, "/handover", shift="夜班", faults="断" * 2001)
    assert status == 422
    assert "断" * 2001 in seen.text
    assert "文字太长" in seen.text


async def test_an_inspector_reads_reports_without_numbers_and_signs_none(desk: Pages) -> None:
    seen = await _look(desk, Role.INSPECTOR, "/handover")
    assert NUMBER not in seen.text
    assert "138******78" in seen.text
    assert not [form for form in seen.all("form") if "handover" in (form.get("action") or "")]
    assert (await _send(desk, Role.INSPECTOR, "/handover/1/sign"))[0] == 403


async def test_an_answer_is_found_by_two_characters_in_its_middle(desk: Pages) -> None:
    assert "宽带移机怎么办" in (await _look(desk, Role.JUNIOR_AGENT, "/knowledge?q=移机")).text
    assert "宽带移机怎么办" in (await _look(desk, Role.JUNIOR_AGENT, "/knowledge?q=搬家 证")).text
    nothing = await _look(desk, Role.JUNIOR_AGENT, "/knowledge?q=<b>")
    assert "没有找到“<b>”" in nothing.text


async def test_a_draft_is_seen_by_those_who_write_only(desk: Pages) -> None:
    status, _, onward = await _send(
        desk, SENIOR, "/knowledge/new", title="新业务", body="尚未定稿", keywords="", published=""
    )
    assert (status, onward) == (303, "/knowledge/2?saved=new")
    assert "草稿" in (await _look(desk, SENIOR, "/knowledge?q=新业务")).text
    assert "没有找到" in (await _look(desk, Role.JUNIOR_AGENT, "/knowledge?q=新业务")).text
    async with desk.person(Role.JUNIOR_AGENT) as junior:
        assert (await junior.get("/knowledge/2")).status_code == 404


async def test_two_who_change_an_answer_at_once_lose_nothing(desk: Pages) -> None:
    form = await _look(desk, SENIOR, "/knowledge/1/edit")
    seen_at = next(each["value"] for each in form.all("input") if each.get("name") == "seen")
    first = {"title": "甲", "body": "甲的答案", "published": "yes", "seen": seen_at or ""}
    assert (await _send(desk, SENIOR, "/knowledge/1/edit", **first))[0] == 303
    second = {**first, "title": "乙", "body": "乙的答案"}
    status, seen, _ = await _send(desk, LEADER, "/knowledge/1/edit", **second)
    assert status == 409
    assert "别人保存了下面这个版本" in seen.text
    assert "甲的答案" in seen.text
    assert "乙的答案" in seen.text
    again = next(each["value"] for each in seen.all("input") if each.get("name") == "seen")
    merged = {**second, "seen": again or ""}
    assert (await _send(desk, LEADER, "/knowledge/1/edit", **merged))[0] == 303
    assert "乙的答案" in (await _look(desk, SENIOR, "/knowledge/1")).text


async def test_a_customer_is_kept_and_the_look_is_on_record(desk: Pages) -> None:
    seen = await _look(desk, Role.JUNIOR_AGENT, f"/customers/{NUMBER}")
    for said in ("张三丰", "大客户", "20261121-00001", "电梯坏了走楼梯"):
        assert said in seen.text, said
    [read] = [each["value"] or "" for each in seen.all("input") if each.get("name") == "seen"]
    typed = {"name": "李四", "sort": "important", "note": "先问好\n再办事", "first_agent": "1002"}
    typed["seen"] = read
    status, _, onward = await _send(desk, Role.JUNIOR_AGENT, f"/customers/{NUMBER}", **typed)
    assert (status, onward) == (303, f"/customers/{NUMBER}?saved=1")
    assert "李四" in (await _look(desk, LEADER, onward)).text
    await desk.room.app.state.database.settled()
    entries = (await _look(desk, LEADER, "/audit")).text
    assert "看客户资料" in entries
    assert "改客户资料" in entries
    masked = (await _look(desk, Role.INSPECTOR, "/audit?action=customer.read")).text
    assert NUMBER not in masked
    assert "138******78" in masked


async def test_wrong_input_about_a_customer_is_said_and_nothing_is_lost(desk: Pages) -> None:
    typed = {"name": "王五", "sort": "vip", "note": "记" * 10, "first_agent": "abc"}
    status, seen, _ = await _send(desk, LEADER, f"/customers/{NUMBER}", **typed)
    assert status == 422
    assert "请从列表中选择类别" in seen.text
    assert "三到六位工号" in seen.text
    assert {"王五", "abc"} <= {each.get("value") for each in seen.all("input")}
    assert "记" * 10 in seen.text
    async with desk.person(LEADER) as leader:
        found = await leader.get("/customers", params={"number": "138 1234-5678"})
        lost = await leader.get("/customers", params={"number": "abc"})
    assert found.headers["location"] == f"/customers/{NUMBER}"
    assert lost.status_code == 422
    assert "请填完整的电话号码" in lost.text


async def test_an_administrator_makes_an_account_and_sees_its_password_once(desk: Pages) -> None:
    typed = {"number": "2001", "name": "李梅", "role": "junior-agent", "language": "zh"}
    status, seen, _ = await _send(desk, ADMINISTRATOR, "/accounts", **typed)
    assert status == 201
    assert "李梅（2001）的一次性密码" in seen.text
    assert "一次性密码" not in (await _look(desk, ADMINISTRATOR, "/accounts")).text
    status, seen, _ = await _send(desk, ADMINISTRATOR, "/accounts", **typed)
    assert status == 409
    assert "已有人用" in seen.text
    assert "李梅" in {each.get("value") for each in seen.all("input")}
    wrong = {"number": "12", "name": " ", "role": "queen", "language": "zh"}
    status, seen, _ = await _send(desk, ADMINISTRATOR, "/accounts", **wrong)
    assert status == 422
    for said in ("三到六位数字", "请填姓名", "请从列表中选择岗位"):
        assert said in seen.text, said


async def test_an_account_is_disabled_and_its_sessions_end_but_never_the_own_one(
    desk: Pages,
) -> None:
    inspector, own = NUMBERS[Role.INSPECTOR], NUMBERS[ADMINISTRATOR]
    status, _, onward = await _send(desk, ADMINISTRATOR, f"/accounts/{inspector}/disable")
    assert status == 303
    assert f"{inspector} 已停用" in (await _look(desk, ADMINISTRATOR, onward)).text
    async with desk.person(Role.INSPECTOR) as gone:
        answer = await gone.get("/calls")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fcalls")
    for act in ("enable", "reset", "end"):
        assert (await _send(desk, ADMINISTRATOR, f"/accounts/{inspector}/{act}"))[0] in {200, 303}
    status, seen, _ = await _send(desk, ADMINISTRATOR, f"/accounts/{own}/disable")
    assert status == 422
    assert "不能停用自己" in seen.text
    assert (await _send(desk, ADMINISTRATOR, "/accounts/999999/reset"))[0] == 404


async def test_the_notice_is_shown_with_its_words_and_only_some_may_switch_it(
    desk: Pages,
) -> None:
    seen = await _look(desk, LEADER, "/floor")
    assert "因停电无法缴费" in seen.text
    assert not any("disabled" in each for each in seen.all("button") if "data-put" in each)
    seen = await _look(desk, Role.MANAGER, "/floor")
    assert all("disabled" in each for each in seen.all("button") if "data-put" in each)


async def test_a_form_without_the_sessions_secret_changes_nothing(desk: Pages) -> None:
    async with desk.person(ADMINISTRATOR) as person:
        del person.headers["X-CSRF-Token"]
        answer = await person.post(f"/accounts/{NUMBERS[SENIOR]}/disable", data={"csrf": "x"})
    assert answer.status_code == 403
    assert "没有这项权限" in answer.text or "403" in answer.text


async def test_what_is_typed_to_search_the_looks_is_checked(desk: Pages) -> None:
    for typed, said in (
        ("who=abc", "三到六位"),
        ("from=soon", "这里要一个日期"),
        ("cursor=x", "翻页地址已失效"),
    ):
        async with desk.person(LEADER) as leader:
            answer = await leader.get(f"/audit?{typed}")
        assert answer.status_code == 422
        assert said in answer.text
    async with desk.person(Role.INSPECTOR) as inspector:
        answer = await inspector.get("/audit", params={"subject": NUMBER})
    assert answer.status_code == 422
    assert "不能按号码查找" in answer.text


async def test_an_address_that_leads_nowhere_is_a_sentence_for_people(desk: Pages) -> None:
    for address in ("/calls/xyz", "/knowledge/0", "/nowhere"):
        async with desk.person(LEADER, language="en") as person:
            answer = await person.get(address)
        assert answer.status_code in {404, 422}
        assert answer.headers["content-type"].startswith("text/html"), address
        assert "To the first page" in answer.text


async def test_a_database_that_is_away_is_a_sentence_for_people(
    desk: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise DatabaseTimeoutError

    monkeypatch.setattr("db.bounded.Database.ask", away)
    async with desk.person(LEADER) as person:
        answer = await person.get("/calls")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "电话照常接听" in answer.text
