"""Keeps customers, in the caller's transaction: each save leaves what was known before it.

Each is told to who follows the feed (ADR 32).

On SQLite the transaction is one with `writing=True`. Whoever saves upon something older than what
is there changes nothing, and is told.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of, written
from features.customers import queries as customers
from features.customers import terms
from features.customers.known import (
    PARTS,
    Customer,
    CustomerNumber,
    name_key,
    plain,
    plain_parts,
    sought,
)
from features.customers.queries import tail_of
from features.customers.tables import CustomerNumberRow, CustomerRow, CustomerVersionRow
from features.event_feed.kinds import CustomerEvent
from features.event_feed.telling import Happened, tell

NEXT: Final = timedelta(microseconds=1)
"""A save is at least this much later than the one before: its time tells the two apart."""
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN: Final = (
    *("identity", "number", "name", "note", "first_agent"),
    *("updated_at", "updated_by", "area", "version"),
)
_LISTS: Final = tuple(name for name in PARTS if name != "numbers")


class TakenError(Exception):
    """A number is another customer's already."""

    def __init__(self, number: CustomerNumber, owner: int) -> None:
        super().__init__(number.identity)
        self.number, self.owner = number, owner


async def keep(connection: AsyncConnection, customer: Customer) -> None:
    """Keep a customer, or replace what was known of the main number. Raises TakenError."""
    before = await customers.customer(connection, customer.identity)
    if before is None:
        await _add(connection, customer)
    else:
        await change(connection, before, replace(customer, id=before.id))


async def save(
    connection: AsyncConnection, before: Customer | None, after: Customer, *, seen: datetime | None
) -> Customer | None:
    """Keep a customer of whom nothing was known (`seen` is None), or who was last saved at `seen`.

    Return what is kept; None: somebody else saved it since. Raises TakenError.
    """
    if before is None:
        return await _add(connection, after) if seen is None else None
    if seen is None or before.updated_at != seen:
        return None
    after = replace(after, id=before.id, version=before.version + 1)
    return after if await _change(connection, before, after) else None


async def add_all(connection: AsyncConnection, fresh: Sequence[Customer]) -> None:
    """Keep customers whose numbers are nobody's, many at once.

    Raises IntegrityError where somebody keeps one of the numbers at the same time.
    """
    if not fresh:
        return
    made = insert(CustomerRow).returning(CustomerRow.id, CustomerRow.identity)
    rows = {each.identity: _columns(each) for each in fresh}
    found = await connection.execute(made, list(rows.values()))
    ids = {identity: key for key, identity in found}
    await terms.add(connection, [rows[which] | {"id": key} for which, key in ids.items()])
    numbers = [row for each in fresh for row in _numbers(each, ids[each.identity])]
    await written(connection, table_of(CustomerNumberRow), numbers)


async def change(connection: AsyncConnection, before: Customer, after: Customer) -> bool:
    """Replace what is known of a customer; False: somebody saved it since. Raises TakenError."""
    return await _change(connection, before, replace(after, version=before.version + 1))


async def keep_list(
    connection: AsyncConnection,
    fresh: Sequence[Customer],
    changed: Sequence[tuple[Customer, Customer]],
    *,
    list_id: int,
    now: datetime,
) -> bool:
    """Keep a portion of a list: new customers, and known ones (before, after). Told as one event.

    False: somebody saved one of them since. Raises TakenError, and IntegrityError as `add_all`.
    """
    await add_all(connection, fresh)
    for before, after in changed:
        if not await _replace(connection, before, replace(after, version=before.version + 1)):
            return False
    if fresh or changed:
        said = {"list": list_id, "made": len(fresh), "changed": len(changed)}
        event = Happened(what=CustomerEvent.IMPORTED, of=0, at=now, said=said)
        await tell(connection, event)
    return True


async def remove(connection: AsyncConnection, gone: Customer, *, into: Customer) -> None:
    """Take a customer away who was another one all along; what was known of both stays on file."""
    await _keep_version(connection, gone)
    await _tell(connection, CustomerEvent.MERGED, gone, into=into.id)
    await connection.execute(
        delete(CustomerNumberRow).where(CustomerNumberRow.customer_id == gone.id)
    )
    await connection.execute(delete(CustomerRow).where(CustomerRow.id == gone.id))


