"""Signs in with an OpenID Connect provider: a code, proved with PKCE, for an account number.

The provider says who somebody is; the account, its role and its rights are ours. Whatever does not
fit to the letter (issuer, audience, nonce, signature, time, the browser that began) is refused.

Who has begun is kept by the browser that began (`Begun`), signed by us: anybody may begin, and what
we kept of each would be a table that strangers fill.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import ModuleType
from typing import Any, Self

import httpx
import structlog

from authentication.admission import RequestQueue, TooManyAtOnceError
from settings import Settings

REQUEST_BUDGET_S = 5.0
"""Seconds for each answer of the provider."""

BEGUN_LASTS = timedelta(minutes=10)
LONGEST_ONWARD = 500
"""Characters of the way on that a browser keeps for us; a longer one is forgotten."""
DESCRIPTION_LASTS_S = 600.0
"""So long we do not ask the provider again who it is: each start would be a request to it."""
VOUCHED_AT_ONCE, VOUCHED_WAITING = 4, 20
MOST_SERVED = 10_000
"""States that came back and serve no more; the provider's codes serve once, too."""

log = structlog.get_logger()


class VouchError(Exception):
    """The provider did not vouch for anybody; the reason is in the log, not for strangers."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Somebody who was sent to the provider, as the browser keeps it: `state~onward~mac`."""

    state: str
    """What comes back by the provider: random, and when it began."""
    onward: str

    def signed(self, key: bytes) -> str:
        """Return the value of the cookie."""
        onward = base64.urlsafe_b64encode(self.onward.encode()).decode()
        return f"{self.state}~{onward}~{_mac(key, 'begun', self.state, onward)}"

    @classmethod
    def kept(cls, key: bytes, value: str, *, now: datetime) -> Self | None:
        """Return what a cookie says, None when we never said it, or long ago."""
        match value.split("~"):
            case [state, onward, mac] if value.isascii():
                pass
            case _:
                return None
        if not hmac.compare_digest(mac.encode(), _mac(key, "begun", state, onward).encode()):
            return None
        try:
            at = datetime.fromtimestamp(int(state.partition(".")[2]), UTC)
            found = cls(state, base64.urlsafe_b64decode(onward).decode())
        except (ValueError, OverflowError, binascii.Error):
            return None
        return found if now - at < BEGUN_LASTS else None


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
        client: Callable[[], httpx.AsyncClient] = lambda: httpx.AsyncClient(
            timeout=REQUEST_BUDGET_S
        ),
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._client = client
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._served: OrderedDict[str, None] = OrderedDict()
        self._known: tuple[float, dict[str, str]] | None = None
        self._asking = asyncio.Lock()
        self._queue = RequestQueue(at_once=VOUCHED_AT_ONCE, waiting=VOUCHED_WAITING)

    async def prepare(self) -> None:
        """Load what asks the provider and reads its answers, where there is one, at the start.

        In the middle of the work its half second is one in which everybody's requests wait.
        """
        if self._settings.oidc_issuer:
            await asyncio.gather(_letter(), asyncio.to_thread(self._client))

    async def begin(self, *, back: str, onward: str, now: datetime) -> tuple[str, str]:
        """Return the address to send a browser to, and the cookie it must bring back.

        Raises VouchError when the provider cannot be asked.
        """
        provider = await self._described()
        state = f"{secrets.token_urlsafe(32)}.{int(now.timestamp())}"
        begun = Begun(state, onward if len(onward) <= LONGEST_ONWARD else "/")
        id_token = await _letter()
        where: str = id_token.asked_at(
            provider["authorization_endpoint"],
            client_id=self._settings.oidc_client_id,
            back=back,
            state=state,
            nonce=_mac(self._key, "nonce", state),
            verifier=_mac(self._key, "verifier", state),
        )
        return where, begun.signed(self._key)

    async def finish(
        self, *, state: str, code: str, kept: str, back: str, now: datetime
    ) -> Vouched:
        """Return whom the provider vouches for; a state serves once. Raises VouchError.

        `kept` is the cookie of the browser, `back` the address that the provider sent it to.
        """
        begun = Begun.kept(self._key, kept, now=now)
        if begun is None or not hmac.compare_digest(begun.state.encode(), state.encode()):
            raise VouchError("another browser began this, or nobody")
        if state in self._served:
            raise VouchError("this has served")
        self._served[state] = None
        while len(self._served) > MOST_SERVED:
            self._served.popitem(last=False)
        try:
            async with self._queue.turn(), self._client() as client:
                provider = await self._asked(client)
                given = await self._token(client, provider["token_endpoint"], code, state, back)
                keys = await _json(client.get(provider["jwks_uri"]))
        except TooManyAtOnceError:
            raise VouchError("too many come back at once") from None
        id_token = await _letter()
        try:
            claims = id_token.claims(
                given,
                keys,
                issuer=provider["issuer"],
                client_id=self._settings.oidc_client_id,
                nonce=_mac(self._key, "nonce", state),
                now=now,
            )
        except ValueError as error:
            raise VouchError(str(error)) from None
        number = claims.get(self._settings.oidc_claim)
        if not isinstance(number, str) or not number:
            raise VouchError(f"no claim {self._settings.oidc_claim}")
        return Vouched(number, begun.onward)

    async def _described(self) -> dict[str, str]:
        """Return how the provider describes itself, asked by one of us for all."""
        async with self._asking:
            if self._known is None or self._clock() - self._known[0] > DESCRIPTION_LASTS_S:
                async with self._client() as client:
                    self._known = self._clock(), await self._asked(client)
            return self._known[1]

    async def _asked(self, client: httpx.AsyncClient) -> dict[str, str]:
        issuer = self._settings.oidc_issuer
        where = issuer.rstrip("/") + "/.well-known/openid-configuration"
        said = await _json(client.get(where))
        wanted = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
        described = {name: said.get(name) for name in wanted}
        if described["issuer"] != issuer or not all(map(_is_address, described.values())):
            raise VouchError("the provider describes another one")
        return {name: str(value) for name, value in described.items()}

    async def _token(
        self, client: httpx.AsyncClient, where: str, code: str, state: str, back: str
    ) -> Mapping[str, Any]:
        return await _json(
            client.post(
                where,
                data={
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": back,
                    "code_verifier": _mac(self._key, "verifier", state),
                    "client_id": self._settings.oidc_client_id,
                },
                auth=(self._settings.oidc_client_id, self._settings.oidc_client_secret),
            )
        )


async def _letter() -> ModuleType:
    """Return `id_token.py`: half a second of a start that few houses need."""
    return await asyncio.to_thread(import_module, "authentication.id_token")


def _mac(key: bytes, *said: str) -> str:
    """Return what only we can say of something: 43 letters, as long as PKCE wants a verifier."""
    made = hmac.new(key, "\0".join(said).encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


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
