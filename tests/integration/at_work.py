"""Having people at the desk at work for a test."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from callflow.events import DEFAULT_NODE
from features.accounts import queries as accounts
from features.duties import queries as duties
from features.duties.queries import DutyKind, DutyState
from permissions.roles import Role


async def signs_in(
    engine: AsyncEngine,
    number: str,
    seat: str,
    *,
    role: Role = Role.JUNIOR_AGENT,
    state: DutyState = DutyState.READY,
    node: str = DEFAULT_NODE,
) -> int:
    """Let somebody new sign in at a seat; return the account's id."""
    now = datetime.now(UTC)
    async with engine.execution_options(writing=True).begin() as connection:
        account = await accounts.add(
            connection,
            number=number,
            name="李梅",
            role=role,
            password="-",
            must_change=False,
            now=now,
        )
        await duties.begin(
            connection,
            account_id=account.id,
            seat=seat,
            kind=DutyKind.BROWSER,
            state=state,
            node=node,
            now=now,
        )
    return account.id
