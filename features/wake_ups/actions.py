"""Changes of wake-ups (WAK-1…5): registered, cancelled, said to be awake.

The pages and the API both call these, with the same models. Each change
is on record (SEC-1). Files of many are `lists`'; the guest's own telephone is `guests`'.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Final

from pydantic import AfterValidator, Field, field_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.call import Language
from callflow.rules import wall_clock
from callflow.rules.wall_clock import Repeat
from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry, theirs
from features.rooms import queries as rooms
from features.wake_up_evidence import evidence as wake_evidence
from features.wake_up_evidence.evidence import Evidence
from features.wake_ups import queries as wake_ups
from features.wake_ups import register as wake_register
from features.wake_ups.house import house_of
from features.wake_ups.register import KnownError, SavedRegistration
from features.wake_ups.rules import (
    House,
    Registration,
    Wrong,
    WrongRegistrationError,
    registration,
)
from features.wake_ups.shapes import RegistrationShape
from permissions.may import may
from settings import Settings
from web.api_models import Day, InputModel, Line, found, of_our_time, several_lines
from web.current_user import Principal
from web.forms import Says, wrong
from web.problems import Refused

LONGEST_GUEST: Final = 40
LONGEST_NOTE: Final = 300

Room = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[0-9A-Za-z-]+$")]
Dialled = Annotated[str, Field(min_length=2, max_length=20, pattern=r"^[0-9*#]+$")]


class RegistrationInput(InputModel):
    """Who is to be woken, and when."""

    room: Annotated[Room, Says("wake.fault_room")] = Field(examples=["8215"])
    number: Annotated[Dialled | None, Says("wake.fault_number")] = Field(
        None, description="What is dialled; left out: the room."
    )
    guest: Annotated[Line, Field(max_length=LONGEST_GUEST)] = Field(
        "", description="The guest's name."
    )
    language: Annotated[Language, Says("wake.fault_language")] = Language.CHINESE
    wall: Annotated[
        str,
        Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"),
        Says("wake.fault_wall"),
    ] = Field(description="The time on the wall, HH:MM.", examples=["07:00"])
    zone: Annotated[str | None, Field(max_length=64), Says("wake.fault_zone")] = Field(
        None, description="IANA zone of that wall; left out: the house's.", examples=["Asia/Tokyo"]
    )
    first_day: Annotated[Day, Says("wake.fault_day")] = Field(examples=["2026-11-23"])
    last_day: Annotated[date | None, AfterValidator(of_our_time), Says("wake.fault_day")] = Field(
        None, description="For `daily` and `weekdays`; null: no end."
    )
    repeat: Annotated[Repeat, Says("wake.fault_repeat")] = Repeat.ONCE
    note: Annotated[str, Field(max_length=LONGEST_NOTE), AfterValidator(several_lines)] = ""

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        if zone is not None and not wall_clock.is_zone(zone):
            said = "This is no time zone of the IANA list, like Asia/Shanghai."
            raise wrong("zone", "wake.fault_zone", said)
        return zone


FAULTS: Final[Mapping[Wrong, tuple[str, str, str]]] = {
    Wrong.NUMBER: (
        "number",
        "wake.fault_no_number",
        "No telephone is known for this room: put it into the table of rooms, or give `number`.",
    ),
    Wrong.UNREACHABLE: (
        "number",
        "wake.fault_number",
        "No line leads to {number}, or it may never be rung (THIRDRING_DIAL_ALLOWED).",
    ),
    Wrong.EMERGENCY: (
        "number",
        "wake.fault_emergency",
        "{number} is an emergency number: put the room's telephone into the table of rooms.",
    ),
    Wrong.FORBIDDEN: (
        "number",
        "wake.fault_forbidden",
        "{number} may never be called from here: see THIRDRING_DIAL_ALLOWED, _EXTENSIONS.",
    ),
    Wrong.ZONE: (
        "zone",
        "wake.fault_zone",
        "This is no time zone of the IANA list, like Asia/Shanghai.",
    ),
    Wrong.LAST_DAY: ("last_day", "wake.fault_last", "The last day is before the first."),
    Wrong.PAST: ("wall", "wake.fault_past", "No such day and time is still to come."),
}
"""What is said of each: the field and the words for a person, the sentence for a program."""


async def register(
    asking: RequestDatabase, principal: Principal, settings: Settings, given: RegistrationInput
) -> SavedRegistration:
    """Put somebody on the register; it rings from the next such time on.

    Raises Refused: 422, or 409 with the line that rings the same telephone at the same minutes.
    """
    now = datetime.now(UTC)
    table = await asking.ask(lambda one: rooms.some(one, [given.room]))
    wanted = _wanted(given, house_of(settings, now, table))

    async def kept(connection: AsyncConnection) -> SavedRegistration:
        key = await wake_register.register(
            connection, wanted, made_by=principal.account_id, now=now
        )
        detail = f"{wanted.room} {wanted.wall:%H:%M} {wanted.first_day}"
        await audit.note(connection, audit_entry(principal, "wake.registered", str(key), detail))
        return found(await wake_register.one(connection, key), "registration")

    try:
        return await asking.write(kept)
    except KnownError as error:
        raise await _known(asking, error) from None


async def _known(asking: RequestDatabase, error: KnownError) -> Refused:
    before = error.by or error.wanted
    line = await asking.ask(lambda one: wake_register.line_of(one, before))
    return Refused(
        409,
        f"{before.number} is called at {before.wall:%H:%M} ({before.zone}) already, for room "
        f"{before.room}; `current` is that line.",
        faults={"wall": "wake.fault_known"},
        current=RegistrationShape.of(line) if line else None,
    )


async def cancel(
    asking: RequestDatabase, principal: Principal, registration_id: int
) -> SavedRegistration:
    """Take somebody off the register; who was off already stays so. Raises Refused with 404."""
    now = datetime.now(UTC)

    async def off(connection: AsyncConnection) -> SavedRegistration:
        fresh = await wake_register.cancel(
            connection, registration_id, by=principal.account_id, now=now
        )
        if fresh:
            seen = audit_entry(principal, "wake.cancelled", str(registration_id))
            await audit.note(connection, seen)
        return found(await wake_register.one(connection, registration_id), "registration")

    return await asking.write(off)


async def say_awake(asking: RequestDatabase, principal: Principal, wake_up_id: int) -> Evidence:
    """Take somebody's word that the guest is awake, and whose word it was (WAK-5).

    Who is known to be awake stays so: the first word counts. Raises Refused with 404.
    """
    now = datetime.now(UTC)
    found(await evidence_of(wake_up_id, "wake_up.awake", principal, asking), "wake-up")

    async def said(connection: AsyncConnection) -> None:
        if await wake_ups.proved_by_hand(connection, wake_up_id, now):
            await audit.note(
                connection, audit_entry(principal, wake_ups.SAID_AWAKE, str(wake_up_id))
            )

    await asking.write(said)
    return found(await evidence_of(wake_up_id, "wake_up.read", principal, asking), "wake-up")


async def evidence_of(
    wake_up_id: int, verb: str, principal: Principal, asking: RequestDatabase
) -> Evidence | None:
    """Return what somebody may see of a wake-up for which they have a verb."""
    known = await theirs(
        asking,
        principal,
        verb,
        str(wake_up_id),
        lambda one, reach: wake_evidence.evidence(one, wake_up_id, reach=reach),
    )
    sees_calls = may(principal, "wake_up.evidence")
    return known if known is None or sees_calls else known.without_calls()


def _wanted(given: RegistrationInput, house: House) -> Registration:
    try:
        return registration(
            house,
            room=given.room,
            number=given.number or "",
            guest=given.guest,
            language=given.language,
            wall=time.fromisoformat(given.wall),
            zone=given.zone or "",
            first_day=given.first_day,
            last_day=given.last_day,
            repeat=given.repeat,
            note=given.note,
        )
    except WrongRegistrationError as error:
        told = [FAULTS[why] for why in error.why]
        detail = told[0][2].format(number=given.number or given.room)
        raise Refused(422, detail, faults={name: words for name, words, _ in told}) from None
