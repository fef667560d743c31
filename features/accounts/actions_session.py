"""Changes of one's own sessions (SEC-3): sign in, sign out, a new password.

The pages and the API call these. Each is in the audit log. Not during a call: the phone is in the
page.
"""

from datetime import UTC, datetime

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication.admission import TooManyAtOnceError
from authentication.challenges import LONGEST_TICKET
from authentication.passkeys import LONGEST_ANSWER, Answer, Party
from authentication.passwords import BadPasswordError
from authentication.second_factors import Proof
from authentication.sign_in import (
    ClosedError,
    CodeNeededError,
    Entered,
    SignIn,
    Visitor,
    WrongCodeError,
    WrongError,
)
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
    code: str = Field(
        "",
        max_length=24,
        description="Six digits of the app, or a recovery code, where the account has them.",
    )
    passkey: str = Field(
        "",
        max_length=LONGEST_ANSWER,
        description="In place of a code: what a browser's passkey answered, as JSON.",
    )
    ticket: str = Field("", max_length=LONGEST_TICKET, description="Of that passkey's challenge.")


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


async def sign_in(
    signing_in: SignIn, given: Credentials, visitor: Visitor, party: Party | None
) -> Entered:
    """Return the new session of who knows a number and its password.

    `party` is as what a browser knows us, None where it has no passkeys. Raises Refused: 401
    whatever is wrong, TooOften, or 503 when too many sign in.
    """
    answer = Answer(party, given.ticket, given.passkey) if party and given.passkey else None
    proof, now = Proof(given.code, answer), datetime.now(UTC)
    try:
        return await signing_in.enter(given.number, given.password, visitor, proof=proof, now=now)
    except CodeNeededError:
        said = "This account signs in with a second factor too: send `code`, or `passkey`."
        raise Refused(401, said, faults={"code": "login.code_needed"}) from None
    except WrongCodeError:
        said = "The code is wrong, or was used already."
        raise Refused(401, said, faults={"code": "login.code_wrong"}) from None
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
    asking: RequestDatabase,
    floor: Floor,
    signing_in: SignIn,
    principal: Principal,
    given: NewPassword,
) -> None:
    """Change the own password; all other sessions of the person end.

    Raises Refused: 403 for a wrong old one, 422 for a poor new one, TooOften, 409 in a call, 503.
    """
    not_in_a_call(floor, principal)
    now = datetime.now(UTC)
    try:
        await change_password(signing_in, principal, given.old, given.new, asking=asking, now=now)
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
