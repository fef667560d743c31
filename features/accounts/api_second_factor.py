"""API of one's own second factor (SEC-3): an authenticator app (TOTP, RFC 6238)."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from features.accounts import actions_second_factor as actions
from features.accounts import second_factor
from features.accounts.actions_second_factor import Code, OwnPassword
from features.accounts.api_session import sign_in_of
from settings import Settings
from web.api_models import Asking, Person
from web.problems import documented
from web.shapes import Id

router = APIRouter(prefix="/api/v1/second-factor", tags=["people"])


class FactorShape(BaseModel):
    """Whether signing in asks for a code."""

    in_use: bool


class SecretShape(BaseModel):
    """What the app must know; it is shown this once."""

    secret: Id = Field(description="In base32, to be typed into the app.")
    uri: Id = Field(description="The same as a QR code has it, `otpauth://…`.")


@router.get("", responses=documented(401, 403, 503))
async def show_second_factor(principal: Person, asking: Asking) -> FactorShape:
    """Whether signing in asks for a code of an app."""
    found = await asking.ask(lambda one: second_factor.of(one, principal.account_id or 0))
    return FactorShape(in_use=found is not None and found.confirmed_at is not None)


@router.post("", status_code=201, responses=documented(401, 403, 409, 422, 429, 503))
async def begin_second_factor(
    request: Request, given: OwnPassword, principal: Person, asking: Asking
) -> SecretShape:
    """Begin: the answer holds the secret. It asks for nothing before a code proves it (`PUT`)."""
    settings: Settings = request.app.state.settings
    secret = await actions.begin(asking, sign_in_of(request), principal, given)
    address = second_factor.uri(secret, number=principal.number, company=settings.company)
    return SecretShape(secret=secret, uri=address)


@router.put("", status_code=204, responses=documented(401, 403, 404, 422, 503))
async def prove_second_factor(
    request: Request, given: Code, principal: Person, asking: Asking
) -> Response:
    """Prove with a code that the app has the secret; from now on signing in asks for one."""
    await actions.prove(asking, sign_in_of(request), principal, given)
    return Response(status_code=204)


@router.post("/remove", status_code=204, responses=documented(401, 403, 422, 429, 503))
async def remove_second_factor(
    request: Request, given: OwnPassword, principal: Person, asking: Asking
) -> Response:
    """Sign in with the password alone again."""
    await actions.remove(asking, sign_in_of(request), principal, given)
    return Response(status_code=204)
