"""API of appeals against scores, and of coaching notes."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from db.paging import UnknownCursorError
from features.quality_scores import actions_appeals as actions
from features.quality_scores import appeals
from features.quality_scores.inputs import AppealInput, DecisionInput, NoteInput
from features.quality_scores.shapes import AppealShape, NoteShape
from permissions.may import reach_of
from web.api_models import (
    LONGEST_PAGE,
    Asking,
    CurrentUser,
    InputModel,
    ListPage,
    Person,
    RowId,
)
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1", tags=["quality"])

Cursor = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_=-]+$")]


class WhichAppeals(InputModel):
    """Which appeals."""

    open_only: bool = Field(False, description="Only those that are not decided.")
    limit: int = Field(50, ge=1, le=LONGEST_PAGE)
    cursor: Cursor | None = Field(None, description="`next` of the page before.")


@router.post(
    "/quality-scores/{score_id}/appeal",
    status_code=201,
    responses=documented(401, 403, 404, 409, 422, 503),
)
async def appeal_against_quality_score(
    request: Request, score_id: RowId, given: AppealInput, principal: Person, asking: Asking
) -> AppealShape:
    """Appeal against a score of one's own work; somebody else than the scorer decides."""
    settings = request.app.state.settings
    return AppealShape.of(await actions.appeal(asking, principal, settings, score_id, given))


@router.get("/quality-appeals", responses=documented(401, 403, 422, 503))
async def list_quality_appeals(
    wanted: Annotated[WhichAppeals, Query()], principal: CurrentUser, asking: Asking
) -> ListPage[AppealShape]:
    """Appeals, the newest first; agents see their own."""
    reach = reach_of(principal, "quality_appeal.read")
    listing = partial(
        appeals.appeals,
        reach=reach,
        open_only=wanted.open_only,
        limit=wanted.limit,
        cursor=wanted.cursor,
    )
    try:
        page = await asking.ask(listing)
    except UnknownCursorError as error:
        raise Refused(422, f"The cursor is wrong: {error}.") from None
    return ListPage(items=[AppealShape.of(each) for each in page.items], next=page.next)


@router.post(
    "/quality-appeals/{appeal_id}/decide", responses=documented(401, 403, 404, 409, 422, 503)
)
async def decide_quality_appeal(
    appeal_id: RowId, given: DecisionInput, principal: Person, asking: Asking
) -> AppealShape:
    """Decide an appeal; accepted, the score gets a corrected version."""
    return AppealShape.of(await actions.decide(asking, principal, appeal_id, given))


@router.get("/quality-notes", responses=documented(401, 403, 422, 503))
async def list_quality_notes(
    principal: CurrentUser,
    asking: Asking,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> ListPage[NoteShape]:
    """Coaching notes, the newest first; agents see those to them."""
    reach = reach_of(principal, "quality_note.read")
    try:
        page = await asking.ask(
            lambda one: appeals.notes(one, reach=reach, limit=limit, cursor=cursor)
        )
    except UnknownCursorError as error:
        raise Refused(422, f"The cursor is wrong: {error}.") from None
    return ListPage(items=[NoteShape.of(each) for each in page.items], next=page.next)


@router.post("/quality-notes", status_code=201, responses=documented(401, 403, 404, 409, 422, 503))
async def write_quality_note(given: NoteInput, principal: Person, asking: Asking) -> NoteShape:
    """Tell an agent something."""
    return NoteShape.of(await actions.write_note(asking, principal, given))


@router.post("/quality-notes/{note_id}/seen", responses=documented(401, 403, 404, 422, 503))
async def see_quality_note(note_id: RowId, principal: Person, asking: Asking) -> NoteShape:
    """Keep that one has seen a note to oneself."""
    return NoteShape.of(await actions.see_note(asking, principal, note_id))
