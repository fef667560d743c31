"""Live events of a page (`GET /live`): server-sent events from the floor to one browser.

The whole state comes first, then what changes. A page that does not read is dropped; its browser
comes back by itself. Again and again we look whether the person still may look (SEC-1).
"""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from db.bounded import Database, DatabaseTimeoutError
from floor import metrics
from floor.connection_limiter import ConnectionLimiter
from floor.floor import Floor
from floor.presence import is_work
from floor.streams import Stream, TooManyPagesError
from permissions.may import team_of
from web.api_models import VISIBLE, CurrentUser, Identity
from web.current_user import Principal, still_admitted
from web.problems import Refused, documented

HEARTBEAT_S: Final = 10.0
"""A comment as often as this, so that both sides notice a dead connection."""
BACK_AFTER_MS: Final = 300
"""How soon a browser comes back after a broken stream."""
LOOK_EVERY_S: Final = 20.0
LONGEST_MS: Final = 60_000

REFUSED_AFTER_S: Final = 1.0
"""A page that is refused comes again at once, and again."""
TOO_MANY: Final = "You have too many pages open. Close one; this page comes back by itself."

ELSEWHERE: Final = "Another desk has the floor of this hotline now; work there, or try again."
"""Agents work at one desk: it knows whose page is open, and makes the queues so."""

router = APIRouter(tags=["live"])
log = structlog.get_logger()

Page = Annotated[str, Query(max_length=40, pattern=VISIBLE)]


class SeenPop(BaseModel):
    """How long it took until a caller's data were in sight, as the page measured it."""

    model_config = ConfigDict(extra="forbid")

    call: Identity
    ms: float = Field(ge=0, le=LONGEST_MS, description="From the INVITE to the data in sight.")


def floor_of(request: Request) -> Floor:
    """Return the floor of this desk."""
    floor: Floor = request.app.state.floor
    return floor


def leading_floor_of(request: Request) -> Floor:
    """Return the floor of this desk, to act on. Raises Refused with 503: another desk has it."""
    floor = floor_of(request)
    if floor.only_watches:
        raise Refused(503, ELSEWHERE, headers={"Retry-After": "5"})
    return floor


def streams_end(request: Request, principal: Principal) -> None:
    """End every stream of somebody of whom a session has ended; those of others come back."""
    if principal.account_id is not None:
        floor_of(request).streams.end(principal.account_id)


@router.get(
    "/live",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "Server-sent events."},
        **documented(401, 403, 422, 429, 503),
    },
)
async def live(request: Request, principal: CurrentUser, page: Page = "") -> StreamingResponse:
    """What happens on the floor, for one open page; `page` is a name drawn by each page load.

    An open stream is a sign that the agent is there: once it is closed, no callers are offered.
    """
    works = principal.account_id is not None and is_work(page)
    streams = (leading_floor_of if works else floor_of)(request).streams
    whose = {"account_id": principal.account_id, "token_id": principal.token_id}
    if not streams.has_room(**whose, page=page):
        await asyncio.sleep(REFUSED_AFTER_S)
        raise Refused(429, TOO_MANY, headers={"Retry-After": "10"})
    _expect_life(request)
    return StreamingResponse(
        _events(request, principal, page),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


@router.post("/live/seen", status_code=204, responses=documented(401, 403, 422))
async def seen(wanted: SeenPop, _principal: CurrentUser) -> None:
    """Take in how soon a caller's data were in sight."""
    metrics.POP.observe(wanted.ms / 1000)


def _expect_life(request: Request) -> None:
    """Have the connection closed soon when nobody is there any more: its page takes a place."""
    limiter: ConnectionLimiter = request.app.state.connection_limiter
    peer = request.scope.get("peer")
    if peer is not None:
        limiter.expect_life(peer)


async def _events(request: Request, principal: Principal, page: str) -> AsyncIterator[bytes]:
    floor = floor_of(request)
    try:
        stream = floor.open(
            account_id=principal.account_id,
            role=principal.role,
            page=page,
            token_id=principal.token_id,
            team=team_of(principal, "floor.read"),
        )
    except TooManyPagesError:
        return  # others of the same person came in the same moment
    try:
        yield f"retry: {BACK_AFTER_MS}\n\n".encode()
        looked = time.monotonic()
        while True:
            if time.monotonic() - looked > LOOK_EVERY_S:
                looked = time.monotonic()
                if not await _still(request, principal):
                    return
            said = await _next(stream)
            if said is None:
                return
            yield said
    finally:
        floor.close(stream)


async def _next(stream: Stream) -> bytes | None:
    """Return the next event, a heartbeat when there is none, None at the end."""
    try:
        async with asyncio.timeout(HEARTBEAT_S):
            told = await stream.waiting.get()
    except TimeoutError:
        return b": here\n\n"
    return told.encoded() if told else None


async def _still(request: Request, principal: Principal) -> bool:
    database: Database = request.app.state.database
    try:
        return await still_admitted(principal, database.for_request(), now=datetime.now(UTC))
    except DatabaseTimeoutError:
        return True  # a database that stumbles must not blind everybody at work
