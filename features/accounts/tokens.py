"""API tokens: made, looked up, revoked. The token itself is never kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.accounts.tables import ApiToken

LASTS: Final = timedelta(days=365)
"""A token that nobody renews is over by then: programs are forgotten sooner than their tokens."""
LONGEST: Final = timedelta(days=1096)


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
    expires_at: datetime

    def good(self, now: datetime) -> bool:
        """Tell whether it still opens anything."""
        return self.revoked_at is None and now < self.expires_at


_COLUMNS = (
    ApiToken.id,
    ApiToken.role,
    ApiToken.department,
    ApiToken.label,
    ApiToken.created_at,
    ApiToken.last_used_at,
    ApiToken.revoked_at,
    ApiToken.expires_at,
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
    lasts: timedelta = LASTS,
) -> None:
    """Keep a new token (in the caller's transaction)."""
    await connection.execute(
        insert(ApiToken).values(
            hash=digest(token),
            role=role,
            department=department,
            label=label,
            created_at=now,
            expires_at=now + lasts,
        )
    )


async def bearer(connection: AsyncConnection, token: str, *, now: datetime) -> Token | None:
    """Return whom a token stands for, None when it is unknown, over, or was taken back."""
    query = select(*_COLUMNS).where(
        ApiToken.hash == digest(token), ApiToken.revoked_at.is_(None), ApiToken.expires_at > now
    )
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
