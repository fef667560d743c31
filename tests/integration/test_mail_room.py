"""Letters become tickets, and ours go out, at a real mail server (TKT-10)."""

import asyncio
import email
import json
from datetime import UTC, datetime
from email.policy import default

import pytest

from features.ticket_mail import outgoing
from features.ticket_mail.lifecycle import MailEvent, MailKind
from features.ticket_mail.outgoing import Wanted
from features.ticket_mail.rules import MOST_ANSWERS, token
from tests.integration.ledger_room import Row
from tests.integration.mail_house import House, until
from tests.mail_server import HOST, MailServer


@pytest.fixture
def house(mail_house: House) -> House:
    return mail_house


async def answered(house: House, ticket: Row, body: str = "已修好") -> Row:
    """Queue an answer of ours to a ticket, and send it."""
    async with house.engine.execution_options(writing=True).begin() as connection:
        mail_id, _ = await outgoing.queue(
            connection,
            Wanted(kind=MailKind.ANSWER, to=house.from_customer, subject="关于宽带", body=body),
            ticket_id=ticket["id"],
            host=HOST,
            node="node1",
            now=_now(),
        )
    await house.send()
    [row] = await house.mails(f"id = {mail_id}")
    return row


def _now() -> datetime:
    return datetime.now(UTC)


def reply_to(raw: bytes, house: House, *, body: str = "还是断的", headers: bool = True) -> bytes:
    """Return a customer's answer to a letter of ours."""
    ours = email.message_from_bytes(raw, policy=default)
    more = {"In_Reply_To": ours["Message-ID"], "References": ours["Message-ID"]} if headers else {}
    return house.write(subject=f"Re: {ours['Subject']}", body=body, **more)


async def test_a_letter_becomes_a_ticket_and_is_acknowledged_once(house: House) -> None:
    house.arrive(house.write())
    await house.look()
    await house.look()
    [ticket] = await house.tickets()
    assert (ticket["source"], ticket["customer_name"]) == ("written", "张三")
    assert ticket["body"] == "宽带断了\n\n请尽快修"
    [intake] = await house.rows("SELECT * FROM ticket_intakes")
    assert (intake["channel"], intake["answer_by"]) == ("email", "email")
    assert intake["answer_to"] == house.from_customer
    await house.send()
    await house.send()
    [came, ours] = await house.mails()
    assert (came["kind"], ours["kind"], ours["state"]) == ("letter", "acknowledgement", "sent")
    [received] = await until(lambda: asyncio.to_thread(house.of_customer))
    told = email.message_from_bytes(received, policy=default)
    assert told["Auto-Submitted"] == "auto-replied"
    words = str(told.get_content())
    assert f"Your matter is registered as {ticket['number']}; you will have an answer by" in words
    assert "{" not in words
    assert told["Return-Path"] == "<>"
    assert token(house.key, ticket["number"]) in told["Subject"]
    assert told["In-Reply-To"] == f"<{came['message_id']}>"
    assert "\\Seen" in house.server.mailbox(house.box).flags()


async def test_an_answer_comes_back_to_its_ticket_with_headers_or_without(house: House) -> None:
    house.arrive(house.write())
    await house.look()
    [ticket] = await house.tickets()
    await answered(house, ticket)
    raw = await until(lambda: asyncio.to_thread(_answer_in, house))
    house.arrive(reply_to(raw, house), reply_to(raw, house, body="没有头的", headers=False))
    await house.look()
    assert len(await house.tickets()) == 1
    came = await house.mails("direction = 'in'")
    assert [row["ticket_id"] for row in came] == [ticket["id"]] * 3
    assert len(await house.mails("kind = 'acknowledgement'")) == 1  # not for the thread


def _answer_in(house: House) -> bytes | None:
    found = [raw for raw in house.of_customer() if b"auto-replied" not in raw]
    return found[0] if found else None


async def test_a_number_in_a_subject_leads_a_stranger_nowhere(house: House) -> None:
    house.arrive(house.write())
    await house.look()
    [ticket] = await house.tickets()
    number = ticket["number"]
    forged = f"[#{number}-aaaaaaaaaaaa]"
    house.arrive(
        house.write(subject=f"Re: 工单 {number}", sender="stranger@evil.test"),
        house.write(subject=f"Re: x {forged}", sender=f"<{house.from_customer}>"),
        house.write(
            subject="Re: 宽带断了",
            sender="stranger@evil.test",
            In_Reply_To=f"<{(await house.mails())[0]['message_id']}>",
        ),
    )
    await house.look()
    tickets = await house.tickets()
    assert len(tickets) == 4
    hints = [_list(row["hints"]) for row in await house.mails("direction = 'in'")]
    assert hints[1:] == [["names_another"], ["names_another"], ["refers_to_another"]]


