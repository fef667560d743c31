"""API of customers; every access and change is on record (SEC-1)."""

from fastapi import APIRouter

from features.audit.access import audit_entry, noted
from features.customers import actions
from features.customers import queries as customers
from features.customers.actions import CustomerInput
from features.customers.shapes import CustomerShape
from phone_numbers.phone_number import phone_number
from web.api_models import Asking, CurrentUser, Plan, Text, found
from web.problems import documented

router = APIRouter(prefix="/api/v1/customers", tags=["customers"])


@router.get("/{number}", responses=documented(401, 403, 404, 422, 503))
async def show_customer(
    number: Text, principal: CurrentUser, asking: Asking, plan: Plan
) -> CustomerShape:
    """What is known of a telephone number, however it is written."""
    read = phone_number(number, plan)
    customer = await asking.ask(lambda connection: customers.customer(connection, read.identity))
    noted(asking, audit_entry(principal, "customer.read", read.shown))
    return CustomerShape.of(found(customer, "customer"))


@router.put("/{number}", responses=documented(401, 403, 409, 422, 503))
async def put_customer(
    number: Text, given: CustomerInput, principal: CurrentUser, asking: Asking, plan: Plan
) -> CustomerShape:
    """Keep a customer. Saved meanwhile by somebody: 409, and `current` is what is known now."""
    return CustomerShape.of(await actions.save(asking, principal, plan, number, given))
