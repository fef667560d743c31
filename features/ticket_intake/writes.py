"""Opens tickets that did not come by telephone, in the caller's transaction (TKT-10)."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import table_of
from features.ticket_clocks.lifecycle import House
from features.ticket_intake.lifecycle import Intake
from features.ticket_intake.tables import TicketIntakeRow
from features.tickets import saves
from features.tickets import writes as tickets
from features.tickets.history import Author
from features.tickets.lifecycle import TicketKind, TicketSource, due, opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What somebody wants, as it is written down."""

    kind: TicketKind = TicketKind.UNKNOWN
    business: str | None = None
    nature: str | None = None
    customer_number: str = ""
    identity: str = ""
    """What the number is known by."""
    customer_name: str = ""
    body: str = ""
    handler: str | None = None


async def begin(
    connection: AsyncConnection,
    matter: Matter,
    intake: Intake,
    *,
    author: Author,
    house: House,
    day: date,
) -> tuple[int, str]:
    """Open a ticket; return its row and its number. The clock runs from the receipt (TKT-6, 7).

    `day` is the office's, for the number.
    """
    fresh = opened(
        source=TicketSource.WRITTEN,
        topic=matter.kind.value,
        customer_number=matter.customer_number,
        customer_name=matter.customer_name,
        handler=matter.handler,
        created_at=intake.entered_at,
        received_at=intake.received_at,
    )
    ticket = replace(
        fresh,
        business=matter.business,
        nature=matter.nature,
        body=matter.body,
        due_at=due(matter.kind, created=intake.received_at),
    )
    number = await tickets.open_ticket(
        connection, ticket, author=author, house=house, day=day, identity=matter.identity
    )
    assert number is not None  # only a call's message can have one already
    key = await saves.key(connection, number)
    assert key is not None
    await connection.execute(
        insert(table_of(TicketIntakeRow)).values(asdict(intake) | {"ticket_id": key})
    )
    return key, number


async def mark_answered(
    connection: AsyncConnection, ticket_id: int, *, at: datetime, by: str
) -> bool:
    """Note that a customer has the answer; False when somebody noted it before."""
    done = await connection.execute(
        update(TicketIntakeRow)
        .where(TicketIntakeRow.ticket_id == ticket_id, TicketIntakeRow.answered_at.is_(None))
        .values(answered_at=at, answered_by=by)
        .returning(TicketIntakeRow.ticket_id)
    )
    return done.first() is not None
