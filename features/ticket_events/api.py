"""API of the feed: what happened to tickets, from a cursor on."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, field_validator

from features.audit.access import audit_entry, noted
from features.ticket_events.shapes import EventShape, EventsShape
from features.tickets import feed
from web.api_models import LONGEST_PAGE, Asking, CurrentUser, RowId, TicketNumber
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1/events", tags=["events"])


class WhichEvents(BaseModel):
    """Which events."""

    model_config = ConfigDict(extra="forbid")

    after: RowId | Annotated[int, Field(ge=0, le=0)] = Field(
        0, description="`next` of the answer before; 0: from the beginning of the feed."
    )
    kind: list[str] = Field([], max_length=50, description="Only these; may be given repeatedly.")
    ticket: TicketNumber | None = Field(None, description="Only of this ticket.")
    limit: int = Field(50, ge=1, le=LONGEST_PAGE)

    @field_validator("kind")
    @classmethod
    def _is_known(cls, kinds: list[str]) -> list[str]:
        if unknown := sorted(set(kinds) - set(feed.KINDS)):
            raise ValueError(f"{unknown[0][:24]!r} is none of {', '.join(feed.KINDS)}")
        return kinds


@router.get("", responses=documented(401, 403, 410, 422, 503))
async def list_ticket_events(
    wanted: Annotated[WhichEvents, Query()], principal: CurrentUser, asking: Asking
) -> EventsShape:
    """What happened to tickets, oldest first. Keep `next`, and ask with it as `after` again.

    No event is ever put before a cursor that was given. 410: this cursor is of a later time than
    the database, which was restored from a backup: read from 0, what was read has the same `id`.
    """
    last = await asking.ask(feed.last_place)
    if wanted.after > last:
        raise Refused(410, "The database was restored to a time before this cursor; read from 0.")
    found, reached = await asking.ask(
        lambda one: feed.events(
            one,
            after=wanted.after,
            kinds=wanted.kind,
            ticket=wanted.ticket,
            limit=wanted.limit,
        )
    )
    if found:
        places = f"{found[0].place}-{found[-1].place}"
        noted(asking, audit_entry(principal, "ticket.events", places))
    return EventsShape(items=[EventShape.of(each) for each in found], next=reached)
