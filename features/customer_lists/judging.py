"""What becomes of one row of a list: a new customer, a changed one, or a fault. Does no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from features.customers.known import (
    Address,
    Contact,
    Customer,
    CustomerNumber,
    CustomerSort,
    Line,
    said,
)
from imports.customer_list import CustomerFault

NEXT: Final = timedelta(microseconds=1)


class Known(StrEnum):
    """What is done with customers who are known already."""

    CHANGE = "change"
    """What the file says counts; what it does not say stays."""
    LEAVE = "leave"


class Came(StrEnum):
    """What came of a row."""

    FRESH = "fresh"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be kept of a row."""

    came: Came
    customer: Customer
    before: Customer | None = None


class WrongRowError(Exception):
    """The row cannot be kept; `given` is what stands against it."""

    def __init__(self, why: CustomerFault, given: str) -> None:
        super().__init__(why.value)
        self.why, self.given = why, given


def wanted(row: Mapping[str, Any], *, by: str, now: datetime) -> Customer:
    """Return the customer that a row describes, as `imports.customer_list` told it."""
    numbers = tuple(
        CustomerNumber(number=shown, identity=identity, label=label)
        for shown, identity, label in row["numbers"]
    )
    contact = row["contact"]
    contacts: tuple[Contact, ...] = ()
    if contact:
        name, number, identity = contact
        contacts = (
            Contact(
                name=name, number=number, identity=identity, post=row["post"], email=row["email"]
            ),
        )
    line = Line(name=row["line"], business=row["business"], address=row["address"])
    return Customer(
        number=numbers[0].number,
        identity=numbers[0].identity,
        name=row["name"],
        sort=CustomerSort(row["sort"] or CustomerSort.NORMAL),
        note=row["note"],
        first_agent=row["first_agent"] or None,
        updated_at=now,
        updated_by=by,
        area=row["area"],
        numbers=numbers,
        addresses=(Address(address=row["address"]),) if row["address"] else (),
        lines=(line,) if row["line"] else (),
        contacts=contacts,
    )


def judged(
    row: Mapping[str, Any],
    customer: Customer,
    owners: Mapping[str, Customer],
    known: Known,
) -> Judged:
    """Return what is to be kept; `owners` are the customers who have these numbers now.

    A contact's number that is somebody else's is kept as words: calls from it are the other's.
    Raises WrongRowError when its own numbers are those of two customers, or of a contact.
    """
    theirs: dict[int, Customer] = {}
    for number in customer.own_numbers:
        if (owner := owners.get(number.identity)) is None:
            continue
        if not owner.id or number.identity not in {one.identity for one in owner.own_numbers}:
            raise WrongRowError(CustomerFault.CONTACT, f"{number.number}: {owner.number}")
        theirs[owner.id] = owner
    if customer.contacts:
        customer = _with_contacts(customer, owners, next(iter(theirs), None))
    if len(theirs) > 1:
        numbers = ", ".join(each.number for each in theirs.values())
        raise WrongRowError(CustomerFault.SEVERAL_CUSTOMERS, numbers)
    if not theirs:
        return Judged(Came.FRESH, customer)
    [before] = theirs.values()
    if known is Known.LEAVE:
        return Judged(Came.SAME, before, before)
    after = _changed(before, customer, row)
    if said(after) == said(before):
        return Judged(Came.SAME, before, before)
    when = max(customer.updated_at, before.updated_at + NEXT)
    return Judged(
        Came.CHANGED,
        replace(after, updated_at=when, updated_by=customer.updated_by),
        before,
    )


def _with_contacts(customer: Customer, owners: Mapping[str, Customer], me: int | None) -> Customer:
    """Return a customer with the numbers of contacts as words that are somebody else's."""
    contacts = tuple(
        replace(each, identity="")
        if (owner := owners.get(each.identity)) and owner.id != me
        else each
        for each in customer.contacts
    )
    return replace(customer, contacts=contacts)


def _changed(before: Customer, row: Customer, told: Mapping[str, Any]) -> Customer:
    """Return a customer with what a row says; what it leaves empty stays."""
    mine = {each.identity for each in before.own_numbers}
    fresh = tuple(each for each in row.own_numbers if each.identity not in mine)
    people = {each.name for each in row.contacts}
    return replace(
        before,
        name=row.name or before.name,
        sort=row.sort if told["sort"] else before.sort,
        note=row.note or before.note,
        first_agent=row.first_agent or before.first_agent,
        area=row.area or before.area,
        numbers=(*before.own_numbers, *fresh),
        addresses=(
            *before.addresses,
            *(
                each
                for each in row.addresses
                if each.address not in {one.address for one in before.addresses}
            ),
        ),
        lines=(
            *(each for each in before.lines if each.name not in {one.name for one in row.lines}),
            *row.lines,
        ),
        contacts=(*(each for each in before.contacts if each.name not in people), *row.contacts),
    )
