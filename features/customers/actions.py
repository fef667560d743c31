"""Changes of customers (QUE-1, QUE-3, CBK-5); each is on record (SEC-1).

The page, the agent's screen pop and the API all call it, with the same model.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.customers import keeping
from features.customers import queries as customers
from features.customers.inputs import CustomerInput
from features.customers.keeping import TakenError
from features.customers.known import (
    Address,
    Contact,
    Customer,
    CustomerNumber,
    Line,
    said,
)
from features.customers.merging import main_number
from features.customers.shapes import CustomerShape
from phone_numbers.phone_number import PhoneNumber, phone_number
from phone_numbers.plan import NumberPlan
from web.api_models import found
from web.current_user import Principal
from web.problems import Refused

__all__ = ["CustomerInput", "save"]


async def save(
    asking: RequestDatabase, principal: Principal, plan: NumberPlan, sent: str, given: CustomerInput
) -> Customer:
    """Keep a customer, unless somebody saved the same one since it was read.

    `sent` is any of the customer's numbers. Raises Refused: 422 for a number that is none or is
    another customer's; 409, with the customer as it is now. What is so already is no conflict, and
    no change: a save may be sent again when its answer was lost.
    """
    number = phone_number(sent, plan)
    if not number.identity:
        raise Refused(422, "This is no telephone number.")
    parts = _parts(given, plan)
    seen = audit_entry(principal, "customer.write", number.shown)

    async def saved(connection: AsyncConnection) -> Customer:
        before = await customers.customer(connection, number.identity)
        after = _after(number, before, given, parts, principal)
        if before is not None and said(after) == said(before):
            return before
        try:
            kept = await keeping.save(connection, before, after, seen=given.seen)
        except TakenError as taken:
            raise _taken(taken, given, plan) from None
        if kept is None:
            raise late(found(await customers.customer(connection, number.identity), "customer"))
        await audit.note(connection, seen)
        return kept

    return await asking.write(saved)


def late(now_so: Customer) -> Refused:
    """Return the refusal for who was later than somebody else."""
    return Refused(
        409,
        f"{now_so.updated_by} saved this customer meanwhile; `current` is what is known now.",
        faults={"seen": "customer.fault_changed"},
        current=CustomerShape.of(now_so),
    )


def _after(
    number: PhoneNumber,
    before: Customer | None,
    given: CustomerInput,
    parts: Mapping[str, Any],
    principal: Principal,
) -> Customer:
    now = datetime.now(UTC)
    plain = {name: getattr(given, name) for name in ("name", "sort", "note", "first_agent")}
    if before is None:
        fresh = Customer(
            number=number.shown,
            identity=number.identity,
            **plain,
            area=given.area or "",
            updated_at=now,
            updated_by=principal.signature,
        )
        before, numbers = fresh, parts.get("numbers", ())
        if numbers and number.identity not in {each.identity for each in numbers}:
            mine = CustomerNumber(number=number.shown, identity=number.identity)
            parts = {**parts, "numbers": (mine, *numbers)}
    changed = replace(
        before,
        **plain,
        **parts,
        area=before.area if given.area is None else given.area,
        updated_at=max(now, before.updated_at + keeping.NEXT),
        updated_by=principal.signature,
    )
    return main_number(changed)


def _parts(given: CustomerInput, plan: NumberPlan) -> dict[str, Any]:
    """Return the lists that a save brings. Raises Refused with 422."""
    faults: dict[str, str] = {}
    parts: dict[str, Any] = {}
    if given.numbers is not None:
        numbers = [
            CustomerNumber(
                **_number(each.number, plan, f"numbers.{place}", faults), label=each.label
            )
            for place, each in enumerate(given.numbers)
        ]
        parts["numbers"] = tuple({each.identity: each for each in reversed(numbers)}.values())[::-1]
        if not numbers:
            faults["numbers.0"] = "customer.fault_no_number"
    if given.contacts is not None:
        parts["contacts"] = tuple(
            Contact(
                name=each.name,
                post=each.post,
                email=each.email,
                **(_number(each.number, plan, f"contacts.{place}", faults) if each.number else {}),
            )
            for place, each in enumerate(given.contacts)
        )
    if given.addresses is not None:
        parts["addresses"] = tuple(Address(**each.model_dump()) for each in given.addresses)
    if given.lines is not None:
        parts["lines"] = tuple(Line(**each.model_dump()) for each in given.lines)
    if faults:
        said_ = "A number is none, or there is no number at all."
        raise Refused(422, said_, faults=faults)
    return parts


def _number(sent: str, plan: NumberPlan, where: str, faults: dict[str, str]) -> Mapping[str, str]:
    read = phone_number(sent, plan)
    if not read.identity:
        faults[where] = "customer.fault_number"
    return {"number": read.shown, "identity": read.identity}


def _taken(taken: TakenError, given: CustomerInput, plan: NumberPlan) -> Refused:
    """Return the refusal of a number that another customer has."""
    typed = {
        **{f"contacts.{place}": each.number for place, each in enumerate(given.contacts or ())},
        **{f"numbers.{place}": each.number for place, each in enumerate(given.numbers or ())},
    }
    where = {phone_number(sent, plan).identity: row for row, sent in typed.items()}
    return Refused(
        422,
        f"{taken.number.number} is another customer's; if both are one, merge them.",
        faults={where.get(taken.number.identity, "numbers.0"): "customer.fault_taken"},
    )
