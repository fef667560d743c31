"""What proves a second time that somebody is who the password says: a code, or a passkey.

An account has a second factor when an app was proved or a passkey was added; then one of them, or a
recovery code, is asked for.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from authentication import passkeys
from authentication.challenges import ChallengeError, Challenges
from authentication.passkeys import Answer, PasskeyError
from authentication.sealing import Seals
from features.accounts import second_factor
from features.passkeys import queries
from features.passkeys.queries import Passkey

ENTER = "enter"
"""Purpose of a challenge that signs in by a passkey alone."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What came beside the password."""

    code: str = field(default="", repr=False)
    """Six digits of an app, or a recovery code."""
    passkey: Answer | None = None

    @property
    def is_there(self) -> bool:
        """Tell whether anything came."""
        return bool(self.code) or self.passkey is not None


def beside(account_id: int) -> str:
    """Return the purpose of a challenge that follows an account's password."""
    return f"beside {account_id}"


async def needed(connection: AsyncConnection, account_id: int) -> bool:
    """Tell whether an account has a second factor."""
    app = await second_factor.of(connection, account_id)
    if app is not None and app.confirmed_at is not None:
        return True
    return bool(await queries.of(connection, account_id))


async def proves(
    connection: AsyncConnection,
    account_id: int,
    proof: Proof,
    *,
    seals: Seals,
    challenges: Challenges,
    now: datetime,
) -> bool:
    """Tell whether a proof is right, and take it: it is never right again. Raises SealError."""
    if proof.passkey is not None:
        purpose = beside(account_id)
        found = await signed(connection, proof.passkey, purpose, challenges=challenges, now=now)
        return found is not None and found.account_id == account_id
    app = await second_factor.of(connection, account_id)
    if second_factor.is_of_an_app(proof.code):
        return app is not None and await second_factor.accept(
            connection, app, proof.code, seals, now=now
        )
    return await queries.take_code(connection, account_id, proof.code, now=now)


async def signed(
    connection: AsyncConnection,
    answer: Answer,
    purpose: str,
    *,
    challenges: Challenges,
    now: datetime,
) -> Passkey | None:
    """Return the passkey that has signed a challenge; None when something is not right."""
    try:
        challenge = challenges.take(answer.ticket, purpose, now=now)
        passkey = await queries.by_credential(connection, passkeys.credential_of(answer.said))
        if passkey is None or passkey.party != answer.party.id:
            return None
        count = passkeys.proved(
            answer.party,
            challenge,
            answer.said,
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
            verified=purpose == ENTER,
        )
    except (ChallengeError, PasskeyError):
        return None
    return passkey if await queries.used(connection, passkey, count, now=now) else None
