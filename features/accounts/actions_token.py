"""Changes of the API's tokens (SEC-3): make, take back; each is in the audit log (SEC-1).

`thirdring token` calls these. No route does: whoever may start programs gives them their tokens.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from features.accounts import tokens
from features.audit import log as audit
from features.audit.access import audit_entry
from permissions.roles import Role
from web.current_user import Principal
from web.problems import Refused

PREFIX: Final = "tr_"
"""Begins every token, so that one that leaked is recognised in a log or a repository."""
RANDOM_BYTES: Final = 32


async def make(
    connection: AsyncConnection,
    principal: Principal,
    *,
    role: Role,
    label: str,
    department: str,
    lasts: timedelta = tokens.LASTS,
) -> str:
    """Make a token; return it. It is kept nowhere: the database has its SHA-256 only."""
    token = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    await tokens.keep(
        connection,
        token,
        role=role.value,
        label=label,
        department=department,
        now=datetime.now(UTC),
        lasts=lasts,
    )
    await audit.note(connection, audit_entry(principal, "token.made", label[:80], role.value))
    return token


async def revoke(connection: AsyncConnection, principal: Principal, token_id: int) -> None:
    """Take a token back. Raises Refused with 404 when it was not valid any more."""
    if not await tokens.revoke(connection, token_id, now=datetime.now(UTC)):
        raise Refused(404, f"There is no valid token with the id {token_id}.")
    await audit.note(connection, audit_entry(principal, "token.revoked", str(token_id)))
