"""A new key for what is sealed, on the audit record."""

from sqlalchemy.ext.asyncio import AsyncConnection

from authentication.sealing import Seals
from features.accounts import second_factor
from features.audit import log as audit
from features.audit.access import audit_entry
from web.current_user import Principal


async def rotate(
    connection: AsyncConnection, seals: Seals, principal: Principal
) -> tuple[int, int]:
    """Seal everything with a new key; return how many are, and how many no key opens.

    The old keys stay until the change is kept (`Seals.forget_old_keys`). Raises OSError.
    """
    seals.add_key()
    done, shut = await second_factor.seal_again(connection, seals)
    await audit.note(connection, audit_entry(principal, "factor.sealed", seals.path.name))
    return done, shut
