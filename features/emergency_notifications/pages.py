"""The pages of emergency notifications (CBK-5): incidents, who must be told, progress, the
lists.
"""

from datetime import UTC, datetime
from typing import Final

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from db.bounded import RequestDatabase
from features.audit.access import audit_entry, noted, recorded
from features.emergency_notifications import actions, audio_files, page_values
from features.emergency_notifications import households as notification_households
from features.emergency_notifications import queries as incidents
from features.emergency_notifications.actions import BadLinesError, UnreadableListError
from features.emergency_notifications.choosing import Choice
from features.emergency_notifications.export import table
from features.emergency_notifications.given import (
    CustomersInput,
    IncidentInput,
    ListInput,
    MessageInput,
    StartInput,
)
from features.emergency_notifications.page_values import EVERYBODY
from imports.faults import Remark
from settings import Settings
from web.api_models import Asking, CurrentUser, Person, RowId, found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, typed
from web.pages import language_of
from web.problems import Refused
from web.words import said

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

MOST_EXPORTED: Final = 50_000
LOOK_FIRST: Final = frozenset(
    {
        Remark.HIDDEN_ROWS,
        Remark.HIDDEN_COLUMNS,
        Remark.HIDDEN_SHEETS,
        Remark.OTHER_SHEETS,
        Remark.BAD_BYTES,
    }
)
"""What was left out of a file, or lost: a person sees the list before anybody is chosen."""


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
    happened_at = form.moment("happened_at", datetime.now(UTC), settings.zone)
    try:
        given = form.read(IncidentInput, happened_at=happened_at)
        key = await actions.report(asking, principal, given)
    except Refused as refused:
        return await page_values.overview(request, asking, form, status=form.refuse(refused))
    return RedirectResponse(f"/emergency-notifications/{key}", status_code=303)


@router.get("/emergency-notifications/{incident_id}")
async def show_notification(
    request: Request, incident_id: RowId, principal: CurrentUser, asking: Asking, told: str = ""
) -> HTMLResponse:
    """One incident: who must be told, how far it is, the three lists."""
    noted(asking, audit_entry(principal, "emergency.read", str(incident_id)))
    return await page_values.one(request, asking, principal, incident_id, told=told)


@router.post("/emergency-notifications/{incident_id}/message")
async def change_message(
    request: Request, incident_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Say something else."""
    form = await typed(request)
    try:
        await actions.say(asking, principal, incident_id, form.read(MessageInput))
    except Refused as refused:
        return await _again(request, principal, asking, incident_id, form, refused)
    return _back(incident_id)


@router.post("/emergency-notifications/{incident_id}/recording")
async def upload_recording(
    request: Request, incident_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Let a person's recording be the message."""
    settings: Settings = request.app.state.settings
    async with request.form() as given:
        file, take = given.get("recording"), str(given.get("take", ""))
        data = await file.read() if isinstance(file, UploadFile) else b""
    form = Typed({})
    upon = int(take) if take.isascii() and take.isdecimal() and len(take) < 9 else 0
    try:
        await actions.record(asking, principal, settings, incident_id, upon, data)
    except Refused as refused:
        return await _again(request, principal, asking, incident_id, form, refused)
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
    form = await typed(request)
    try:
        given = form.read(CustomersInput)
        choice = await actions.choose_customers(asking, principal, settings, incident_id, given)
    except Refused as refused:
        return await _again(request, principal, asking, incident_id, form, refused)
    return _back(incident_id, choice)


@router.post("/emergency-notifications/{incident_id}/list")
async def choose_list(
    request: Request, incident_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Choose the households of a list, pasted or in a file."""
    settings: Settings = request.app.state.settings
    async with request.form() as given:
        file, pasted = given.get("file"), str(given.get("list") or "")
        content = await file.read() if isinstance(file, UploadFile) and not pasted else b""
        without_bad = given.get("without_bad") == "1"
    form = Typed({"list": pasted})
    try:
        if content:
            brought = await actions.opened(content)
            pasted, form = brought.text, Typed({"list": brought.text})
            if any(each.what in LOOK_FIRST for each in brought.said):
                return await page_values.one(
                    request, asking, principal, incident_id, form=form, remarks=brought.said
                )
        listed = form.judged(ListInput, {"text": pasted, "without_bad": without_bad})
        choice = await actions.choose_list(asking, principal, settings, incident_id, listed)
    except Refused as refused:
        return await _again(request, principal, asking, incident_id, form, refused)
    return _back(incident_id, choice)


@router.post("/emergency-notifications/{incident_id}/clear")
async def choose_nobody(
    request: Request, incident_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Take all households off again."""
    try:
        await actions.choose_nobody(asking, principal, incident_id)
    except Refused as refused:
        return await _again(request, principal, asking, incident_id, Typed({}), refused)
    return _back(incident_id)


@router.post("/emergency-notifications/{incident_id}/start")
async def start_notification(
    request: Request, incident_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Begin to ring those whose number was confirmed."""
    form = await typed(request)
    try:
        await actions.start(asking, principal, incident_id, form.read(StartInput))
    except Refused as refused:
        return await _again(request, principal, asking, incident_id, form, refused)
    return _back(incident_id)


@router.post("/emergency-notifications/{incident_id}/stop")
async def stop_notification(incident_id: RowId, principal: Person, asking: Asking) -> Response:
    """Stop at once."""
    await actions.stop(asking, principal, incident_id)
    return _back(incident_id)


@router.get("/emergency-notifications/{incident_id}/door")
async def show_door_list(
    request: Request, incident_id: RowId, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """Who must be told at the door, to be printed or ticked off."""
    noted(asking, audit_entry(principal, "emergency.read", str(incident_id), "door"))
    return await page_values.door_list(request, asking, principal, incident_id)


@router.post("/emergency-notifications/{incident_id}/households/{household_id}/door")
async def tick_door(
    incident_id: RowId, household_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Note that a household was told at its door."""
    await actions.tell_at_door(asking, principal, incident_id, household_id)
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
    await recorded(
        asking, audit_entry(principal, "emergency.export", str(incident_id), str(len(rows)))
    )
    show, say = Formats(settings.zone, principal.role), said(language_of(request))
    text = await anyio.to_thread.run_sync(table, rows, say, show)
    name = f'attachment; filename="notification-{incident_id}.csv"'
    return Response(
        text, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
    )


async def _again(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    incident_id: int,
    form: Typed,
    refused: Refused,
) -> HTMLResponse:
    """Return the page of an incident with what was typed, and what is wrong with it."""
    status = form.refuse(refused)
    bad = refused.bad if isinstance(refused, BadLinesError) else ()
    unreadable = refused.error if isinstance(refused, UnreadableListError) else None
    return await page_values.one(
        request,
        asking,
        principal,
        incident_id,
        form=form,
        status=status,
        bad=bad,
        unreadable=unreadable,
    )


def _back(incident_id: int, choice: Choice | None = None) -> RedirectResponse:
    told = f"?told={choice.added}-{choice.already}-{len(choice.bad)}" if choice else ""
    return RedirectResponse(f"/emergency-notifications/{incident_id}{told}", status_code=303)
