"""What the list of customers says of a person: a customer, the numbers, what was known before.

Who is known by any of the customer's numbers is the customer: with the customer all numbers, what
was known before each save, and what was kept of a merge are erased.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from db.holdings import Holding, Holdings, Subject
from features.customers import terms
from features.customers.tables import (
    CustomerMergeRow,
    CustomerNumberRow,
    CustomerRow,
    CustomerVersionRow,
)


def _theirs(*columns: Any) -> Callable[[Subject], ColumnElement[bool]]:
    """Return the rows of which one of these columns is the id of the person's customer."""

    def which(who: Subject) -> ColumnElement[bool]:
        ids = select(CustomerNumberRow.customer_id).where(
            CustomerNumberRow.identity == who.identity
        )
        return or_(*(column.in_(ids) for column in columns))

    return which


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
    remade={CustomerRow: terms.keep},
    plain={
        CustomerRow: ("sort", "first_agent", "updated_by"),
        CustomerVersionRow: ("by",),
        CustomerMergeRow: ("by", "undone_by"),
    },
)
