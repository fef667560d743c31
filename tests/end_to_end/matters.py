"""What a caller has with the house before a test: what sort of customer, which open ticket."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import engine
from features.customers import keeping
from features.customers.queries import Customer, CustomerSort
from features.tickets.tables import TicketRow
from features.wake_ups.tables import WakeUpRow
from tests.end_to_end.house import House
from tests.numbers import known_as

Write = Callable[[AsyncConnection], Awaitable[None]]


async def write(house: House, does: Write) -> None:
    """Have something written into the house's database."""
    made = engine(house.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        await does(connection)
    await made.dispose()


def customer(number: str, sort: CustomerSort) -> Write:
    """Return what makes a number known as a customer."""
    known = Customer(
        number=number,
        identity=known_as(number),
        name="长江燃气",
        sort=sort,
        note="",
        first_agent=None,
        updated_at=datetime.now(UTC),
        updated_by="test",
    )
    return lambda connection: keeping.keep(connection, known)


def woken_at(number: str, due: datetime, at: datetime) -> Write:
    """Return what moves a wake-up to another moment: nobody waits for the minute."""

    async def move(connection: AsyncConnection) -> None:
        done = await connection.execute(
            update(WakeUpRow)
            .where(WakeUpRow.number == number, WakeUpRow.due == due)
            .values(due=at, next_at=at, asked_for=at)
        )
        assert done.rowcount == 1, f"{number} has {done.rowcount} wake-ups at {due}"

    return move


def ticket(number: str, *, handler: str | None, due_in: timedelta) -> Write:
    """Return what opens a complaint of a number, which somebody has."""
    now = datetime.now(UTC)

    async def add(connection: AsyncConnection) -> None:
        await connection.execute(
            insert(TicketRow).values(
                number=f"20261122-{number[-5:]}",
                kind="complaint",
                source="written",
                state="new",
                customer_number=number,
                customer_identity=known_as(number),
                customer_name="",
                body="",
                answer="",
                department="",
                to_review=False,
                version=1,
                created_at=now - timedelta(days=2),
                due_at=now + due_in,
                handler=handler,
            )
        )

    return add
