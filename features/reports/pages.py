"""Pages of reports: the list, one with charts and corrections, and the tickets that it counts."""

from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import RequestDatabase
from db.paging import Page, UnknownCursorError
from features.report_figures.rules import bounds
from features.reports import actions, queries
from features.reports.actions import CorrectionInput
from features.reports.queries import Report, ReportFilter
from features.reports.rules import PeriodKind, Sort
from features.reports.view import blocks, title_of
from features.tickets import queries as tickets
from features.tickets.lifecycle import Ticket, TicketKind, TicketState
from features.tickets.queries import TicketFilter
from permissions.may import reach_of
from settings import Settings
from web.api_models import Asking, CurrentUser, RowId, found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, longest, typed
from web.pages import language_of, page
from web.problems import Refused
from web.words import said

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 50


@router.get("/reports")
async def list_reports(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """Reports, the newest first."""
    settings: Settings = request.app.state.settings
    form = _query(request, "sort", "period")
    wanted = ReportFilter(
        sort=Sort(form.shown("sort")) if form.shown("sort") in set(Sort) else None,
        period=PeriodKind(form.shown("period"))
        if form.shown("period") in set(PeriodKind)
        else None,
    )
    listing = partial(queries.reports, wanted=wanted, limit=ROWS)
    cursor = request.query_params.get("cursor") or None
    try:
        rows = await asking.ask(lambda one: listing(one, cursor=cursor))
    except UnknownCursorError:
        rows, cursor = await asking.ask(listing), None
    t = said(language_of(request))
    return page(
        request,
        "reports.html",
        form=form,
        rows=[(each, title_of(each, t)) for each in rows.items],
        cursor=cursor,
        next=rows.next,
        asked=_asked(form),
        sort_choices=[("", t("report.any")), *((each, t(f"report.sort_{each}")) for each in Sort)],
        period_choices=[
            ("", t("report.any")),
            *((each, t(f"report.period_{each}")) for each in PeriodKind),
        ],
        show=Formats(settings.zone, principal.role),
    )


@router.get("/reports/tickets")
async def list_counted_tickets(
    request: Request, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """The tickets that a figure of a report counts, as they stand now."""
    settings: Settings = request.app.state.settings
    form = _query(request, "kind", "state", "from", "to")
    today = datetime.now(settings.zone).date()
    first, last = form.day("from", today, past=True), form.day("to", today, past=True)
    kind, state = form.shown("kind"), form.shown("state")
    wanted = TicketFilter(
        kind=TicketKind(kind) if kind in set(TicketKind) else None,
        state=TicketState(state) if state in set(TicketState) else None,
        since=bounds(first, settings.zone)[0] if first else None,
        until=bounds(last, settings.zone)[1] if last else None,
    )
    reach, cursor = reach_of(principal, "ticket.read"), request.query_params.get("cursor") or None
    listing = partial(tickets.tickets, wanted=wanted, reach=reach, limit=ROWS)
    rows: Page[Ticket]
    try:
        rows = await asking.ask(lambda one: listing(one, cursor=cursor))
    except UnknownCursorError:
        rows = await asking.ask(listing)
    return page(
        request,
        "report_tickets.html",
        status=422 if form.faults else 200,
        form=form,
        rows=rows,
        asked=_asked(form),
        show=Formats(settings.zone, principal.role),
    )


@router.get("/reports/{report_id}")
async def show_report(
    request: Request, report_id: RowId, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """One report."""
    return await _one(request, principal, asking, report_id, Typed({}))


@router.post("/reports/{report_id}/corrections")
async def correct_report(
    request: Request, report_id: RowId, principal: CurrentUser, asking: Asking
) -> Response:
    """Have a report's days counted again, and kept as another report."""
    settings: Settings = request.app.state.settings
    form = await typed(request)
    try:
        given = form.read(CorrectionInput)
        made = await actions.correct(asking, principal, settings, report_id, given)
    except Refused as refused:
        status = form.refuse(refused)
        return await _one(request, principal, asking, report_id, form, status=status)
    return RedirectResponse(f"/reports/{made.id}", status_code=303)


async def _one(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    report_id: int,
    form: Typed,
    *,
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    one: Report = found(await asking.ask(partial(queries.report, report_id=report_id)), "report")
    t = said(language_of(request))
    return page(
        request,
        "report.html",
        status=status,
        report=one,
        title=title_of(one, t),
        blocks=blocks(one, t),
        family=await asking.ask(partial(queries.of_period, sort=one.sort, period=one.days)),
        letters=await asking.ask(partial(queries.letters, report_id=report_id)),
        form=form,
        longest=longest(CorrectionInput),
        show=Formats(settings.zone, principal.role),
    )


def _query(request: Request, *names: str) -> Typed:
    return Typed({name: request.query_params.get(name, "").strip()[:40] for name in names})


def _asked(form: Typed) -> str:
    """Return what was asked, as the address of the next page says it again."""
    asked = urlencode({name: text for name, text in form.typed.items() if text})
    return f"{asked}&" if asked else ""