async def bring_back(connection: AsyncConnection, customer: Customer) -> None:
    """Keep a customer again that was taken away, under the same id. Raises TakenError."""
    owners = await customers.owners_of(connection, customer.identities)
    for _, each in customer.placed():
        if each.identity in owners:
            raise TakenError(each, owners[each.identity])
    row = {"id": customer.id} | _columns(customer)
    await connection.execute(insert(CustomerRow).values(row))
    await terms.add(connection, [row])
    await _put_numbers(connection, customer)
    await _tell(connection, CustomerEvent.PARTED, customer, by=customer.updated_by)


async def asked_first(
    connection: AsyncConnection, identity: str, agent: str, *, now: datetime
) -> None:
    """Note who took a known customer's matter, if nobody has it (QUE-3).

    It is a save like any other: a form that was opened before it does not overwrite it.
    """
    known = await customers.customer(connection, identity)
    if known is None or known.first_agent is not None:
        return
    when = max(now, known.updated_at + NEXT)
    kept = replace(known, first_agent=agent, updated_at=when, updated_by=agent)
    await change(connection, known, kept)


async def _add(connection: AsyncConnection, customer: Customer) -> Customer | None:
    row = _columns(customer)
    made = insertion(table_of(CustomerRow), connection.dialect.name).values(row)
    done = await connection.execute(made.on_conflict_do_nothing().returning(CustomerRow.id))
    key = done.scalar_one_or_none()
    if key is None:
        return None
    kept = replace(customer, id=int(key))
    await terms.add(connection, [row | {"id": kept.id}])
    await _put_numbers(connection, kept)
    await _tell(connection, CustomerEvent.MADE, kept, by=kept.updated_by)
    return kept


async def _change(connection: AsyncConnection, before: Customer, after: Customer) -> bool:
    done = await _replace(connection, before, after)
    if done:
        kept = replace(after, id=before.id)
        await _tell(connection, CustomerEvent.CHANGED, kept, by=kept.updated_by)
    return done


async def _tell(
    connection: AsyncConnection, what: CustomerEvent, of: Customer, **said: object
) -> None:
    event = Happened(what=what, of=of.id, at=datetime.now(UTC), version=of.version, said=said)
    await tell(connection, event)


async def _replace(connection: AsyncConnection, before: Customer, after: Customer) -> bool:
    row = _columns(after)
    done = await connection.execute(
        update(CustomerRow)
        .where(CustomerRow.id == before.id, CustomerRow.version == before.version)
        .values(row)
        .returning(CustomerRow.id)
    )
    if done.first() is None:
        return False
    await terms.change(connection, row | {"id": before.id})
    await _keep_version(connection, before)
    if tuple(after.placed()) != tuple(before.placed()):
        gone = CustomerNumberRow.customer_id == before.id
        await connection.execute(delete(CustomerNumberRow).where(gone))
        await _put_numbers(connection, replace(after, id=before.id))
    return True


async def _put_numbers(connection: AsyncConnection, customer: Customer) -> None:
    """Write down the numbers. Raises TakenError for one of somebody else."""
    rows = _numbers(customer, customer.id)
    made = insertion(table_of(CustomerNumberRow), connection.dialect.name).values(rows)
    done = await connection.execute(
        made.on_conflict_do_nothing().returning(CustomerNumberRow.identity)
    )
    kept = set(done.scalars())
    for _, each in customer.placed():
        if each.identity not in kept:
            owner = select(CustomerNumberRow.customer_id).where(
                CustomerNumberRow.identity == each.identity
            )
            raise TakenError(each, int((await connection.execute(owner)).scalar_one()))


async def _keep_version(connection: AsyncConnection, before: Customer) -> None:
    await connection.execute(
        insert(CustomerVersionRow).values(
            customer_id=before.id,
            version=before.version,
            at=before.updated_at,
            by=before.updated_by,
            said=plain(before),
        )
    )


def _columns(customer: Customer) -> dict[str, Any]:
    return {
        **{name: getattr(customer, name) for name in _PLAIN},
        **{name: plain_parts(getattr(customer, name)) for name in _LISTS},
        "sort": customer.sort.value,
        "name_key": name_key(customer.name),
        "sought": sought(customer),
    }


def _numbers(customer: Customer, customer_id: int) -> list[dict[str, Any]]:
    return [
        {
            "identity": each.identity,
            "customer_id": customer_id,
            "place": place,
            "number": each.number,
            "label": each.label,
            "tail": tail_of(each.identity),
        }
        for place, each in customer.placed()
    ]
