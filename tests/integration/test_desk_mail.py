"""Letters on the desk's pages and in its API: read, answered, downloaded, decided (TKT-10)."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from features.ticket_mail.lifecycle import MailState
from permissions.roles import Role
from tests.integration.desk_room import Room, audit_entries, ticket_number
from tests.integration.mail_rows import (
    BILL,
    BILL_ID,
    BILL_PATH,
    CUSTOMER,
    OURS,
    PROGRAM_ID,
    letters,
    put_into_the_store,
)
from tests.integration.page_room import NamedAssets, Pages, Seen

SENIOR, LEADER = Role.SENIOR_AGENT, Role.TEAM_LEADER
NUMBER = ticket_number(1)
MAIL = f"/tickets/{NUMBER}/mail"
ATTACHMENT = f"/api/v1/mail-attachments/{BILL_ID}"


@pytest_asyncio.fixture
async def office(small_desk: Room) -> AsyncIterator[Pages]:
    """A desk with two letters at a ticket, and a server for more."""
    small_desk.app.state.assets = NamedAssets(small_desk.settings.home)
    small_desk.app.state.settings = small_desk.settings.model_copy(
        update={"mail_address": "hotline@hotline.test", "mail_smtp": "smtp.hotline.test"}
    )
    found = Pages(small_desk)
    await found.write(letters)
    put_into_the_store(small_desk.settings.paths.store)
    yield found


async def get(office: Pages, path: str, role: Role = SENIOR) -> httpx.Response:
    async with office.person(role) as person:
        return await person.get(path)


async def test_the_letters_of_a_ticket_stand_on_its_page_and_nothing_in_them_lives(
    office: Pages,
) -> None:
    answer = await get(office, MAIL)
    seen = Seen(answer.text)
    assert answer.status_code == 200
    assert "宽带断了" in seen.text
    assert "alert(1)" in seen.text  # as the words that they are
    assert not any("alert" in (each.get("src") or "") for each in seen.all("script"))
    assert "主题的编码写错了" in seen.text
    links = [each.get("href") for each in seen.all("a")]
    assert ATTACHMENT in links
    assert f"/api/v1/mail-attachments/{PROGRAM_ID}" not in links
    assert "是程序，不能下载" in seen.text
    assert "可能已发出" in seen.text
    assert {each.get("value") for each in seen.all("button")} >= {"again", "arrived", "left"}


async def test_a_ticket_without_letters_says_what_will_be_there(office: Pages) -> None:
    answer = await get(office, f"/tickets/{ticket_number(2)}/mail")
    assert "这张工单还没有邮件" in Seen(answer.text).text


async def test_the_queue_shows_what_waits_and_its_count_is_in_the_navigation(office: Pages) -> None:
    page = Seen((await get(office, "/mail")).text)
    assert "可能已发出 1" in page.text
    assert MAIL in [each.get("href") for each in page.all("a")]
    due = (await get(office, "/api/v1/due")).json()["due"]
    assert due["/mail"] == 1
    for which in ("all", "unknown", "?", "open&cursor=x"):
        assert (await get(office, f"/mail?which={which}")).status_code == 200


async def test_a_decision_brings_one_back_to_where_it_was_made(office: Pages) -> None:
    async with office.person(SENIOR) as person:
        answer = await person.post(f"/mail/{OURS}", data={"event": "again"})
        assert (answer.status_code, answer.headers["location"]) == (303, MAIL)
        late = await person.post(f"/mail/{OURS}", data={"event": "again", "back": "queue"})
    assert late.status_code == 409
    assert "这封邮件的状态已变" in Seen(late.text).text


async def test_an_attachment_is_a_file_to_be_kept_and_every_download_is_on_record(
    office: Pages,
) -> None:
    answer = await get(office, ATTACHMENT)
    assert answer.content == BILL
    head = answer.headers
    assert head["content-type"] == "application/octet-stream"
    assert head["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert head["content-disposition"].endswith("%E8%B4%A6%E5%8D%95.pdf")
    assert head["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in head["content-security-policy"]
    [entry] = await audit_entries(office.room, BILL_ID)
    assert entry.action == "mail.attachment"


async def test_what_stays_closed_or_has_changed_is_not_served(office: Pages) -> None:
    assert (await get(office, f"/api/v1/mail-attachments/{PROGRAM_ID}")).status_code == 410
    (office.room.settings.paths.store / BILL_PATH).write_bytes(b"something else")
    assert (await get(office, ATTACHMENT)).status_code == 410
    assert await audit_entries(office.room, BILL_ID) == []
    unknown = ATTACHMENT.replace("0b0f8f3e", "ffffffff")
    assert (await get(office, unknown)).status_code == 404


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.DEPARTMENT, Role.SWITCHBOARD])
async def test_letters_are_for_those_who_work_with_customers(office: Pages, role: Role) -> None:
    for path in (MAIL, ATTACHMENT, f"/api/v1/tickets/{NUMBER}/mails", "/mail", "/intake"):
        assert (await get(office, path, role)).status_code == 403, path


async def test_a_junior_answers_only_what_is_his(office: Pages) -> None:
    given = {"subject": "x", "body": "y"}
    async with office.room.seated(Role.JUNIOR_AGENT) as junior:
        answer = await junior.post(f"/api/v1/tickets/{NUMBER}/mails", json=given)
        decided = await junior.post(f"/api/v1/mails/{OURS}", json={"event": "again"})
    assert (answer.status_code, decided.status_code) == (404, 404)


async def test_an_answer_goes_to_who_wrote_unless_another_is_chosen(office: Pages) -> None:
    async with office.room.seated(SENIOR) as senior:
        path = f"/api/v1/tickets/{NUMBER}/mails"
        made = await senior.post(path, json={"subject": "Re: x", "body": "您好"})
        listed = (await senior.get(path)).json()["items"]
    assert (made.status_code, made.json()["address"], made.json()["state"]) == (
        201,
        CUSTOMER,
        MailState.QUEUED.value,
    )
    assert [each["direction"] for each in listed] == ["in", "out", "out"]
    assert [each["why"] for each in listed[0]["attachments"]] == ["", "program"]


async def test_without_a_server_for_letters_none_is_promised(small_desk: Room) -> None:
    await Pages(small_desk).write(letters)
    async with small_desk.seated(SENIOR) as senior:
        path = f"/api/v1/tickets/{NUMBER}/mails"
        answer = await senior.post(path, json={"subject": "x", "body": "y"})
    assert answer.status_code == 422
    assert "THIRDRING_MAIL_SMTP" in answer.json()["detail"]


PAPER = {
    "channel": "letter",
    "received_at_day": "2026-11-21",
    "received_at_time": "09:30",
    "kind": "complaint",
    "body": "账单不对，请核对",
    "customer_name": "李四",
    "customer_number": "139 1234-5678",
    "answer_by": "letter",
    "answer_to": "老街 5 号",
}


async def test_a_letter_on_paper_becomes_a_ticket_whose_clock_runs_from_the_receipt(
    office: Pages,
) -> None:
    async with office.person(Role.TEXT_CLERK) as clerk:
        taken = await clerk.post("/intake", data=PAPER)
        number = taken.headers["location"].rpartition("=")[2]
        page = Seen((await clerk.get(taken.headers["location"])).text)
        ticket = (await clerk.get(f"/api/v1/tickets/{number}")).json()
        intake = (await clerk.get(f"/api/v1/tickets/{number}/intake")).json()
        mine = (await clerk.get("/api/v1/tickets", params={"number": "13912345678"})).json()
        shown = Seen((await clerk.get(f"/tickets/{number}/mail")).text)
    assert taken.status_code == 303
    assert f"已登记，工单号 {number}" in page.text
    assert (ticket["source"], ticket["body"]) == ("written", PAPER["body"])
    assert ticket["due_at"] == "2026-11-22T01:30:00Z"  # 24 h from the receipt (TKT-6)
    assert (intake["received_at"], intake["is_late"]) == ("2026-11-21T01:30:00Z", True)
    assert [each["number"] for each in mine["items"]] == [number]
    assert "请以信函答复" in shown.text
    assert "登记晚于 2 小时" in shown.text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"received_at_time": "25:00"}, "请填写收到的日期和时间"),
        ({"received_at_day": "2099-01-01"}, "收到时间不能晚于现在"),
        ({"body": "  "}, "请写出内容"),
        ({"answer_to": ""}, "请填写收件地址"),
        ({"answer_by": "email", "answer_to": "老街"}, "请填写完整的邮箱地址"),
        ({"answer_by": "fax", "answer_to": "", "customer_number": ""}, "请填写号码"),
    ],
)
async def test_each_wrong_input_has_its_sentence(
    office: Pages, change: dict[str, str], says: str
) -> None:
    async with office.person(SENIOR) as person:
        answer = await person.post("/intake", data=PAPER | change)
    assert answer.status_code == 422
    seen = Seen(answer.text)
    assert says in seen.text
    assert "李四" in answer.text  # what was typed is still there
