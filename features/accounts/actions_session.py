"""The changes of a person's own sessions (SEC-3): sign in, sign out, a new password.

The sign-in forms and the API both call these. Each is on record. What ends a session is refused
in a call, for the phone is in the page.
"""

from datetime import UTC, datetime

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication.admission import TooManyAtOnceError
from authentication.passwords import BadPasswordError
from authentication.sign_in import ClosedError, Entered, SignIn, Visitor, WrongError
from db.bounded import RequestDatabase
from features.accounts import sessions
from features.accounts.actions import busy
from features.accounts.password_change import WrongOldError, change_password
from features.accounts.sessions import Session
from features.audit import log as audit
from features.audit.access import audit_entry
from features.duties.in_a_call import not_in_a_call
from floor.floor import Floor
from web.api_models import InputModel
from web.current_user import ABSOLUTE, IDLE, Principal
from web.problems import Refused


class Credentials(InputModel):
    """A person's number and password."""

    number: str = Field(max_length=20, examples=["1001"])
    password: str = Field(max_length=200)


class NewPassword(InputModel):
    """The own password, and the one to come."""

    old: str = Field(max_length=200)
    new: str = Field(max_length=200, description="At least 10 characters; not a run of keys.")


class TooOften(Refused):
    """There were too many wrong passwords; nothing is looked at before `until`."""

    def __init__(self, until: datetime, words: str) -> None:
        seconds = max(1, round((until - datetime.now(UTC)).total_seconds()))
        at = until.astimezone(UTC).strftime("%H:%M:%S UTC")
        super().__init__(
            429,
            f"There were too many wrong passwords; try again at {at}.",
            headers={"Retry-After": str(seconds)},
            faults={"password": words},
        )
        self.until = until


async def sign_in(door: SignIn, given: Credentials, visitor: Visitor) -> Entered:
    """Return the new session of who knows a number and its password.

    Raises Refused: 401 whatever is wrong, TooOften, or 503 when too many sign in.
    """
    try:
        return await door.enter(given.number, given.password, visitor, now=datetime.now(UTC))
    except WrongError:
        said = "The number or the password is wrong."
        raise Refused(401, said, faults={"password": "login.wrong"}) from None
    except ClosedError as error:
        raise TooOften(error.until, "login.closed") from None
    except TooManyAtOnceError:
        raise busy("login.busy") from None


async def sign_out(asking: RequestDatabase, floor: Floor, principal: Principal) -> None:
    """End the session that asks. Raises Refused with 409 in a call."""
    not_in_a_call(floor, principal)
    assert principal.session_id is not None
    await _end(asking, floor, principal, principal.session_id)


async def end_session(
    asking: RequestDatabase, floor: Floor, principal: Principal, session_id: int
) -> None:
    """End one of the own sessions: a browser that was left open somewhere.

    Raises Refused: 404, or 409 in a call.
    """
    not_in_a_call(floor, principal)
    if session_id not in {each.id for each in await open_sessions(asking, principal.account_id)}:
        raise Refused(404, "You have no session with this id.")
    await _end(asking, floor, principal, session_id)


async def put_password(
    asking: RequestDatabase, floor: Floor, door: SignIn, principal: Principal, given: NewPassword
) -> None:
    """Change the own password; all other sessions of the person end.

    Raises Refused: 403 for a wrong old one, 422 for a poor new one, TooOften, 409 in a call, 503.
    """
    not_in_a_call(floor, principal)
    now = datetime.now(UTC)
    try:
        await change_password(door, principal, given.old, given.new, asking=asking, now=now)
    except WrongOldError:
        said = "The old password is wrong."
        raise Refused(403, said, faults={"old": "password.fault_old"}) from None
    except BadPasswordError as error:
        faults = {"new": f"password.fault_{error.fault}"}
        raise Refused(422, str(error), faults=faults) from None
    except ClosedError as error:
        raise TooOften(error.until, "password.fault_busy") from None
    except TooManyAtOnceError:
        raise busy("password.fault_busy") from None


async def open_sessions(asking: RequestDatabase, account_id: int | None) -> list[Session]:
    """Return the sessions of an account that are good now."""
    now = datetime.now(UTC)
    found = await asking.ask(
        lambda connection: sessions.sessions(connection, account_id or 0, now=now, idle=IDLE)
    )
    return [each for each in found if now - each.created_at < ABSOLUTE]


async def _end(
    asking: RequestDatabase, floor: Floor, principal: Principal, session_id: int
) -> None:
    async def ended(connection: AsyncConnection) -> None:
        if await sessions.end(connection, session_id, now=datetime.now(UTC)):
            seen = audit_entry(principal, "session.ended", principal.number)
            await audit.note(connection, seen)

    await asking.write(ended)
    if principal.account_id is not None:
        floor.streams.end(principal.account_id)
