"""A department without an account answers by the link in its e-mail (TKT-3, TKT-12).

The letter goes through a real mail server, the link through the whole desk, on both databases. A
real browser: `test_department_links_in_a_browser.py`.
"""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from features.department_links.worker import LinkWorker
from features.ticket_life.verbs import Given, Verb
from features.ticket_mail.actions import addresses
from features.tickets.history import Author
from features.tickets.lifecycle import TicketState
from permissions.roles import Role
from tests.integration.link_house import CALLER, LINES, LinkHouse, in_hours, linked
from tests.integration.mail_house import House

VOID = "这个链接不能使用"
JUNIOR = Author(role=Role.JUNIOR_AGENT, signature="1001", number="1001")


@pytest_asyncio.fixture
async def house(mail_house: House) -> AsyncIterator[LinkHouse]:
    async with linked(mail_house) as found:
        yield found


async def sent(house: LinkHouse) -> tuple[str, str]:
    """Dispatch a ticket; return its number, and the path of the link in the letter."""
    number = await house.is_dispatched()
    await house.writes_to_departments()
    return number, await house.link()


async def test_an_order_is_sent_to_its_department_once_and_says_nothing_of_the_customer(
    house: LinkHouse,
) -> None:
    number = await house.is_dispatched()
    assert await house.writes_to_departments() == 1
    assert await house.writes_to_departments() == 0
    [letter] = await house.letters()
    text = letter.get_content()
    assert f"{number}-1" in letter["Subject"]
    assert letter["Auto-Submitted"]
    assert LINES in text
    for theirs in (CALLER, CALLER[-4:], "王建国", "宽带"):
        assert theirs not in text + letter["Subject"]
    entry = (await house.entries(number))[-1]
    assert (entry.what, entry.via) == ("link_sent", "letter")
    assert entry.said["address"] == house.mail.from_customer


async def test_the_link_is_in_no_row_of_the_database(house: LinkHouse) -> None:
    _, link = await sent(house)
    secret = link.rpartition("/")[2]
    [row] = await house.mail.mails()
    assert secret not in str(row)
    [kept] = await house.mail.rows("SELECT * FROM department_links")
    assert secret not in str(kept)


async def test_a_department_without_an_address_gets_no_letter(house: LinkHouse) -> None:
    await house.has_a_department(email="")
    await house.is_dispatched()
    assert await house.writes_to_departments() == 0


async def test_what_waits_for_a_review_is_sent_when_it_leaves(house: LinkHouse) -> None:  # TKT-3
    number = await house.is_dispatched(author=JUNIOR)
    assert await house.writes_to_departments() == 0
    await house.does(number, Verb.APPROVE)
    assert await house.writes_to_departments() == 1


async def test_opening_a_link_changes_nothing_and_the_callers_number_is_masked(
    house: LinkHouse,
) -> None:
    number, link = await sent(house)
    before = await house.ticket(number)
    for language in ("zh", "en"):
        page = await house.sees(link, language=language)
        assert CALLER not in page.text
        assert "王建国" not in page.text
        assert "宽带断了" in page.text
    async with house.somebody() as client:
        assert (await client.head(link)).status_code in {200, 405}
        assert (await client.get(f"{link}/verbs/accept")).status_code in {404, 405}
    assert await house.ticket(number) == before
    assert [one.what for one in await house.entries(number)][-1] == "link_sent"
    looks = await house.mail.rows(
        "SELECT * FROM audit_log WHERE action = 'department_link.read' ORDER BY id"
    )
    assert {(one["subject"], one["address"]) for one in looks} == {(number, "10.9.8.7")}
    assert house.mail.from_customer in looks[0]["detail"]


async def test_a_department_takes_asks_for_time_and_handles_by_its_link(house: LinkHouse) -> None:
    number, link = await sent(house)
    page = await house.sees(link)
    acts = {str(one.get("action", "")).rpartition("/")[2] for one in page.all("form")}
    assert acts == {"accept", "send_back", "ask_time", "handle", "note", "wait"}
    answer = await house.answers(link, "accept")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{link}?done=accept")
    assert (await house.ticket(number)).state is TicketState.ACCEPTED
    answer = await house.answers(link, "ask_time", note="等配件", **in_hours(30))
    assert answer.status_code == 303
    answer = await house.answers(link, "handle", handling="更换外线")
    assert answer.status_code == 200
    assert "已记录" in answer.text
    assert (await house.ticket(number)).state is TicketState.HANDLED
    entries = (await house.entries(number))[-3:]
    assert [one.what for one in entries] == ["accept", "ask_time", "handle"]
    assert {(one.via, one.said["link"]) for one in entries} == {("link", house.mail.from_customer)}
    audited = await house.mail.rows("SELECT * FROM audit_log WHERE action = 'ticket.act'")
    assert [one["address"] for one in audited] == ["10.9.8.7"] * 3
    assert all(house.mail.from_customer in one["detail"] for one in audited)


async def test_a_link_ends_when_the_ticket_leaves_the_department(house: LinkHouse) -> None:
    number, link = await sent(house)
    await house.does(number, Verb.TAKE_BACK)
    page = await house.sees(link, status=404)
    assert VOID in page.text
    assert number not in page.text
    assert (await house.answers(link, "accept", version="3")).status_code == 404
    assert (await house.ticket(number)).state is TicketState.NEW


async def test_a_department_that_sends_back_has_no_link_any_more(house: LinkHouse) -> None:
    number, link = await sent(house)
    assert (await house.answers(link, "send_back", note="不属于我部门")).status_code == 200
    assert (await house.ticket(number)).state is TicketState.RETURNED
    await house.sees(link, status=404)


