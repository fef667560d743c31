"""A new key for what is sealed, on the audit record."""

from sqlalchemy.ext.asyncio import AsyncConnection

from authentication.sealing import Seals
from features.accounts import second_factor
from features.audit import log as audit
from features.audit.access import audit_entry
from features.webhooks import sealed as webhook_secrets
from web.current_user import Principal


async def rotate(
    connection: AsyncConnection, seals: Seals, principal: Principal
) -> tuple[int, int, int]:
    """Seal everything with a new key.

    Returns how many second factors and webhooks' secrets are, and how many of both no key opens.

    The old keys stay until the change is kept (`Seals.forget_old_keys`). Raises OSError.
    """
    seals.add_key()
    done, shut = await second_factor.seal_again(connection, seals)
    webhooks, shut_webhooks = await webhook_secrets.seal_again(connection, seals)
    await audit.note(connection, audit_entry(principal, "factor.sealed", seals.path.name))
    return done, webhooks, shut + shut_webhooks


async def looked_at(connection: AsyncConnection, seals: Seals) -> tuple[int, int, int, int]:
    """Return how many second factors are sealed and open, and lie plain; webhooks' secrets that are
    open; and how many of both are shut for good.
    """
    opened, plain, shut = await second_factor.looked_at(connection, seals)
    webhooks, shut_webhooks = await webhook_secrets.looked_at(connection, seals)
    return opened, plain, webhooks, shut + shut_webhooks
