"""What a legal hold keeps, table by table: neither retention nor an erasure touches it (SEC-4).

All of it runs in the caller's transaction. A hold on a number keeps all that an erasure of the
person would take; one on a ticket keeps its calls too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import table_of
from db.holdings import Holding, Subject
from features.calls.references import CALL
from features.legal_holds import queries
from features.legal_holds.lifecycle import Hold, Thing
from features.personal_data import people
from features.personal_data.people import Who
from features.personal_data.registry import holdings
from features.tickets.references import ENTRY, TICKET

NOBODY = "-"
"""Stands for a number that nobody has: these rows are meant by their calls and tickets."""


@dataclass(frozen=True, slots=True)
class Kept:
    """All that legal holds keep at a moment."""

    subjects: Sequence[tuple[Hold, Subject]]

    @property
    def calls(self) -> Sequence[str]:
        """Return the ids of the calls that are kept."""
        return sorted({call for _, each in self.subjects for call in each.calls})

    def rows(self, holding: Holding) -> ColumnElement[bool]:
        """Return which rows of a kind are kept; never NULL, so that its opposite can be asked."""
        some = [holding.theirs(part) for _, each in self.subjects for part in people.parts(each)]
        return func.coalesce(or_(false(), *some), false())

    def rows_of(self, table: str) -> ColumnElement[bool]:
        """Return which rows of a table are kept."""
        return or_(false(), *(self.rows(each) for each in holdings() if each.name == table))


NOTHING = Kept(())


async def kept(connection: AsyncConnection, region: str, at: datetime) -> Kept:
    """Return what legal holds keep now."""
    standing = await queries.standing(connection, at)
    return Kept([(each, await _subject(connection, each, region)) for each in standing])


async def on_person(
    connection: AsyncConnection, subject: Subject, who: Who, region: str, at: datetime
) -> Sequence[Hold]:
    """Return the holds that keep a row which an erasure of this person would take.

    A customer has several numbers: what one of them is held for is kept from the other, too.
    """
    legal = await kept(connection, region, at)
    shared = [
        holding
        for holding in holdings()
        if legal.subjects and await _overlap(connection, holding, legal, subject, who)
    ]
    found = []
    for hold, held in legal.subjects if shared else ():
        alone = Kept([(hold, held)])
        if any([await _overlap(connection, each, alone, subject, who) for each in shared]):
            found.append(hold)
    return found


async def _overlap(
    connection: AsyncConnection, holding: Holding, legal: Kept, subject: Subject, who: Who
) -> bool:
    theirs = or_(*(people.theirs(holding, part, who) for part in people.parts(subject)))
    query = select(*table_of(holding.table).primary_key.columns)
    found = await connection.execute(query.where(legal.rows(holding), theirs).limit(1))
    return found.first() is not None


async def _subject(connection: AsyncConnection, hold: Hold, region: str) -> Subject:
    """Return by what rows know what a hold keeps."""
    if hold.thing is Thing.NUMBER:
        return (await people.found(connection, Who(identity=hold.subject, region=region))).subject
    calls, tickets = {hold.subject}, frozenset[int]()
    if hold.thing is Thing.TICKET:
        query = select(TICKET.c.id, TICKET.c.call_id).where(TICKET.c.number == hold.subject)
        found = (await connection.execute(query)).all()
        tickets = frozenset(row.id for row in found)
        calls = {row.call_id for row in found if row.call_id} | await _told(connection, tickets)
    channels = select(CALL.c.linkedid).where(CALL.c.id.in_(sorted(calls)))
    linked = frozenset((await connection.execute(channels)).scalars())
    nobody = Subject(identity=NOBODY, written=frozenset(NOBODY))
    return replace(nobody, calls=frozenset(calls), channels=linked, tickets=tickets)


async def _told(connection: AsyncConnection, tickets: frozenset[int]) -> set[str]:
    """Return the ids of the calls in which something was done to tickets."""
    query = select(ENTRY.c.call_id).where(ENTRY.c.ticket_id.in_(sorted(tickets))).distinct()
    return {each for each in (await connection.execute(query)).scalars() if each}
