"""Owns the way to a new batch: a list is brought, seen with all its faults, and confirmed (CBK-3).

Nobody is called before the last step, and nothing that was typed is lost on the way: a list waits
for a day, a form comes back as it was typed.
"""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import UploadFile

from callflow.call import Language
from callflow.rules.questions import NOTICES, Kind
from db.bounded import Archive
from features.audit import log as audit
from features.audit.looks import look, noted
from features.campaigns import actions as batch_acts
from features.campaigns import lists
from features.campaigns import plan as batch_plan
from features.campaigns import queries as batches
from features.campaigns.api_lists import PATIENCE_S
from features.campaigns.form import OWN_QUESTIONS, filled, wanted
from features.campaigns.lifecycle import BatchState, Mode
from features.campaigns.lists import List
from features.campaigns.queries import Batch
from features.campaigns.wording import asked
from imports import decoding as opening
from imports.faults import UnreadableError, Whole
from settings import Settings
from web.asking import Identity, Known, Person
from web.current_user import Holder
from web.forms import Typed, typed
from web.pages import language_of, page
from web.problems import Refused
from web.shown import Shown
from web.words import said

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

FAULTS_SHOWN = 2000
PEOPLE_SHOWN = 10


@router.get("/batches/new")
async def show_bringing(request: Request, _holder: Known) -> HTMLResponse:
    """The box for a list."""
    return _bringing(request, "")


@router.post("/batches/new")
async def bring(request: Request, holder: Person) -> Response:
    """Read the list that was brought."""
    settings: Settings = request.app.state.settings
    archive: Archive = request.app.state.archive
    t = said(language_of(request))
    async with request.form() as form:
        given = form.get("file")
        if not isinstance(given, UploadFile) or not given.filename:
            return _bringing(request, t("batch.fault_file"), status=422)
        name, content = given.filename, await given.read(opening.LARGEST + 1)
    try:
        kept = await lists.take_in(content, name, settings, archive.patience(PATIENCE_S))
    except UnreadableError as error:
        return _bringing(request, t(f"sheet.{error.why.value}", **error.gaps), status=422)
    noted(archive.patience(), look(holder, "batch.list", kept.id, f"{kept.reading.rows} rows"))
    return RedirectResponse(f"/batches/lists/{kept.id}", status_code=303)


@router.get("/batches/lists/{list_id}")
async def show_list(request: Request, list_id: Identity, holder: Known) -> HTMLResponse:
    """What a list says, what is wrong with it, and the form of the batch."""
    settings: Settings = request.app.state.settings
    waiting = await _waiting(request, list_id)
    form = Typed(filled(waiting.name, settings))
    return _confirming(request, waiting, holder, form)


@router.post("/batches/lists/{list_id}")
async def confirm(request: Request, list_id: Identity, holder: Person) -> Response:
    """Make the batch; start it when that was the button."""
    settings: Settings = request.app.state.settings
    waiting = await _waiting(request, list_id)
    form = await typed(request)
    plan = wanted(form, settings)
    if plan is not None:
        called_in = batch_plan.languages_of(waiting, form.shown("language"))
        if lacking := batch_plan.lacks_words(plan.questions, called_in):
            form.faults["words"] = f"batch.fault_words_{lacking}"
            plan = None
    if plan is not None:
        made = await _made(request, waiting, plan, form, holder)
        if made is not None:
            return RedirectResponse(f"/batches/{made}", status_code=303)
        form.faults["people"] = "batch.fault_nobody"
    return _confirming(request, waiting, holder, form, status=422)


async def _made(
    request: Request, waiting: List, plan: Batch, form: Typed, holder: Holder
) -> int | None:
    """Keep the batch and return its id; None: nobody is left who can be called."""
    archive: Archive = request.app.state.archive
    asking = archive.patience(PATIENCE_S)
    fresh = await lists.looked_up(waiting, asking)
    people = batch_plan.people_of(fresh, language=form.shown("language"))
    if not people:
        return None
    now = datetime.now(UTC)

    async def keep(connection: AsyncConnection) -> int:
        key = await batches.make(connection, plan, people, made_by=holder.account_id, now=now)
        await audit.note(connection, look(holder, "batch.made", str(key), f"{len(people)} people"))
        if form.shown("then") == "start":
            await batch_acts.turned(key, BatchState.RUNNING, holder)(connection)
        return key

    key = await asking.write(keep)
    await lists.let_go(waiting.id, request.app.state.settings)
    return key


async def _waiting(request: Request, list_id: str) -> List:
    found = await lists.kept(list_id, request.app.state.settings)
    if found is None:
        raise Refused(404, "There is no list with this id.")
    return found


def _bringing(request: Request, fault: str, *, status: int = 200) -> HTMLResponse:
    return page(
        request,
        "batch_new.html",
        status=status,
        fault=fault,
        largest=opening.LARGEST,
        largest_mb=opening.LARGEST // 2**20,
        too_large=said(language_of(request))(
            f"sheet.{Whole.TOO_LARGE.value}", most=opening.LARGEST // 2**20
        ),
        most_rows=opening.MOST_ROWS,
    )


def _confirming(
    request: Request, waiting: List, holder: Holder, form: Typed, *, status: int = 200
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    language = language_of(request).value
    reading = waiting.reading
    people = waiting.people
    return page(
        request,
        "batch_list.html",
        status=status,
        waiting=waiting,
        reading=reading,
        people=people,
        first=people[:PEOPLE_SHOWN],
        faults=reading.faults[:FAULTS_SHOWN],
        twice=reading.twice[:FAULTS_SHOWN],
        refusing=waiting.refusing[:FAULTS_SHOWN],
        form=form,
        kinds=list(Kind),
        modes=list(Mode),
        longest_preview=batch_plan.LONGEST_PREVIEW_S,
        languages=list(Language),
        own_places=range(1, OWN_QUESTIONS + 1),
        spaced=[each.value for each in batch_plan.SPACED],
        ours=[(name, asked(each, language)) for name, each in batch_plan.OURS.items()],
        standing=asked(NOTICES[0], language),
        house_lines=settings.lines_batches,
        show=Shown(settings.zone, holder.role),
    )
