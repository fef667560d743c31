"""API of what is drawn for inspection, and of the work list."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from db.paging import UnknownCursorError
from features.audit.access import theirs
from features.quality_samples import actions, queries, sessions
from features.quality_samples.actions import DrawInput, SessionInput
from features.quality_samples.lifecycle import ItemState
from features.quality_samples.queries import ItemFilter
from features.quality_samples.shapes import DrawShape, SessionShape, WorkItemShape
from permissions.may import reach_of
from web.api_models import (
    LONGEST_PAGE,
    Asking,
    CurrentUser,
    Day,
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


class WhichItems(InputModel):
    """Which items of the work list; every field that is given must hold."""

    state: ItemState | None = None
    inspector: Text | None = Field(None, description="Who has it or had it.")
    agent: Text | None = Field(None, description="About whose work it is.")
    day: Day | None = Field(None, description="The day that was drawn.")
    limit: int = Field(50, ge=1, le=LONGEST_PAGE)
    cursor: Cursor | None = Field(None, description="`next` of the page before.")


@router.get("/quality-items", responses=documented(401, 403, 422, 503))
async def list_quality_items(
    wanted: Annotated[WhichItems, Query()], principal: CurrentUser, asking: Asking
) -> ListPage[WorkItemShape]:
    """The work list, what came last first. A leader sees what is about the own team."""
    which = ItemFilter(**wanted.model_dump(exclude={"limit", "cursor"}))
    reach = reach_of(principal, "quality_sample.read")
    listing = partial(
        queries.items, wanted=which, reach=reach, limit=wanted.limit, cursor=wanted.cursor
    )
    try:
        page = await asking.ask(listing)
    except UnknownCursorError as error:
        raise Refused(422, f"The cursor is wrong: {error}.") from None
    return ListPage(items=[WorkItemShape.of(each) for each in page.items], next=page.next)


@router.post("/quality-items/next", responses=documented(401, 403, 409, 503))
async def take_next_quality_item(principal: Person, asking: Asking) -> WorkItemShape:
    """Take what waits longest; what one has taken and not submitted comes first."""
    return WorkItemShape.of(await actions.take_next(asking, principal))


@router.get("/quality-items/{item_id}", responses=documented(401, 403, 404, 422, 503))
async def show_quality_item(
    item_id: RowId, principal: CurrentUser, asking: Asking
) -> WorkItemShape:
    """One item of the work list."""
    one = await theirs(
        asking,
        principal,
        "quality_sample.read",
        f"{item_id}",
        lambda c, reach: queries.one(c, item_id, reach=reach),
    )
    return WorkItemShape.of(found(one, "item"))


@router.post("/quality-items/{item_id}/take", responses=documented(401, 403, 404, 409, 422, 503))
async def take_quality_item(item_id: RowId, principal: Person, asking: Asking) -> WorkItemShape:
    """Take an item to score it."""
    return WorkItemShape.of(await actions.take(asking, principal, item_id))


@router.post(
    "/quality-items/{item_id}/give-back", responses=documented(401, 403, 404, 409, 422, 503)
)
async def give_back_quality_item(
    item_id: RowId, principal: Person, asking: Asking
) -> WorkItemShape:
    """Let somebody else take it; what was typed is kept for who typed it."""
    return WorkItemShape.of(await actions.give_back(asking, principal, item_id))


@router.post("/quality-items/{item_id}/heard", responses=documented(401, 403, 404, 409, 422, 503))
async def hear_quality_item(
    request: Request, item_id: RowId, principal: Person, asking: Asking
) -> WorkItemShape:
    """Keep which call was heard live: the record of the listening says it."""
    settings = request.app.state.settings
    return WorkItemShape.of(await actions.hear(asking, principal, settings, item_id))


@router.get("/quality-draws", responses=documented(401, 403, 422, 503))
async def list_quality_draws(
    _principal: CurrentUser,
    asking: Asking,
    before: Annotated[Day | None, Query(description="Only days before this one.")] = None,
) -> ListPage[DrawShape]:
    """The draws of 31 days, the newest first; ask for more with `before`."""
    found_draws = await asking.ask(lambda one: queries.draws(one, before=before))
    return ListPage(items=[DrawShape.of(each) for each in found_draws], next=None)


@router.post("/quality-draws", status_code=201, responses=documented(401, 403, 409, 422, 503))
async def draw_quality_day(
    request: Request, given: DrawInput, principal: CurrentUser, asking: Asking
) -> DrawShape:
    """Draw a day that was missed."""
    settings = request.app.state.settings
    return DrawShape.of(await actions.draw(asking, principal, settings, given))


@router.get("/quality-draws/{day}", responses=documented(401, 403, 404, 422, 503))
async def show_quality_draw(
    day: Annotated[Day, Path()], _principal: CurrentUser, asking: Asking
) -> DrawShape:
    """The draw of a day: how many of each kind of business, and the seed."""
    return DrawShape.of(found(await asking.ask(lambda one: queries.draw_of(one, day)), "draw"))


@router.get("/quality-sessions", responses=documented(401, 403, 422, 503))
async def list_quality_sessions(
    principal: CurrentUser,
    asking: Asking,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> ListPage[SessionShape]:
    """Calibrations, the newest first."""
    reach = reach_of(principal, "quality_sample.read")
    try:
        page = await asking.ask(
            lambda one: sessions.sessions(one, reach=reach, limit=limit, cursor=cursor)
        )
    except UnknownCursorError as error:
        raise Refused(422, f"The cursor is wrong: {error}.") from None
    return ListPage(items=[SessionShape.of(each) for each in page.items], next=page.next)


@router.post("/quality-sessions", status_code=201, responses=documented(401, 403, 422, 503))
async def make_quality_session(
    given: SessionInput, principal: CurrentUser, asking: Asking
) -> SessionShape:
    """Have several inspectors score one call."""
    return SessionShape.of(await actions.make_session(asking, principal, given))


@router.post(
    "/quality-sessions/{session_id}/join", responses=documented(401, 403, 404, 409, 422, 503)
)
async def join_quality_session(
    request: Request, session_id: RowId, principal: Person, asking: Asking
) -> WorkItemShape:
    """Take part in a calibration; it becomes an item of one's own."""
    settings = request.app.state.settings
    return WorkItemShape.of(await actions.join_session(asking, principal, settings, session_id))