async def test_a_new_dispatch_makes_the_old_link_void(house: LinkHouse) -> None:
    number, old = await sent(house)
    await house.does(number, Verb.TAKE_BACK)
    assert await house.writes_to_departments() == 1, "that it is withdrawn"
    await house.does(number, Verb.DISPATCH, Given(department=LINES))
    assert await house.writes_to_departments() == 1
    new = await house.link(3)
    assert old != new
    await house.sees(old, status=404)
    await house.sees(new)


async def test_a_link_ends_by_time(house: LinkHouse) -> None:
    _, link = await sent(house)
    await _made_earlier(house, timedelta(hours=73))
    await house.sees(link, status=404)


async def _made_earlier(house: LinkHouse, how_much: timedelta) -> None:
    [row] = await house.mail.rows("SELECT id, ends_at FROM department_links")
    ends = row["ends_at"]
    if isinstance(ends, str):
        await house.mail.change(
            "UPDATE department_links SET ends_at = datetime(ends_at, :by)",
            by=f"-{how_much.total_seconds():.0f} seconds",
        )
    else:
        await house.mail.change("UPDATE department_links SET ends_at = :at", at=ends - how_much)


async def test_another_address_of_the_department_ends_links_to_the_old_one(
    house: LinkHouse,
) -> None:
    _, link = await sent(house)
    await house.has_a_department(email="new@mail.test")
    await house.sees(link, status=404)


async def test_a_link_opens_one_ticket_only(house: LinkHouse) -> None:
    _, link = await sent(house)
    other = await house.is_dispatched()
    page = await house.sees(link)
    assert other not in page.text
    assert await house.writes_to_departments() == 1
    assert (await house.link(2)) != link


@pytest.mark.parametrize("how", ["a letter changed", "cut", "long", "empty of sense", "signed"])
async def test_a_forged_link_is_answered_like_one_that_has_ended(
    house: LinkHouse, how: str
) -> None:
    number, link = await sent(house)
    path, _, token = link.rpartition("/")
    other = "A" if token[20] != "A" else "B"
    forged = {
        "a letter changed": token[:20] + other + token[21:],
        "cut": token[:-1],
        "long": token * 3,
        "empty of sense": "x",
        "signed": token[:22] + "A" * 21,
    }[how]
    page = await house.sees(f"{path}/{forged}", status=404)
    await house.does(number, Verb.TAKE_BACK)
    assert (await house.sees(link, status=404)).text == page.text
    async with house.somebody() as client:
        answer = await client.post(f"{path}/{forged}/verbs/accept", data={"version": "1"})
    assert answer.status_code == 404


async def test_a_form_from_another_site_is_refused(house: LinkHouse) -> None:
    number, link = await sent(house)
    for elsewhere in ({"Origin": "http://evil.test"}, {"Sec-Fetch-Site": "cross-site"}):
        async with house.somebody() as client:
            form = {"version": "2"}
            answer = await client.post(f"{link}/verbs/accept", data=form, headers=elsewhere)
        assert answer.status_code == 403
    assert (await house.ticket(number)).state is TicketState.DISPATCHED


async def test_what_is_missing_is_said_and_nothing_that_was_typed_is_lost(
    house: LinkHouse,
) -> None:
    number, link = await sent(house)
    answer = await house.answers(link, "ask_time", note="等配件", deadline_day="gestern")
    assert answer.status_code == 422
    assert "等配件" in answer.text
    assert 'role="alert"' in answer.text
    answer = await house.answers(link, "handle", handling=" ")
    assert answer.status_code == 422
    assert (await house.ticket(number)).state is TicketState.DISPATCHED


async def test_a_page_that_was_opened_before_somebody_else_acted_says_so(house: LinkHouse) -> None:
    number, link = await sent(house)
    await house.does(number, Verb.NOTE, Given(note="客户又打来"))
    answer = await house.answers(link, "handle", version="2", handling="更换外线")
    assert answer.status_code == 409
    assert "更换外线" in answer.text
    assert (await house.ticket(number)).state is TicketState.DISPATCHED


async def test_a_form_that_is_sent_twice_is_done_once(house: LinkHouse) -> None:
    number, link = await sent(house)
    for _ in range(2):
        answer = await house.answers(link, "handle", version="2", handling="更换外线")
        assert answer.status_code == 200, answer.text
    assert [one.what for one in await house.entries(number)].count("handle") == 1


async def test_by_a_link_nothing_is_done_that_a_department_does_not_do(house: LinkHouse) -> None:
    number, link = await sent(house)
    for verb in ("close", "withdraw", "urgent", "grant_time", "chase", "dispatch"):
        answer = await house.answers(link, verb, note="x", department="别的部门")
        assert answer.status_code in {403, 409, 422}, verb
    assert (await house.ticket(number)).version == 2


async def test_a_letter_whose_link_is_void_by_now_is_not_sent(house: LinkHouse) -> None:
    number = await house.is_dispatched()
    await LinkWorker(house.mail.settings, house.mail.engine).turn()
    await house.does(number, Verb.TAKE_BACK)
    await house.mail.send()
    [mail] = await house.mail.mails()
    assert (mail["state"], "void" in mail["said"]) == ("failed", True)


async def test_answers_to_the_customer_do_not_go_to_the_department(house: LinkHouse) -> None:
    await sent(house)
    [ticket] = await house.mail.tickets()
    async with house.mail.engine.connect() as connection:
        assert await addresses(connection, ticket["id"]) == []


async def test_both_languages_say_what_to_do_with_a_link_that_cannot_be_used(
    house: LinkHouse,
) -> None:
    for language, words in (("zh", "重新发送"), ("en", "send the link again")):
        page = await house.sees("/department-links/x", status=404, language=language)
        assert re.search(words, page.text)
