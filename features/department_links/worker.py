"""The worker of links: each order that has left for a department is sent to it, once.

It looks at the orders, not at who sent them: by page, program, review or telephone, each order is
found, also those that chase, remind or take back. Two ledgers that find the same one send one
letter: the key of the link, or of the letter, says so.
"""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from features.audit import log as audit
from features.audit.log import AuditEntry
from features.department_links import queries
from features.department_links.house import lasts
from features.department_links.queries import Unwritten
from features.department_links.sending import send
from features.department_links.telling import tell
from features.ticket_life.orders import OrderKind
from features.tickets import acts
from features.tickets.acts import Locked
from features.tickets.history import LETTER
from settings import Settings

LOOK_EVERY_S: Final = 2.0
AT_ONCE: Final = 20

_Wrote = Callable[
    [AsyncConnection, Locked, Unwritten, datetime], Coroutine[Any, Any, AuditEntry | None]
]
"""Writes the letter on an order; gives what goes on record, None where none was written."""

_log = structlog.get_logger(__name__)


class LinkWorker:
    """Sends the first link of each order, and writes of the orders that follow it."""

    def __init__(self, settings: Settings, engine: AsyncEngine) -> None:
        self._settings = settings
        self._engine = engine
        self.sent = 0

    async def turn(self) -> float:
        """Write to departments; return the seconds to rest. Raises what the database raises."""
        now = datetime.now(UTC)
        since = now - lasts(self._settings)
        async with self._engine.connect() as connection:
            first = await queries.unlinked(connection, since=since, limit=AT_ONCE)
            later = await queries.untold(connection, since=since, limit=AT_ONCE)
        for one in first:
            await self._write(one, now, self._send)
        for one in later:
            await self._write(one, now, self._tell)
        return LOOK_EVERY_S

    async def _write(self, one: Unwritten, now: datetime, wrote: _Wrote) -> None:
        writing = self._engine.execution_options(writing=True)
        async with writing.begin() as connection:
            found = await acts.locked_by_id(connection, one.ticket_id)
            if found is None:  # somebody works at it: at the next turn
                return
            entry = await wrote(connection, found, one, now)
            if entry is None:
                return
            await audit.note(connection, entry)
        self.sent += 1
        _log.info("order sent to its department", ticket=one.number, order=one.order_number)

    async def _send(
        self, connection: AsyncConnection, found: Locked, one: Unwritten, now: datetime
    ) -> AuditEntry | None:
        """Send the link to an order that brings work."""
        if await queries.turns(connection, one.order_number, one.department):
            return None  # another ledger was first
        link = await send(connection, found, self._settings, author=LETTER, now=now)
        if link is None:
            return None
        return _entry("department_link.sent", one, now, f"to {link.address}")

    async def _tell(
        self, connection: AsyncConnection, found: Locked, one: Unwritten, now: datetime
    ) -> AuditEntry | None:
        """Write of an order that follows another."""
        told = await tell(connection, found, one, self._settings, author=LETTER, now=now)
        if told is None:
            return None
        is_return = told.order.kind is OrderKind.RETURN
        action = "department_link.withdrawn" if is_return else "department_link.sent"
        return _entry(action, one, now, f"to {told.address}: {told.order.number}")


def _entry(action: str, one: Unwritten, now: datetime, detail: str) -> AuditEntry:
    return AuditEntry(at=now, action=action, subject=one.number, address="ledger", detail=detail)
