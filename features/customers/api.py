"""Owns the API's questions about customers; every look and every change is on record (SEC-1)."""

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from features.audit import log as audit
from features.audit.looks import look, noted
from features.customers import queries as customers
from features.customers.queries import Customer, CustomerSort
from features.customers.shapes import CustomerShape
from phone_numbers.phone_number import phone_number
from web.asking import Asking, CurrentUser, Given, Line, Plan, Text, Typed, found
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1/customers", tags=["customers"])


class CustomerGiven(Given):
    """What is to be known of a customer from now on."""

    name: Line = ""
    area: Line | None = Field(
        None, description="Where the customer lives (CBK-5); left out: it stays as it is."
    )
    sort: CustomerSort = CustomerSort.NORMAL
    note: Typed = ""
    first_agent: str | None = Field(
        None, pattern=r"^\d{3,6}$", description="Who keeps the customer's matters (QUE-3)."
    )


@router.get("/{number}", responses=documented(401, 403, 404, 422, 503))
async def show_customer(
    number: Text, principal: CurrentUser, asking: Asking, plan: Plan
) -> CustomerShape:
    """What is known of a telephone number, however it is written."""
    read = phone_number(number, plan)
    customer = await asking.ask(lambda connection: customers.customer(connection, read.identity))
    noted(asking, look(principal, "customer.read", read.shown))
    return CustomerShape.of(found(customer, "customer"))


@router.put("/{number}", responses=documented(401, 403, 422, 503))
async def put_customer(
    number: Text, given: CustomerGiven, principal: CurrentUser, asking: Asking, plan: Plan
) -> CustomerShape:
    """Keep a customer, or replace what was known."""
    read = phone_number(number, plan)
    if not read.identity:
        raise Refused(422, "This is no telephone number.")
    seen = look(principal, "customer.write", read.shown)

    async def kept(connection: AsyncConnection) -> Customer:
        known = await customers.customer(connection, read.identity)
        area = given.area if given.area is not None else known.area if known else ""
        customer = Customer(
            number=read.shown,
            identity=read.identity,
            **given.model_dump(exclude={"area"}),
            area=area,
            updated_at=datetime.now(UTC),
            updated_by=principal.number or principal.name,
        )
        await customers.keep(connection, customer)
        await audit.note(connection, seen)
        return customer

    return CustomerShape.of(await asking.write(kept))
