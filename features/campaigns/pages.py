"""Owns the pages of batches: all of them, one with its results, and what is done to it (CBK-3)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from callflow.rules.questions import Result
from db.bounded import Archive, Patience
from db.paging import UnknownCursorError
from features.audit.looks import look, noted
from features.campaigns import actions as batch_acts
from features.campaigns import contacts as batch_jobs
from features.campaigns import plan as batch_plan
from features.campaigns import progress as batch_state
from features.campaigns import queries as batches
from features.campaigns import results as batch_results
from features.campaigns.api_lists import PATIENCE_S
from features.campaigns.contact import REACHED
from features.campaigns.lifecycle import FROM, BatchState
from features.campaigns.wording import asked, meant
from permissions.routes import may
from settings import Settings
from web.asking import Asking, Known, Person, RowId
from web.current_user import Holder
from web.forms import Typed, typed
from web.pages import language_of, page
from web.problems import Refused
from web.shown import Shown

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 50
BATCHES_SHOWN = 30
TAGS: Mapping[BatchState, str] = {
    BatchState.DRAFT: "",
    BatchState.RUNNING: "busy",
    BatchState.PAUSED: "warm",
    BatchState.STOPPED: "bad",
    BatchState.FINISHED: "good",
}
ACTS: Mapping[str, BatchState] = {
    "start": BatchState.RUNNING,
    "pause": BatchState.PAUSED,
    "stop": BatchState.STOPPED,
}


@router.get("/batches")
async def show_batches(
    request: Request, holder: Known, asking: Asking, cursor: str = ""
) -> HTMLResponse:
    """All batches, the newest first, and how far each is."""
    settings: Settings = request.app.state.settings
    try:
        found = await asking.ask(
            partial(batches.listed, limit=BATCHES_SHOWN, cursor=cursor[:200] or None)
        )
    except UnknownCursorError:
        raise Refused(404, "There is no such page of batches.") from None
    seen = await asking.ask(lambda one: batch_state.seen(one, found.items, settings))
    return page(
        request,
        "batches.html",
        rows=seen,
        older=found.next,
        tags=TAGS,
        may_make=may(holder.role, "POST", "/batches/new"),
        show=Shown(settings.zone, holder.role),
        now=datetime.now(UTC),
    )


@router.get("/batches/{batch_id}")
async def show_batch(
    request: Request,
    batch_id: RowId,
    holder: Known,
    asking: Asking,
    result: str = "",
    after: int = 0,
) -> HTMLResponse:
    """One batch: how far it is, what came of it, and who is in it."""
    if "hx-request" not in request.headers:  # the page asks again by itself while it runs
        noted(asking, look(holder, "batch.read", str(batch_id)))
    return await _shown(request, batch_id, holder, asking, Typed({}), result=result, after=after)


@router.post("/batches/{batch_id}/start")
async def start(request: Request, batch_id: RowId, holder: Person, asking: Asking) -> Response:
    """Begin, or go on."""
    return await _turned(request, batch_id, "start", holder, asking)


@router.post("/batches/{batch_id}/pause")
async def pause(request: Request, batch_id: RowId, holder: Person, asking: Asking) -> Response:
    """Call nobody new."""
    return await _turned(request, batch_id, "pause", holder, asking)


@router.post("/batches/{batch_id}/stop")
async def stop(request: Request, batch_id: RowId, holder: Person, asking: Asking) -> Response:
    """End it for good."""
    return await _turned(request, batch_id, "stop", holder, asking)


@router.post("/batches/{batch_id}/copy")
async def copy(request: Request, batch_id: RowId, holder: Person, asking: Asking) -> Response:
    """Make another one of the same people."""
    form = await typed(request)
    name = form.line("name", longest=batch_plan.LONGEST_NAME, needed="batch.fault_name")
    if form.faults:
        return await _shown(request, batch_id, holder, asking, form, status=422)
    archive: Archive = request.app.state.archive
    change = batch_acts.copied(batch_id, name, holder, unreached=form.shown("unreached") == "on")
    made = await archive.patience(PATIENCE_S).write(change)
    if made is None:
        raise Refused(404, "There is no batch with this id.")
    return RedirectResponse(f"/batches/{made}", status_code=303)


async def _turned(
    request: Request, batch_id: int, act: str, holder: Holder, asking: Patience
) -> Response:
    try:
        done = await asking.write(batch_acts.turned(batch_id, ACTS[act], holder))
    except batch_acts.NotThereError:
        raise Refused(404, "There is no batch with this id.") from None
    if not done:
        form = Typed({}, {"state": "batch.fault_state"})
        return await _shown(request, batch_id, holder, asking, form, status=409)
    return RedirectResponse(f"/batches/{batch_id}", status_code=303)


async def _shown(
    request: Request,
    batch_id: int,
    holder: Holder,
    asking: Patience,
    form: Typed,
    *,
    status: int = 200,
    result: str = "",
    after: int = 0,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    seen = await asking.ask(lambda one: batch_state.one(one, batch_id, settings))
    if seen is None:
        raise Refused(404, "There is no batch with this id.")
    only = frozenset({Result(result)} if result in list(Result) and result else ())
    wanted = batch_jobs.Wanted(batch_id=batch_id, results=only)
    begin = max(0, min(after, 2**31 - 1))
    rows = await asking.ask(partial(batch_jobs.listed, wanted=wanted, after=begin, limit=ROWS))
    keys = [row.id for row in rows]
    named = [row.person.ticket_id for row in rows if row.person.ticket_id is not None]
    last = await asking.ask(lambda one: batch_jobs.last_attempts(one, keys))
    tickets = await asking.ask(lambda one: batch_results.ticket_numbers(one, named))
    tally = await asking.ask(lambda one: batch_results.tally(one, batch_id))
    hands = await asking.ask(partial(batch_state.hands, seen=seen))
    language = language_of(request).value
    state = seen.known.state
    return page(
        request,
        "batch.html",
        status=status,
        seen=seen,
        rows=rows,
        calls={key: attempt for key, attempt in last.items() if attempt.answered_at},
        tickets=tickets,
        tally=tally,
        questions=[(each, asked(each, language)) for each in seen.known.batch.questions],
        only=next(iter(only), ""),
        after=begin,
        older=rows[-1].person.position if len(rows) == ROWS else None,
        meant=partial(meant, language=language),
        form=form,
        tags=TAGS,
        acts=[act for act, to in ACTS.items() if state in FROM[to]],
        ended=state in (BatchState.STOPPED, BatchState.FINISHED),
        may_act=may(holder.role, "POST", "/batches/{batch_id}/start"),
        may_take=may(holder.role, "GET", "/api/v1/batches/{batch_id}/export"),
        reached=REACHED,
        calling=seen.progress.calling,
        hands=hands,
        show=Shown(settings.zone, holder.role),
        now=datetime.now(UTC),
    )
