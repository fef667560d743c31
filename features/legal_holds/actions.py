"""Legal holds are put and lifted: one door for pages and API. Each change is on record."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.legal_holds import queries
from features.legal_holds.lifecycle import Hold, Thing
from phone_numbers.phone_number import phone_number
from settings import Settings
from web.api_models import InputModel, Line, LongLine, found, of_our_time
from web.current_user import Principal
from web.forms import Says
from web.problems import Refused


class HoldInput(InputModel):
    """What is kept, why, and until when."""

    thing: Annotated[Thing, Says("legal_hold.fault_thing")]
    subject: Annotated[Line, Field(min_length=1), Says("legal_hold.fault_subject")] = Field(
        description="A call's id, a ticket's number, or a telephone number in any spelling."
    )
    why: Annotated[LongLine, Field(min_length=1), Says("legal_hold.fault_why")]
    reference: Line = Field("", description="Of the case, as who asked for it writes it.")
    until: Annotated[date | None, AfterValidator(of_our_time), Says("legal_hold.fault_until")] = (
        Field(None, description="The last day on which it stands; none: until it is lifted.")
    )


class LiftInput(InputModel):
    """Why a hold stands no more."""

    why: Annotated[LongLine, Field(min_length=1), Says("legal_hold.fault_why")]


async def put(
    asking: RequestDatabase, principal: Principal, settings: Settings, given: HoldInput
) -> Hold:
    """Put a hold. Raises Refused: 404 for nothing of the kind; 409 where one stands; 422."""
    now = datetime.now(UTC)
    if given.until is not None and given.until < now.astimezone(settings.zone).date():
        said = "This day is over: name a later one, or none."
        raise Refused(422, said, faults={"until": "legal_hold.fault_until"})
    subject = _subject(given, settings)

    async def made(connection: AsyncConnection) -> Hold:
        if not await queries.is_there(connection, given.thing, subject):
            said = "There is no such call or ticket."
            raise Refused(404, said, faults={"subject": "legal_hold.fault_subject"})
        if there := await queries.on(connection, now, {given.thing: [subject]}):
            said = f"Hold {there[0].id} stands on this already."
            raise Refused(409, said, faults={"subject": "legal_hold.fault_there"})
        fresh = Hold(
            thing=given.thing,
            subject=subject,
            why=given.why,
            reference=given.reference,
            ends_at=_midnight_after(given.until, settings),
            put_at=now,
            put_by=principal.signature,
        )
        kept = await queries.add(connection, fresh)
        entry = audit_entry(
            principal, "legal_hold.put", f"{kept.id}", given.thing.value, why=given.why
        )
        await audit.note(connection, entry)
        return kept

    return await asking.write(made)


async def lift(
    asking: RequestDatabase, principal: Principal, hold_id: int, given: LiftInput
) -> Hold:
    """Lift a hold: what it kept goes with the next turn of what is too old.

    Raises Refused: 404; 409 where it was lifted before.
    """

    async def lifted(connection: AsyncConnection) -> Hold:
        before = found(await queries.one(connection, hold_id, lock=True), "legal hold")
        if before.lifted_at is not None:
            said = f"{before.lifted_by} lifted this hold before."
            raise Refused(409, said, faults={"hold": "legal_hold.fault_lifted"})
        now = datetime.now(UTC)
        await queries.lift(connection, hold_id, at=now, by=principal.signature, why=given.why)
        entry = audit_entry(principal, "legal_hold.lifted", f"{hold_id}", why=given.why)
        await audit.note(connection, entry)
        return found(await queries.one(connection, hold_id), "legal hold")

    return await asking.write(lifted)


def _midnight_after(day: date | None, settings: Settings) -> datetime | None:
    return datetime.combine(day + timedelta(days=1), time(), settings.zone) if day else None


def _subject(given: HoldInput, settings: Settings) -> str:
    """Return what is meant, as rows know it. Raises Refused with 422."""
    if given.thing is not Thing.NUMBER:
        return given.subject.lower().removeprefix("#")[:40]
    identity = phone_number(given.subject, settings.number_plan).identity
    if not identity:
        said = "This is no telephone number."
        raise Refused(422, said, faults={"subject": "legal_hold.fault_subject"})
    return identity
