"""Owns what the wallboard must know of the day before the desk was started."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.service_level import Waited
from tickets.models import Call


async def waits_since(database: AsyncConnection, began: datetime) -> list[Waited]:
    """Return the waits of callers who rang since then and have been answered, or have given up."""
    found = await database.execute(
        select(Call.waited_s, Call.agent_answered).where(
            Call.ring_started >= began, Call.waited_s.is_not(None)
        )
    )
    return [Waited(waited or 0.0, answered=answered is not None) for waited, answered in found]
