"""Owns the pages of emergency notifications (CBK-5): incidents, who must be told, progress, the
lists.
"""

from datetime import UTC, datetime
from functools import partial
from typing import Final

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from callflow.call import Language
from features.audit.looks import look, noted, recorded
from features.customers.queries import CustomerSort
from features.emergency_notifications import audio_files, choosing, page_values
from features.emergency_notifications import households as notification_households
from features.emergency_notifications import queries as incidents
from features.emergency_notifications.api import (
    LONGEST,
    at_the_door,
    begin,
    end,
    known_draft,
    named,
)
from features.emergency_notifications.choosing import Choice
from features.emergency_notifications.export import table
from features.emergency_notifications.page_values import EVERYBODY
from features.emergency_notifications.queries import NotReadyError, Report
from features.wake_ups.api import reachable
from settings import Settings
from web.asking import Asking, CurrentUser, Person, RowId, found
from web.forms import Typed, typed
from web.pages import language_of
from web.problems import Refused
from web.shown import Formats
from web.words import said

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

MOST_EXPORTED: Final = 50_000


@router.get("/emergency-notifications")
async def show_notifications(
    request: Request, _principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """The incidents, and the form for a new one."""
    return await page_values.overview(request, asking, Typed({}))


@router.post("/emergency-notifications")
async def report_incident(request: Request, principal: Person, asking: Asking) -> Response:
    """Record an incident; nobody is rung yet."""
    settings: Settings = request.app.state.settings
    form = await typed(request)
    wanted = _report(form, settings)
    if wanted is None:
        return await page_values.overview(request, asking, form, status=422)
    now = datetime.now(UTC)
    key = await asking.write(partial(incidents.report, wanted=wanted, by=named(principal), now=now))
    return RedirectResponse(f"/emergency-notifications/{key}", status_code=303)


@router.get("/emergency-notifications/{incident_id}")
async def show_notification(
    request: Request, incident_id: RowId, principal: CurrentUser, asking: Asking, told: str = ""
) -> HTMLResponse:
    """One incident: who must be told, how far it is, the three lists."""
    noted(asking, look(principal, "emergency.read", str(incident_id)))
    return await page_values.one(request, asking, principal, incident_id, told=told)


@router.post("/emergency-notifications/{incident_id}/message")
async def change_message(
    request: Request, incident_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Say something else."""
    incident = await known_draft(asking, incident_id)
    form = await typed(request)
    text = form.text("message", longest=LONGEST["message"], needed="emergency.fault_message")
    if form.faults:
        return await page_values.one(request, asking, principal, incident_id, form=form, status=422)
    anew = partial(incidents.say_anew, incident=incident, message=text, recorded=False)
    await asking.write(anew)
    return _back(incident_id)


@router.post("/emergency-notifications/{incident_id}/recording")
async def upload_recording(
    request: Request, incident_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Let a person's recording be the message."""
    settings: Settings = request.app.state.settings
    async with request.form() as form_given:
        given = form_given.get("recording")
        data = await given.read() if isinstance(given, UploadFile) else b""
    incident = await known_draft(asking, incident_id)
    if not data.startswith(b"RIFF") or len(data) > audio_files.LONGEST_UPLOAD:
        form = Typed({}, {"recording": "emergency.fault_recording"})
        return await page_values.one(request, asking, principal, incident_id, form=form, status=422)
    await anyio.to_thread.run_sync(audio_files.keep, settings.paths.spoken, incident, data)
    text = incident.report.message
    anew = partial(incidents.say_anew, incident=incident, message=text, recorded=True)
    await asking.write(anew)
    return _back(incident_id)


@router.get("/emergency-notifications/{incident_id}/message.wav")
async def hear_message(
    request: Request, incident_id: RowId, _principal: CurrentUser, asking: Asking
) -> Response:
    """The message, as it will be heard."""
    settings: Settings = request.app.state.settings
    incident = found(await asking.ask(lambda each: incidents.one(each, incident_id)), "incident")
    path = audio_files.message(settings.paths.spoken, incident)
    if path is None:
        raise Refused(404, "The message has not been made yet.")
    return Response(await anyio.to_thread.run_sync(path.read_bytes), media_type="audio/wav")


@router.post("/emergency-notifications/{incident_id}/customers")
async def choose_customers(
    request: Request, incident_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Choose customers by area, sort or both."""
    settings: Settings = request.app.state.settings
    await known_draft(asking, incident_id)
    form = await typed(request)
    area = form.line("area", longest=80)
    sort = form.choice("sort", ["", *(each.value for each in CustomerSort)], "emergency.fault_sort")
    if not area and not sort:
        form.faults.setdefault("area", "emergency.fault_area")
    if form.faults:
        return await page_values.one(request, asking, principal, incident_id, form=form, status=422)
    choice = await choosing.from_customers(
        asking,
        incident_id,
        area=area,
        sort=CustomerSort(sort) if sort else None,
        reachable=lambda number: reachable(number, settings),
    )
    return _back(incident_id, choice)


@router.post("/emergency-notifications/{incident_id}/list")
async def choose_list(
    request: Request, incident_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Choose the households of a list, pasted or in a file."""
    settings: Settings = request.app.state.settings
    async with request.form() as given:
        file, pasted = given.get("file"), given.get("list")
        text = str(pasted or "") or await _text_of(file if isinstance(file, UploadFile) else None)
        without_bad = given.get("without_bad") == "1"
    await known_draft(asking, incident_id)
    if not text.strip():
        form = Typed({"list": text}, {"list": "emergency.fault_list"})
        return await page_values.one(request, asking, principal, incident_id, form=form, status=422)
    choice = await choosing.from_list(
        asking,
        incident_id,
        text,
        settings.number_plan,
        without_bad=without_bad,
        reachable=lambda number: reachable(number, settings),
    )
    if not choice.added and choice.bad:
        form = Typed({"list": text}, {"list": "emergency.fault_lines"})
        return await page_values.one(
            request, asking, principal, incident_id, form=form, status=422, bad=choice.bad
        )
    return _back(incident_id, choice)


@router.post("/emergency-notifications/{incident_id}/clear")
async def choose_nobody(incident_id: RowId, _principal: Person, asking: Asking) -> Response:
    """Take all households off again."""
    await known_draft(asking, incident_id)
    await asking.write(lambda each: notification_households.clear(each, incident_id))
    return _back(incident_id)


@router.post("/emergency-notifications/{incident_id}/start")
async def start_notification(
    request: Request, incident_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Begin to ring those whose number was confirmed."""
    form = await typed(request)
    count = form.line("count", longest=8)
    try:
        await begin(asking, incident_id, principal, count=int(count) if count.isdecimal() else 0)
    except NotReadyError as error:
        form.faults["start"] = f"emergency.cannot_{error}"
        return await page_values.one(request, asking, principal, incident_id, form=form, status=409)
    return _back(incident_id)


@router.post("/emergency-notifications/{incident_id}/stop")
async def stop_notification(incident_id: RowId, principal: Person, asking: Asking) -> Response:
    """Stop at once."""
    await end(asking, incident_id, principal)
    return _back(incident_id)


@router.get("/emergency-notifications/{incident_id}/door")
async def show_door_list(
    request: Request, incident_id: RowId, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """Who must be told at the door, to be printed or ticked off."""
    noted(asking, look(principal, "emergency.read", str(incident_id), "door"))
    return await page_values.door(request, asking, principal, incident_id)


@router.post("/emergency-notifications/{incident_id}/households/{household_id}/door")
async def tick_door(
    incident_id: RowId, household_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Note that a household was told at its door."""
    await at_the_door(asking, incident_id, household_id, principal)
    return RedirectResponse(f"/emergency-notifications/{incident_id}/door", status_code=303)


@router.get("/emergency-notifications/{incident_id}/results.csv")
async def export_results(
    request: Request, incident_id: RowId, principal: CurrentUser, asking: Asking
) -> Response:
    """The lists as a table; on record before a byte is sent (SEC-1, SEC-2)."""
    settings: Settings = request.app.state.settings
    found(await asking.ask(lambda each: incidents.one(each, incident_id)), "incident")
    rows = await asking.ask(
        lambda each: notification_households.of_states(
            each, incident_id, EVERYBODY, limit=MOST_EXPORTED
        )
    )
    await recorded(asking, look(principal, "emergency.export", str(incident_id), str(len(rows))))
    show, say = Formats(settings.zone, principal.role), said(language_of(request))
    text = await anyio.to_thread.run_sync(table, rows, say, show)
    name = f'attachment; filename="notification-{incident_id}.csv"'
    return Response(
        text, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
    )


def _report(form: Typed, settings: Settings) -> Report | None:
    """Return what was typed, or None and the faults in the form."""
    what = form.line("what", longest=LONGEST["what"], needed="emergency.fault_what")
    reporter = form.line("reporter", longest=LONGEST["reporter"], needed="emergency.fault_reporter")
    language = form.choice(
        "language", [each.value for each in Language], "emergency.fault_language"
    )
    message = form.text("message", longest=LONGEST["message"], needed="emergency.fault_message")
    when = _moment(form, settings)
    place = form.line("place", longest=LONGEST["place"])
    details = form.text("details", longest=LONGEST["details"])
    if form.faults or when is None:
        return None
    return Report(
        what=what,
        place=place,
        happened_at=when,
        reporter=reporter,
        details=details,
        language=language,
        message=message,
    )


def _moment(form: Typed, settings: Settings) -> datetime | None:
    """Return the moment on the hotline's clock, `2026-11-22T08:30`."""
    try:
        plain = datetime.fromisoformat(form.line("happened_at", longest=19))
        return plain.replace(tzinfo=settings.zone)
    except ValueError:
        form.faults.setdefault("happened_at", "emergency.fault_when")
        return None


async def _text_of(file: UploadFile | None) -> str:
    """Return the text of a file as spreadsheets write it: UTF-8, or GB 18030."""
    data = await file.read() if file else b""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def _back(incident_id: int, choice: Choice | None = None) -> RedirectResponse:
    told = f"?told={choice.added}-{choice.already}-{len(choice.bad)}" if choice else ""
    return RedirectResponse(f"/emergency-notifications/{incident_id}{told}", status_code=303)
