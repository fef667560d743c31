"""Pages of figures as they are counted by now: traffic, staffing, agents' days."""

from collections.abc import Mapping
from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from features.report_figures import traffic
from features.report_figures.api import FORECAST, staff_of, today
from features.report_figures.rules import SLOTS, clock
from features.report_figures.traffic import LONGEST_DAYS
from permissions.may import reach_of
from settings import Settings
from web.api_models import Asking, CurrentUser
from web.formats import Formats
from web.forms import Typed
from web.pages import language_of, page
from web.words import named, said

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

A_WEEK = timedelta(days=6)


@router.get("/traffic")
async def show_traffic(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """Incoming calls of some days, and of the same days a week before."""
    settings: Settings = request.app.state.settings
    form = _typed(request, "from", "to", "topic")
    last = _day(form, "to", today(request))
    first = _day(form, "from", last - A_WEEK)
    if not form.faults and not first <= last <= first + timedelta(days=LONGEST_DAYS):
        form.faults["to"] = "traffic.fault_order"
    if form.faults:
        first = last = today(request)
    topic = form.shown("topic") or None
    found = await asking.ask(lambda one: traffic.traffic(one, first, last, topic=topic))
    topics = await asking.ask(lambda one: traffic.topics(one, first, last))
    t = said(language_of(request))
    return page(
        request,
        "traffic.html",
        status=422 if form.faults else 200,
        form=form,
        first=first,
        last=last,
        found=found,
        days=[f"{row['day']:%m-%d}" for row in found.days],
        day_counts=[row["count"] for row in found.days],
        labels=[clock(slot) for slot in range(SLOTS)],
        counts=_by_slot({row["slot"]: float(row["count"]) for row in found.half_hours}),
        topic_choices=[(each, named(t, "topic", each)) for each in topics],
        show=Formats(settings.zone, principal.role),
    )


@router.get("/staffing")
async def show_staffing(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """Half hours of a day against the agents that they need; of a day to come, a forecast."""
    settings: Settings = request.app.state.settings
    form, now = _typed(request, "day"), today(request)
    day = _day(form, "day", now, past=False)
    if day > now + FORECAST:
        form.faults["day"] = "traffic.fault_far"
        day = now
    found = await asking.ask(lambda one: staff_of(one, day, now, settings))
    return page(
        request,
        "staffing.html",
        status=422 if form.faults else 200,
        form=form,
        day=day,
        forecast=day > now,
        week=[now + timedelta(days=each) for each in range(1, 8)],
        found=[each for each in found if each.calls or each.there],
        labels=[clock(slot) for slot in range(SLOTS)],
        needed=_by_slot({each.slot: float(each.needed) for each in found}),
        within_s=f"{settings.report_within:g}",
        share=settings.report_share,
        show=Formats(settings.zone, principal.role),
    )


@router.get("/agent-days")
async def list_agent_days(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """What agents did on a day: one's own, the team's, or everybody's (RPT-3)."""
    settings: Settings = request.app.state.settings
    form = _typed(request, "day")
    day = _day(form, "day", today(request))
    reach = reach_of(principal, "agent_day.read")
    return page(
        request,
        "agent_days.html",
        status=422 if form.faults else 200,
        form=form,
        day=day,
        found=await asking.ask(lambda one: traffic.agent_days(one, day, reach=reach)),
        counted_at=await asking.ask(lambda one: traffic.counted_at(one, day)),
        show=Formats(settings.zone, principal.role),
    )


def _by_slot(known: Mapping[int, float]) -> list[float]:
    return [known.get(slot, 0.0) for slot in range(SLOTS)]


def _typed(request: Request, *names: str) -> Typed:
    return Typed({name: request.query_params.get(name, "").strip()[:200] for name in names})


def _day(form: Typed, name: str, otherwise: date, *, past: bool = True) -> date:
    """Return the day that was typed, as it is kept; `otherwise` without one, or for none."""
    day = form.day(name, otherwise, past=past) or otherwise
    if name not in form.faults:
        form.typed[name] = f"{day}"
    return day
