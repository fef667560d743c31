"""OpenID Connect: the address a browser is sent to, and the checks of an ID token.

Loaded only where a company's accounts are used: its libraries take half a second.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures that only the provider can make; one with our shared secret is none."""

LEEWAY_S = 60
"""Seconds that the provider's clock may be wrong."""


def asked_at(
    endpoint: str, *, client_id: str, back: str, state: str, nonce: str, verifier: str
) -> str:
    """Return the provider's address for somebody who wants to be vouched for."""
    return str(
        prepare_grant_uri(
            endpoint,
            client_id=client_id,
            response_type="code",
            redirect_uri=back,
            scope="openid profile",
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
    )


def claims(
    given: Mapping[str, Any], keys: Any, *, issuer: str, client_id: str, nonce: str, now: datetime
) -> Mapping[str, Any]:
    """Return what an ID token says. Raises ValueError unless it is to the letter for us, now."""
    try:
        token = jwt.decode(str(given["id_token"]), KeySet.import_key_set(keys), list(ALGORITHMS))
        found = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "values": [client_id]},
            },
            params={"nonce": nonce, "client_id": client_id},
        )
        found.validate(now=int(now.timestamp()), leeway=LEEWAY_S)
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise ValueError(repr(error)) from None
    return dict(found)
