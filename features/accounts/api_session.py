"""API of one's own session: sign in, who am I, sign out, new password (SEC-3)."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from authentication import cookie
from authentication.passkeys import NoPartyError, Party, party_of
from authentication.sign_in import Entered, SignIn, Visitor
from db.bounded import RequestDatabase
from features.accounts import actions_session as actions
from features.accounts.actions_session import Credentials, NewPassword
from features.accounts.sessions import Session
from features.accounts.shapes import SessionShape, WhoShape
from web.api_models import Asking, CurrentUser, ListPage, Person, RowId
from web.current_user import ABSOLUTE, IDLE, Principal
from web.live import floor_of
from web.problems import documented

router = APIRouter(prefix="/api/v1", tags=["people"])


@router.post("/session", status_code=201, responses=documented(401, 403, 422, 429, 503))
async def begin_session(request: Request, given: Credentials) -> WhoShape:
    """Sign in: sets the cookie `thirdring`. Needs no token; whoever errs too often must wait."""
    entered = await sign_in_from(request, given)
    answer = JSONResponse(who(entered).model_dump(mode="json"), status_code=201)
    carry(request, answer, entered)
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
    await actions.sign_out(asking, floor_of(request), principal)
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
    await actions.end_session(asking, floor_of(request), principal, session_id)
    return Response(status_code=204)


@router.put("/password", status_code=204, responses=documented(401, 403, 409, 422, 429, 503))
async def put_password(
    request: Request, given: NewPassword, principal: Person, asking: Asking
) -> Response:
    """Change the own password; all other sessions of the person end, so not in a call."""
    await actions.put_password(asking, floor_of(request), sign_in_of(request), principal, given)
    return Response(status_code=204)


async def sign_in_from(request: Request, given: Credentials) -> Entered:
    """Return the new session of the browser or program that sends a request. Raises Refused."""
    sign_in, number = sign_in_of(request), given.number.strip()
    asked = given.model_copy(update={"number": number})
    visitor = Visitor.of(request, number, sign_in.marks)
    return await actions.sign_in(sign_in, asked, visitor, party_or_none(request))


def party_or_none(request: Request) -> Party | None:
    """Return as what the browser of a request knows us; None where it has no passkeys for us."""
    try:
        return party_of(request)
    except NoPartyError:
        return None


def carry(request: Request, answer: Response, entered: Entered) -> None:
    """Put the cookies of a new session into an answer."""
    cookie.put(answer, request, entered.secret)
    sign_in_of(request).marks.put(answer, request, entered.account.number, now=datetime.now(UTC))


def sign_in_of(request: Request) -> SignIn:
    """Return the desk's way in."""
    sign_in: SignIn = request.app.state.sign_in
    return sign_in


async def sessions_of(
    account_id: int | None, principal: Principal, asking: RequestDatabase
) -> list[SessionShape]:
    """Return the sessions of an account that are good now, as they are shown to somebody."""
    found = await actions.open_sessions(asking, account_id)
    return [_shape(each, principal) for each in found]


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


def who(entered: Entered) -> WhoShape:
    """Return who has signed in, as it is told."""
    account = entered.account
    return WhoShape(
        number=account.number,
        name=account.name,
        role=account.role,
        language=account.language,
        must_change=account.must_change,
        csrf=entered.session.csrf,
    )
