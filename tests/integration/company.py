"""A small OpenID Connect provider for tests, and the ways in which one can lie."""

import base64
import hashlib
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

ISSUER = "http://company.test"
CLIENT, SECRET = "thirdring", "company-secret"
CODE = "a-code"


@dataclass
class Company:
    """The provider; whoever signs in there is `number`."""

    number: object = "1001"
    lies: dict[str, Any] = field(default_factory=dict)
    """Claims (and `alg`, `key`, `issuer`) that are not what they should be."""
    asked: dict[str, str] = field(default_factory=dict)
    """What the browser brought, after `visit`."""
    traded: int = 0
    described: int = 0

    def __post_init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
        self.app = FastAPI()
        self.app.get("/.well-known/openid-configuration")(self._describe)
        self.app.get("/keys")(self._keys)
        self.app.post("/token")(self._token)

    def client(self) -> httpx.AsyncClient:
        """Return a way to the provider that no network is needed for."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app))

    def visit(self, where: str) -> str:
        """Sign in at the provider; return the state that it sends back."""
        assert where.startswith(f"{ISSUER}/authorize?")
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}
        return self.asked["state"]

    async def _describe(self) -> dict[str, str]:
        self.described += 1
        return {
            "issuer": self.lies.get("issuer", ISSUER),
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
        }

    async def _keys(self) -> dict[str, Any]:
        return dict(KeySet([self.key]).as_dict(private=False))

    async def _token(self, request: Request) -> JSONResponse:
        form = await request.form()
        self.traded += 1
        verifier = str(form["code_verifier"]).encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=")
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        right = (
            request.headers["authorization"] == f"Basic {basic}"
            and form["grant_type"] == "authorization_code"
            and form["code"] == CODE
            and form["redirect_uri"] == self.asked["redirect_uri"]
            and challenge.decode() == self.asked["code_challenge"]
        )
        if not right:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self._id()})

    def _id(self) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": "b7f1",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked["nonce"],
            "preferred_username": self.number,
        }
        claims |= {name: value for name, value in self.lies.items() if name in claims}
        header = {"alg": self.lies.get("alg", "RS256"), "kid": "1"}
        key: Any = self.lies.get("key", self.key)
        if header["alg"] == "HS256":
            key = OctKey.import_key(SECRET)
        return jwt.encode(header, claims, key, algorithms=[header["alg"]])
