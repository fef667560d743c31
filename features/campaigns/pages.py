"""Pages of campaigns: all of them, and one with its results."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from callflow.rules.questions import Result
from db.bounded import Database, RequestDatabase
from db.paging import UnknownCursorError
from features.audit.access import audit_entry, noted
from features.calls.opening import openable
from features.campaigns import actions
from features.campaigns import contacts as campaign_contacts
from features.campaigns import progress as campaign_state
from features.campaigns import queries as campaigns
from features.campaigns import results as campaign_results
from features.campaigns.actions import REQUEST_BUDGET_S
from features.campaigns.contact import REACHED
from features.campaigns.given import CopyInput
from features.campaigns.lifecycle import FROM, CampaignState
from features.campaigns.wording import asked, meant
from features.tickets import queries as ticket_queries
from permissions.may import may
from settings import Settings
from web.api_models import Asking, CurrentUser, Person, RowId
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, typed
from web.pages import language_of, page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 50
CAMPAIGNS_SHOWN = 30
TAGS: Mapping[CampaignState, str] = {
    CampaignState.DRAFT: "",
    CampaignState.RUNNING: "busy",
    CampaignState.PAUSED: "warm",
    CampaignState.STOPPED: "bad",
    CampaignState.FINISHED: "good",
}
ACTS: Mapping[str, CampaignState] = {
    "start": CampaignState.RUNNING,
    "pause": CampaignState.PAUSED,
    "stop": CampaignState.STOPPED,
}


@router.get("/campaigns")
async def show_campaigns(
    request: Request, principal: CurrentUser, asking: Asking, cursor: str = ""
) -> HTMLResponse:
    """All campaigns, the newest first, and how far each is."""
    settings: Settings = request.app.state.settings
    try:
        found = await asking.ask(
            partial(campaigns.listed, limit=CAMPAIGNS_SHOWN, cursor=cursor[:200] or None)
        )
    except UnknownCursorError:
        raise Refused(404, "There is no such page of campaigns.") from None
    seen = await asking.ask(lambda one: campaign_state.seen(one, found.items, settings))
    return page(
        request,
        "campaigns.html",
        rows=seen,
        older=found.next,
        tags=TAGS,
        may_make=may(principal, "campaign.write"),
        show=Formats(settings.zone, principal.role),
        now=datetime.now(UTC),
    )


@router.get("/campaigns/{campaign_id}")
async def show_campaign(
    request: Request,
    campaign_id: RowId,
    principal: CurrentUser,
    asking: Asking,
    result: str = "",
    after: int = 0,
) -> HTMLResponse:
    """One campaign: how far it is, what came of it, and who is in it."""
    if "hx-request" not in request.headers:  # the page asks again by itself while it runs
        noted(asking, audit_entry(principal, "campaign.read", str(campaign_id)))
    return await _shown(
        request, campaign_id, principal, asking, Typed({}), result=result, after=after
    )


@router.post("/campaigns/{campaign_id}/start")
async def start(
    request: Request, campaign_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Begin, or go on."""
    return await _turned(request, campaign_id, "start", principal, asking)


@router.post("/campaigns/{campaign_id}/pause")
async def pause(
    request: Request, campaign_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Call nobody new."""
    return await _turned(request, campaign_id, "pause", principal, asking)


@router.post("/campaigns/{campaign_id}/stop")
async def stop(request: Request, campaign_id: RowId, principal: Person, asking: Asking) -> Response:
    """End it for good."""
    return await _turned(request, campaign_id, "stop", principal, asking)


@router.post("/campaigns/{campaign_id}/copy")
async def copy(request: Request, campaign_id: RowId, principal: Person, asking: Asking) -> Response:
    """Make another one of the same people."""
    form = await typed(request)
    database: Database = request.app.state.database
    patient = database.for_request(REQUEST_BUDGET_S)
    try:
        made = await actions.copy(patient, principal, campaign_id, form.read(CopyInput))
    except Refused as refused:
        status = form.refuse(refused)
        return await _shown(request, campaign_id, principal, asking, form, status=status)
    return RedirectResponse(f"/campaigns/{made}", status_code=303)


async def _turned(
    request: Request, campaign_id: int, act: str, principal: Principal, asking: RequestDatabase
) -> Response:
    form = Typed({})
    try:
        await actions.turn(asking, principal, campaign_id, ACTS[act])
    except Refused as refused:
        status = form.refuse(refused)
        return await _shown(request, campaign_id, principal, asking, form, status=status)
    return RedirectResponse(f"/campaigns/{campaign_id}", status_code=303)


async def _shown(
    request: Request,
    campaign_id: int,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    status: int = 200,
    result: str = "",
    after: int = 0,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    seen = await asking.ask(lambda one: campaign_state.one(one, campaign_id, settings))
    if seen is None:
        raise Refused(404, "There is no campaign with this id.")
    only = frozenset({Result(result)} if result in list(Result) and result else ())
    wanted = campaign_contacts.ContactFilter(campaign_id=campaign_id, results=only)
    begin = max(0, min(after, 2**31 - 1))
    rows = await asking.ask(
        partial(campaign_contacts.listed, wanted=wanted, after=begin, limit=ROWS)
    )
    keys = [row.id for row in rows]
    named = [row.person.ticket_id for row in rows if row.person.ticket_id is not None]
    last = await asking.ask(lambda one: campaign_contacts.last_attempts(one, keys))
    of_calls = [attempt.id for attempt in last.values() if attempt.answered_at]
    opens = await asking.ask(lambda one: openable(one, principal, of_calls))
    tickets = await asking.ask(lambda one: ticket_queries.numbers_by_id(one, named))
    tally = await asking.ask(lambda one: campaign_results.tally(one, campaign_id))
    hands = await asking.ask(partial(campaign_state.hands, seen=seen, node=settings.node))
    language = language_of(request).value
    state = seen.known.state
    return page(
        request,
        "campaign.html",
        status=status,
        seen=seen,
        rows=rows,
        calls={key: attempt for key, attempt in last.items() if attempt.id in opens},
        tickets=tickets,
        tally=tally,
        questions=[(each, asked(each, language)) for each in seen.known.campaign.questions],
        only=next(iter(only), ""),
        after=begin,
        older=rows[-1].person.position if len(rows) == ROWS else None,
        meant=partial(meant, language=language),
        form=form,
        tags=TAGS,
        acts=[act for act, to in ACTS.items() if state in FROM[to]],
        ended=state in (CampaignState.STOPPED, CampaignState.FINISHED),
        may_act=may(principal, "campaign.write"),
        may_take=may(principal, "campaign.export"),
        reached=REACHED,
        calling=seen.progress.calling,
        hands=hands,
        show=Formats(settings.zone, principal.role),
        now=datetime.now(UTC),
    )
