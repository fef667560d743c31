"""Owns what is done to a batch: start, pause, stop, copy; each is on record (SEC-1)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from features.audit import log as audit
from features.audit.looks import look
from features.campaigns import queries as batches
from features.campaigns.lifecycle import BatchState
from web.current_user import Holder

DONE = {
    BatchState.RUNNING: "batch.started",
    BatchState.PAUSED: "batch.paused",
    BatchState.STOPPED: "batch.stopped",
}


class NotThereError(Exception):
    """There is no such batch."""


def turned(
    batch_id: int, to: BatchState, holder: Holder
) -> Callable[[AsyncConnection], Awaitable[bool]]:
    """Return the change of a batch to a state; it gives False when it is not possible now.

    What is so already stays so, and is no error. The change raises NotThereError.
    """

    async def change(connection: AsyncConnection) -> bool:
        known = await batches.one(connection, batch_id)
        if known is None:
            raise NotThereError
        if known.state is to:
            return True
        if not await batches.change(connection, batch_id, to, now=datetime.now(UTC)):
            return False
        await audit.note(connection, look(holder, DONE[to], str(batch_id), known.batch.name))
        return True

    return change


def copied(
    batch_id: int, name: str, holder: Holder, *, unreached: bool
) -> Callable[[AsyncConnection], Awaitable[int | None]]:
    """Return the making of a copy; it gives the new batch's id, None: there is no such batch."""

    async def change(connection: AsyncConnection) -> int | None:
        now = datetime.now(UTC)
        made = await batches.copy(
            connection,
            batch_id,
            name=name,
            made_by=holder.account_id,
            now=now,
            unreached=unreached,
        )
        if made is not None:
            seen = look(holder, "batch.made", str(made), f"copy of {batch_id}")
            await audit.note(connection, seen)
        return made

    return change
