"""API of scores: typed, submitted, corrected, compared."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from db.paging import UnknownCursorError
from features.quality_scores import actions, comparing, scores
from features.quality_scores.inputs import CorrectionInput, ScoreDraftInput, ScoreInput
from features.quality_scores.scores import ScoreFilter
from features.quality_scores.shapes import AgreementShape, ScoreDraftShape, ScoreShape
from permissions.may import reach_of
from web.api_models import (
    LONGEST_PAGE,
    Asking,
    CurrentUser,
    InputModel,
    ListPage,
    Person,
    RowId,
    Text,
    found,
)
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1", tags=["quality"])

Cursor = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_=-]+$")]


class WhichScores(InputModel):
    """Which scores; every field that is given must hold."""

    agent: Text | None = Field(None, description="About whose work.")
    scorer: Text | None = Field(None, description="Who made it.")
    limit: int = Field(50, ge=1, le=LONGEST_PAGE)
    cursor: Cursor | None = Field(None, description="`next` of the page before.")


@router.get("/quality-items/{item_id}/draft", responses=documented(401, 403, 404, 422, 503))
async def show_quality_draft(item_id: RowId, principal: Person, asking: Asking) -> ScoreDraftShape:
    """What one has typed oneself of an item's score."""
    draft = await asking.ask(lambda one: scores.draft(one, item_id, principal.number))
    return ScoreDraftShape.of(found(draft, "draft"))


@router.put("/quality-items/{item_id}/draft", responses=documented(401, 403, 404, 409, 422, 503))
async def save_quality_draft(
    item_id: RowId, given: ScoreDraftInput, principal: Person, asking: Asking
) -> ScoreDraftShape:
    """Keep what is typed of a score."""
    return ScoreDraftShape.of(await actions.save(asking, principal, item_id, given))


@router.post(
    "/quality-items/{item_id}/score",
    status_code=201,
    responses=documented(401, 403, 404, 409, 422, 503),
)
async def submit_quality_score(
    item_id: RowId, given: ScoreInput, principal: Person, asking: Asking
) -> ScoreShape:
    """Make a score of an item that one has taken; it is never changed again."""
    return ScoreShape.of(await actions.submit(asking, principal, item_id, given))


@router.get("/quality-scores", responses=documented(401, 403, 422, 503))
async def list_quality_scores(
    wanted: Annotated[WhichScores, Query()], principal: CurrentUser, asking: Asking
) -> ListPage[ScoreShape]:
    """Scores in their last version, newest first; agents see their own."""
    which = ScoreFilter(agent=wanted.agent, scorer=wanted.scorer)
    reach = reach_of(principal, "quality_score.read")
    listing = partial(
        scores.scores, wanted=which, reach=reach, limit=wanted.limit, cursor=wanted.cursor
    )
    try:
        page = await asking.ask(listing)
    except UnknownCursorError as error:
        raise Refused(422, f"The cursor is wrong: {error}.") from None
    return ListPage(items=[ScoreShape.of(each) for each in page.items], next=page.next)


@router.get("/quality-scores/{score_id}", responses=documented(401, 403, 404, 422, 503))
async def show_quality_score(score_id: RowId, principal: CurrentUser, asking: Asking) -> ScoreShape:
    """One score; others of the same item are its earlier and later versions."""
    one = await actions.visible(asking, principal, score_id, "quality_score.read")
    return ScoreShape.of(one)


@router.post(
    "/quality-scores/{score_id}/correct", responses=documented(401, 403, 404, 409, 422, 503)
)
async def correct_quality_score(
    score_id: RowId, given: CorrectionInput, principal: Person, asking: Asking
) -> ScoreShape:
    """Add a corrected version; the one before stays as it was."""
    return ScoreShape.of(await actions.correct(asking, principal, score_id, given))


@router.get("/quality-sessions/{session_id}", responses=documented(401, 403, 404, 422, 503))
async def show_quality_session(
    session_id: RowId, principal: CurrentUser, asking: Asking
) -> list[ScoreShape]:
    """The scores of a calibration; empty until one's own is submitted."""
    reach = reach_of(principal, "quality_score.compare")
    one = await asking.ask(
        lambda c: comparing.calibration(c, session_id, principal.number, reach=reach)
    )
    return [ScoreShape.of(each) for each in found(one, "session").scores.values()]


@router.get("/quality-agreement", responses=documented(401, 403, 503))
async def show_quality_agreement(principal: CurrentUser, asking: Asking) -> AgreementShape:
    """How far inspectors agree about what two of them scored within 90 days."""
    reach = reach_of(principal, "quality_score.compare")
    one = await asking.ask(lambda c: comparing.compared(c, datetime.now(UTC), reach=reach))
    return AgreementShape.of(one.items, one.whole)
