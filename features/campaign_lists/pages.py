"""The way to a new campaign: a list is brought, seen with all its faults, and confirmed
(CBK-3).

Nobody is called before the last step, and nothing that was typed is lost on the way: a list waits
for a day, a form comes back as it was typed.
"""

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from callflow.call import Language
from callflow.rules.questions import NOTICES, Kind
from db.bounded import Database
from features.campaign_lists import actions as list_actions
from features.campaign_lists import lists
from features.campaign_lists.form import OWN_QUESTIONS, filled, wanted
from features.campaign_lists.lists import List
from features.campaigns import actions
from features.campaigns import plan as campaign_plan
from features.campaigns.actions import REQUEST_BUDGET_S
from features.campaigns.lifecycle import Mode
from features.campaigns.wording import asked
from imports import decoding as opening
from imports.faults import UnreadableError, Whole
from settings import Settings
from web.api_models import CurrentUser, Identity, Person
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, typed
from web.pages import language_of, page
from web.problems import Refused
from web.words import said

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

FAULTS_SHOWN = 2000
PEOPLE_SHOWN = 10


@router.get("/campaigns/new")
async def show_bringing(request: Request, _principal: CurrentUser) -> HTMLResponse:
    """The box for a list."""
    return _bringing(request, "")


@router.post("/campaigns/new")
async def bring(request: Request, principal: Person) -> Response:
    """Read the list that was brought."""
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    t = said(language_of(request))
    async with request.form() as form:
        given = form.get("file")
        if not isinstance(given, UploadFile) or not given.filename:
            return _bringing(request, t("campaign.fault_file"), status=422)
        name, content = given.filename, await given.read(opening.LARGEST + 1)
    asking = database.for_request(REQUEST_BUDGET_S)
    try:
        kept = await list_actions.bring(asking, principal, settings, content, name)
    except UnreadableError as error:
        return _bringing(request, t(error.sentence, **error.gaps), status=422)
    return RedirectResponse(f"/campaigns/lists/{kept.id}", status_code=303)


@router.get("/campaigns/lists/{list_id}")
async def show_list(request: Request, list_id: Identity, principal: CurrentUser) -> HTMLResponse:
    """What a list says, what is wrong with it, and the form of the campaign."""
    settings: Settings = request.app.state.settings
    waiting = await _waiting(request, list_id)
    form = Typed(filled(waiting.name, settings))
    return _confirming(request, waiting, principal, form)


@router.post("/campaigns/lists/{list_id}")
async def confirm(request: Request, list_id: Identity, principal: Person) -> Response:
    """Make the campaign; start it when that was the button."""
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    form = await typed(request)
    asking = database.for_request(REQUEST_BUDGET_S)
    try:
        given, starts = wanted(form, list_id), form.shown("then") == "start"
        made = await actions.make(asking, principal, settings, given, starts=starts)
    except Refused as refused:
        status = form.refuse(refused)
        waiting = await _waiting(request, list_id)
        return _confirming(request, waiting, principal, form, status=status)
    return RedirectResponse(f"/campaigns/{made}", status_code=303)


async def _waiting(request: Request, list_id: str) -> List:
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    found = await lists.kept(list_id, settings)
    if found is None:
        raise Refused(404, "There is no list with this id.")
    return await lists.warned(found, settings, database.for_request(REQUEST_BUDGET_S))


def _bringing(request: Request, fault: str, *, status: int = 200) -> HTMLResponse:
    return page(
        request,
        "campaign_new.html",
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
    request: Request, waiting: List, principal: Principal, form: Typed, *, status: int = 200
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    language = language_of(request).value
    reading = waiting.reading
    people = waiting.people
    return page(
        request,
        "campaign_list.html",
        status=status,
        waiting=waiting,
        reading=reading,
        people=people,
        first=people[:PEOPLE_SHOWN],
        faults=reading.faults[:FAULTS_SHOWN],
        twice=reading.twice[:FAULTS_SHOWN],
        refusing=waiting.refusing[:FAULTS_SHOWN],
        remarks=reading.remarks,
        called_twice=waiting.called_twice[:FAULTS_SHOWN],
        unknown_year=campaign_plan.unknown_year(settings, datetime.now(settings.zone).date()),
        form=form,
        kinds=list(Kind),
        modes=list(Mode),
        longest_preview=campaign_plan.LONGEST_PREVIEW_S,
        languages=list(Language),
        own_places=range(1, OWN_QUESTIONS + 1),
        spaced=[each.value for each in campaign_plan.SPACED],
        ours=[(name, asked(each, language)) for name, each in campaign_plan.OURS.items()],
        standing=asked(NOTICES[0], language),
        house_lines=settings.lines_campaigns,
        show=Formats(settings.zone, principal.role),
    )
