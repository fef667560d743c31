"""Queries of how tickets came in. Changes nothing."""

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.ticket_intake.lifecycle import Channel, Intake
from features.ticket_intake.tables import TicketIntakeRow


async def intake(connection: AsyncConnection, ticket_id: int) -> Intake | None:
    """Return how a ticket came in; None for one that came by telephone."""
    query = select(TicketIntakeRow.__table__).where(TicketIntakeRow.ticket_id == ticket_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _read(row)


def _read(row: RowMapping) -> Intake:
    values = {name: row[name] for name in Intake.__slots__}
    values |= {name: Channel(row[name]) for name in ("channel", "answer_by")}
    return Intake(**values)
