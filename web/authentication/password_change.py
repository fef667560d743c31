"""Owns changing one's own password: the old one proves who it is, the other sittings end."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import Patience
from features.accounts import queries as accounts
from features.accounts import sessions as sittings
from features.audit import log as audit
from features.audit.looks import look
from web.authentication.lockout import Whence
from web.authentication.passwords import BadPasswordError, require_good
from web.authentication.sign_in import Door, WrongError
from web.current_user import Holder


class WrongOldError(Exception):
    """The old password is wrong."""


async def change_password(
    door: Door, holder: Holder, old: str, new: str, *, asking: Patience, now: datetime
) -> None:
    """Keep a new password of a person.

    Raises WrongOldError, BadPasswordError, ClosedError (guessing counts here as at the door) and
    TooManyAtOnceError.
    """
    require_good(new, number=holder.number, name=holder.name)
    if old == new:
        raise BadPasswordError("simple", "The new password is the old one.")
    try:
        # whoever sits at an open page is counted apart from who guesses at the door
        whence = Whence(holder.address, f"sitting {holder.sitting_id}")
        account = await door.proved(holder.number, old, whence, now=now)
    except WrongError:
        raise WrongOldError from None
    kept = await door.passwords.kept(new)

    async def change(database: AsyncConnection) -> None:
        await accounts.set_password(database, account.id, kept, must_change=False)
        await sittings.end_all(database, account.id, now=now, but=holder.sitting_id)
        await audit.note(database, look(holder, "password.changed", holder.number))

    await asking.write(change)
