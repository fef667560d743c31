"""Requests that may be sent again: an `Idempotency-Key` with a POST of the API.

The key is kept in the transaction of the change itself, so what was asked with it is never made
twice, whatever dies when. The answer is kept beside it a moment later, sealed. Asked again: the
same answer; with another body 422; while the first is under way, or where its answer was lost, 409.
A request that was refused changed nothing, and its key is free again.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken
from fastapi import FastAPI, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from db.bounded import Database, DatabaseTimeoutError, RequestDatabase
from features.idempotency import queries
from web.problems import Refused, as_problem, documented

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
API: Final = "/api/v1/"
LONGEST_KEY: Final = 100
LONGEST_ANSWER: Final = 1 << 20
"""Bytes of the longest answer that is kept."""
UNDER_WAY: Final = timedelta(seconds=60)
"""A request that has no answer after this has lost it."""


@dataclass(slots=True)
class Once:
    """One request with a key."""

    owner: str
    key: str
    asked: str
    claimed: bool = field(default=False)
    """The key is kept, with what the request changed."""

    async def claim(self, connection: AsyncConnection) -> None:
        """Keep the key in a transaction that changes something. Raises AskedBeforeError."""
        now = datetime.now(UTC)
        if not await queries.claim(connection, self.owner, self.key, self.asked, now=now):
            raise AskedBeforeError(self)


class AskedBeforeError(Exception):
    """Something was asked with this key before."""

    def __init__(self, once: Once) -> None:
        super().__init__(once.key)
        self.once = once


async def once(
    connection: HTTPConnection, asking: RequestDatabase, *, owner: str, role: str
) -> None:
    """Have a request with a key change something once.

    Raises AskedBeforeError, and Refused with 422 for a key that is none.
    """
    given = connection.headers.get(HEADER)
    if given is None or not _takes_a_key(connection.scope):
        return
    if not 1 <= len(given) <= LONGEST_KEY or not given.isascii() or not given.isprintable():
        raise Refused(422, f"{HEADER} has 1 to {LONGEST_KEY} visible characters.")
    assert isinstance(connection, Request)
    found = Once(owner, given, await _digest(connection, role))
    if await asking.ask(lambda one: queries.known(one, found.owner, found.key)) is not None:
        raise AskedBeforeError(found)
    connection.state.once = found
    asking.first(found.claim, done=partial(setattr, found, "claimed", True))


async def asked_before(request: Request, error: Exception) -> Response:
    """Answer a request whose key was used before."""
    assert isinstance(error, AskedBeforeError)
    of = error.once
    request.state.once = None
    database: Database = request.app.state.database
    known = await database.for_request().ask(lambda one: queries.known(one, of.owner, of.key))
    if known is None:
        return await _again(request, "The request with this key was refused just now; ask again.")
    if known.asked != of.asked:
        said = f"This {HEADER} was used for another request; draw a new one."
        return await as_problem(request, Refused(422, said))
    if known.status is None and datetime.now(UTC) - known.at < UNDER_WAY:
        return await _again(request, "The request with this key is under way; ask again.")
    kept = None if known.status is None else _opened(request.app.state, of, known.answer)
    if kept is None:
        said = "This was done with this key, but its answer is not kept. Look what is there now."
        return await as_problem(request, Refused(409, said))
    media_type, body = kept
    return Response(
        body, known.status or 200, headers={REPLAYED: "true"}, media_type=media_type or None
    )


class KeptAnswers:
    """Keeps the answer to a request with a key, before it is given."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _takes_a_key(scope):
            await self._app(scope, receive, send)
            return
        if HEADER.lower().encode() not in dict(scope["headers"]):
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        held: list[Message] = []

        async def kept(message: Message) -> None:
            of: Once | None = state.get("once")
            if of is None or not of.claimed:
                await send(message)
                return
            held.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                await _keep(scope, of, held)
                for each in held:
                    await send(each)

        await self._app(scope, receive, kept)


async def _keep(scope: Scope, of: Once, held: list[Message]) -> None:
    """Keep an answer; one that cannot be kept is given all the same."""
    state = scope["app"].state
    database: Database = state.database
    status = held[0]["status"]
    body = b"".join(message.get("body", b"") for message in held[1:])
    try:
        if status >= 500:
            return  # nobody knows what was done: it is not done again
        if status >= 400:
            await database.for_request().write(lambda one: queries.release(one, of.owner, of.key))
        elif len(body) <= LONGEST_ANSWER:
            media_type = Headers(raw=held[0]["headers"]).get("content-type", "")
            sealed = _sealed(state, of, media_type, body)
            await database.for_request().write(
                lambda one: queries.answered(one, of.owner, of.key, status=status, answer=sealed)
            )
    except DatabaseTimeoutError:
        return


async def _again(request: Request, said: str) -> Response:
    return await as_problem(request, Refused(409, said, headers={"Retry-After": "1"}))


def install(app: FastAPI) -> None:
    """Have an application answer requests that are sent again, and say so in its description."""
    app.add_exception_handler(AskedBeforeError, asked_before)
    app.add_middleware(KeptAnswers)
    plain = app.openapi

    def with_keys() -> dict[str, Any]:
        described = plain()
        _describe(described)
        return described

    app.openapi = with_keys  # type: ignore[method-assign]


def _describe(described: dict[str, Any]) -> None:
    header = {
        "name": HEADER,
        "in": "header",
        "required": False,
        "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
        "description": "Drawn by you: the same request sent again with it is done once.",
    }
    refusals = documented(409, 422)
    for path, operations in described.get("paths", {}).items():
        if path.startswith(API) and "post" in operations:
            post = operations["post"]
            post.setdefault("parameters", []).append(header)
            for status, refusal in refusals.items():
                post["responses"].setdefault(str(status), refusal)


def _takes_a_key(scope: Scope) -> bool:
    method, path = str(scope["method"]), str(scope["path"])
    return method == "POST" and path.startswith(API)


async def _digest(request: Request, role: str) -> str:
    """Return what was asked, in short. Raises Refused with 422 for a form."""
    try:
        body = await request.body()
    except RuntimeError:
        raise Refused(422, f"{HEADER} goes with JSON, not with a form.") from None
    parts = (request.url.path, request.url.query, role, hashlib.sha256(body).hexdigest())
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _seal(state: object) -> Fernet:
    """Return what answers are sealed with: made of this home's own key, good here only."""
    key: bytes = state.sign_in.marks.key  # type: ignore[attr-defined]
    return Fernet(base64.urlsafe_b64encode(hmac.digest(key, b"answers of requests", "sha256")))


def _sealed(state: object, of: Once, media_type: str, body: bytes) -> str:
    about = f"{of.owner}\n{of.key}\n{media_type}\n".encode()
    return _seal(state).encrypt(about + body).decode()


def _opened(state: object, of: Once, answer: str) -> tuple[str, bytes] | None:
    """Return an answer's media type and body, None when it is another home's."""
    try:
        plain = _seal(state).decrypt(answer.encode())
    except InvalidToken:
        return None
    owner, key, media_type, body = plain.split(b"\n", 3)
    if (owner.decode(), key.decode()) != (of.owner, of.key):
        return None
    return media_type.decode(), body
