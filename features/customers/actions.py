"""Changes of customers (QUE-1, QUE-3, CBK-5); each is on record (SEC-1).

The page, the agent's screen pop and the API all call it, with the same model.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.customers import queries as customers
from features.customers.queries import Customer, CustomerSort
from features.customers.shapes import CustomerShape
from phone_numbers.phone_number import PhoneNumber, phone_number
from phone_numbers.plan import NumberPlan
from web.api_models import InputModel, Line, found, several_lines
from web.current_user import Principal
from web.forms import Says
from web.problems import Refused

LONGEST_NOTE: Final = 2000


class CustomerInput(InputModel):
    """What is to be known of a customer from now on."""

    name: Line = ""
    area: Line | None = Field(
        None, description="Where the customer lives (CBK-5); left out: it stays as it is."
    )
    sort: Annotated[CustomerSort, Says("customer.fault_sort")] = CustomerSort.NORMAL
    note: Annotated[str, Field(max_length=LONGEST_NOTE), AfterValidator(several_lines)] = ""
    first_agent: Annotated[
        str | None, Field(pattern=r"^\d{3,6}$"), Says("customer.fault_agent")
    ] = Field(None, description="Who keeps the customer's matters (QUE-3).")
    seen: AwareDatetime | None = Field(
        None,
        description="`updated_at` of what was read; null: nothing was known. Saved meanwhile by "
        "somebody: 409.",
    )


async def save(
    asking: RequestDatabase, principal: Principal, plan: NumberPlan, sent: str, given: CustomerInput
) -> Customer:
    """Keep a customer, unless somebody saved the same one since it was read.

    Raises Refused with 409, and the customer as it is now. What is so already is no conflict, and
    no change: a save may be sent again when its answer was lost.
    """
    number = phone_number(sent, plan)
    if not number.identity:
        raise Refused(422, "This is no telephone number.")
    seen = audit_entry(principal, "customer.write", number.shown)

    async def saved(connection: AsyncConnection) -> Customer:
        before = await customers.customer(connection, number.identity)
        after = _after(number, before, given, principal)
        if before is not None and _says(after) == _says(before):
            return before
        if not await customers.save(connection, after, seen=given.seen):
            raise _late(found(await customers.customer(connection, number.identity), "customer"))
        await audit.note(connection, seen)
        return after

    return await asking.write(saved)


def _after(
    number: PhoneNumber, before: Customer | None, given: CustomerInput, principal: Principal
) -> Customer:
    area = given.area if given.area is not None else before.area if before else ""
    now = datetime.now(UTC)
    return Customer(
        number=number.shown,
        identity=number.identity,
        **given.model_dump(exclude={"area", "seen"}),
        area=area,
        updated_at=max(now, before.updated_at + customers.NEXT) if before else now,
        updated_by=principal.signature,
    )


def _says(customer: Customer) -> Customer:
    """Return what is known, whoever saved it and when."""
    return replace(customer, updated_at=customers.BEGINNING, updated_by="")


def _late(now_so: Customer) -> Refused:
    return Refused(
        409,
        f"{now_so.updated_by} saved this customer meanwhile; `current` is what is known now.",
        faults={"seen": "customer.fault_changed"},
        current=CustomerShape.of(now_so),
    )
