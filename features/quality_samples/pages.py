"""Pages of the work list of inspectors, of the draws, and of calibrations (QA-1)."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from callflow.call import Topic
from db.bounded import RequestDatabase
from db.paging import UnknownCursorError
from features.quality_samples import actions, calendar, queries, sessions
from features.quality_samples.actions import DrawInput, SessionInput
from features.quality_samples.lifecycle import ItemState, ItemThing
from features.quality_samples.queries import EVERY_ITEM, ItemFilter
from permissions.may import may, reach_of
from settings import Settings
from web.api_models import Asking, CurrentUser, Day, Person, RowId, found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, longest, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

WHICH: Final = ("open", "mine", "submitted", "every")
TOPICS: Final = frozenset(each.value for each in Topic)
_DONE: Final = frozenset({ItemState.SUBMITTED.value})


@router.get("/quality")
async def show_work(
    request: Request,
    principal: CurrentUser,
    asking: Asking,
    which: Annotated[str, Query(max_length=12)] = "open",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> HTMLResponse:
    """What is to be scored, by whom, and how far the week is."""
    return await _work(request, principal, asking, Typed({}), which=which, cursor=cursor)


@router.post("/quality/next")
async def take_next(request: Request, principal: Person, asking: Asking) -> Response:
    """Take what waits longest, and open it."""
    form = await typed(request)
    try:
        item = await actions.take_next(asking, principal)
    except Refused as refused:
        return await _work(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse(f"/quality/items/{item.id}", status_code=303)


@router.post("/quality/items/{item_id}/take")
async def take(request: Request, item_id: RowId, principal: Person, asking: Asking) -> Response:
    """Take one item, and open it."""
    form = await typed(request)
    try:
        await actions.take(asking, principal, item_id)
    except Refused as refused:
        return await _work(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse(f"/quality/items/{item_id}", status_code=303)


@router.post("/quality/items/{item_id}/give-back")
async def give_back(
    request: Request, item_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Let somebody else take it."""
    form = await typed(request)
    try:
        await actions.give_back(asking, principal, item_id)
    except Refused as refused:
        return await _work(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse("/quality", status_code=303)


@router.post("/quality/items/{item_id}/heard")
async def hear(request: Request, item_id: RowId, principal: Person, asking: Asking) -> Response:
    """Keep which call was heard live."""
    form = await typed(request)
    try:
        await actions.hear(asking, principal, request.app.state.settings, item_id)
    except Refused as refused:
        return await _work(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse(f"/quality/items/{item_id}", status_code=303)


@router.get("/quality/draws")
async def show_draws(
    request: Request,
    principal: CurrentUser,
    asking: Asking,
    before: Annotated[Day | None, Query()] = None,
) -> HTMLResponse:
    """The draws, and the button for a day that was missed."""
    return await _draws(request, principal, asking, Typed({}), before=before)


@router.post("/quality/draws")
async def draw(request: Request, principal: CurrentUser, asking: Asking) -> Response:
    """Draw a day that was missed."""
    settings: Settings = request.app.state.settings
    form = await typed(request)
    today = datetime.now(settings.zone).date()
    try:
        given = form.read(DrawInput, today=today)
        await actions.draw(asking, principal, settings, given)
    except Refused as refused:
        return await _draws(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse(f"/quality/draws/{given.day}", status_code=303)


@router.get("/quality/draws/{day}")
async def show_draw(
    request: Request, day: Annotated[Day, Path()], principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """One day: the seed, how many of each kind of business, and what was drawn."""
    settings: Settings = request.app.state.settings
    one = found(await asking.ask(lambda c: queries.draw_of(c, day)), "draw")
    reach = reach_of(principal, "quality_sample.read")
    listing = partial(queries.items, wanted=ItemFilter(day=day), reach=reach, limit=200)
    return page(
        request,
        "quality_draw.html",
        draw=one,
        drawn=(await asking.ask(listing)).items,
        topics=TOPICS,
        show=Formats(settings.zone, principal.role),
    )


@router.get("/quality/sessions")
async def show_sessions(
    request: Request,
    principal: CurrentUser,
    asking: Asking,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> HTMLResponse:
    """Calibrations, and the form for a new one."""
    return await _sessions(request, principal, asking, Typed({}), cursor=cursor)


@router.post("/quality/sessions")
async def make_session(request: Request, principal: CurrentUser, asking: Asking) -> Response:
    """Begin a calibration."""
    form = await typed(request)
    try:
        made = await actions.make_session(asking, principal, form.read(SessionInput))
    except Refused as refused:
        return await _sessions(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse(f"/quality/sessions/{made.id}", status_code=303)


@router.post("/quality/sessions/{session_id}/join")
async def join_session(
    request: Request, session_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Take part, and open one's own item."""
    settings: Settings = request.app.state.settings
    form = await typed(request)
    try:
        item = await actions.join_session(asking, principal, settings, session_id)
    except Refused as refused:
        return await _sessions(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse(f"/quality/items/{item.id}", status_code=303)


async def _work(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    which: str = "open",
    cursor: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    reach = reach_of(principal, "quality_sample.read")
    wanted = {
        "open": ItemFilter(state=ItemState.OPEN),
        "mine": ItemFilter(inspector=principal.number or "-"),
        "submitted": ItemFilter(state=ItemState.SUBMITTED),
    }.get(which, EVERY_ITEM)
    try:
        rows = await asking.ask(
            partial(queries.items, wanted=wanted, reach=reach, limit=50, cursor=cursor)
        )
    except UnknownCursorError:
        raise Refused(422, "This page of the list is none of ours.") from None
    monday = calendar.monday(datetime.now(settings.zone).date())
    return page(
        request,
        "quality_work.html",
        status=status,
        rows=rows,
        which=which if which in WHICH else "every",
        choices=WHICH,
        mine=await asking.ask(lambda one: queries.taken_by(one, principal.number or "-")),
        progress=await _progress(principal, asking, monday),
        form=form,
        topics=TOPICS,
        first_page=f"/quality?{urlencode({'which': which})}" if cursor else "",
        next_page=f"/quality?{urlencode({'which': which, 'cursor': rows.next})}"
        if rows.next
        else "",
        may_draw=may(principal, "quality_sample.draw"),
        may_work=may(principal, "quality_sample.work") and principal.account_id is not None,
        show=Formats(settings.zone, principal.role),
    )


async def _progress(
    principal: Principal, asking: RequestDatabase, monday: date
) -> list[tuple[str, int, int]]:
    """Return of each thing how many items of two weeks are submitted, and how many there are."""
    reach = reach_of(principal, "quality_sample.read")
    since, until = monday - calendar.WEEK, monday + calendar.WEEK
    counts = await asking.ask(lambda one: queries.progress(one, since, until, reach=reach))
    rows: list[tuple[str, int, int]] = []
    for thing in ItemThing:
        of = {state: number for (what, state), number in counts.items() if what == thing.value}
        if of:
            rows.append((thing.value, sum(of.get(each, 0) for each in _DONE), sum(of.values())))
    return rows


async def _draws(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    before: date | None = None,
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    kept = await asking.ask(lambda one: queries.draws(one, before=before))
    yesterday = datetime.now(settings.zone).date() - timedelta(days=1)
    return page(
        request,
        "quality_draws.html",
        status=status,
        draws=kept,
        yesterday=yesterday,
        form=form,
        first_page="/quality/draws" if before else "",
        next_page=f"/quality/draws?before={kept[-1].day}" if len(kept) == 31 else "",
        may_draw=may(principal, "quality_sample.draw"),
        show=Formats(settings.zone, principal.role),
    )


async def _sessions(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    cursor: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    reach = reach_of(principal, "quality_sample.read")
    try:
        rows = await asking.ask(lambda one: sessions.sessions(one, reach=reach, cursor=cursor))
    except UnknownCursorError:
        raise Refused(422, "This page of the list is none of ours.") from None
    ids = [each.id for each in rows.items]
    counts: Any = await asking.ask(lambda one: sessions.counts(one, ids)) if ids else {}
    return page(
        request,
        "quality_sessions.html",
        status=status,
        sessions=rows,
        counts=counts,
        form=form,
        longest=longest(SessionInput),
        first_page="/quality/sessions" if cursor else "",
        next_page=f"/quality/sessions?cursor={rows.next}" if rows.next else "",
        may_make=may(principal, "quality_session.make"),
        show=Formats(settings.zone, principal.role),
    )
