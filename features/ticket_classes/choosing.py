"""What may be chosen for a ticket now (TKT-1).

Tickets keep names as text: one that was valid when it was chosen stays as it is, also when the
class is retired or renamed since. Only what is chosen anew must be valid.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from features.ticket_classes import queries as classes
from features.ticket_classes.queries import Sort
from web.problems import Refused

SORTED: Final[Mapping[str, Sort]] = {"business": Sort.BUSINESS, "nature": Sort.NATURE}
"""Fields of a ticket, and what they are chosen from."""


async def require_closing(
    connection: AsyncConnection, before: str, wanted: str, today: date
) -> None:
    """Refuse with 422 a close without a closing code that is valid today, where there are any.

    `before` is the code that the ticket has already.
    """
    if wanted and wanted == before:
        return
    known = await classes.valid(connection, Sort.CLOSING, today)
    if wanted in known or (not known and not wanted):
        return
    said = f"Say how it ended: `closing` should be one of {'、'.join(known) or 'none'}."
    fault = "ticket_class.fault_invalid" if wanted else "ticket.lacks_closing"
    raise Refused(422, said, faults={"closing": fault})


async def require_valid(
    connection: AsyncConnection, before: object, fields: Mapping[str, object], today: date
) -> None:
    """Refuse with 422 a class that cannot be chosen today; `before` is the ticket as it is."""
    for name, sort in SORTED.items():
        wanted = fields.get(name)
        if wanted is None or wanted == getattr(before, name, None):
            continue
        known = await classes.valid(connection, sort, today)
        if wanted not in known:
            said = f"The {name} should be one of {'、'.join(known)}."
            raise Refused(422, said, faults={name: "ticket_class.fault_invalid"})
