"""Changes of one's own second factor (SEC-3): begin, prove, remove; each is in the audit log.

The pages and the API call these. The password proves who begins or removes it: whoever finds a page
open changes nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import structlog
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication.admission import TooManyAtOnceError
from authentication.lockout import Whence
from authentication.sealing import SealError
from authentication.sign_in import ClosedError, SignIn, WrongError
from db.bounded import RequestDatabase
from features.accounts import second_factor
from features.accounts.actions import busy
from features.accounts.actions_session import TooOften
from features.audit import log as audit
from features.audit.access import audit_entry
from web.api_models import InputModel
from web.current_user import Principal
from web.problems import Refused

log = structlog.get_logger()


class OwnPassword(InputModel):
    """The own password, as a proof."""

    password: str = Field(max_length=200)


class Code(InputModel):
    """Six digits of the app."""

    code: str = Field(max_length=12, examples=["492039"])


async def begin(
    asking: RequestDatabase, signing_in: SignIn, principal: Principal, given: OwnPassword
) -> str:
    """Return a fresh secret for the app; it asks for nothing before `prove`.

    Raises Refused: 403 for a wrong password, 409 when an app is in use, TooOften, 503.
    """
    await prove_who(signing_in, principal, given)

    async def begun(connection: AsyncConnection) -> str:
        try:
            secret = await second_factor.begin(
                connection, principal.account_id or 0, signing_in.seals
            )
        except (SealError, OSError) as error:
            log.error("no second factor can be begun", why=str(error))
            said = "Second factors cannot be kept now: the key is missing. Tell who runs this."
            raise Refused(503, said, faults={"factor": "factor.fault_key"}) from None
        if secret is None:
            said = "An app is in use already; remove it first."
            raise Refused(409, said, faults={"factor": "factor.fault_there"})
        await audit.note(connection, audit_entry(principal, "factor.shown", principal.number))
        return secret

    return await asking.write(begun)


async def prove(
    asking: RequestDatabase, signing_in: SignIn, principal: Principal, given: Code
) -> None:
    """Prove with a code that the app has the secret: from now on signing in asks for one.

    Raises Refused: 404 when none was begun, 422 for a wrong code.
    """
    now = datetime.now(UTC)

    async def proved(connection: AsyncConnection) -> bool:
        factor = await second_factor.of(connection, principal.account_id or 0)
        if factor is None:
            said = "There is nothing to prove; begin first."
            raise Refused(404, said, faults={"factor": "factor.fault_gone"})
        if factor.confirmed_at is not None:
            return True
        try:
            right = await second_factor.accept(
                connection, factor, given.code, signing_in.seals, now=now
            )
        except SealError:
            right = False
        if not right:
            return False
        await audit.note(connection, audit_entry(principal, "factor.begun", principal.number))
        return True

    if not await asking.write(proved):
        said = "This is not the code that the app shows now."
        raise Refused(422, said, faults={"factor": "factor.fault_code"})


async def remove(
    asking: RequestDatabase, signing_in: SignIn, principal: Principal, given: OwnPassword
) -> None:
    """Sign in with the password alone again; without an app nothing changes.

    Raises Refused: 403 for a wrong password, TooOften, 503.
    """
    await prove_who(signing_in, principal, given)

    async def removed(connection: AsyncConnection) -> None:
        if await second_factor.remove(connection, principal.account_id or 0):
            await audit.note(connection, audit_entry(principal, "factor.removed", principal.number))

    await asking.write(removed)


async def prove_who(signing_in: SignIn, principal: Principal, given: OwnPassword) -> None:
    """Have somebody who is signed in prove it by the password.

    Raises Refused: 403, TooOften, 503.
    """
    whence = Whence(principal.address, f"session {principal.session_id}")
    with refusing(403, "The password is wrong.", "password.fault_old", "password.fault_busy"):
        now = datetime.now(UTC)
        await signing_in.proved(principal.number, given.password, whence, now=now)


@contextmanager
def refusing(status: int, said: str, words: str, closed: str = "login.closed") -> Iterator[None]:
    """Say what the way in raises as a refusal; `words` and `closed` are said on pages."""
    try:
        yield
    except WrongError:
        raise Refused(status, said, faults={"factor": words}) from None
    except ClosedError as error:
        raise TooOften(error.until, closed) from None
    except TooManyAtOnceError:
        raise busy("password.fault_busy" if status == 403 else "login.busy") from None
