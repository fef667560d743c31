"""Passkeys (W3C WebAuthn): what is asked of a browser, and whether its answer is right.

The only module that knows the library `webauthn`. What a browser sends is a stranger's bytes: what
the library cannot read is a wrong answer, whatever it says of it. Does no I/O.
"""

import base64
import ipaddress
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import webauthn
from starlette.requests import HTTPConnection
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from authentication.cookie import over_tls

LONGEST_ANSWER: Final = 10_000
"""Characters of what a browser answers, as JSON."""
LONGEST_ID, LONGEST_KEY = 1400, 2000
_ID: Final = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST_ID}}}", re.ASCII)


class PasskeyError(Exception):
    """The answer is not right: another key, page or challenge, or nothing that can be read."""


class NoPartyError(Exception):
    """Browsers have no passkeys for the address under which this page was opened."""


@dataclass(frozen=True, slots=True)
class Party:
    """By what a browser knows us: passkeys belong to a host's name, and to its origin."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A passkey that was just made."""

    credential: str
    """Its id, base64url."""
    public_key: str = field(repr=False)
    sign_count: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser sends to sign in."""

    party: Party
    ticket: str = field(repr=False)
    said: str = field(repr=False)


def party_of(connection: HTTPConnection) -> Party:
    """Return by what the browser of a request knows us. Raises NoPartyError.

    The host was looked at before (`web/edge.py`): it is one of THIRDRING_DESK_HOSTS.
    """
    host = connection.url.hostname or ""
    local = host == "localhost" or host.endswith(".localhost")
    if _is_address(host) or not (local or over_tls(connection)):
        raise NoPartyError(host)
    scheme = "https" if over_tls(connection) else "http"
    return Party(host, f"{scheme}://{connection.headers.get('host', '').lower()}")


def creation(
    party: Party,
    challenge: bytes,
    *,
    account_id: int,
    number: str,
    company: str,
    known: Sequence[str],
) -> str:
    """Return, as JSON, what `navigator.credentials.create` is to be asked for."""
    return webauthn.options_to_json(
        webauthn.generate_registration_options(
            rp_id=party.id,
            rp_name=company or "ThirdRing",
            user_id=f"account {account_id}".encode(),
            user_name=number,
            challenge=challenge,
            exclude_credentials=_described(known),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
        )
    )


def made(party: Party, challenge: bytes, said: str) -> Made:
    """Return the passkey that a browser has made. Raises PasskeyError."""
    try:
        found = webauthn.verify_registration_response(
            credential=_read(said),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
        )
    except Exception as error:  # noqa: BLE001 (a stranger's bytes in a foreign parser)
        raise PasskeyError(type(error).__name__) from None
    credential, key = text_of(found.credential_id), text_of(found.credential_public_key)
    if len(credential) > LONGEST_ID or len(key) > LONGEST_KEY:
        raise PasskeyError("too long")
    return Made(credential=credential, public_key=key, sign_count=found.sign_count)


def request(party: Party, challenge: bytes, known: Sequence[str] = ()) -> str:
    """Return, as JSON, what `navigator.credentials.get` is to be asked for.

    Without known ones any passkey that the person has for us, and the person is verified by it.
    """
    alone = UserVerificationRequirement.REQUIRED
    beside = UserVerificationRequirement.DISCOURAGED
    return webauthn.options_to_json(
        webauthn.generate_authentication_options(
            rp_id=party.id,
            challenge=challenge,
            allow_credentials=_described(known),
            user_verification=beside if known else alone,
        )
    )


def credential_of(said: str) -> str:
    """Return the id of the passkey that an answer names. Raises PasskeyError."""
    try:
        found = _read(said).get("id")
    except (ValueError, RecursionError):
        raise PasskeyError("no JSON") from None
    if not isinstance(found, str) or not _ID.fullmatch(found):
        raise PasskeyError("no id")
    return found


def proved(
    party: Party, challenge: bytes, said: str, *, public_key: str, sign_count: int, verified: bool
) -> int:
    """Return the new count. `verified`: by finger, face or PIN too. Raises PasskeyError."""
    try:
        found = webauthn.verify_authentication_response(
            credential=_read(said),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=bytes_of(public_key),
            credential_current_sign_count=sign_count,
            require_user_verification=verified,
        )
    except Exception as error:  # noqa: BLE001 (a stranger's bytes in a foreign parser)
        raise PasskeyError(type(error).__name__) from None
    return found.new_sign_count


def text_of(raw: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    """Return the bytes of such a text. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _described(known: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=bytes_of(each)) for each in known]


def _read(said: str) -> dict[str, Any]:
    """Return an answer as a dict. Raises ValueError."""
    found = json.loads(said) if len(said) <= LONGEST_ANSWER else None
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
