"""API tokens: made, looked up, revoked. The token itself is never kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.accounts.tables import ApiToken


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Who a token stands for."""

    id: int
    role: str
    department: str
    label: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


_COLUMNS = (
    ApiToken.id,
    ApiToken.role,
    ApiToken.department,
    ApiToken.label,
    ApiToken.created_at,
    ApiToken.last_used_at,
    ApiToken.revoked_at,
)


def digest(token: str) -> str:
    """Return what is kept of a token; it is random and long, so a plain SHA-256 will do."""
    return hashlib.sha256(token.encode()).hexdigest()


async def keep(
    connection: AsyncConnection,
    token: str,
    *,
    role: str,
    label: str,
    now: datetime,
    department: str = "",
) -> None:
    """Keep a new token (in the caller's transaction)."""
    await connection.execute(
        insert(ApiToken).values(
            hash=digest(token), role=role, department=department, label=label, created_at=now
        )
    )


async def bearer(connection: AsyncConnection, token: str) -> Token | None:
    """Return whom a token stands for, None when it is unknown or was taken back."""
    query = select(*_COLUMNS).where(ApiToken.hash == digest(token), ApiToken.revoked_at.is_(None))
    found = (await connection.execute(query)).mappings().one_or_none()
    return None if found is None else Token(**found)


async def tokens(connection: AsyncConnection) -> Sequence[Token]:
    """Return every token that was ever given out, oldest first."""
    found = (await connection.execute(select(*_COLUMNS).order_by(ApiToken.id))).mappings().all()
    return [Token(**row) for row in found]


async def mark_used(connection: AsyncConnection, token_id: int, *, now: datetime) -> None:
    """Note that a token was used (in the caller's transaction)."""
    await connection.execute(
        update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now)
    )


async def revoke(connection: AsyncConnection, token_id: int, *, now: datetime) -> bool:
    """Take a token back (in the caller's transaction); False when it was not valid any more."""
    done = await connection.execute(
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ApiToken.id)
    )
    return done.first() is not None
