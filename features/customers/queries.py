"""Queries of customers: who calls, and which way their calls go (QUE-1). Changes nothing."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import chunks, only_by_index
from db.finding import page as page_by_terms
from db.paging import Page, column_of, narrowed, page
from db.sought import words_of
from features.customers import terms
from features.customers.known import (
    OF_CONTACTS,
    TAIL,
    Address,
    Contact,
    Customer,
    CustomerNumber,
    CustomerSort,
    Line,
    name_key,
    parts_in,
)
from features.customers.tables import CustomerNumberRow, CustomerRow, CustomerVersionRow

__all__ = ["Customer", "CustomerNumber", "CustomerSort"]

_COLUMNS = (
    *("id", "number", "identity", "name", "note", "first_agent"),
    *("updated_at", "updated_by", "area", "version"),
)

_ORDER = (column_of(CustomerRow.updated_at), column_of(CustomerRow.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFilter:
    """Which customers: every field that is set must hold."""

    words: str = ""
    """Words or pieces of numbers divided by blanks; all are found, each anywhere."""
    sort: CustomerSort | None = None
    area: str | None = None
    first_agent: str | None = None


EVERY_CUSTOMER = CustomerFilter()


async def customer(connection: AsyncConnection, identity: str) -> Customer | None:
    """Return who is known by a number, None when nobody is; any of the numbers will do."""
    if not identity:
        return None
    mine = CustomerNumberRow.customer_id == CustomerRow.id
    query = select(CustomerRow.__table__).join(CustomerNumberRow, mine)
    found = await _customers(connection, query.where(CustomerNumberRow.identity == identity))
    return found[0] if found else None


async def by_id(connection: AsyncConnection, customer_id: int) -> Customer | None:
    """Return a customer by the row."""
    query = select(CustomerRow.__table__).where(CustomerRow.id == customer_id)
    found = await _customers(connection, query)
    return found[0] if found else None


async def identities(connection: AsyncConnection, identity: str) -> Sequence[str]:
    """Return all that whoever has a number is known by; of a stranger that number alone."""
    if not identity:
        return []
    whose = select(CustomerNumberRow.customer_id).where(CustomerNumberRow.identity == identity)
    found = await connection.execute(
        select(CustomerNumberRow.identity)
        .where(CustomerNumberRow.customer_id == whose.scalar_subquery())
        .order_by(CustomerNumberRow.place)
    )
    return list(found.scalars()) or [identity]


async def everybody_behind(
    connection: AsyncConnection, wanted: Collection[str]
) -> Mapping[str, Sequence[str]]:
    """Return for each of these numbers that is a customer's all that the customer is known by."""
    found: dict[str, Sequence[str]] = {}
    for some in chunks(wanted):
        owners = await owners_of(connection, some)
        behind = await _numbers(connection, set(owners.values()))
        for identity, owner in owners.items():
            found[identity] = [each.identity for _, each in behind[owner]]
    return found


async def owners_of(connection: AsyncConnection, wanted: Collection[str]) -> Mapping[str, int]:
    """Return whose these numbers are, those of nobody left out."""
    found: dict[str, int] = {}
    row = CustomerNumberRow
    async with only_by_index(connection):
        for some in chunks(wanted):
            query = select(row.identity, row.customer_id).where(row.identity.in_(some))
            found.update((await connection.execute(query)).all())
    return found


async def some(connection: AsyncConnection, ids: Collection[int]) -> Mapping[int, Customer]:
    """Return customers by their ids."""
    found: dict[int, Customer] = {}
    for few in chunks(ids):
        query = select(CustomerRow.__table__).where(CustomerRow.id.in_(few))
        found.update({each.id: each for each in await _customers(connection, query)})
    return found


