"""API of customers; every access and change is on record (SEC-1)."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from features.audit.access import audit_entry, noted
from features.customers import actions, actions_merge
from features.customers import queries as customers
from features.customers.actions import CustomerInput
from features.customers.inputs import MergeInput
from features.customers.known import CustomerSort, from_plain
from features.customers.queries import CustomerFilter
from features.customers.shapes import CustomerShape, MergeShape
from phone_numbers.phone_number import phone_number
from web.api_models import Asking, CurrentUser, ListPage, Plan, RowId, Text, found, list_page
from web.api_models import ListQuery as _ListQuery
from web.problems import documented

router = APIRouter(prefix="/api/v1", tags=["customers"])


class WhichCustomers(BaseModel):
    """Which customers; every field that is given must hold."""

    model_config = ConfigDict(extra="forbid")

    q: Text = Field("", description="Words or pieces of numbers divided by blanks: all of them.")
    sort: CustomerSort | None = None
    area: Text | None = None
    first_agent: Text | None = None
    limit: int = Field(50, ge=1, le=200)
    cursor: Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_=-]+$")] | None = None


@router.get("/customers", responses=documented(401, 403, 422, 503))
async def list_customers(
    wanted: Annotated[WhichCustomers, Query()], _principal: CurrentUser, asking: Asking
) -> ListPage[CustomerShape]:
    """Customers, the one that was changed last first; found by words or pieces of any number.

    By words, or by two filters at once: the one that is known for the shortest time first.
    """
    which = CustomerFilter(
        words=wanted.q, sort=wanted.sort, area=wanted.area, first_agent=wanted.first_agent
    )
    query = _ListQuery(limit=wanted.limit, cursor=wanted.cursor)
    page = await list_page(asking, customers.listed, which, query)
    return ListPage(items=[CustomerShape.of(each) for each in page.items], next=page.next)


@router.get("/customer-duplicates", responses=documented(401, 403, 422, 503))
async def list_duplicates(_principal: CurrentUser, asking: Asking) -> list[list[CustomerShape]]:
    """Groups of customers who may be one: of the same name, or of a number's same end."""
    found_ = await asking.ask(customers.duplicates)
    return [[CustomerShape.of(each) for each in group] for group in found_]


@router.post("/customer-merges/{merge_id}/undo", responses=documented(401, 403, 404, 409, 422, 503))
async def undo_merge(merge_id: RowId, principal: CurrentUser, asking: Asking) -> MergeShape:
    """Make two customers of one again. Too late, or a number has moved on: 409."""
    return MergeShape.of(await actions_merge.undo(asking, principal, merge_id))


@router.get("/customers/{number}", responses=documented(401, 403, 404, 422, 503))
async def show_customer(
    number: Text, principal: CurrentUser, asking: Asking, plan: Plan
) -> CustomerShape:
    """What is known of a telephone number, however it is written."""
    read = phone_number(number, plan)
    customer = await asking.ask(lambda connection: customers.customer(connection, read.identity))
    noted(asking, audit_entry(principal, "customer.read", read.shown))
    return CustomerShape.of(found(customer, "customer"))


@router.get("/customers/{number}/versions", responses=documented(401, 403, 404, 422, 503))
async def list_customer_versions(
    number: Text, principal: CurrentUser, asking: Asking, plan: Plan
) -> list[CustomerShape]:
    """What was known after each save, what is known now first."""
    read = phone_number(number, plan)
    customer = await asking.ask(lambda connection: customers.customer(connection, read.identity))
    now = found(customer, "customer")
    before = await asking.ask(lambda connection: customers.versions(connection, now.id))
    noted(asking, audit_entry(principal, "customer.read", read.shown))
    return [CustomerShape.of(each) for each in (now, *map(from_plain, before))]


@router.put("/customers/{number}", responses=documented(401, 403, 409, 422, 503))
async def put_customer(
    number: Text, given: CustomerInput, principal: CurrentUser, asking: Asking, plan: Plan
) -> CustomerShape:
    """Keep a customer. Saved meanwhile by somebody: 409, and `current` is what is known now."""
    return CustomerShape.of(await actions.save(asking, principal, plan, number, given))


@router.post("/customers/{number}/merge", responses=documented(401, 403, 404, 409, 422, 503))
async def merge_customers(
    number: Text, given: MergeInput, principal: CurrentUser, asking: Asking, plan: Plan
) -> MergeShape:
    """Make one customer of two; calls, tickets and callbacks of either are the one's.

    It can be undone for thirty days. Saved meanwhile by somebody: 409, and `current`.
    """
    return MergeShape.of(await actions_merge.merge(asking, principal, plan, number, given))
