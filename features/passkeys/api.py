"""API of passkeys: one's own, and signing in by one (SEC-3, WebAuthn)."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from authentication.passkeys import NoPartyError, Party, party_of
from authentication.sign_in import Visitor
from db.bounded import RequestDatabase
from features.accounts.actions_second_factor import OwnPassword
from features.accounts.api_session import carry, sign_in_of, who
from features.accounts.shapes import WhoShape
from features.passkeys import actions, queries
from features.passkeys.actions import Asked, Name, NewPasskey, PasskeyAnswer, Whose
from features.passkeys.queries import Passkey
from settings import Settings
from web.api_models import Asking, Person, RowId
from web.problems import Refused, documented
from web.shapes import Id, Plain, Shape

router = APIRouter(prefix="/api/v1", tags=["people"])


class PasskeyShape(Shape):
    """One of the own passkeys."""

    id: int
    name: Plain = Field(examples=["办公室的指纹"])
    party: Plain = Field(description="The host's name for which it was made; it works there only.")
    created_at: datetime
    used_at: datetime | None = Field(description="When it signed in last.")


class PasskeysShape(BaseModel):
    """The own passkeys, and what is left for who loses them."""

    items: list[PasskeyShape]
    recovery_codes: int = Field(description="How many recovery codes were not used yet.")


class AskedShape(BaseModel):
    """What a browser is to be asked for."""

    options: Id = Field(description="JSON, as `parseCreationOptionsFromJSON` and its like take it.")
    ticket: Id = Field(description="To be sent with the answer, within five minutes.")


class AddedShape(BaseModel):
    """A passkey that was added."""

    id: int


class CodesShape(BaseModel):
    """Recovery codes; they are shown this once."""

    codes: list[Id] = Field(examples=[["k7wd-m3xp-9fqa-2bcd"]])


@router.get("/passkeys", responses=documented(401, 403, 503))
async def list_passkeys(principal: Person, asking: Asking) -> PasskeysShape:
    """The own passkeys, the oldest first."""
    found, left = await own(asking, principal.account_id or 0)
    shown = [PasskeyShape.model_validate(each) for each in found]
    return PasskeysShape(items=shown, recovery_codes=left)


@router.post("/passkeys/challenge", responses=documented(401, 403, 409, 422, 429, 503))
async def begin_passkey(
    request: Request, given: OwnPassword, principal: Person, asking: Asking
) -> AskedShape:
    """Begin: what the browser is to make. It is kept by `POST /passkeys`."""
    settings: Settings = request.app.state.settings
    party, signing_in = party_for(request), sign_in_of(request)
    return _shape(
        await actions.begin(asking, signing_in, principal, given, party, settings.company)
    )


@router.post("/passkeys", status_code=201, responses=documented(401, 403, 409, 422, 503))
async def add_passkey(
    request: Request, given: NewPasskey, principal: Person, asking: Asking
) -> AddedShape:
    """Keep a passkey that the browser has made."""
    party, signing_in = party_for(request), sign_in_of(request)
    return AddedShape(id=await actions.add(asking, signing_in, principal, given, party))


@router.patch(
    "/passkeys/{passkey_id}", status_code=204, responses=documented(401, 403, 404, 422, 503)
)
async def rename_passkey(
    passkey_id: RowId, given: Name, principal: Person, asking: Asking
) -> Response:
    """Call one of the own passkeys otherwise."""
    await actions.rename(asking, principal, passkey_id, given)
    return Response(status_code=204)


@router.post(
    "/passkeys/{passkey_id}/remove",
    status_code=204,
    responses=documented(401, 403, 404, 422, 429, 503),
)
async def remove_passkey(
    request: Request, passkey_id: RowId, given: OwnPassword, principal: Person, asking: Asking
) -> Response:
    """Forget one of the own passkeys."""
    await actions.remove(asking, sign_in_of(request), principal, passkey_id, given)
    return Response(status_code=204)


@router.post("/recovery-codes", status_code=201, responses=documented(401, 403, 422, 429, 503))
async def make_recovery_codes(
    request: Request, given: OwnPassword, principal: Person, asking: Asking
) -> CodesShape:
    """Fresh recovery codes: each signs in once in place of the second factor."""
    codes = await actions.new_codes(asking, sign_in_of(request), principal, given)
    return CodesShape(codes=codes)


@router.post("/session/challenge", responses=documented(401, 403, 404, 422, 429, 503))
async def begin_sign_in(request: Request, given: Whose, asking: Asking) -> AskedShape:
    """What a browser is to be asked for to sign in by a passkey: alone, or beside a password."""
    sign_in, party = sign_in_of(request), party_for(request)
    visitor = Visitor.of(request, given.number.strip(), sign_in.marks)
    return _shape(await actions.challenge(asking, sign_in, given, visitor, party))


@router.post("/session/passkey", status_code=201, responses=documented(401, 403, 422, 503))
async def sign_in_by_passkey(request: Request, given: PasskeyAnswer) -> WhoShape:
    """Sign in by a passkey alone; the person was verified by it. Sets the cookie `thirdring`."""
    sign_in, party = sign_in_of(request), party_for(request)
    entered = await actions.enter(sign_in, given, Visitor.of(request), party)
    answer = JSONResponse(who(entered).model_dump(mode="json"), status_code=201)
    carry(request, answer, entered)
    return answer  # type: ignore[return-value]  # a cookie must go along


def party_for(request: Request) -> Party:
    """Return as what a browser knows us. Raises Refused with 422."""
    try:
        return party_of(request)
    except NoPartyError as error:
        said = (
            f"Browsers have no passkeys for {error or 'this address'}: open this page by a host's "
            "name over https, or as localhost."
        )
        raise Refused(422, said, faults={"passkey": "passkey.fault_address"}) from None


async def own(asking: RequestDatabase, account_id: int) -> tuple[list[Passkey], int]:
    """Return the passkeys of an account, and how many recovery codes it has left."""
    found = await asking.ask(lambda one: queries.of(one, account_id))
    return list(found), await asking.ask(lambda one: queries.codes_left(one, account_id))


def _shape(asked: Asked) -> AskedShape:
    return AskedShape(options=asked.options, ticket=asked.ticket)
