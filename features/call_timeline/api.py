"""API of a call's timeline: what happened in it."""

from fastapi import APIRouter

from features.audit.access import audit_entry, noted
from features.call_timeline.shapes import EventShape
from features.calls.api import story_of
from permissions.roles import sees_numbers
from web.api_models import (
    Asking,
    CurrentUser,
    Identity,
    ListPage,
    found,
)
from web.problems import documented

router = APIRouter(prefix="/api/v1/calls", tags=["calls"])


@router.get("/{call_id}/events", responses=documented(401, 403, 404, 422, 503))
async def list_events(
    call_id: Identity, principal: CurrentUser, asking: Asking
) -> ListPage[EventShape]:
    """Everything that happened in one call, in order; it is never more than one page."""
    story = found(await story_of(call_id.lower(), principal, asking), "call")
    noted(asking, audit_entry(principal, "call.events", story.call.id))
    events = [EventShape.of(event) for event in story.events]
    if not sees_numbers(principal.role):
        events = [event.masked() for event in events]
    return ListPage(items=events, next=None)
