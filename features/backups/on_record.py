"""Puts backups, restores and ways back on the audit record (SEC-1): they hold or change it all."""

from sqlalchemy.ext.asyncio import AsyncConnection

from features.audit import log as audit
from features.audit.access import audit_entry
from web.current_user import Principal


async def made(connection: AsyncConnection, principal: Principal, folder: str) -> None:
    """Keep that a backup is being made; before it is, so that it is in it."""
    await _noted(connection, principal, "backup.made", folder)


async def restored(connection: AsyncConnection, principal: Principal, made_at: str) -> None:
    """Keep that what follows was restored from a backup; `made_at` is ISO 8601."""
    await _noted(connection, principal, "backup.restored", made_at)


async def moved(connection: AsyncConnection, principal: Principal, way: str) -> None:
    """Keep that the tables are brought to another revision; `way` as `0181 to 0108`."""
    await _noted(connection, principal, "database.moved", way)


async def _noted(
    connection: AsyncConnection, principal: Principal, action: str, subject: str
) -> None:
    entry = audit_entry(principal, action, subject[:80], principal.signature)
    await audit.note(connection, entry)
