"""Owns the API of wake-ups: the register 住客叫醒登记表 (WAK-1), each one and its evidence."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from pydantic import Field, field_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.call import Language
from callflow.rules import wall_clock
from callflow.rules.wall_clock import Repeat
from features.audit.looks import look
from features.wake_ups import evidence as wake_evidence
from features.wake_ups import queries as wake_ups
from features.wake_ups import register as wake_register
from features.wake_ups.register import InThePastError, Registration
from features.wake_ups.shapes import EvidenceShape, ForecastShape, RegistrationShape, WakeUpShape
from phone_numbers import dialling
from phone_numbers.reading import emergency_of, leads_to
from settings import Settings
from web.asking import Asking, CurrentUser, Given, Line, RowId, Typed, found
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1", tags=["wake-ups"])

MOST_DAYS = timedelta(days=7)

Room = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[0-9A-Za-z-]+$")]
Dialled = Annotated[str, Field(min_length=2, max_length=20, pattern=r"^[0-9*#]+$")]


class RegistrationGiven(Given):
    """Who is to be woken, and when."""

    room: Room = Field(examples=["8215"])
    number: Dialled | None = Field(None, description="What is dialled; left out: the room.")
    guest: Line = Field("", description="The guest's name.")
    language: Language = Language.CHINESE
    wall: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = Field(
        description="The time on the wall, HH:MM.", examples=["07:00"]
    )
    zone: Annotated[str, Field(max_length=64)] | None = Field(
        None, description="IANA zone of that wall; left out: the house's.", examples=["Asia/Tokyo"]
    )
    first_day: date = Field(examples=["2026-11-23"])
    last_day: date | None = Field(None, description="For `daily` and `weekdays`; null: no end.")
    repeat: Repeat = Repeat.ONCE
    note: Typed = ""

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        if zone is not None and not wall_clock.is_zone(zone):
            raise ValueError("no time zone of the IANA list, like Asia/Shanghai")
        return zone


@router.get("/wake-registrations", responses=documented(401, 403, 422, 503))
async def list_registrations(
    _principal: CurrentUser, asking: Asking, room: Annotated[Room | None, Query()] = None
) -> list[RegistrationShape]:
    """The register: what rings next comes first; what is over or taken off is left out."""
    lines = await asking.ask(lambda connection: wake_register.registered(connection, room=room))
    return [RegistrationShape.of(line) for line in lines]


@router.post("/wake-registrations", status_code=201, responses=documented(401, 403, 422, 503))
async def register_wake_up(
    request: Request, given: RegistrationGiven, principal: CurrentUser, asking: Asking
) -> RegistrationShape:
    """Put somebody on the register; it rings from the next such time on."""
    settings: Settings = request.app.state.settings
    wanted, now = _wanted(given, settings), datetime.now(UTC)
    _can_be_rung(wanted.number, settings)

    async def keep(connection: AsyncConnection) -> wake_register.SavedRegistration | None:
        key = await wake_register.register(
            connection, wanted, made_by=principal.account_id, now=now
        )
        return await wake_register.one(connection, key)

    try:
        kept = await asking.write(keep)
    except InThePastError:
        raise Refused(422, "No such day and time is still to come.") from None
    return RegistrationShape.of(found(kept, "registration"))


@router.delete(
    "/wake-registrations/{registration_id}", responses=documented(401, 403, 404, 422, 503)
)
async def cancel_registration(
    registration_id: RowId, principal: CurrentUser, asking: Asking
) -> RegistrationShape:
    """Take somebody off the register; who was off already stays so."""
    now = datetime.now(UTC)

    async def off(connection: AsyncConnection) -> wake_register.SavedRegistration | None:
        await wake_register.cancel(connection, registration_id, by=principal.account_id, now=now)
        return await wake_register.one(connection, registration_id)

    return RegistrationShape.of(found(await asking.write(off), "registration"))


@router.get("/wake-forecast", responses=documented(401, 403, 422, 503))
async def forecast(
    request: Request,
    _principal: CurrentUser,
    asking: Asking,
    day: date,
    wall: Annotated[str, Query(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")],
    zone: Annotated[str | None, Query(max_length=64)] = None,
) -> ForecastShape:
    """How a minute looks: how many are to be woken then, on how many lines, and how late the last.

    It also tells what the clock on the wall does there.
    """
    settings: Settings = request.app.state.settings
    named = zone or settings.timezone
    if not wall_clock.is_zone(named):
        raise Refused(422, "This is no time zone of the IANA list, like Asia/Shanghai.")
    moment = wall_clock.moment(day, time.fromisoformat(wall), ZoneInfo(named))
    until = moment.at + timedelta(minutes=1)
    asked = await asking.ask(lambda connection: wake_ups.of_minute(connection, moment.at, until))
    return ForecastShape.of(
        moment, asked=asked, lines=settings.lines_out, ring_for=settings.wake_ring_for
    )


@router.get("/wake-ups", responses=documented(401, 403, 422, 503))
async def list_wake_ups(
    _principal: CurrentUser,
    asking: Asking,
    since: Annotated[datetime | None, Query()] = None,
    until: Annotated[datetime | None, Query()] = None,
) -> list[WakeUpShape]:
    """Wake-ups due in a time (a week at most; left out: from 12 h ago to 24 h ahead).

    Those for which somebody must still do something are always there.
    """
    now = datetime.now(UTC)
    begin, end = since or now - timedelta(hours=12), until or now + timedelta(hours=24)
    if begin.tzinfo is None or end.tzinfo is None or not begin <= end <= begin + MOST_DAYS:
        raise Refused(422, "Ask for a week at most, with times that name their zone.")
    rows = await asking.ask(lambda connection: wake_ups.of_days(connection, begin, end))
    return [WakeUpShape.of(row) for row in rows]


@router.get("/wake-ups/{wake_up_id}", responses=documented(401, 403, 404, 422, 503))
async def show_wake_up(wake_up_id: RowId, _principal: CurrentUser, asking: Asking) -> EvidenceShape:
    """One wake-up with every ring, answer, key and recording: the evidence (WAK-5)."""
    return await asking.ask(lambda connection: _evidence(connection, wake_up_id))


@router.post("/wake-ups/{wake_up_id}/awake", responses=documented(401, 403, 404, 422, 503))
async def say_awake(wake_up_id: RowId, principal: CurrentUser, asking: Asking) -> EvidenceShape:
    """Say that the guest is awake: somebody has seen it. Who is known to be awake stays so."""
    now = datetime.now(UTC)
    seen = look(principal, wake_ups.SAID_AWAKE, str(wake_up_id))

    async def said(connection: AsyncConnection) -> EvidenceShape:
        await wake_ups.proved_by_hand(connection, wake_up_id, seen, now)
        return await _evidence(connection, wake_up_id)

    return await asking.write(said)


async def _evidence(connection: AsyncConnection, wake_up_id: int) -> EvidenceShape:
    return EvidenceShape.made_of(
        found(await wake_evidence.evidence(connection, wake_up_id), "wake-up")
    )


def _wanted(given: RegistrationGiven, settings: Settings) -> Registration:
    if given.last_day is not None and given.last_day < given.first_day:
        raise Refused(422, "The last day is before the first.")
    number = given.number or number_of(given.room)
    if len(number) < 2:
        raise Refused(422, "This room has no number to dial; give `number`.")
    return Registration(
        room=given.room,
        number=number,
        guest=given.guest,
        language=given.language.value,
        wall=time.fromisoformat(given.wall),
        zone=given.zone or settings.timezone,
        first_day=given.first_day,
        last_day=given.last_day,
        repeat=given.repeat,
        note=given.note,
    )


def _can_be_rung(number: str, settings: Settings) -> None:
    """Refuse a number that no line leads to, or no machine may ring: nobody must rely on it."""
    if is_emergency(number, settings):
        raise Refused(422, f"{number} is an emergency number; give another as `number`.")
    if not reachable(number, settings):
        raise Refused(
            422,
            f"No line leads to {number}: it is no phone of the house, and THIRDRING_TRUNK_OUT "
            "names no trunk.",
        )


def is_emergency(number: str, settings: Settings) -> bool:
    """Tell whether a number could reach an emergency service, as that of room 119 would."""
    plan = replace(settings.number_plan, house=frozenset())  # room 119 is no phone of the house
    read = leads_to(number, plan)
    listed = {*settings.emergency_numbers.split(",")} - {""}
    return dialling.is_emergency(read, listed | emergency_of(settings.region))


def reachable(number: str, settings: Settings) -> bool:
    """Tell whether a line leads to a number: a phone of the house, or the trunk."""
    own = {*settings.phones.split(","), *settings.seats}
    dialled = re.fullmatch(r"[0-9*#]{2,20}", number) is not None
    return dialled and (bool(settings.trunk_out) or number in own)


def number_of(room: str) -> str:
    """Return what is dialled for a room where nothing else is said: its digits."""
    return "".join(letter for letter in room if letter.isascii() and letter.isdecimal())
