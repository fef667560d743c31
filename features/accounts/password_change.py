"""Owns changing one's own password: the old one proves who it is, the other sessions end."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from authentication.lockout import Whence
from authentication.passwords import BadPasswordError, require_good
from authentication.sign_in import SignIn, WrongError
from db.bounded import Patience
from features.accounts import queries as accounts
from features.accounts import sessions
from features.audit import log as audit
from features.audit.looks import look
from web.current_user import Principal


class WrongOldError(Exception):
    """The old password is wrong."""


async def change_password(
    door: SignIn, principal: Principal, old: str, new: str, *, asking: Patience, now: datetime
) -> None:
    """Keep a new password of a person.

    Raises WrongOldError, BadPasswordError, ClosedError (guessing counts here as at the door) and
    TooManyAtOnceError.
    """
    require_good(new, number=principal.number, name=principal.name)
    if old == new:
        raise BadPasswordError("simple", "The new password is the old one.")
    try:
        # whoever sits at an open page is counted apart from who guesses at the door
        whence = Whence(principal.address, f"session {principal.session_id}")
        account = await door.proved(principal.number, old, whence, now=now)
    except WrongError:
        raise WrongOldError from None
    kept = await door.passwords.kept(new)

    async def change(database: AsyncConnection) -> None:
        await accounts.set_password(database, account.id, kept, must_change=False)
        await sessions.end_all(database, account.id, now=now, but=principal.session_id)
        await audit.note(database, look(principal, "password.changed", principal.number))

    await asking.write(change)
