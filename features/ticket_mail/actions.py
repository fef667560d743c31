"""Changes of letters by people and programs: an answer, and what a person decides of a letter.

The pages and the API both call these, with the same models. Each is on record (SEC-1).
"""

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, Field, field_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.text import paragraphs
from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.ticket_intake import queries as intakes
from features.ticket_mail import outgoing, queries
from features.ticket_mail.letters import Mail
from features.ticket_mail.lifecycle import MailEvent, MailKind, NotNowError
from features.ticket_mail.outgoing import Wanted
from features.tickets import actions as ticket_actions
from features.tickets import queries as tickets
from features.tickets import saves
from mail.composing import LONGEST_BODY
from mail.letters import address_in
from settings import Settings
from web.api_models import InputModel, LongLine, found, several_lines
from web.current_user import Principal
from web.forms import Says, wrong
from web.problems import Refused

OF_PEOPLE: Final = frozenset({MailEvent.AGAIN, MailEvent.ARRIVED, MailEvent.LEFT})


class AnswerInput(InputModel):
    """A letter to the customer of a ticket."""

    to: Annotated[LongLine, Says("mail.fault_to")] = Field(
        "",
        description="One of the ticket's addresses; empty: who wrote last, or where the "
        "customer wants the answer.",
    )
    subject: Annotated[LongLine, Field(min_length=1), Says("mail.fault_subject")]
    body: Annotated[
        str,
        Field(max_length=LONGEST_BODY),
        AfterValidator(several_lines),
        Field(min_length=1),
        Says("mail.fault_body"),
    ]
    once: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9-]*$")] = Field(
        "", description="The same for the same letter: sent again, it is no second one."
    )


class MailDecision(InputModel):
    """What a person decides about a letter with which nothing goes on by itself."""

    event: MailEvent = Field(
        description="`again`: send it once more; `arrived`: it was sent; `left`: leave it."
    )

    @field_validator("event")
    @classmethod
    def _is_a_persons(cls, event: MailEvent) -> MailEvent:
        if event not in OF_PEOPLE:
            raise wrong("event", "form.wrong", "A person says `again`, `arrived` or `left`.")
        return event


async def addresses(connection: AsyncConnection, ticket_id: int) -> list[str]:
    """Return the addresses that letters of a ticket may go to, the likeliest first.

    Those that its letters came from or went to, and where the customer wants the answer: nothing is
    carried out of the house to others (SEC-2).
    """
    last = await queries.last_from_customer(connection, ticket_id)
    intake = await intakes.intake(connection, ticket_id)
    known = await queries.writers(connection, [ticket_id])
    likely = [
        last.address if last else "",
        address_in(intake.answer_to) if intake else "",
        *sorted(known.get(ticket_id, ())),
    ]
    return list(dict.fromkeys(filter(None, likely)))


async def answer(
    asking: RequestDatabase,
    principal: Principal,
    settings: Settings,
    number: str,
    given: AnswerInput,
) -> tuple[Mail, bool]:
    """Queue a letter to a ticket's customer; return it, and whether it is new.

    Raises Refused: 404 for a ticket that is not there or is another's, 422 without a server for
    letters, or for an address that the ticket does not know.
    """
    if settings.mail_out is None:
        said = "There is no server for letters: set THIRDRING_MAIL_SMTP."
        raise Refused(422, said, faults={"to": "mail.fault_off"})
    found(await ticket_actions.writable(asking, principal, number), "ticket")
    now = datetime.now(UTC)

    async def queued(connection: AsyncConnection) -> tuple[Mail, bool]:
        key = found(await saves.key(connection, number), "ticket")
        known = await addresses(connection, key)
        to = address_in(given.to) if given.to else next(iter(known), "")
        if to not in known:
            said = "A letter goes only to an address that the ticket knows."
            raise Refused(422, said, faults={"to": "mail.fault_to"})
        last = await queries.last_from_customer(connection, key)
        thread = (*reversed(last.refers_to), last.message_id) if last and last.message_id else ()
        mail_id, fresh = await outgoing.queue(
            connection,
            Wanted(
                kind=MailKind.ANSWER,
                to=to,
                subject=given.subject,
                body=paragraphs(given.body, LONGEST_BODY),
                refers_to=thread,
            ),
            ticket_id=key,
            host=settings.mail_host,
            node=settings.node,
            now=now,
            account_id=principal.account_id,
            token_id=principal.token_id,
            once=given.once,
        )
        if fresh:
            await audit.note(
                connection, audit_entry(principal, "mail.answered", number, f"letter {mail_id}")
            )
        return found(await queries.mail(connection, mail_id), "letter"), fresh

    return await asking.write(queued)


async def decide(
    asking: RequestDatabase, principal: Principal, mail_id: int, given: MailDecision
) -> Mail:
    """Let a person decide about a letter: send it again, believe that it arrived, leave it.

    Raises Refused: 404, or 409 when somebody was quicker, or nothing is to be decided.
    """
    mail = found(await asking.ask(lambda one: queries.mail(one, mail_id)), "letter")
    number = ""
    if (of := mail.ticket_id) is not None:
        numbers = await asking.ask(lambda one: tickets.numbers_by_id(one, [of]))
        number = numbers.get(of, "")
        found(await ticket_actions.writable(asking, principal, number), "ticket")
    now = datetime.now(UTC)

    async def decided(connection: AsyncConnection) -> Mail:
        after = found(await outgoing.apply(connection, mail_id, given.event, now=now), "letter")
        detail = f"letter {mail_id}: {given.event.value}"
        await audit.note(
            connection, audit_entry(principal, "mail.decided", number or str(mail_id), detail)
        )
        return after

    try:
        return await asking.write(decided)
    except NotNowError:
        said = f"This letter is {mail.state.value}: that is not for anybody to decide now."
        raise Refused(409, said, faults={"event": "mail.fault_late"}) from None
