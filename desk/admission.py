"""Owns who is let in: the bearer token of a request, its role, and the policy's answer (SEC-3)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from callflow.rules.roles import Role
from desk.archive import Archive, Patience
from desk.policy import LEADERS, Open, allowed
from desk.problems import Refused
from tickets import tokens
from tickets.tokens import Token

USE_NOTED_EVERY = timedelta(minutes=1)
"""A token's last use is kept to the minute: a player that seeks would write a row a second."""

LONGEST_TOKEN = 200

bearer = HTTPBearer(auto_error=False, description="A token made by `thirdring token --role ROLE`.")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who asks: the token, its role and the address it came from."""

    token_id: int
    label: str
    role: Role
    address: str


async def patience(request: Request) -> Patience:
    """Return this request's way to the database."""
    archive: Archive = request.app.state.archive
    return archive.patience()


async def admitted(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    asking: Annotated[Patience, Depends(patience)],
) -> Holder | None:
    """Return who asks, None on a route that needs no token.

    Every route of the desk depends on this. Raises Refused with 401 or 403.
    """
    rule = allowed(request.method, request.scope["route"].path)
    address = request.client.host if request.client else ""
    if rule is Open.EVERYWHERE or (rule is Open.LOOPBACK and _is_loopback(address)):
        return None
    roles = LEADERS if isinstance(rule, Open) else rule
    token = await _token(given.credentials if given else "", asking)
    holder = Holder(token.id, token.label, Role(token.role), address)
    request.state.holder = holder
    if holder.role not in roles:
        raise Refused(403, f"The role {holder.role.value} has no right to this.")
    return holder


async def known(holder: Annotated[Holder | None, Depends(admitted)]) -> Holder:
    """Return who asks, on a route that needs a token."""
    if holder is None:
        raise Refused(401, "This needs a token.", headers={"WWW-Authenticate": "Bearer"})
    return holder


async def _token(secret: str, asking: Patience) -> Token:
    challenge = {"WWW-Authenticate": "Bearer"}
    if not secret:
        raise Refused(401, "Send a token as `Authorization: Bearer …`.", headers=challenge)
    if len(secret) > LONGEST_TOKEN:
        raise Refused(401, "This token is not valid.", headers=challenge)
    token = await asking.ask(lambda connection: tokens.bearer(connection, secret))
    if token is None or token.role not in list(Role):
        raise Refused(401, "This token is not valid.", headers=challenge)
    now = datetime.now(UTC)
    if token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY:
        asking.note(lambda connection: tokens.mark_used(connection, token.id, now=now))
    return token


def _is_loopback(address: str) -> bool:
    return address == "::1" or address.startswith(("127.", "::ffff:127."))
