"""People's rights, one door for pages, API and command line: look, take out, erase, consent.

Each is on record without a number: by the digest of the person, or the number of the erasure.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.text import clean
from db.holdings import Rules
from features.audit import log as audit
from features.audit.access import audit_entry
from features.personal_data import consents, erasures, held, people, rows
from features.personal_data.consents import Consent
from features.personal_data.erasures import Erasure
from features.personal_data.people import Found, Who
from features.personal_data.rows import Held
from features.rooms import queries as rooms
from phone_numbers.phone_number import Kind, phone_number
from settings import Settings
from web.api_models import InputModel, Line, LongLine, of_our_time
from web.current_user import Principal
from web.forms import Says, wrong
from web.problems import Refused

MOST_NAMES: Final = 10
LONGEST_TYPED: Final = 80
SHORT: Final = 12
"""Digits of a digest that stand for a person on record."""


class PersonInput(InputModel):
    """Whose data are meant: a number in any spelling, or a room; of which days, and what names."""

    number: Annotated[Line, Field(min_length=2), Says("personal.fault_number")] = Field(
        description="A telephone number in any spelling, or a room of the table.",
        examples=["138-1234-5678"],
    )
    names: Annotated[list[Line], Field(max_length=MOST_NAMES), Says("personal.fault_names")] = (
        Field(default=[], description="Names that are looked for in free text too, ten at most.")
    )
    since: Annotated[date | None, AfterValidator(of_our_time), Says("personal.fault_days")] = Field(
        None, description="Of a room's telephone: the first day on which it was this person's."
    )
    until: Annotated[date | None, AfterValidator(of_our_time), Says("personal.fault_days")] = Field(
        None, description="The last of these days."
    )

    @model_validator(mode="after")
    def _days_in_order(self) -> "PersonInput":
        if (self.since is None) != (self.until is None):
            raise wrong("since", "personal.fault_days", "Name both days, or none.")
        if self.since and self.until and self.since > self.until:
            raise wrong("since", "personal.fault_days", "The first day comes after the last.")
        return self


class ErasureInput(PersonInput):
    """What is erased, why, and what was seen before."""

    why: Annotated[LongLine, Field(min_length=1), Says("personal.fault_why")]
    seen: Annotated[str, Field(max_length=64), Says("personal.fault_seen")] = Field(
        description="`seen` of the preview: what was looked at is what is erased."
    )


class ConsentInput(InputModel):
    """What a person said may be done, or may not be done any more."""

    number: Annotated[Line, Field(min_length=2), Says("personal.fault_number")]
    purpose: Literal["recording", "marketing", "survey"]
    given: bool = Field(description="False: it is withdrawn.")
    through: Literal["telephone", "counter", "letter", "web"]
    note: LongLine = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What we hold of a person, before anything is done."""

    who: Who
    shown: str
    """The number, as it is dialled here."""
    names: Sequence[str]
    held: Sequence[Held]
    mentions: dict[str, int]
    """By table, in how many other rows somebody is mentioned in text."""
    consents: Sequence[Consent]
    going_on: Erasure | None
    found: Found

    @property
    def anything(self) -> bool:
        return bool(self.held or self.mentions or self.consents)

    @property
    def seen(self) -> str:
        """Return a digest of what is shown: who erases says by it what was looked at."""
        said = [
            self.who.identity,
            sorted(self.who.names),
            f"{self.who.since} {self.who.until}",
            [[each.what, each.rows, each.open, each.kept] for each in self.held],
            self.mentions,
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


async def look(
    connection: AsyncConnection, principal: Principal, settings: Settings, given: PersonInput
) -> Preview:
    """Return what we hold of somebody; the look is on record. Raises Refused."""
    preview = await _preview(connection, settings, given)
    await audit.note(connection, audit_entry(principal, "personal_data.looked", _sign(preview)))
    return preview


async def take_out(
    connection: AsyncConnection,
    principal: Principal,
    settings: Settings,
    given: PersonInput,
    why: str,
) -> Preview:
    """Return what is to be given out; that it is, is on record before a byte is sent."""
    if not why:
        said = "Say why it is taken out, and for whom: `why` in a few words."
        raise Refused(422, said, faults={"why": "personal.fault_why"})
    preview = await _preview(connection, settings, given)
    entry = audit_entry(principal, "personal_data.export", _sign(preview), why=why)
    await audit.note(connection, entry)
    return preview


async def erase(
    connection: AsyncConnection, principal: Principal, settings: Settings, given: ErasureInput
) -> Erasure:
    """Ask for an erasure, which the ledger carries out. Raises Refused: 404, 409, 422.

    Asked for once more while it goes on, it is the same one.
    """
    preview = await _preview(connection, settings, given)
    person = preview.found.subject.pseudonym
    if preview.going_on is not None:
        return preview.going_on
    if not preview.anything:
        raise Refused(404, "We hold nothing of this person.", faults={"number": "personal.nothing"})
    now = datetime.now(UTC)
    subject = preview.found.subject
    if holds := await held.on_person(connection, subject, preview.who, settings.region, now):
        said = f"Legal hold {holds[0].id} keeps something of this person: it is lifted first."
        raise Refused(409, said, faults={"number": "personal.fault_held"})
    if given.seen != preview.seen:
        said = "What we hold is not as it was when it was looked at; look again."
        raise Refused(409, said, faults={"seen": "personal.fault_seen"})
    key = await erasures.ask(
        connection, preview.who, person=person, why=given.why, by=principal.signature, now=now
    )
    rows_there = f"{sum(each.rows for each in preview.held)} rows"
    entry = audit_entry(principal, "personal_data.erase", f"erasure {key}", rows_there)
    await audit.note(connection, entry)
    made = await erasures.one(connection, key)
    assert made is not None
    return made


async def note_consent(
    connection: AsyncConnection, principal: Principal, settings: Settings, given: ConsentInput
) -> Consent:
    """Keep what somebody said may be done with the data. Raises Refused."""
    who = await who_is(connection, settings, PersonInput(number=given.number))
    consent = Consent(
        purpose=given.purpose,
        given=given.given,
        at=datetime.now(UTC),
        through=given.through,
        note=given.note,
        by=principal.signature,
    )
    await consents.add(connection, who.identity, consent)
    signed = people.digest(await people.key(connection), who.identity)[:SHORT]
    what = f"{given.purpose} {'given' if given.given else 'withdrawn'}"
    await audit.note(connection, audit_entry(principal, "personal_data.consent", signed, what))
    return consent


async def who_is(connection: AsyncConnection, settings: Settings, given: PersonInput) -> Who:
    """Return whom somebody means. Raises Refused with 422."""
    number = await rooms.number_of(connection, given.number) or given.number
    read = phone_number(number, settings.number_plan)
    if not read.identity:
        said = "This is no telephone number and no room of the table."
        raise Refused(422, said, faults={"number": "personal.fault_number"})
    if read.identity in {*settings.phones.split(","), *settings.seats}:
        said = "This is a telephone of the staff; rights of the staff are not asked for here."
        raise Refused(422, said, faults={"number": "personal.fault_staff"})
    if read.kind in (Kind.EXTENSION, Kind.SHORT) and given.since is None:
        said = "Many people use this telephone one after another: say from which day to which."
        raise Refused(422, said, faults={"since": "personal.fault_shared"})
    return Who(
        identity=read.identity,
        region=settings.region,
        names=tuple(dict.fromkeys(filter(None, (clean(name) for name in given.names)))),
        since=_midnight(given.since, settings),
        until=_midnight(given.until and given.until + timedelta(days=1), settings),
    )


async def _preview(connection: AsyncConnection, settings: Settings, given: PersonInput) -> Preview:
    who = await who_is(connection, settings, given)
    found = await people.found(connection, who)
    rules = Rules(now=datetime.now(UTC), complaints_days=settings.keep_complaints)
    return Preview(
        who=who,
        shown=phone_number(who.identity, settings.number_plan).shown,
        names=[*who.names, *found.names],
        held=await rows.held(connection, found, who, rules),
        mentions=await rows.mentions(connection, found, who),
        consents=await consents.of(connection, who.identity),
        going_on=await erasures.going_on(connection, found.subject.pseudonym),
        found=found,
    )


def _midnight(day: date | None, settings: Settings) -> datetime | None:
    return datetime.combine(day, time(), settings.zone) if day else None


def _sign(preview: Preview) -> str:
    return f"person {preview.found.subject.pseudonym[:SHORT]}"
