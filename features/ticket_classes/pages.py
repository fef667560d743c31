"""Pages on which classes, closing codes and texts of e-mails are edited (TKT-1, TKT-9)."""

from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from features.ticket_classes import actions
from features.ticket_classes import queries as classes
from features.ticket_classes.actions import NewTicketClass, TicketClassSave
from features.ticket_classes.queries import Sort, TicketClass
from features.ticket_classes.shapes import TicketClassShape
from features.ticket_classes.texts import USED, gaps_of, preview, unknown_gaps
from permissions.may import may
from settings import Settings
from web.api_models import Asking, CurrentUser, RowId, found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, longest, typed
from web.pages import language_of, page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/ticket-classes")
async def list_classes(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """All classes, and a form for a new one."""
    return await _listed(request, principal, asking, Typed({}))


@router.post("/ticket-classes")
async def add_class(request: Request, principal: CurrentUser, asking: Asking) -> Response:
    """Keep a new class."""
    form = await typed(request)
    try:
        await actions.add(asking, principal, form.read(NewTicketClass, today=_today(request)))
    except Refused as refused:
        status = form.refuse(refused)
        return await _listed(request, principal, asking, form, status=status)
    return RedirectResponse("/ticket-classes", status_code=303)


@router.get("/ticket-classes/{class_id}")
async def show_class(
    request: Request, class_id: RowId, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """One class, and what it was before."""
    now = found(await asking.ask(lambda one: classes.one(one, class_id)), "class")
    return await _one(request, principal, asking, now, _filled(now))


@router.post("/ticket-classes/{class_id}")
async def save_class(
    request: Request, class_id: RowId, principal: CurrentUser, asking: Asking
) -> Response:
    """Save a class."""
    form = await typed(request)
    now = found(await asking.ask(lambda one: classes.one(one, class_id)), "class")
    try:
        given = form.read(TicketClassSave, today=_today(request))
        await actions.save(asking, principal, class_id, given)
    except Refused as refused:
        status = form.refuse(refused)
        theirs = refused.current
        return await _one(request, principal, asking, now, form, status=status, theirs=theirs)
    return RedirectResponse("/ticket-classes", status_code=303)


def _today(request: Request) -> date:
    settings: Settings = request.app.state.settings
    return datetime.now(settings.zone).date()


def _filled(one: TicketClass) -> Typed:
    return Typed(
        {
            "name": one.name,
            "english": one.english,
            "text": one.text,
            "begins_on": f"{one.begins_on or ''}",
            "place": str(one.place),
            "retired": "yes" if one.retired else "",
            "version": str(one.version),
        }
    )


async def _listed(
    request: Request, principal: Principal, asking: Asking, form: Typed, *, status: int = 200
) -> HTMLResponse:
    every = await asking.ask(classes.every)
    return page(
        request,
        "ticket_classes.html",
        status=status,
        form=form,
        sorts=[(sort.value, [each for each in every if each.sort is sort]) for sort in Sort],
        today=_today(request),
        unknown=unknown_gaps(form.shown("text")),
        used=USED,
        longest=longest(NewTicketClass),
        may_write=may(principal, "ticket_class.write"),
        show=_show(request, principal),
    )


async def _one(
    request: Request,
    principal: Principal,
    asking: Asking,
    now: TicketClass,
    form: Typed,
    *,
    status: int = 200,
    theirs: BaseModel | None = None,
) -> HTMLResponse:
    before = await asking.ask(lambda one: classes.versions(one, now.id))
    version = form.shown("version")
    if isinstance(theirs, TicketClassShape):
        version = str(theirs.version)
    return page(
        request,
        "ticket_class.html",
        status=status,
        one=now,
        form=form,
        theirs=theirs,
        version=version,
        versions=[now, *before],
        unknown=unknown_gaps(form.shown("text"), now.use) if now.sort is Sort.MAIL else [],
        gaps=[f"{{{name}}}" for name in gaps_of(now.use)],
        preview=preview(form.shown("text"), now.use, language_of(request)),
        used=USED,
        longest=longest(TicketClassSave),
        may_write=may(principal, "ticket_class.write"),
        show=_show(request, principal),
    )


def _show(request: Request, principal: Principal) -> Formats:
    settings: Settings = request.app.state.settings
    return Formats(settings.zone, principal.role)
