"""The secrets of webhooks: sealed in the database as those of second factors are."""

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication.sealing import SealError, Seals, is_sealed
from features.webhooks.tables import WebhookRow


def sealed(seals: Seals, webhook_id: str, secret: str) -> str:
    """Return a secret as it is kept. Raises OSError."""
    return seals.seal(secret, about=_about(webhook_id))


def opened(seals: Seals, webhook_id: str, kept: str) -> str:
    """Return a secret. Raises SealError when it was sealed with a key that is not here."""
    return seals.open(kept, about=_about(webhook_id))


async def has_any(connection: AsyncConnection) -> bool:
    """Tell whether a secret is sealed."""
    return any(is_sealed(each) for each in (await _kept(connection)).values())


async def seal_again(connection: AsyncConnection, seals: Seals) -> tuple[int, int]:
    """Seal every secret with the newest key; return how many, and how many no key opens."""
    if connection.dialect.name == "sqlite":
        await connection.execute(text("PRAGMA secure_delete=ON"))
    row, done, shut = WebhookRow, 0, 0
    for webhook_id, kept in (await _kept(connection)).items():
        try:
            secret = opened(seals, webhook_id, kept)
        except SealError:
            shut += 1
            continue
        fresh = sealed(seals, webhook_id, secret)
        mine = (row.id == webhook_id, row.secret == kept)
        await connection.execute(update(row).where(*mine).values(secret=fresh))
        done += 1
    return done, shut


async def looked_at(connection: AsyncConnection, seals: Seals) -> tuple[int, int]:
    """Return how many secrets are open, and how many are shut for good."""
    kept, shut = await _kept(connection), 0
    for webhook_id, secret in kept.items():
        try:
            opened(seals, webhook_id, secret)
        except SealError:
            shut += 1
    return len(kept) - shut, shut


async def _kept(connection: AsyncConnection) -> dict[str, str]:
    found = await connection.execute(select(WebhookRow.id, WebhookRow.secret))
    return {str(webhook_id): str(secret) for webhook_id, secret in found}


def _about(webhook_id: str) -> str:
    return f"webhook {webhook_id}"
