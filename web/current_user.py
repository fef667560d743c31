"""The current user: a request's session or token, its role, and the permission check (SEC-3).

Programs send a token, browsers the cookie of a session; a request that sends both is a program's.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param
from starlette.requests import HTTPConnection

from authentication import cookie
from authentication import csrf as guard
from db.bounded import Database, RequestDatabase
from features.accounts import queries as accounts
from features.accounts import sessions, tokens
from features.accounts.queries import Account
from features.accounts.sessions import Session
from features.accounts.tokens import Token
from features.audit import log as audit
from features.audit.looks import look
from features.idempotency import requests as idempotency
from floor.connection_limiter import ConnectionLimiter, Owner, Peer
from floor.floor import Floor
from permissions.declared import declared
from permissions.declaring import WEB_SOCKET, Open, Route
from permissions.may import leads_a_team, widened_by
from permissions.roles import LEADERS, Role
from permissions.routes import allowed
from permissions.scopes import NOBODY, Serving
from permissions.viewing import seen_by
from web.problems import MustChange, Refused

IDLE, ABSOLUTE = timedelta(hours=8), timedelta(hours=16)
"""How long a session lasts without a request, and at most: a shift, and a shift that goes on."""

USE_NOTED_EVERY = timedelta(minutes=1)
"""A last use is kept to the minute: a player that seeks would write a row a second."""

LONGEST_TOKEN = 200

CHALLENGE = {"WWW-Authenticate": "Bearer"}


class _Bearer(HTTPBearer):
    """The token of a request or of a web socket's first request, not yet looked at."""

    async def __call__(self, request: HTTPConnection) -> HTTPAuthorizationCredentials | None:
        scheme, given = get_authorization_scheme_param(request.headers.get("authorization"))
        if scheme.lower() != "bearer" or not given:
            return None
        return HTTPAuthorizationCredentials(scheme=scheme, credentials=given)