def _list(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


async def test_a_bounce_is_shown_at_its_ticket_and_makes_none(house: House) -> None:
    house.customer = "nobody"
    house.arrive(house.write())
    await house.look()
    [ticket] = await house.tickets()
    [ours] = await house.mails("direction = 'out'")
    # an acknowledgement has no one to complain to: a person's answer has
    await house.change("UPDATE ticket_mails SET kind = 'answer' WHERE id = :id", id=ours["id"])
    await house.send()

    async def came_back() -> list[Row]:
        await house.look()
        return await house.mails("kind = 'bounce'")

    [bounce] = await until(came_back)
    assert bounce["ticket_id"] == ticket["id"]
    [ours] = await house.mails("direction = 'out'")
    assert ours["state"] == "bounced"
    assert len(await house.tickets()) == 1


async def test_a_robot_that_answers_is_not_answered(house: House) -> None:
    """Two autoresponders, one that says what it is: it is at the ticket, and all is quiet."""
    house.arrive(house.write())
    await house.look()
    [ticket] = await house.tickets()
    house.customer = "robot"
    await answered(house, ticket)

    async def robot_wrote() -> list[Row]:
        await house.look()
        await house.send()
        return await house.mails("kind = 'automatic'")

    [wrote] = await until(robot_wrote)
    assert wrote["ticket_id"] == ticket["id"]
    assert len(await house.mails("kind = 'acknowledgement'")) == 1
    assert len(await house.tickets()) == 1


async def test_a_robot_that_says_nothing_of_itself_is_answered_three_times(house: House) -> None:
    """Two autoresponders, one of the worst kind: no mark, no thread, an own subject each time."""
    house.arrive(house.write(subject="out of office 0"))
    answers = 0
    for turn in range(1, 8):
        await house.look()
        await house.send()
        received = await asyncio.to_thread(house.of_customer)
        for _ in received[answers:]:
            house.arrive(house.write(subject=f"out of office {turn}", body="I am away."))
        answers = len(received)
        await asyncio.sleep(0.2)
    assert len(await house.mails("kind = 'acknowledgement'")) == MOST_ANSWERS
    assert answers == MOST_ANSWERS


async def test_the_same_letter_delivered_twice_is_one_ticket(house: House) -> None:
    letter = house.write()
    house.arrive(letter)
    await house.look()
    house.arrive(letter)  # by two ways: other Received lines, the same letter
    await house.look()
    house.server.renumber(house.box)
    house.arrive(house.write(subject="eins mehr"))
    await house.look()
    await house.look()
    assert len(await house.tickets()) == 2
    assert len(await house.mails("direction = 'in'")) == 2


async def test_a_message_id_that_somebody_takes_hides_no_letter(house: House) -> None:
    house.arrive(house.write(message_id="<same@customer.test>"))
    house.arrive(house.write(message_id="<same@customer.test>", body="等等，另一件事"))
    await house.look()
    assert len(await house.mails("direction = 'in'")) == 2


async def test_a_crash_between_keeping_and_marking_makes_no_second_ticket(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.arrive(house.write())

    async def dies(*_: object, **__: object) -> None:
        raise OSError("killed here")

    with monkeypatch.context() as patch:
        patch.setattr("mail.inbox.Inbox.mark_seen", dies)
        with pytest.raises(OSError, match="killed"):
            await house.look()
    house.restart()
    await house.look()
    assert len(await house.tickets()) == 1


async def test_a_letter_that_may_have_been_sent_is_not_sent_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the server said yes and before we wrote it down."""
    house.arrive(house.write())
    await house.look()

    async def dies(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr("features.ticket_mail.outgoing.apply", dies)
        with pytest.raises(asyncio.CancelledError):
            await house.send()
    house.restart()
    await house.send()
    await house.send()
    [ours] = await house.mails("direction = 'out'")
    assert ours["state"] == "unclear"
    assert len(await until(lambda: asyncio.to_thread(house.of_customer))) == 1
    async with house.engine.execution_options(writing=True).begin() as connection:
        await outgoing.apply(connection, ours["id"], MailEvent.AGAIN, now=_now())
    await house.send()

    async def two() -> bool:
        return len(await asyncio.to_thread(house.of_customer)) == 2

    await until(two)
    first, second = (email.message_from_bytes(raw) for raw in house.of_customer())
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize(("name", "state"), [("refused", "failed"), ("later", "queued")])
async def test_what_the_server_does_not_take_stays_in_sight(
    house: House, name: str, state: str
) -> None:
    house.customer = name
    house.arrive(house.write())
    await house.look()
    await house.send()
    [ours] = await house.mails("direction = 'out'")
    assert (ours["state"], ours["attempts"]) == (state, 1)
    assert ours["said"]
    assert (ours["next_at"] is None) == (state == "failed")


async def test_a_server_that_is_away_loses_nothing(house: House, mail_server: MailServer) -> None:
    house.arrive(house.write())
    await house.look()
    away = house.settings.model_copy(
        update={"mail_smtp": "127.0.0.1:1", "mail_imap": "127.0.0.1:1"}
    )
    sending, house.settings = house.settings, away
    house.restart()
    await house.room.look(house.key)
    await house.send()
    assert "cannot be reached" in str(house.room.figures()["mail_in"])
    assert "cannot be used" in str(house.sender.figures()["mail_out"])
    [ours] = await house.mails("direction = 'out'")
    assert (ours["state"], ours["attempts"]) == ("queued", 1)
    house.settings = sending
    house.restart()
    await house.change("UPDATE ticket_mails SET next_at = since WHERE state = 'queued'")
    await house.send()
    [ours] = await house.mails("direction = 'out'")
    assert ours["state"] == "sent"
