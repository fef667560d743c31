"""Pages of wake-ups: the register 住客叫醒登记表, the night, each one's evidence."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from callflow.call import Language
from callflow.rules import wall_clock
from callflow.rules.wall_clock import Repeat
from db.bounded import RequestDatabase
from features.call_recordings.opening import audible
from features.calls.opening import openable
from features.wake_ups import actions
from features.wake_ups import queries as wake_ups
from features.wake_ups import register as wake_register
from features.wake_ups.actions import RegistrationInput
from features.wake_ups.lifecycle import WakeState
from features.wake_ups.shapes import ForecastShape
from permissions.may import may, reach_of
from settings import Settings
from web.api_models import Asking, CurrentUser, Line, Person, RowId
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, longest, typed
from web.pages import language_of, page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

BEFORE, AHEAD = timedelta(hours=12), timedelta(hours=24)
TAGS: Mapping[WakeState, str] = defaultdict(
    lambda: "warm",
    {
        WakeState.WAITING: "",
        WakeState.RINGING: "busy",
        WakeState.ALARM: "bad",
        WakeState.MISSED: "bad",
        WakeState.AWAKE: "good",
        WakeState.CANCELLED: "quiet",
    },
)
"""How a state looks; one that is not here is somebody's work that goes on."""


@router.get("/wake-ups")
async def show_wake_ups(
    request: Request, principal: CurrentUser, asking: Asking, saved: str = "", imported: str = ""
) -> HTMLResponse:
    """The night as it stands, the register, and the form for one more guest."""
    kept = imported if imported.isdecimal() else ""
    return await _shown(request, principal, asking, Typed({}), saved=saved, imported=kept[:6])


@router.post("/wake-ups")
async def register_guest(request: Request, principal: Person, asking: Asking) -> Response:
    """Put a guest on the register."""
    settings: Settings = request.app.state.settings
    form = await typed(request)
    try:
        given = form.read(RegistrationInput, today=datetime.now(settings.zone).date())
        line = await actions.register(asking, principal, settings, given)
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse(f"/wake-ups?saved={line.id}", status_code=303)


@router.get("/wake-ups/register.csv")
async def export_register(
    request: Request, principal: CurrentUser, asking: Asking, day: Line = ""
) -> Response:
    """Lead to the table of the day that was typed."""
    settings: Settings = request.app.state.settings
    form = Typed({"day": day})
    wanted = form.day("day", datetime.now(settings.zone).date())
    if wanted is None:
        form.faults.setdefault("day", "form.fault_day")
        return await _shown(request, principal, asking, form, status=422)
    language = language_of(request).value
    address = f"/api/v1/wake-register.csv?day={wanted}&language={language}"
    return RedirectResponse(address, status_code=303)


@router.post("/wake-ups/registrations/{registration_id}/cancel")
async def cancel_guest(registration_id: RowId, principal: Person, asking: Asking) -> Response:
    """Take a guest off the register."""
    await actions.cancel(asking, principal, registration_id)
    return RedirectResponse("/wake-ups?saved=off", status_code=303)


@router.post("/wake-ups/{wake_up_id}/awake")
async def say_awake(wake_up_id: RowId, principal: Person, asking: Asking) -> Response:
    """Say that the guest is awake."""
    await actions.say_awake(asking, principal, wake_up_id)
    return RedirectResponse(f"/wake-ups/{wake_up_id}", status_code=303)


@router.get("/wake-ups/{wake_up_id}")
async def show_evidence(
    request: Request, wake_up_id: RowId, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """One wake-up with every ring, answer, key and recording (WAK-5)."""
    settings: Settings = request.app.state.settings
    found = await actions.evidence_of(wake_up_id, "wake_up.read", principal, asking)
    if found is None:
        raise Refused(404, "There is no wake-up with this id.")
    of_calls = [found.line.call_id, *(each.id for each in found.attempts)]
    opens = await asking.ask(lambda one: openable(one, principal, of_calls))
    recorded = [each.id for each in found.recordings.values()]
    audibles = await asking.ask(lambda one: audible(one, principal, recorded))
    return page(
        request,
        "wake_up.html",
        row=found.shown,
        line=found.line,
        rung=found.attempts,
        said_by=found.said_by,
        recordings=found.recordings,
        sees_calls=may(principal, "wake_up.evidence"),
        opens=opens,
        audible=audibles,
        tags=TAGS,
        show=Formats(settings.zone, principal.role),
        there=Formats(ZoneInfo(found.shown.zone), principal.role),
    )


async def _shown(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    status: int = 200,
    saved: str = "",
    imported: str = "",
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    now = datetime.now(UTC)
    rows = await asking.ask(
        partial(
            wake_ups.of_days,
            since=now - BEFORE,
            until=now + AHEAD,
            reach=reach_of(principal, "wake_up.read"),
        )
    )
    sees_register = may(principal, "wake_register.read")
    lines = await asking.ask(wake_register.registered) if sees_register else []
    line = None
    if saved.isdecimal():
        line = await asking.ask(partial(wake_register.one, registration_id=int(saved[:15])))
    forecast = await _forecast(asking, line, settings) if line else None
    alarms = [row for row in rows if row.wake_up.state in wake_ups.ALARM_STATES]
    return page(
        request,
        "wake_ups.html",
        status=status,
        rows=[*alarms, *(row for row in rows if row not in alarms)],
        rooms=by_room(lines),
        sees_register=sees_register,
        form=form,
        saved=saved,
        imported=imported,
        forecast=forecast,
        forecast_zone=line.registration.zone if line else settings.timezone,
        tags=TAGS,
        longest=longest(RegistrationInput) | {"room": 20, "number": 20},
        repeats=list(Repeat),
        languages=list(Language),
        tomorrow=f"{(now.astimezone(settings.zone) + AHEAD):%Y-%m-%d}",
        today=f"{now.astimezone(settings.zone):%Y-%m-%d}",
        may_register=_registers(principal),
        may_export=may(principal, "wake_up.export"),
        show=Formats(settings.zone, principal.role),
        there=lambda zone: Formats(ZoneInfo(zone), principal.role),
        now=now,
    )


def by_room(
    lines: Sequence[wake_register.SavedRegistration],
) -> list[Sequence[wake_register.SavedRegistration]]:
    """Return the register room by room, several wake-ups of one beneath each other.

    The room that is rung next comes first, and so do the wake-ups of a room.
    """
    rooms: dict[str, list[wake_register.SavedRegistration]] = {}
    for line in lines:
        rooms.setdefault(line.registration.room, []).append(line)
    return list(rooms.values())


async def _forecast(
    asking: RequestDatabase, line: wake_register.SavedRegistration, settings: Settings
) -> ForecastShape | None:
    """Return how the minute looks for which somebody was just registered."""
    if line.next_due is None:
        return None
    due, wanted = line.next_due, line.registration
    zone = ZoneInfo(wanted.zone)
    asked = await asking.ask(
        lambda connection: wake_ups.of_minute(connection, due, due + timedelta(minutes=1))
    )
    moment = wall_clock.moment(due.astimezone(zone).date(), wanted.wall, zone)
    return ForecastShape.of(
        moment, asked=asked, lines=settings.lines_out, ring_for=settings.wake_ring_for
    )


def _registers(principal: Principal) -> bool:
    return principal.account_id is not None and may(principal, "wake_up.register")
