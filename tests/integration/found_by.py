"""What rows are found by, made anew after a test has put rows into the tables by itself."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.call_recordings import by_agent
from features.calls import by_piece, call_agents
from features.calls.tables import Call
from features.customers import terms as of_customers
from features.customers.tables import CustomerRow
from features.knowledge import terms as of_answers
from features.knowledge.tables import KnowledgeRow
from features.tickets import terms
from features.tickets.tables import TicketRow


async def found_by(connection: AsyncConnection) -> None:
    """Have all tickets, customers, answers and all numbers of calls be found."""
    ids = (await connection.execute(select(Call.id))).scalars().all()
    await call_agents.keep(connection, ids)
    await by_agent.keep(connection, ids)
    for row, keep in (
        (TicketRow, terms.keep),
        (CustomerRow, of_customers.keep),
        (KnowledgeRow, of_answers.keep),
    ):
        await keep(connection, (await connection.execute(select(row.id))).scalars().all())
    calls = select(Call.number, Call.identity, Call.ring_started)
    found = (await connection.execute(calls)).mappings()
    await by_piece.keep_numbers(connection, [dict(row) for row in found])