async def listed(
    connection: AsyncConnection,
    wanted: CustomerFilter = EVERY_CUSTOMER,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Customer]:
    """Return a page of customers, the one that was changed last first.

    By words, or by two things at once: the one that is known for the shortest time first.
    """
    row = CustomerRow
    chosen = {name: getattr(wanted, name) for name in terms.CHOSEN}
    query = narrowed(
        select(row.__table__), *((getattr(row, name), value) for name, value in chosen.items())
    )
    words = words_of(wanted.words)
    if words or sum(value is not None for value in chosen.values()) > 1:
        rows = await _found(connection, query, words, chosen, limit=limit, cursor=cursor)
    else:
        rows = await page(
            connection, query, order=_ORDER, limit=limit, cursor=cursor, read=_customer_in
        )
    return Page(await _with_numbers(connection, rows.items), rows.next)


async def like(
    connection: AsyncConnection, piece: str, *, identity: str = "", limit: int
) -> list[Customer]:
    """Return customers of whom a number, the name, an address or a contact holds each word.

    `identity` is what the text is known by as a number, however it is written: who has it is first.
    """
    known = await owners_of(connection, [identity] if identity else [])
    first = await some(connection, known.values())
    query, words = select(CustomerRow.__table__), words_of(piece)
    rows = await _found(connection, query, words, {}, limit=limit, cursor=None)
    others = await _with_numbers(connection, rows.items)
    return [*first.values(), *(each for each in others if each.id not in first)][:limit]


async def alike(
    connection: AsyncConnection, customer: Customer, *, limit: int = 5
) -> Sequence[Customer]:
    """Return others who may be the same customer: of the same name, or of a number's same end."""
    others = CustomerRow.id != customer.id
    found: dict[int, Customer] = {}
    tails = sorted({tail_of(each) for each in customer.identities} - {""})
    if tails:
        ends = select(CustomerNumberRow.customer_id).where(CustomerNumberRow.tail.in_(tails))
        query = select(CustomerRow.__table__).where(CustomerRow.id.in_(ends), others)
        found |= {each.id: each for each in await _customers(connection, query.limit(limit))}
    if key := name_key(customer.name):
        query = select(CustomerRow.__table__).where(CustomerRow.name_key == key, others)
        found |= {each.id: each for each in await _customers(connection, query.limit(limit))}
    return list(found.values())[:limit]


async def duplicates(
    connection: AsyncConnection, *, limit: int = 50
) -> Sequence[Sequence[Customer]]:
    """Return groups of customers who may be one, those with the end of a number in common first."""
    number, row = CustomerNumberRow, CustomerRow
    owners = func.count(func.distinct(number.customer_id))
    tails = select(number.tail).where(func.length(number.tail) == TAIL).group_by(number.tail)
    names = select(row.name_key).where(row.name_key != "").group_by(row.name_key)
    found: dict[tuple[int, ...], Sequence[Customer]] = {}
    for same in (await connection.execute(tails.having(owners > 1).limit(limit))).scalars():
        ids = select(number.customer_id).where(number.tail == same)
        await _add_group(connection, found, row.id.in_(ids))
    few = names.having(func.count() > 1).limit(limit - len(found))
    for same in (await connection.execute(few)).scalars() if len(found) < limit else ():
        await _add_group(connection, found, row.name_key == same)
    return list(found.values())


MOST_ALIKE = 10
"""Customers of a group that are shown."""


async def _add_group(
    connection: AsyncConnection,
    found: dict[tuple[int, ...], Sequence[Customer]],
    which: ColumnElement[bool],
) -> None:
    query = select(CustomerRow.__table__).where(which).order_by(CustomerRow.id).limit(MOST_ALIKE)
    group = await _customers(connection, query)
    found.setdefault(tuple(each.id for each in group), group)


async def versions(connection: AsyncConnection, customer_id: int) -> Sequence[dict[str, Any]]:
    """Return what was known of a customer before each save, newest first; without what is now."""
    found = await connection.execute(
        select(CustomerVersionRow.said)
        .where(CustomerVersionRow.customer_id == customer_id)
        .order_by(CustomerVersionRow.version.desc())
        .limit(200)
    )
    return list(found.scalars())


