"""Changes one's own password: the old one proves who it is, other sessions end."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from authentication.lockout import Whence
from authentication.passwords import BadPasswordError, require_good
from authentication.sign_in import SignIn, WrongError
from db.bounded import RequestDatabase
from features.accounts import queries as accounts
from features.accounts import sessions
from features.audit import log as audit
from features.audit.access import audit_entry
from web.current_user import Principal


class WrongOldError(Exception):
    """The old password is wrong."""


async def change_password(
    sign_in: SignIn,
    principal: Principal,
    old: str,
    new: str,
    *,
    asking: RequestDatabase,
    now: datetime,
) -> None:
    """Keep a new password of a person.

    Raises WrongOldError, BadPasswordError, ClosedError (guessing counts here as at sign-in) and
    TooManyAtOnceError.
    """
    require_good(new, number=principal.number, name=principal.name)
    if old == new:
        raise BadPasswordError("simple", "The new password is the old one.")
    try:
        # whoever sits at an open page is counted apart from who guesses at sign-in
        whence = Whence(principal.address, f"session {principal.session_id}")
        account = await sign_in.proved(principal.number, old, whence, now=now)
    except WrongError:
        raise WrongOldError from None
    kept = await sign_in.passwords.kept(new)

    async def change(database: AsyncConnection) -> None:
        await accounts.set_password(database, account.id, kept, must_change=False)
        await sessions.end_all(database, account.id, now=now, but=principal.session_id)
        await audit.note(database, audit_entry(principal, "password.changed", principal.number))

    await asking.write(change)
