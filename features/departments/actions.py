"""Changes of departments; each is on record (SEC-1). Page and API both call this."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.hours import OpenHours
from db.bounded import RequestDatabase
from dispatch.guard import guard
from features.audit import log as audit
from features.audit.access import audit_entry
from features.departments import queries
from features.departments.queries import Department
from features.departments.shapes import DepartmentShape
from mail.letters import address_in
from phone_numbers.phone_number import phone_number
from settings import Settings
from web.api_models import InputModel, Line, LongLine, Moment, found, one_line
from web.current_user import Principal
from web.forms import Says, wrong
from web.problems import Refused

MOST_HOURS = 2000

Name = Annotated[
    str,
    Field(max_length=80),
    AfterValidator(one_line),
    Field(min_length=1),
    Says("department.fault_name"),
]


class DepartmentInput(InputModel):
    """What is said of a department."""

    name_en: Line = ""
    active: bool = Field(True, description="Whether something may be dispatched to it.")
    hours: Annotated[int, Field(ge=0, le=MOST_HOURS), Says("department.fault_hours")] = Field(
        0, description="Office hours that it has for an order; 0: as the house says."
    )
    office: Annotated[str, Field(max_length=11), Says("department.fault_office")] = Field(
        "", description="Its own office hours, like `08:00-17:00`; empty: those of the house."
    )
    holidays: Annotated[
        str,
        Field(max_length=400, pattern=r"^$|^[+-]?\d{4}-\d{2}-\d{2}(,[+-]?\d{4}-\d{2}-\d{2})*$"),
        Says("department.fault_holidays"),
    ] = Field("", description="Its own changes to the holidays, as the house's setting.")
    phone: Annotated[Line, Says("department.fault_phone")] = Field(
        "",
        description="Its telephone, rung when it is late (TKT-12); empty: it is not rung.",
        max_length=40,
    )
    email: Annotated[LongLine, Says("department.fault_email")] = Field(
        "",
        description="Where each order for it is sent, with a link to answer by; empty: nowhere.",
    )
    seen: Moment | None = Field(
        None, description="`updated_at` of what was read; left out: a new department."
    )

    @field_validator("office")
    @classmethod
    def _are_hours(cls, text: str) -> str:
        try:
            hours = OpenHours.parse(text) if text else None
        except ValueError:
            hours = None
            text = text or "?"
        if text and (hours is None or hours.since == hours.until):
            said = "Office hours are written like 08:00-17:00."
            raise wrong("office", "department.fault_office", said)
        return text

    @field_validator("email")
    @classmethod
    def _is_an_address(cls, text: str) -> str:
        address = address_in(text)
        if text and not address:
            said = "This is no e-mail address."
            raise wrong("email", "department.fault_email", said)
        return address

    @field_validator("holidays")
    @classmethod
    def _are_days(cls, text: str) -> str:
        try:
            for each in filter(None, text.split(",")):
                datetime.strptime(each.lstrip("+-"), "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError:
            said = "Holidays are days like 2027-02-05, with a comma between them."
            raise wrong("holidays", "department.fault_holidays", said) from None
        return text


class DepartmentForm(DepartmentInput):
    """The same with its name, as the page sends it."""

    name: Name


async def save(
    asking: RequestDatabase,
    principal: Principal,
    settings: Settings,
    name: str,
    given: DepartmentInput,
) -> Department:
    """Keep a department under its name, which stays: tickets and accounts carry it.

    Raises Refused with 409 when somebody saved it since it was read, with what is so now, and with
    422 for a telephone that may never be rung. What is so already is no change.
    """
    now = datetime.now(UTC)
    phone = _may_be_rung(given.phone, settings)

    async def saved(connection: AsyncConnection) -> Department:
        before = await queries.department(connection, name)
        after = Department(
            name=name,
            **given.model_dump(include=_SAID - {"phone"}),
            phone=phone,
            updated_at=max(now, before.updated_at + queries.NEXT) if before else now,
            updated_by=principal.signature,
        )
        if before is not None and _says(before) == _says(after):
            return before
        read_so = before is None or before.updated_at == given.seen
        if not read_so or not await queries.save(
            connection, after, seen=before.updated_at if before else None
        ):
            raise _late(found(await queries.department(connection, name), "department"))
        await audit.note(connection, audit_entry(principal, "department.saved", name))
        return after

    return await asking.write(saved)


_SAID = {"name_en", "active", "hours", "office", "holidays", "phone", "email"}


def _says(one: Department) -> tuple[object, ...]:
    return tuple(getattr(one, name) for name in sorted(_SAID))


def _may_be_rung(typed: str, settings: Settings) -> str:
    """Return a telephone as it is kept; the guard in front of every way out must let it be rung."""
    if not typed:
        return ""
    number = phone_number(typed, settings.number_plan)
    if not number.identity:
        said = "This is no telephone number."
        raise Refused(422, said, faults={"phone": "department.fault_phone"})
    if guard(settings).never(number.shown) is not None:
        said = "This number may never be rung: see THIRDRING_DIAL_ALLOWED."
        raise Refused(422, said, faults={"phone": "department.fault_never"})
    return number.shown


def _late(now_so: Department) -> Refused:
    return Refused(
        409,
        f"{now_so.updated_by or 'Somebody'} saved this department meanwhile.",
        faults={"seen": "department.fault_changed"},
        current=DepartmentShape.of(now_so),
    )
