"""The worker of links: each order that has left for a department is sent to it, once.

It looks at the orders, not at who sent them: by page, program, review or telephone, each order is
found. Two ledgers that find the same one send one letter: the link's key says so.
"""

from datetime import UTC, datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from features.audit import log as audit
from features.audit.log import AuditEntry
from features.department_links import queries
from features.department_links.house import lasts
from features.department_links.queries import Unlinked
from features.department_links.sending import send
from features.tickets import acts
from features.tickets.history import LETTER
from settings import Settings

LOOK_EVERY_S: Final = 2.0
AT_ONCE: Final = 20

_log = structlog.get_logger(__name__)


class LinkWorker:
    """Sends the first link of each order."""

    def __init__(self, settings: Settings, engine: AsyncEngine) -> None:
        self._settings = settings
        self._engine = engine
        self.sent = 0

    async def turn(self) -> float:
        """Write to departments; return the seconds to rest. Raises what the database raises."""
        now = datetime.now(UTC)
        since = now - lasts(self._settings)
        async with self._engine.connect() as connection:
            found = await queries.unlinked(connection, since=since, limit=AT_ONCE)
        for one in found:
            await self._send(one, now)
        return LOOK_EVERY_S

    async def _send(self, one: Unlinked, now: datetime) -> None:
        writing = self._engine.execution_options(writing=True)
        async with writing.begin() as connection:
            found = await acts.locked_by_id(connection, one.ticket_id)
            if found is None:  # somebody works at it: at the next turn
                return
            if await queries.turns(connection, one.order_number, one.department):
                return  # another ledger was first
            link = await send(connection, found, self._settings, author=LETTER, now=now)
            if link is None:
                return
            entry = AuditEntry(
                at=now,
                action="department_link.sent",
                subject=one.number,
                address="ledger",
                detail=f"to {link.address}",
            )
            await audit.note(connection, entry)
        self.sent += 1
        _log.info("order sent to its department", ticket=one.number)
