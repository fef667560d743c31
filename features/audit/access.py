"""Record access: writes down who read or changed which customer data, and from where (SEC-1)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.log import AuditEntry
from permissions.may import reach_of
from permissions.scopes import EVERYTHING, Reach
from web.current_user import Principal

Thing = TypeVar("Thing")


def audit_entry(
    principal: Principal, action: str, subject: str, detail: str = "", *, why: str = ""
) -> AuditEntry:
    """Return the entry for an access that happens now."""
    return AuditEntry(
        at=datetime.now(UTC),
        token_id=principal.token_id,
        account_id=principal.account_id,
        action=action,
        subject=subject,
        address=principal.address,
        detail=detail,
        why=why,
    )


async def recorded(asking: RequestDatabase, entry: AuditEntry) -> None:
    """Keep an entry before anything is shown. Raises DatabaseTimeoutError: show nothing."""
    await asking.write(lambda connection: audit.note(connection, entry))


def noted(asking: RequestDatabase, entry: AuditEntry) -> None:
    """Keep an entry without waiting: for what agents read all day."""
    asking.note(lambda connection: audit.note(connection, entry))


async def theirs(
    asking: RequestDatabase,
    principal: Principal,
    verb: str,
    subject: str,
    one: Callable[[AsyncConnection, Reach], Awaitable[Thing | None]],
) -> Thing | None:
    """Return what `one` finds within the reach of who asks for a verb.

    None for what is not there and for what is not theirs: nobody learns which. An access to what
    is not theirs is put on record, as `call.read.refused`.
    """
    reach = reach_of(principal, verb)
    found = await asking.ask(lambda connection: one(connection, reach))
    if found is None and not reach.whole:
        there = await asking.ask(lambda connection: one(connection, EVERYTHING))
        if there is not None:
            await refused(asking, principal, verb, subject)
    return found


async def refused(asking: RequestDatabase, principal: Principal, verb: str, subject: str) -> None:
    """Put on record that somebody asked for what is not theirs."""
    await recorded(asking, audit_entry(principal, f"{verb}.refused", subject))
