"""Page of the audit log: who read or changed what, and why (SEC-1, QA-5)."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.text import clean
from db.paging import Page, UnknownCursorError
from features.audit import log as audit
from features.audit.log import AuditFilter, NamedEntry, masked_subject
from features.call_recordings.opening import openable_recordings
from features.calls.opening import openable
from permissions.may import reach_of
from phone_numbers.phone_number import Kind, phone_number
from phone_numbers.plan import NumberPlan
from settings import Settings
from web.api_models import Asking, CurrentUser
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed
from web.pages import page
from web.registration import features

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 50
FIELDS = ("who", "subject", "action", "from", "to")
_NUMBER = re.compile(r"^\+?\d{7,}$")
"""A subject that is a customer's number, not the id of a thing."""
_THING = re.compile(r"^\d{8}-\d{5,12}$")
"""The number of a ticket."""


@router.get("/audit")
async def show_audit(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """Entries, newest first."""
    settings: Settings = request.app.state.settings
    show = Formats(settings.zone, principal.role)
    form = Typed({name: request.query_params.get(name, "").strip()[:80] for name in FIELDS})
    wanted = _wanted(form, settings.zone, show, settings.number_plan)
    cursor = request.query_params.get("cursor") or None
    found: Page[NamedEntry] = Page([], None)
    if not form.faults:
        try:
            found = await asking.ask(
                partial(
                    audit.entries,
                    wanted=wanted,
                    reach=reach_of(principal, "audit.read"),
                    limit=ROWS,
                    cursor=cursor,
                )
            )
        except UnknownCursorError:
            form.faults["cursor"] = "calls.stale_page"
    leads = await asking.ask(lambda one: _leads(one, principal, found.items))
    typed = {name: text for name, text in form.typed.items() if text}
    return page(
        request,
        "audit.html",
        status=422 if form.faults else 200,
        form=form,
        found=found,
        anything=bool(typed),
        actions=[action for feature in features().values() for action in feature.audited],
        show=show,
        leads=leads,
        subject=lambda each: subject_shown(each, show),
        first_page=f"/audit?{urlencode(typed)}" if cursor else "",
        next_page=f"/audit?{urlencode({**typed, 'cursor': found.next})}" if found.next else "",
    )


async def _leads(
    connection: AsyncConnection, who: Principal, seen: Sequence[NamedEntry]
) -> Mapping[str, str]:
    """Return where the calls and recordings that were looked at are, by what was looked at.

    What is not there, or not theirs, leads nowhere.
    """

    def of(kind: str) -> list[str]:
        return [each.entry.subject for each in seen if each.entry.action.startswith(kind)]

    calls = await openable(connection, who, of("call."))
    recordings = await openable_recordings(connection, who, of("recording."))
    return {each: f"/calls/{each}" for each in calls} | {
        each: f"/recordings/{each}" for each in recordings
    }


def subject_shown(seen: NamedEntry, show: Formats) -> str:
    """Return what was looked at; a customer's number as the role may see it."""
    subject = clean(seen.entry.subject)
    return subject if show.numbers else masked_subject(subject)


def _wanted(form: Typed, zone: ZoneInfo, show: Formats, plan: NumberPlan) -> AuditFilter:
    who, subject = form.shown("who"), clean(form.shown("subject"))
    if who and not re.fullmatch(r"\d{3,6}", who):
        form.faults["who"] = "audit.fault_who"
    read = phone_number(subject, plan)
    if read.kind is Kind.PUBLIC and not _THING.match(subject):
        subject = read.shown
    if _NUMBER.match(subject) and not show.numbers:
        form.faults["subject"] = "audit.fault_subject"
    return AuditFilter(
        number=who or None,
        subject=subject or None,
        action=clean(form.shown("action")) or None,
        since=form.begin_of("from", zone),
        until=form.begin_of("to", zone, after=timedelta(days=1)),
    )
