"""API of the feed: what happened to tickets, customers and callbacks, from a cursor on."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, field_validator

from features.audit.access import audit_entry, noted
from features.event_feed import feed
from features.event_feed.kinds import About, about
from features.ticket_events.shapes import EventShape, EventsShape
from permissions.may import may
from web.api_models import LONGEST_PAGE, Asking, CurrentUser, RowId, TicketNumber
from web.current_user import Principal
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1/events", tags=["events"])


_READS: Final[Mapping[About, str]] = MappingProxyType(
    {About.CUSTOMER: "customer.read", About.CALLBACK: "callback.read"}
)
"""The verb that events need beside `ticket.events`, by what they are about."""


class WhichEvents(BaseModel):
    """Which events."""

    model_config = ConfigDict(extra="forbid")

    after: RowId | Annotated[int, Field(ge=0, le=0)] = Field(
        0, description="`next` of the answer before; 0: from the beginning of the feed."
    )
    kind: list[str] = Field([], max_length=80, description="Only these; may be given repeatedly.")
    ticket: TicketNumber | None = Field(None, description="Only of this ticket's own history.")
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
    """What happened, oldest first. Keep `next`, and ask with it as `after` again.

    Events of customers and callbacks are given to who may read these; asked for by others: 403.
    No event is ever put before a cursor that was given. 410: this cursor is of a later time than
    the database, which was restored from a backup: read from 0, what was read has the same `id`.
    """
    of = _readable(principal, wanted.kind)
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
            of=of,
        )
    )
    if found:
        places = f"{found[0].place}-{found[-1].place}"
        noted(asking, audit_entry(principal, "ticket.events", places))
    return EventsShape(items=[EventShape.of(each) for each in found], next=reached)


def _readable(principal: Principal, kinds: Collection[str]) -> Collection[About]:
    """Return what somebody may read events of. Raises Refused with 403 for kinds beyond that."""
    of = {each for each in About if each not in _READS or may(principal, _READS[each])}
    if beyond := sorted(kind for kind in kinds if about(kind) not in of):
        raise Refused(403, f"The role {principal.role.value} reads no {beyond[0]}.")
    return of
