"""Changes of one's own passkeys and recovery codes; each is in the audit log (SEC-3).

The pages and the API call these. The password proves who adds or removes one: whoever finds a page
open changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication import passkeys
from authentication.challenges import LONGEST_TICKET, Challenge, ChallengeError
from authentication.lockout import Whence
from authentication.passkeys import LONGEST_ANSWER, Answer, Party, PasskeyError
from authentication.second_factors import ENTER, beside
from authentication.sign_in import Entered, SignIn, Visitor
from db.bounded import RequestDatabase
from features.accounts.actions_second_factor import OwnPassword, prove_who, refusing
from features.audit import log as audit
from features.audit.access import audit_entry
from features.passkeys import queries
from features.passkeys.queries import MOST, Passkey
from web.api_models import InputModel, Line
from web.current_user import Principal
from web.problems import Refused


class NewPasskey(InputModel):
    """A passkey that the browser has made, and how its owner calls it."""

    name: Line = Field(min_length=1, max_length=80, examples=["办公室的指纹"])
    ticket: str = Field(max_length=LONGEST_TICKET, description="Of the challenge.")
    passkey: str = Field(max_length=LONGEST_ANSWER, description="As JSON, from the browser.")


class Name(InputModel):
    """Another name."""

    name: Line = Field(min_length=1, max_length=80)


class PasskeyAnswer(InputModel):
    """What a passkey has signed."""

    ticket: str = Field(max_length=LONGEST_TICKET)
    passkey: str = Field(max_length=LONGEST_ANSWER, description="As JSON, from the browser.")


class Whose(InputModel):
    """Whose passkey is wanted beside the password; both empty: a passkey alone."""

    number: str = Field("", max_length=20)
    password: str = Field("", max_length=200)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser is to be asked for."""

    options: str
    """JSON."""
    ticket: str = field(repr=False)


async def begin(
    asking: RequestDatabase,
    signing_in: SignIn,
    principal: Principal,
    given: OwnPassword,
    party: Party,
    company: str,
) -> Asked:
    """Return what the browser is to make. Nothing is kept before `add`.

    Raises Refused: 403 for a wrong password, 409 when there are too many, TooOften, 503.
    """
    await prove_who(signing_in, principal, given)
    known = await asking.ask(lambda one: queries.of(one, _id(principal)))
    _room_for_one_more(known)
    drawn = signing_in.challenges.draw(_adding(principal), now=datetime.now(UTC))
    wanted = passkeys.creation(
        party,
        drawn.challenge,
        account_id=_id(principal),
        number=principal.number,
        company=company,
        known=[each.credential for each in known],
    )
    return Asked(wanted, drawn.ticket)


async def add(
    asking: RequestDatabase,
    signing_in: SignIn,
    principal: Principal,
    given: NewPasskey,
    party: Party,
) -> int:
    """Keep a passkey and return its id; signing in asks for it, or for another factor, from now on.

    Raises Refused: 422 for an answer that is not right, 409 when it is there or there are too many.
    """
    now = datetime.now(UTC)
    try:
        challenge = signing_in.challenges.take(given.ticket, _adding(principal), now=now)
        made = passkeys.made(party, challenge, given.passkey)
    except (ChallengeError, PasskeyError):
        said = "This passkey was not made for here, or too late. Try again."
        raise Refused(422, said, faults={"passkey": "passkey.fault_wrong"}) from None

    async def kept(connection: AsyncConnection) -> int:
        _room_for_one_more(await queries.of(connection, _id(principal)))
        new = await queries.add(
            connection, _id(principal), made, name=given.name, party=party.id, now=now
        )
        if new is None:
            said = "This passkey is there already."
            raise Refused(409, said, faults={"passkey": "passkey.fault_there"})
        await audit.note(connection, audit_entry(principal, "passkey.added", principal.number))
        return new

    return await asking.write(kept)


async def rename(
    asking: RequestDatabase, principal: Principal, passkey_id: int, given: Name
) -> None:
    """Call one of the own passkeys otherwise. Raises Refused with 404."""

    async def renamed(connection: AsyncConnection) -> None:
        if not await queries.rename(connection, _id(principal), passkey_id, given.name):
            raise _gone()
        await audit.note(connection, audit_entry(principal, "passkey.renamed", principal.number))

    await asking.write(renamed)


async def remove(
    asking: RequestDatabase,
    signing_in: SignIn,
    principal: Principal,
    passkey_id: int,
    given: OwnPassword,
) -> None:
    """Forget one of the own passkeys.

    Raises Refused: 404, 403 for a wrong password, TooOften, 503.
    """
    await prove_who(signing_in, principal, given)

    async def removed(connection: AsyncConnection) -> None:
        if await queries.remove(connection, _id(principal), passkey_id) is None:
            raise _gone()
        await audit.note(connection, audit_entry(principal, "passkey.removed", principal.number))

    await asking.write(removed)


async def new_codes(
    asking: RequestDatabase, signing_in: SignIn, principal: Principal, given: OwnPassword
) -> list[str]:
    """Return fresh recovery codes; the ones before are worth nothing.

    Raises Refused: 403 for a wrong password, TooOften, 503.
    """
    await prove_who(signing_in, principal, given)

    async def made(connection: AsyncConnection) -> list[str]:
        codes = await queries.new_codes(connection, _id(principal), now=datetime.now(UTC))
        await audit.note(connection, audit_entry(principal, "recovery.made", principal.number))
        return codes

    return await asking.write(made)


async def challenge(
    asking: RequestDatabase, signing_in: SignIn, given: Whose, visitor: Visitor, party: Party
) -> Asked:
    """Return what a browser that signs in is to be asked for.

    Raises Refused: 401 for a wrong password, 404 without a passkey for here, TooOften, 503.
    """
    now = datetime.now(UTC)
    if not given.number and not given.password:
        drawn = signing_in.challenges.draw(ENTER, now=now)
        return _asked(party, drawn)
    whence = Whence(visitor.address, visitor.browser)
    with refusing(401, "The number or the password is wrong.", "login.wrong"):
        account = await signing_in.proved(given.number.strip(), given.password, whence, now=now)
    found = await asking.ask(lambda one: queries.of(one, account.id))
    known = [each.credential for each in found if each.party == party.id]
    if not known:
        said = "This account has no passkey for this address."
        raise Refused(404, said, faults={"passkey": "passkey.fault_none"})
    drawn = signing_in.challenges.draw(beside(account.id), now=now)
    return _asked(party, drawn, known)


async def enter(
    signing_in: SignIn, given: PasskeyAnswer, visitor: Visitor, party: Party
) -> Entered:
    """Return the new session of who has a passkey. Raises Refused: 401, 503."""
    answer = Answer(party, given.ticket, given.passkey)
    with refusing(401, "This passkey does not sign in here.", "passkey.fault_refused"):
        return await signing_in.enter_by_passkey(answer, visitor, now=datetime.now(UTC))


def _asked(party: Party, drawn: Challenge, known: list[str] | None = None) -> Asked:
    return Asked(passkeys.request(party, drawn.challenge, known or []), drawn.ticket)


def _adding(principal: Principal) -> str:
    return f"add {_id(principal)}"


def _id(principal: Principal) -> int:
    return principal.account_id or 0


def _room_for_one_more(known: Sequence[Passkey]) -> None:
    if len(known) >= MOST:
        said = f"An account has {MOST} passkeys at most; remove one first."
        raise Refused(409, said, faults={"passkey": "passkey.fault_many"})


def _gone() -> Refused:
    return Refused(
        404, "You have no passkey with this id.", faults={"passkey": "passkey.fault_gone"}
    )
