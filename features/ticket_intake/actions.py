"""Takes in what came by letter, fax or visit, or from another program (TKT-10).

The page and the API both call these, with the same models. Each is on record (SEC-1).
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.ticket_classes.choosing import require_valid
from features.ticket_clocks.house import house
from features.ticket_intake import queries, writes
from features.ticket_intake.lifecycle import ANSWERED_BY, CAME_BY, Channel, Intake
from features.ticket_intake.writes import Matter
from features.tickets import actions as ticket_actions
from features.tickets import saves
from features.tickets.authors import author
from features.tickets.lifecycle import TicketKind
from mail.letters import address_in
from phone_numbers.phone_number import phone_number
from settings import Settings
from web.api_models import InputModel, Line, LongLine, Moment, found, several_lines
from web.current_user import Principal
from web.forms import Says, wrong
from web.problems import Refused
from web.shapes import LONGEST_TYPED

AHEAD: Final = timedelta(minutes=5)
"""Clocks differ so much: what was received later than this was not received yet."""


class IntakeInput(InputModel):
    """What came in, when, and how its answer goes out."""

    channel: Annotated[Channel, Says("intake.fault_channel")] = Field(
        description="How it came: `letter`, `fax`, `visit`, `email`, or `api` for a program."
    )
    received_at: Annotated[Moment, Says("intake.fault_received")] = Field(
        description="When the house received it; it is typed in within 2 hours (TKT-10)."
    )
    kind: TicketKind = TicketKind.UNKNOWN
    business: Annotated[Line, Field(max_length=40)] | None = Field(
        None, description="Business class of TKT-1, a valid one.", examples=["固定电话"]
    )
    nature: Annotated[Line, Field(max_length=40)] | None = Field(
        None, description="Nature of TKT-1, a valid one.", examples=["资费"]
    )
    customer_number: Line = Field("", description="The customer's telephone number, if known.")
    customer_name: Line = ""
    body: Annotated[
        str,
        Field(max_length=LONGEST_TYPED),
        AfterValidator(several_lines),
        Field(min_length=1),
        Says("intake.fault_body"),
    ] = Field(description="What it says.")
    answer_by: Annotated[Channel, Says("intake.fault_answer_by")] = Field(
        Channel.TELEPHONE, description="By which channel the customer wants the answer (TKT-10)."
    )
    answer_to: LongLine = Field(
        "", description="Where it goes: an address, a number. Empty: the customer's number."
    )
    reference: Line = Field("", description="The sender's own number of it.")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.channel not in CAME_BY:
            raise wrong(
                "channel", "intake.fault_channel", "Nothing is typed in that came by phone."
            )
        if self.answer_by not in ANSWERED_BY:
            raise wrong("answer_by", "intake.fault_answer_by", "No answer goes out by that.")
        if self.answer_by is Channel.EMAIL and not address_in(self.answer_to):
            said = "An answer by e-mail needs the address that it goes to."
            raise wrong("answer_to", "intake.fault_email", said)
        if self.answer_by is Channel.LETTER and not self.answer_to:
            said = "An answer by letter needs the address that it goes to."
            raise wrong("answer_to", "intake.fault_address", said)
        if self.answer_by in {Channel.TELEPHONE, Channel.FAX} and not (
            self.answer_to or self.customer_number
        ):
            said = "An answer by telephone or fax needs a number."
            raise wrong("answer_to", "intake.fault_number", said)
        if self.received_at > datetime.now(UTC) + AHEAD:
            raise wrong("received_at", "intake.fault_ahead", "It cannot have come after now.")
        return self


async def take_in(
    asking: RequestDatabase, principal: Principal, settings: Settings, given: IntakeInput
) -> str:
    """Open a ticket for what came in; return its number.

    Raises Refused with 422 for a class that cannot be chosen now.
    """
    now = datetime.now(UTC)
    number = phone_number(given.customer_number, settings.number_plan)
    matter = Matter(
        kind=given.kind,
        business=given.business,
        nature=given.nature,
        customer_number=given.customer_number and number.shown,
        identity=given.customer_number and number.identity,
        customer_name=given.customer_name,
        body=given.body,
    )
    intake = Intake(
        channel=given.channel,
        received_at=given.received_at.astimezone(UTC),
        entered_at=now,
        answer_by=given.answer_by,
        answer_to=given.answer_to,
        reference=given.reference,
        account_id=principal.account_id,
        token_id=principal.token_id,
    )

    async def taken(connection: AsyncConnection) -> str:
        day = now.astimezone(settings.zone).date()
        chosen = {"business": given.business, "nature": given.nature}
        await require_valid(connection, None, chosen, day)
        who = author(principal)
        _, made = await writes.begin(
            connection, matter, intake, author=who, house=house(settings), day=day
        )
        detail = f"{given.channel.value}, received {intake.received_at:%Y-%m-%d %H:%M}Z"
        await audit.note(connection, audit_entry(principal, "ticket.taken_in", made, detail))
        return made

    return await asking.write(taken)


async def answered(asking: RequestDatabase, principal: Principal, number: str) -> Intake:
    """Note that the customer has the answer, by the channel that was asked for (TKT-10).

    Raises Refused: 404 for a ticket that is not there or is another's, or did not come in so. Said
    again it stays as it was.
    """
    found(await ticket_actions.writable(asking, principal, number), "ticket")
    now = datetime.now(UTC)

    async def noted(connection: AsyncConnection) -> Intake:
        key = found(await saves.key(connection, number), "ticket")
        before = await queries.intake(connection, key)
        if before is None:
            raise Refused(404, "This ticket did not come in by letter, fax, visit or e-mail.")
        if await writes.mark_answered(connection, key, at=now, by=principal.signature):
            said = before.answer_by.value
            await audit.note(connection, audit_entry(principal, "ticket.replied", number, said))
        return found(await queries.intake(connection, key), "ticket")

    return await asking.write(noted)