async def living_in(
    connection: AsyncConnection, area: str, *, sort: CustomerSort | None, limit: int
) -> Sequence[tuple[str, str, str]]:
    """Return name, area and number of the customers of an area (or a piece of its name; empty: of
    all) and a sort, by area.
    """
    query = select(CustomerRow.name, CustomerRow.area, CustomerRow.number)
    if area:
        have = terms.living_in(area, connection.dialect.name)
        query = query.where(have, CustomerRow.area.contains(area, autoescape=True))
    if sort is not None:
        query = query.where(CustomerRow.sort == sort.value)
    found = await connection.execute(
        query.order_by(CustomerRow.area, CustomerRow.number).limit(limit)
    )
    return [(name, where, number) for name, where, number in found]


async def areas(connection: AsyncConnection, *, limit: int = 500) -> Sequence[tuple[str, int]]:
    """Return the areas of customers, and how many customers each has."""
    row = CustomerRow
    found = await connection.execute(
        select(row.area, func.count()).group_by(row.area).order_by(row.area).limit(limit)
    )
    return [(area, count) for area, count in found]


def tail_of(identity: str) -> str:
    """Return the end of a number by which it is compared; empty: it is too short for it."""
    return identity[-TAIL:] if len(identity) >= TAIL else ""


async def _found(
    connection: AsyncConnection,
    query: Select[Any],
    words: Sequence[str],
    chosen: Mapping[str, str | None],
    *,
    limit: int,
    cursor: str | None,
) -> Page[Customer]:
    """Return a page, found by terms (ADR 30), of customers of whom all these words are said."""
    return await page_by_terms(
        connection,
        query,
        table=terms.TABLE,
        order=_ORDER,
        alternatives=terms.wanted(words, **chosen),
        fits=lambda row: all(word in row["sought"] for word in words),
        read=_customer_in,
        limit=limit,
        cursor=cursor,
    )


async def _customers(connection: AsyncConnection, query: Select[Any]) -> Sequence[Customer]:
    rows = (await connection.execute(query)).mappings().all()
    return await _with_numbers(connection, [_customer_in(row) for row in rows])


async def _with_numbers(
    connection: AsyncConnection, found: Sequence[Customer]
) -> Sequence[Customer]:
    numbers = await _numbers(connection, {each.id for each in found})
    return [
        _replaced(
            each,
            tuple(number for place, number in numbers[each.id] if place < OF_CONTACTS),
        )
        for each in found
    ]


def _replaced(customer: Customer, numbers: tuple[CustomerNumber, ...]) -> Customer:
    object.__setattr__(customer, "numbers", numbers)  # just made, and nobody else's yet
    return customer


async def _numbers(
    connection: AsyncConnection, ids: Collection[int]
) -> Mapping[int, Sequence[tuple[int, CustomerNumber]]]:
    found: defaultdict[int, list[tuple[int, CustomerNumber]]] = defaultdict(list)
    row = CustomerNumberRow
    for few in chunks(ids):
        rows = await connection.execute(
            select(row.customer_id, row.place, row.number, row.identity, row.label)
            .where(and_(row.customer_id.in_(few)))
            .order_by(row.customer_id, row.place)
        )
        for owner, place, number, identity, label in rows:
            known = CustomerNumber(number=number, identity=identity, label=label)
            found[owner].append((place, known))
    return found


def _customer_in(row: RowMapping) -> Customer:
    """Return the customer that a row of `customers` holds, but for the numbers."""
    return Customer(
        **{name: row[name] for name in _COLUMNS},
        sort=CustomerSort(row["sort"]),
        addresses=parts_in(Address, row["addresses"]),
        lines=parts_in(Line, row["lines"]),
        contacts=parts_in(Contact, row["contacts"]),
    )
