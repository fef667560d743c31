"""API of one's own session: sign in, who am I, sign out, new password (SEC-3)."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from authentication import cookie
from authentication.admission import TooManyAtOnceError
from authentication.passwords import BadPasswordError
from authentication.sign_in import ClosedError, Entered, SignIn, Visitor, WrongError
from features.accounts import sessions
from features.accounts.password_change import WrongOldError, change_password
from features.accounts.sessions import Session
from features.duties.in_a_call import not_in_a_call
from permissions.roles import Role
from web.api_models import Asking, CurrentUser, ListPage
from web.current_user import ABSOLUTE, IDLE, Principal, person
from web.live import streams_end
from web.problems import Refused, documented
from web.shapes import Clean

router = APIRouter(prefix="/api/v1", tags=["people"])

Person = Annotated[Principal, Depends(person)]
RowId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class Credentials(BaseModel):
    """A person's number and password."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(max_length=20, examples=["1001"])
    password: str = Field(max_length=200)


class NewPassword(BaseModel):
    """The own password, and the one to come."""

    model_config = ConfigDict(extra="forbid")

    old: str = Field(max_length=200)
    new: str = Field(max_length=200, description="At least 10 characters; not a run of keys.")


class WhoShape(BaseModel):
    """Who asks."""

    number: str = Field(description="工号; empty for a token.", examples=["1001"])
    name: Clean = Field(examples=["李梅"])
    role: Role
    language: str = Field(examples=["zh"])
    must_change: bool = Field(description="The password must be changed before anything else.")
    csrf: str = Field(description="To be sent as `X-CSRF-Token` with every change.")


class SessionShape(BaseModel):
    """One browser that is signed in."""

    id: int
    began_at: datetime
    seen_at: datetime = Field(description="Of the last request, to the minute.")
    ends_at: datetime = Field(description="When it ends unless it is used; at most 16 h long.")
    address: Clean = Field(examples=["192.0.2.7"])
    agent: Clean = Field(description="What the browser calls itself.")
    this: bool = Field(description="It is the session that asks.")


@router.post("/session", status_code=201, responses=documented(401, 403, 422, 429, 503))
async def begin_session(request: Request, given: Credentials) -> WhoShape:
    """Sign in: sets the cookie `thirdring`. Needs no token; whoever errs too often must wait."""
    entered = await let_in(request, given.number.strip(), given.password)
    answer = JSONResponse(_who(entered).model_dump(mode="json"), status_code=201)
    sign_in: SignIn = request.app.state.sign_in
    cookie.put(answer, request, entered.secret)
    sign_in.marks.put(answer, request, entered.account.number, now=datetime.now(UTC))
    return answer  # type: ignore[return-value]  # a cookie must go along


@router.get("/session", responses=documented(401, 403, 503))
async def show_session(principal: CurrentUser) -> WhoShape:
    """Who asks, and the secret that changes must carry."""
    return WhoShape(
        number=principal.number,
        name=principal.name,
        role=principal.role,
        language=principal.language,
        must_change=principal.must_change,
        csrf=principal.csrf,
    )


@router.delete("/session", status_code=204, responses=documented(401, 403, 409, 503))
async def end_session(request: Request, principal: Person, asking: Asking) -> Response:
    """Sign out; not in a call."""
    not_in_a_call(request, principal)
    assert principal.session_id is not None
    session_id, now = principal.session_id, datetime.now(UTC)
    await asking.write(lambda database: sessions.end(database, session_id, now=now))
    streams_end(request, principal)
    answer = Response(status_code=204)
    cookie.take(answer, request)
    return answer


@router.get("/sessions", responses=documented(401, 403, 503))
async def list_sessions(principal: Person, asking: Asking) -> ListPage[SessionShape]:
    """The own sessions, newest first; never more than one page."""
    return ListPage(items=await sessions_of(principal.account_id, principal, asking), next=None)


@router.delete(
    "/sessions/{session_id}", status_code=204, responses=documented(401, 403, 404, 409, 422, 503)
)
async def end_one_session(
    request: Request, session_id: RowId, principal: Person, asking: Asking
) -> Response:
    """End one of the own sessions: a browser that was left open somewhere; not in a call."""
    not_in_a_call(request, principal)
    own = {each.id for each in await sessions_of(principal.account_id, principal, asking)}
    if session_id not in own:
        raise Refused(404, "You have no session with this id.")
    now = datetime.now(UTC)
    await asking.write(lambda database: sessions.end(database, session_id, now=now))
    streams_end(request, principal)
    return Response(status_code=204)


@router.put("/password", status_code=204, responses=documented(401, 403, 409, 422, 429, 503))
async def put_password(
    request: Request, wanted: NewPassword, principal: Person, asking: Asking
) -> Response:
    """Change the own password; all other sessions of the person end, so not in a call."""
    not_in_a_call(request, principal)
    sign_in: SignIn = request.app.state.sign_in
    now = datetime.now(UTC)
    try:
        await change_password(sign_in, principal, wanted.old, wanted.new, asking=asking, now=now)
    except WrongOldError:
        raise Refused(403, "The old password is wrong.") from None
    except BadPasswordError as error:
        raise Refused(422, str(error)) from None
    except ClosedError as error:
        raise too_often(error.until, now) from None
    except TooManyAtOnceError:
        raise busy() from None
    return Response(status_code=204)


async def let_in(request: Request, number: str, password: str) -> Entered:
    """Return the new session of who knows a number and its password. Raises Refused."""
    sign_in: SignIn = request.app.state.sign_in
    now = datetime.now(UTC)
    try:
        return await sign_in.enter(
            number, password, Visitor.of(request, number, sign_in.marks), now=now
        )
    except WrongError:
        raise Refused(401, "The number or the password is wrong.") from None
    except ClosedError as error:
        raise too_often(error.until, now) from None
    except TooManyAtOnceError:
        raise busy() from None


def too_often(until: datetime, now: datetime) -> Refused:
    """Return the refusal of somebody who must wait; it says until when."""
    seconds = max(1, round((until - now).total_seconds()))
    at = until.astimezone(UTC).strftime("%H:%M:%S UTC")
    return Refused(
        429,
        f"There were too many wrong passwords; try again at {at}.",
        headers={"Retry-After": str(seconds)},
    )


def busy() -> Refused:
    """Return the refusal of a moment in which too many sign in."""
    return Refused(
        503, "Too many people sign in this second; try again.", headers={"Retry-After": "2"}
    )


async def sessions_of(
    account_id: int | None, principal: Principal, asking: Asking
) -> list[SessionShape]:
    """Return the sessions of an account that are good now."""
    now = datetime.now(UTC)
    found = await asking.ask(
        lambda database: sessions.sessions(database, account_id or 0, now=now, idle=IDLE)
    )
    return [_shape(each, principal) for each in found if now - each.created_at < ABSOLUTE]


def _shape(each: Session, principal: Principal) -> SessionShape:
    return SessionShape(
        id=each.id,
        began_at=each.created_at,
        seen_at=each.seen_at,
        ends_at=min(each.seen_at + IDLE, each.created_at + ABSOLUTE),
        address=each.address,
        agent=each.agent,
        this=each.id == principal.session_id,
    )


def _who(entered: Entered) -> WhoShape:
    account = entered.account
    return WhoShape(
        number=account.number,
        name=account.name,
        role=account.role,
        language=account.language,
        must_change=account.must_change,
        csrf=entered.session.csrf,
    )
