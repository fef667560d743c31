"""Owns signing in by way of an OpenID Connect provider: a code, proved with PKCE, for a number.

The provider says who somebody is; the account, its role and its rights are ours. Whatever does not
fit to the letter (issuer, audience, nonce, signature, time, the browser that began) is refused.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog

from settings import Settings

PATIENCE_S = 5.0
"""Seconds for each answer of the provider."""

BEGUN_LASTS = timedelta(minutes=10)
MOST_BEGUN = 1000
log = structlog.get_logger()


class VouchError(Exception):
    """The provider did not vouch for anybody; the reason is in the log, not for strangers."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Somebody who was sent to the provider."""

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    back: str
    """Where the provider sends the browser: our own address."""
    onward: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Vouched:
    """The provider says that this is the person of a number."""

    number: str
    onward: str


class Provider:
    """The provider of the settings."""

    def __init__(
        self,
        settings: Settings,
        client: Callable[[], httpx.AsyncClient] = lambda: httpx.AsyncClient(timeout=PATIENCE_S),
    ) -> None:
        self._settings = settings
        self._client = client
        self._begun: dict[str, Begun] = {}

    async def begin(self, *, back: str, onward: str, now: datetime) -> tuple[str, str]:
        """Return the address to send a browser to, and the state it must bring back.

        Raises VouchError when the provider cannot be asked.
        """
        async with self._client() as client:
            provider = await self._described(client)
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        begun = Begun(secrets.token_urlsafe(32), verifier, back, onward, now)
        self._begun = {
            key: each for key, each in self._begun.items() if now - each.at < BEGUN_LASTS
        }
        if len(self._begun) >= MOST_BEGUN:
            raise VouchError("too many have begun")
        self._begun[state] = begun
        from desk.accounts import id_token  # noqa: PLC0415 (half a second that few houses need)

        where = id_token.asked_at(
            provider["authorization_endpoint"],
            client_id=self._settings.oidc_client_id,
            back=back,
            state=state,
            nonce=begun.nonce,
            verifier=verifier,
        )
        return where, state

    async def finish(self, *, state: str, code: str, now: datetime) -> Vouched:
        """Return whom the provider vouches for; a state serves once. Raises VouchError."""
        begun = self._begun.pop(state, None)
        if begun is None or now - begun.at >= BEGUN_LASTS:
            raise VouchError("nobody began this")
        async with self._client() as client:
            provider = await self._described(client)
            given = await self._token(client, provider["token_endpoint"], code, begun)
            keys = await _json(client.get(provider["jwks_uri"]))
        from desk.accounts import id_token  # noqa: PLC0415

        try:
            claims = id_token.claims(
                given,
                keys,
                issuer=provider["issuer"],
                client_id=self._settings.oidc_client_id,
                nonce=begun.nonce,
                now=now,
            )
        except ValueError as error:
            raise VouchError(str(error)) from None
        number = claims.get(self._settings.oidc_claim)
        if not isinstance(number, str) or not number:
            raise VouchError(f"no claim {self._settings.oidc_claim}")
        return Vouched(number, begun.onward)

    async def _described(self, client: httpx.AsyncClient) -> dict[str, str]:
        issuer = self._settings.oidc_issuer
        where = issuer.rstrip("/") + "/.well-known/openid-configuration"
        said = await _json(client.get(where))
        wanted = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
        described = {name: said.get(name) for name in wanted}
        if described["issuer"] != issuer or not all(map(_is_address, described.values())):
            raise VouchError("the provider describes another one")
        return {name: str(value) for name, value in described.items()}

    async def _token(
        self, client: httpx.AsyncClient, where: str, code: str, begun: Begun
    ) -> Mapping[str, Any]:
        return await _json(
            client.post(
                where,
                data={
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": begun.back,
                    "code_verifier": begun.verifier,
                    "client_id": self._settings.oidc_client_id,
                },
                auth=(self._settings.oidc_client_id, self._settings.oidc_client_secret),
            )
        )


def _is_address(text: object) -> bool:
    return isinstance(text, str) and text.startswith(("https://", "http://"))


async def _json(answer: Any) -> dict[str, Any]:
    """Return what the provider says. Raises VouchError for anything but a JSON object."""
    try:
        response: httpx.Response = await answer
        response.raise_for_status()
        said = response.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise VouchError(repr(error)[:200]) from None
    if not isinstance(said, dict):
        raise VouchError("the provider answers with no object")
    return said
