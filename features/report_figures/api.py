"""API of figures as they are counted by now: traffic, staffing, agents' days."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from features.report_figures import traffic
from features.report_figures.shapes import (
    AgentDayShape,
    AgentDaysShape,
    StaffingShape,
    StaffShape,
    TrafficShape,
)
from features.report_figures.traffic import LONGEST_DAYS, Staff
from permissions.may import reach_of
from settings import Settings
from web.api_models import Asking, CurrentUser, Day, Text
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1", tags=["figures"])

OfDay = Annotated[Day | None, Query(description="By the house's clock; today.")]
FORECAST = timedelta(days=60)


@router.get("/traffic", responses=documented(401, 403, 422, 503))
async def show_traffic(
    request: Request,
    _principal: CurrentUser,
    asking: Asking,
    from_day: OfDay = None,
    to_day: OfDay = None,
    topic: Text | None = None,
) -> TrafficShape:
    """Incoming calls of some days by day and half hour, and of the same days a week before."""
    last = to_day or today(request)
    first = from_day or last
    if not first <= last <= first + timedelta(days=LONGEST_DAYS):
        raise Refused(422, f"`to_day` is `from_day` or later, {LONGEST_DAYS} days at most.")
    found = await asking.ask(lambda one: traffic.traffic(one, first, last, topic=topic))
    told = {"from_day": first, "to_day": last, "topic": topic}
    own = {name: getattr(found, name) for name in found.__slots__}
    return TrafficShape.model_validate(told | own)


@router.get("/staffing", responses=documented(401, 403, 422, 503))
async def show_staffing(
    request: Request, _principal: CurrentUser, asking: Asking, day: OfDay = None
) -> StaffingShape:
    """How many agents each half hour of a day needed (Erlang C), and how many there were.

    A day to come is expected from the same weekday of the last eight weeks.
    """
    settings: Settings = request.app.state.settings
    which, now = day or today(request), today(request)
    if which > now + FORECAST:
        raise Refused(422, f"Nothing is expected of days beyond {now + FORECAST}.")
    found = await asking.ask(lambda one: staff_of(one, which, now, settings))
    return StaffingShape(
        day=which,
        forecast=which > now,
        within_s=settings.report_within,
        share=settings.report_share / 100,
        half_hours=[StaffShape.model_validate(each) for each in found],
    )


@router.get("/agent-days", responses=documented(401, 403, 422, 503))
async def list_agent_days(
    request: Request, principal: CurrentUser, asking: Asking, day: OfDay = None
) -> AgentDaysShape:
    """What each agent did on a day (RPT-3): an agent sees the own day, a leader the team's."""
    which = day or today(request)
    reach = reach_of(principal, "agent_day.read")
    found = await asking.ask(lambda one: traffic.agent_days(one, which, reach=reach))
    return AgentDaysShape(
        day=which,
        counted_at=await asking.ask(lambda one: traffic.counted_at(one, which)),
        agents=[AgentDayShape.model_validate(each) for each in found],
    )


def today(request: Request) -> date:
    """Return the day of the house's clock."""
    settings: Settings = request.app.state.settings
    return datetime.now(settings.zone).date()


async def staff_of(
    connection: AsyncConnection, day: date, now: date, settings: Settings
) -> Sequence[Staff]:
    """Return the staffing of a day by the house's settings."""
    return await traffic.staffing(
        connection,
        day,
        today=now,
        zone=settings.zone,
        within_s=settings.report_within,
        share=settings.report_share / 100,
        wrap_up_s=settings.wrap_up_for,
    )
