"""What the list of customers says of a person: a customer, the numbers, what was known before.

Who is known by any of the customer's numbers is the customer: with the customer all numbers, what
was known before each save, and what was kept of a merge are erased.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import chunks
from db.holdings import Holding, Holdings, Subject
from features.customers import terms
from features.customers.tables import (
    CustomerMergeRow,
    CustomerNumberRow,
    CustomerRow,
    CustomerVersionRow,
)
from features.event_feed.kinds import CustomerEvent
from features.event_feed.telling import Happened, tell_all


def _theirs(*columns: Any) -> Callable[[Subject], ColumnElement[bool]]:
    """Return the rows of which one of these columns is the id of the person's customer."""

    def which(who: Subject) -> ColumnElement[bool]:
        ids = select(CustomerNumberRow.customer_id).where(
            CustomerNumberRow.identity == who.identity
        )
        return or_(*(column.in_(ids) for column in columns))

    return which


async def _remade(connection: AsyncConnection, keys: Collection[Any]) -> None:
    """Make the terms anew, and tell of those who are erased."""
    await terms.keep(connection, keys)
    there: set[int] = set()
    for some in chunks(keys):
        query = select(CustomerRow.id).where(CustomerRow.id.in_(some))
        there.update((await connection.execute(query)).scalars())
    now, erased = datetime.now(UTC), CustomerEvent.ERASED
    gone = sorted(set(keys) - there)
    await tell_all(connection, [Happened(what=erased, of=key, at=now) for key in gone])


HOLDINGS = Holdings(
    holdings=(
        Holding(
            table=CustomerVersionRow,
            theirs=_theirs(CustomerVersionRow.customer_id),
            gone=True,
            purpose="customers",
            since="at",
            order=20,
        ),
        Holding(
            table=CustomerMergeRow,
            theirs=_theirs(CustomerMergeRow.kept_id, CustomerMergeRow.gone_id),
            gone=True,
            purpose="customers",
            since="at",
            order=21,
        ),
        Holding(
            table=CustomerRow,
            theirs=_theirs(CustomerRow.id),
            gone=True,
            names="name",
            purpose="customers",
            since="updated_at",
            order=60,
        ),
        # those of an erased customer are gone by then: the database takes them with it
        Holding(
            table=CustomerNumberRow,
            theirs=_theirs(CustomerNumberRow.customer_id),
            gone=True,
            order=61,
        ),
    ),
    remade={CustomerRow: _remade},
    plain={
        CustomerRow: ("sort", "first_agent", "updated_by"),
        CustomerVersionRow: ("by",),
        CustomerMergeRow: ("by", "undone_by"),
    },
)
