"""API of calls: the list, one call, and what happened in it."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from db.bounded import RequestDatabase
from features.audit.access import audit_entry, noted, theirs
from features.call_recordings.shapes import GapShape, RecordingShape
from features.calls import queries
from features.calls.lifecycle import CallState, Direction, Disposition
from features.calls.queries import CallFilter, CallStory
from features.calls.shapes import CallShape, StoryShape, TalkSegmentShape
from features.tickets.shapes import TicketShape
from permissions.may import reach_of
from web.api_models import (
    Asking,
    CurrentUser,
    Digits,
    Identity,
    ListPage,
    ListQuery,
    Plan,
    Text,
    TicketNumber,
    found,
    list_page,
    may_search_by_number,
    may_search_by_piece,
)
from web.current_user import Principal
from web.problems import documented

router = APIRouter(prefix="/api/v1/calls", tags=["calls"])


class WhichCalls(ListQuery):
    """Which calls; every field that is given must hold. Times are when the call began to ring."""

    ref: Text | None = Field(None, description="The X-Ref its switch sent.")
    number: Text | None = Field(None, description="The caller's number, whole.")
    piece: Digits | None = Field(None, description="Digits that stand in the caller's number.")
    ticket: TicketNumber | None = Field(None, description="A ticket that came from the call.")
    agent: Text | None = Field(
        None, description="An agent who talked in it, first or not.", examples=["8001"]
    )
    disposition: Disposition | None = None
    direction: Direction | None = Field(None, description="`in`: somebody rang us; `out`: we rang.")
    state: CallState | None = None


@router.get("", responses=documented(401, 403, 422, 503))
async def list_calls(
    wanted: Annotated[WhichCalls, Query()], principal: CurrentUser, asking: Asking, plan: Plan
) -> ListPage[CallShape]:
    """Calls, newest first."""
    may_search_by_number(principal, wanted.number)
    may_search_by_piece(principal, wanted.piece)
    which = CallFilter(**wanted.filters(plan))
    listing = partial(queries.calls, reach=reach_of(principal, "call.read"))
    page = await list_page(asking, listing, which, wanted)
    return ListPage(items=[CallShape.of(call) for call in page.items], next=page.next)


@router.get("/{call_id}", responses=documented(401, 403, 404, 422, 503))
async def show_call(call_id: Identity, principal: CurrentUser, asking: Asking) -> StoryShape:
    """One call, with its recordings, the gaps in them and its tickets."""
    story = await _story(call_id, principal, asking)
    noted(asking, audit_entry(principal, "call.read", story.call.id))
    return StoryShape(
        **CallShape.of(story.call).model_dump(),
        segments=TalkSegmentShape.all_of(story.call),
        recordings=[RecordingShape.of(recording) for recording in story.recordings],
        gaps=[GapShape.of(gap) for gap in story.gaps],
        tickets=[TicketShape.of(ticket) for ticket in story.tickets],
    )


async def _story(call_id: str, principal: Principal, asking: Asking) -> CallStory:
    return found(await story_of(call_id.lower(), principal, asking), "call")


async def story_of(call_id: str, principal: Principal, asking: RequestDatabase) -> CallStory | None:
    """Return the story of a call that somebody may read, with the tickets that they may read."""
    tickets = reach_of(principal, "ticket.read")
    return await theirs(
        asking,
        principal,
        "call.read",
        call_id,
        lambda one, reach: queries.call(one, call_id, reach=reach, ticket_reach=tickets),
    )