bearer = _Bearer(auto_error=False, description="A token made by `thirdring token --role ROLE`.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks: a person in a session, or a program with a token; the role, and from where."""

    role: Role
    address: str
    name: str
    """The person's name, or the token's label."""
    token_id: int | None = None
    account_id: int | None = None
    number: str = ""
    """The person's account number (工号); empty for a program."""
    session_id: int | None = None
    csrf: str = ""
    """What unsafe requests of this session must carry; empty for a program."""
    language: str = ""
    """The language the person wants the pages in."""
    department: str = ""
    """Of the person's account; empty: none."""
    team: str = ""
    """Of the person's account; empty: none."""
    colleagues: frozenset[str] = frozenset()
    """The account numbers of the team, where a right of the role goes to it."""
    serving: Serving = NOBODY
    """Whom the person serves now."""
    widened: frozenset[str] = frozenset()
    """Settings of this installation that widen the rights of roles (`permissions.scopes.Grant`)."""
    must_change: bool = False
    """The password was given by somebody else: until it is changed nothing else may be done."""

    @property
    def signature(self) -> str:
        """Return how who asks is kept with a change: the account number, or the token's label."""
        return self.number or self.name


def secret_of(connection: HTTPConnection) -> str:
    """Return the token or cookie of a request, not looked at; empty for none."""
    scheme, given = get_authorization_scheme_param(connection.headers.get("authorization"))
    return given if scheme.lower() == "bearer" and given else cookie.given(connection)


async def request_database(connection: HTTPConnection) -> RequestDatabase:
    """Return this request's way to the database."""
    database: Database = connection.app.state.database
    return database.for_request()


async def admitted(
    connection: HTTPConnection,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    asking: Annotated[RequestDatabase, Depends(request_database)],
) -> Principal | None:
    """Return who asks, None on a route that is open.

    Every route of the desk depends on this. Raises Refused with 401 or 403.
    """
    route = _route(connection)
    rule = allowed(*route)
    address = connection.client.host if connection.client else ""
    if rule is Open.EVERYWHERE:
        _refuse_other_sites(connection, route)
    if rule is Open.EVERYWHERE or (rule is Open.LOOPBACK and _is_loopback(address)):
        return None
    roles = LEADERS if isinstance(rule, Open) else rule
    if given is None and cookie.given(connection):
        principal = await _seated(connection, route, address, asking)
    else:
        principal = await _program(
            given.credentials if given else "", address, asking, _widened(connection)
        )
    connection.state.principal = principal
    seen_by(principal.role)
    _take_place(connection, principal)
    if principal.role not in roles:
        raise Refused(403, f"The role {principal.role.value} has no right to this.")
    if principal.must_change and route not in declared().before_the_change:
        raise MustChange(403, "Change your one-time password first.")
    if action := declared().looks.get(route):
        _look(connection, principal, action, asking)
    owner = (
        f"account {principal.account_id}" if principal.account_id else f"token {principal.token_id}"
    )
    await idempotency.once(connection, asking, owner=owner, role=principal.role.value)
    return principal


async def known(principal: Annotated[Principal | None, Depends(admitted)]) -> Principal:
    """Return who asks, on a route that is not open."""
    if principal is None:
        raise Refused(401, "This needs a session or a token.", headers=CHALLENGE)
    return principal


async def person(principal: Annotated[Principal, Depends(known)]) -> Principal:
    """Return who asks, on a route that only makes sense for a person in a session."""
    if principal.account_id is None or principal.session_id is None:
        raise Refused(403, "This is for people who have signed in; a token has no session.")
    return principal


def _look(
    connection: HTTPConnection, principal: Principal, action: str, asking: RequestDatabase
) -> None:
    """Put on record what somebody looks at, without waiting: a list comes while others write."""
    entry = look(
        action,
        path=connection.path_params,
        query=connection.query_params,
        address=principal.address,
        token_id=principal.token_id,
        account_id=principal.account_id,
    )
    asking.note(partial(audit.note, entry=entry))


def _take_place(connection: HTTPConnection, principal: Principal) -> None:
    limiter: ConnectionLimiter = connection.app.state.connection_limiter
    peer: Peer | None = connection.scope.get("peer")
    if peer is not None:
        limiter.known(peer, Owner(principal.account_id, principal.token_id))


def _route(connection: HTTPConnection) -> Route:
    method = WEB_SOCKET if connection.scope["type"] == "websocket" else connection.scope["method"]
    return method, connection.scope["route"].path


def _refuse_other_sites(connection: HTTPConnection, route: Route) -> None:
    if route[0] not in guard.SAFE and guard.from_elsewhere(connection):
        raise Refused(403, "This was sent from another site's page.")


async def _seated(
    connection: HTTPConnection, route: Route, address: str, asking: RequestDatabase
) -> Principal:
    """Return the person of the request's session, once it is known to be the person's own wish."""
    now = datetime.now(UTC)
    found = await session_of(cookie.given(connection), asking, now=now)
    if found is None:
        raise Refused(401, "This session is over; sign in again.", headers=CHALLENGE)
    session, account = found
    floor: Floor = connection.app.state.floor
    principal = _person(
        session,
        account,
        address,
        serving=floor.serving(account.id),
        widened=_widened(connection),
        colleagues=await _colleagues(account, asking),
    )
    _refuse_other_sites(connection, route)
    unsafe = route[0] not in guard.SAFE | {WEB_SOCKET}
    if unsafe and not await guard.has_secret(connection, principal.csrf):
        raise Refused(403, f"The header {guard.HEADER} is missing or not this session's.")
    if now - session.seen_at > USE_NOTED_EVERY:
        asking.note(lambda database: sessions.seen(database, session.id, now=now))
    return principal


async def _colleagues(account: Account, asking: RequestDatabase) -> frozenset[str]:
    """Return the numbers of a person's team, where a right of the role goes to it."""
    if not account.team or not leads_a_team(account.role):
        return frozenset()
    return await asking.ask(lambda database: accounts.team_of(database, account.team))


async def session_of(
    secret: str, asking: RequestDatabase, *, now: datetime
) -> tuple[Session, Account] | None:
    """Return the session that a cookie stands for and whose it is, None when it is over."""
    found = await asking.ask(
        lambda database: sessions.session(database, secret, now=now, idle=IDLE)
    )
    return found if found is not None and now - found[0].created_at < ABSOLUTE else None


async def still_admitted(principal: Principal, asking: RequestDatabase, *, now: datetime) -> bool:
    """Return whether somebody who was admitted still would be, with the same role.

    For what stays open for hours, like an event stream: ask now and then, and end it when not.
    """
    if principal.session_id is None or principal.account_id is None:
        given = await asking.ask(tokens.tokens)
        return any(each.id == principal.token_id and each.good(now) for each in given)
    account_id = principal.account_id
    account = await asking.ask(lambda database: accounts.by_id(database, account_id))
    seated = await asking.ask(
        lambda database: sessions.sessions(database, account_id, now=now, idle=IDLE)
    )
    return (
        account is not None
        and account.disabled_at is None
        and account.role is principal.role
        and account.department == principal.department
        and account.team == principal.team
        and any(
            each.id == principal.session_id and now - each.created_at < ABSOLUTE for each in seated
        )
    )


def _widened(connection: HTTPConnection) -> frozenset[str]:
    return widened_by(connection.app.state.settings)


def _person(
    session: Session,
    account: Account,
    address: str,
    *,
    serving: Serving,
    widened: frozenset[str],
    colleagues: frozenset[str],
) -> Principal:
    return Principal(
        role=account.role,
        address=address,
        name=account.name,
        account_id=account.id,
        number=account.number,
        department=account.department,
        team=account.team,
        colleagues=colleagues,
        serving=serving,
        widened=widened,
        session_id=session.id,
        csrf=session.csrf,
        language=account.language,
        must_change=account.must_change,
    )


async def _program(
    secret: str, address: str, asking: RequestDatabase, widened: frozenset[str]
) -> Principal:
    token = await _token(secret, asking)
    return Principal(
        role=Role(token.role),
        address=address,
        name=token.label,
        token_id=token.id,
        department=token.department,
        widened=widened,
    )


async def _token(secret: str, asking: RequestDatabase) -> Token:
    if not secret:
        raise Refused(
            401, "Sign in, or send a token as `Authorization: Bearer …`.", headers=CHALLENGE
        )
    if len(secret) > LONGEST_TOKEN:
        raise Refused(401, "This token is not valid.", headers=CHALLENGE)
    now = datetime.now(UTC)
    token = await asking.ask(lambda database: tokens.bearer(database, secret, now=now))
    if token is None or token.role not in list(Role):
        raise Refused(401, "This token is not valid.", headers=CHALLENGE)
    if token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY:
        asking.note(lambda database: tokens.mark_used(database, token.id, now=now))
    return token


def _is_loopback(address: str) -> bool:
    return address == "::1" or address.startswith(("127.", "::ffff:127."))
