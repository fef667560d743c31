"""API of pauses: a recording holds nothing of what a customer says now, and goes on."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from pydantic import Field

from features.call_recordings.api import recording_of
from features.recording_pauses import actions, queries
from features.recording_pauses.actions import Asked, PauseInput
from features.recording_pauses.layout import placed
from features.recording_pauses.lifecycle import PauseEnd
from features.recording_pauses.queries import PauseFilter
from features.recording_pauses.shapes import PauseShape, PlacedShape
from permissions.may import reach_of
from web.api_models import (
    Asking,
    CurrentUser,
    Identity,
    ListPage,
    ListQuery,
    Number,
    Person,
    found,
    list_page,
)
from web.live import leading_floor_of
from web.problems import documented

router = APIRouter(prefix="/api/v1", tags=["recordings"])
ONE = "/calls/{call_id}/recording-pause"
ANSWERS = documented(401, 403, 409, 422, 503)


class WhichPauses(ListQuery):
    """Which pauses; every field that is given must hold. Times are those at which they began."""

    call_id: Identity | None = Field(None, description="The call that was recorded.")
    by: Number | None = Field(None, description="Who asked for them.", examples=["8001"])
    ended_how: PauseEnd | None = Field(None, description="`time`: those that were forgotten.")


@router.get("/recording-pauses", responses=documented(401, 403, 422, 503))
async def list_pauses(
    wanted: Annotated[WhichPauses, Query()], principal: CurrentUser, asking: Asking
) -> ListPage[PauseShape]:
    """Pauses of recordings, newest first."""
    asked = wanted.filters()
    which = PauseFilter(**{**asked, "call_id": (asked["call_id"] or "").lower() or None})
    listing = partial(queries.pauses, reach=reach_of(principal, "recording_pause.read"))
    page = await list_page(asking, listing, which, wanted)
    now = datetime.now(UTC)
    return ListPage(items=[PauseShape.of(each, now) for each in page.items], next=page.next)


@router.get("/recordings/{recording_id}/pauses", responses=documented(401, 403, 404, 422, 503))
async def list_pauses_of_recording(
    recording_id: Identity, principal: CurrentUser, asking: Asking
) -> ListPage[PlacedShape]:
    """Where a recording is silent because it was paused, in order; never more than one page."""
    verb = "recording.listen"
    one = await recording_of(recording_id.lower(), verb, principal, asking)
    recording = found(one, "recording")
    kept = await asking.ask(lambda one: queries.of_call(one, recording.call_id))
    items = [PlacedShape.of(each) for each in placed(kept, recording)]
    return ListPage(items=items, next=None)


@router.post(ONE, responses=ANSWERS)
async def pause_recording(
    request: Request,
    call_id: Identity,
    principal: Person,
    asking: Asking,
    wanted: Annotated[PauseInput, Body(default_factory=PauseInput)],
) -> PauseShape:
    """Pause the recording of a call that goes on; it goes on by itself after a while (`until`).

    One that is paused already stays so, no longer than before.
    """
    asked = Asked(asking, leading_floor_of(request), principal, call_id.lower())
    paused = await actions.pause(asked, request.app.state.settings, wanted.why)
    return PauseShape.of(paused, asked.floor.now())


@router.delete(ONE, responses=ANSWERS)
async def resume_recording(
    request: Request, call_id: Identity, principal: Person, asking: Asking
) -> PauseShape:
    """Have a paused recording go on."""
    asked = Asked(asking, leading_floor_of(request), principal, call_id.lower())
    return PauseShape.of(await actions.resume(asked), asked.floor.now())
