"""A department is written of what follows its order: it is chased, reminded, withdrawn (TKT-5).

The letters go through a real mail server, on both databases; their words may be edited.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from features.department_links import queries
from features.department_links.worker import LinkWorker
from features.ticket_life.verbs import Given, Verb
from features.tickets.history import Author
from permissions.roles import Role
from tests.integration.link_house import CALLER, LINES, LinkHouse, in_hours, linked
from tests.integration.mail_house import House
from tests.integration.plans import listening, read_whole

JUNIOR = Author(role=Role.JUNIOR_AGENT, signature="1001", number="1001")
NOTE = Given(note=f"客户 {CALLER} 又打来，宽带还没通")


@pytest_asyncio.fixture
async def house(mail_house: House) -> AsyncIterator[LinkHouse]:
    async with linked(mail_house) as found:
        yield found


async def sent(house: LinkHouse) -> tuple[str, str]:
    """Dispatch a ticket; return its number, and the path of the link in the letter."""
    number = await house.is_dispatched()
    await house.writes_to_departments()
    return number, await house.link()


async def says(house: LinkHouse, use: str, words: str, *, retired: bool = False) -> None:
    """Have the house say something instead of our words."""
    await house.mail.change(
        "UPDATE ticket_classes SET text = :words, retired = :retired WHERE use = :use",
        words=words,
        retired=retired,
        use=use,
    )


@pytest.mark.parametrize("verb", [Verb.CHASE, Verb.REMIND])
async def test_what_hurries_an_order_is_sent_once_with_the_link_that_is_open_already(
    house: LinkHouse, verb: Verb
) -> None:
    number, link = await sent(house)
    await house.does(number, verb, NOTE)
    assert await house.writes_to_departments() == 1
    assert await house.writes_to_departments() == 0
    assert await house.link(2) == link, "what is typed behind it is not lost"
    letter = (await house.letters(2))[-1]
    text, subject = letter.get_content(), letter["Subject"]
    assert f"{number}-1" in text
    assert f"{number}-2" in subject
    for theirs in (CALLER, CALLER[-4:], "王建国", "宽带"):
        assert theirs not in text + subject
    entry = (await house.entries(number))[-1]
    assert (entry.what, entry.order_number) == ("link_sent", f"{number}-2")
    assert (await house.answers(link, "accept")).status_code == 303


async def test_two_ledgers_write_one_letter(house: LinkHouse) -> None:
    number, _ = await sent(house)
    await house.does(number, Verb.REMIND)
    workers = [LinkWorker(house.mail.settings, house.mail.engine) for _ in "ab"]
    await asyncio.gather(*(each.turn() for each in workers))
    assert sum(each.sent for each in workers) == 1
    assert len(await house.mail.mails()) == 2


async def test_a_link_that_has_ended_comes_anew_with_the_chase(house: LinkHouse) -> None:
    number, old = await sent(house)
    past = datetime.now(UTC) - timedelta(minutes=1)
    async with house.mail.engine.execution_options(writing=True).begin() as connection:
        [row] = await house.mail.rows("SELECT id FROM department_links")
        await queries.renew(connection, row["id"], past)
    await house.sees(old, status=404)
    await house.does(number, Verb.CHASE, NOTE)
    assert await house.writes_to_departments() == 1
    new = await house.link(2)
    assert new != old
    await house.sees(new)


async def test_the_link_lasts_anew_when_it_is_sent_again(house: LinkHouse) -> None:
    number, _ = await sent(house)
    soon = datetime.now(UTC) + timedelta(minutes=5)
    async with house.mail.engine.execution_options(writing=True).begin() as connection:
        [row] = await house.mail.rows("SELECT id FROM department_links")
        await queries.renew(connection, row["id"], soon)
    await house.does(number, Verb.REMIND)
    await house.writes_to_departments()
    async with house.mail.engine.connect() as connection:
        link = await queries.link(connection, row["id"])
    assert link is not None
    assert link.ends_at > soon + timedelta(hours=71)


async def test_a_juniors_chase_is_sent_when_it_was_reviewed(house: LinkHouse) -> None:  # TKT-3
    number, _ = await sent(house)
    await house.does(number, Verb.CHASE, NOTE, JUNIOR)
    assert await house.writes_to_departments() == 0
    await house.does(number, Verb.APPROVE)
    assert await house.writes_to_departments() == 1


async def test_more_time_that_is_granted_reaches_the_department(house: LinkHouse) -> None:
    number, link = await sent(house)
    await house.answers(link, "ask_time", note="等配件", **in_hours(30))
    await house.does(number, Verb.GRANT_TIME)
    assert await house.writes_to_departments() == 1
    text = (await house.letters(2))[-1].get_content()
    assert in_hours(30)["deadline_day"] in text


async def test_an_order_and_what_hurries_it_at_once_are_two_letters(house: LinkHouse) -> None:
    number = await house.is_dispatched()
    await house.does(number, Verb.REMIND)
    assert await house.writes_to_departments() == 2
    subjects = [one["Subject"] for one in await house.letters(2)]
    assert sorted("催单" in one for one in subjects) == [False, True]


async def test_what_is_past_before_its_letter_leaves_is_not_written_of(house: LinkHouse) -> None:
    number, link = await sent(house)
    await house.does(number, Verb.REMIND)
    assert (await house.answers(link, "handle", handling="更换外线")).status_code == 200
    assert await house.writes_to_departments() == 0
    [letter] = await house.mail.rows("SELECT * FROM department_letters")
    assert letter["address"] == ""
    async with house.mail.engine.connect() as connection:
        long_ago = datetime(2026, 1, 1, tzinfo=UTC)
        assert await queries.untold(connection, since=long_ago, limit=9) == [], "nor asked again"


async def test_a_department_is_told_that_its_order_is_withdrawn(house: LinkHouse) -> None:
    number, link = await sent(house)
    await house.does(number, Verb.TAKE_BACK)
    assert await house.writes_to_departments() == 1
    assert await house.writes_to_departments() == 0
    letter = (await house.letters(2))[-1]
    assert "退单" in letter["Subject"]
    assert f"派单 {number}-1 已撤回" in letter.get_content()
    assert "department-links" not in letter.get_content()
    await house.sees(link, status=404)
    assert (await house.entries(number))[-1].what == "return_sent"
    audited = await house.mail.rows(
        "SELECT * FROM audit_log WHERE action = 'department_link.withdrawn'"
    )
    assert [one["subject"] for one in audited] == [number]


async def test_who_never_had_a_letter_is_not_told_that_it_is_withdrawn(house: LinkHouse) -> None:
    number = await house.is_dispatched()
    await house.does(number, Verb.TAKE_BACK)
    assert await house.writes_to_departments() == 0
    assert await house.mail.mails() == []


async def test_a_department_without_an_address_is_not_written_to(house: LinkHouse) -> None:
    number, _ = await sent(house)
    await house.has_a_department(email="")
    await house.does(number, Verb.REMIND)
    await house.does(number, Verb.TAKE_BACK)
    assert await house.writes_to_departments() == 0


async def test_the_edited_words_of_the_house_are_sent(house: LinkHouse) -> None:
    await says(house, "dispatched", "{department}：{order}（{ticket}）{due}\n{link}\n到 {ends} {x}")
    await says(house, "chased", "快办 {order}，{due}。客户说：{body}")
    number, link = await sent(house)
    deadline = (await house.ticket(number)).deadline
    assert deadline is not None
    due = deadline.astimezone(house.mail.settings.zone)
    text = (await house.letters())[0].get_content()
    assert f"{LINES}：{number}-1（{number}）{due:%Y-%m-%d %H:%M}" in text
    assert link in text
    assert "{x}" in text
    assert "有一张派单" not in text
    await house.does(number, Verb.CHASE, NOTE)
    await house.writes_to_departments()
    chase = (await house.letters(2))[-1].get_content()
    assert f"快办 {number}-1，{due:%Y-%m-%d %H:%M}。客户说：" in chase
    assert "宽带" not in chase, "nothing of the customer"
    assert await house.link(2) == link, "without {link} it stands at the end"


async def test_a_text_that_is_retired_or_empty_gives_way_to_the_built_in_words(
    house: LinkHouse,
) -> None:
    await says(house, "dispatched", "别的话", retired=True)
    await says(house, "chased", "  ")
    number, _ = await sent(house)
    assert "有一张派单" in (await house.letters())[0].get_content()
    await house.does(number, Verb.REMIND)
    await house.writes_to_departments()
    assert "还没有处理完" in (await house.letters(2))[-1].get_content()


async def test_what_is_to_be_written_is_asked_by_an_index(house: LinkHouse) -> None:
    since = datetime.now(UTC) - timedelta(hours=72)
    async with house.mail.engine.connect() as connection:
        for ask in (queries.unlinked, queries.untold):
            with listening(connection) as heard:
                await ask(connection, since=since, limit=20)
            read = await read_whole(connection, heard)
            assert "ticket_orders" not in read, ask
