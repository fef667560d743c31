"""API of campaigns (回访, surveys, notices): made of lists, started, stopped (CBK-3)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from callflow.rules.questions import Result
from db.bounded import Database, RequestDatabase
from db.paging import UnknownCursorError
from features.campaigns import actions
from features.campaigns import contacts as campaign_contacts
from features.campaigns import progress as campaign_state
from features.campaigns import queries as campaigns
from features.campaigns import results as campaign_results
from features.campaigns.contact import ContactState
from features.campaigns.given import CampaignInput, CopyInput
from features.campaigns.lifecycle import CampaignState
from features.campaigns.progress import Seen
from features.campaigns.shapes import CameShape, CampaignShape, ResultShape
from features.tickets import queries as ticket_queries
from features.tickets.api import ticket_of
from settings import Settings
from web.api_models import Asking, CurrentUser, ListPage, RowId, found
from web.current_user import Principal
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1", tags=["campaigns"])


@router.get("/campaigns", responses=documented(401, 403, 422, 503))
async def list_campaigns(
    request: Request,
    _principal: CurrentUser,
    asking: Asking,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200, pattern=r"^[A-Za-z0-9_=-]+$")] = None,
) -> ListPage[CampaignShape]:
    """Campaigns, newest first, and how far they are."""
    settings: Settings = request.app.state.settings
    try:
        page = await asking.ask(partial(campaigns.listed, limit=limit, cursor=cursor))
    except UnknownCursorError as error:
        raise Refused(422, f"The cursor is wrong: {error}.") from None
    seen = await asking.ask(lambda one: campaign_state.seen(one, page.items, settings))
    return ListPage(items=[shape_of(each) for each in seen], next=page.next)


@router.post("/campaigns", status_code=201, responses=documented(401, 403, 404, 422, 503))
async def make_campaign(
    request: Request, given: CampaignInput, principal: CurrentUser
) -> CampaignShape:
    """Make a campaign of a list that was brought; it waits to be started."""
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    asking = database.for_request(actions.REQUEST_BUDGET_S)
    made = await actions.make(asking, principal, settings, given)
    return await _shown(asking, made, settings)


@router.get("/campaigns/{campaign_id}", responses=documented(401, 403, 404, 422, 503))
async def show_campaign(
    request: Request, campaign_id: RowId, _principal: CurrentUser, asking: Asking
) -> CampaignShape:
    """One campaign, and how far it is."""
    return await _shown(asking, campaign_id, request.app.state.settings)


@router.post("/campaigns/{campaign_id}/start", responses=documented(401, 403, 404, 409, 422, 503))
async def start_campaign(
    request: Request, campaign_id: RowId, principal: CurrentUser, asking: Asking
) -> CampaignShape:
    """Begin, or go on after a pause."""
    return await _turned(request, campaign_id, CampaignState.RUNNING, principal, asking)


@router.post("/campaigns/{campaign_id}/pause", responses=documented(401, 403, 404, 409, 422, 503))
async def pause_campaign(
    request: Request, campaign_id: RowId, principal: CurrentUser, asking: Asking
) -> CampaignShape:
    """Call nobody new; who talks talks on."""
    return await _turned(request, campaign_id, CampaignState.PAUSED, principal, asking)


@router.post("/campaigns/{campaign_id}/stop", responses=documented(401, 403, 404, 409, 422, 503))
async def stop_campaign(
    request: Request, campaign_id: RowId, principal: CurrentUser, asking: Asking
) -> CampaignShape:
    """End it for good; phones that ring stop ringing. A copy begins anew."""
    return await _turned(request, campaign_id, CampaignState.STOPPED, principal, asking)


@router.post(
    "/campaigns/{campaign_id}/copy", status_code=201, responses=documented(401, 403, 404, 422, 503)
)
async def copy_campaign(
    request: Request, campaign_id: RowId, given: CopyInput, principal: CurrentUser
) -> CampaignShape:
    """Make another campaign with the same questions and people; it waits to be started."""
    database: Database = request.app.state.database
    asking = database.for_request(actions.REQUEST_BUDGET_S)
    made = await actions.copy(asking, principal, campaign_id, given)
    return await _shown(asking, made, request.app.state.settings)


@router.get("/campaigns/{campaign_id}/results", responses=documented(401, 403, 404, 422, 503))
async def list_results(
    campaign_id: RowId,
    _principal: CurrentUser,
    asking: Asking,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="From behind this position.")] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    state: Annotated[ContactState | None, Query()] = None,
    result: Annotated[Result | None, Query()] = None,
) -> list[ResultShape]:
    """People of a campaign in the order of its list, and what came of each."""
    found(await asking.ask(lambda one: campaigns.one(one, campaign_id)), "campaign")
    wanted = campaign_contacts.ContactFilter(
        campaign_id=campaign_id,
        states=frozenset({state} if state else ()),
        results=frozenset({result} if result else ()),
    )
    rows = await asking.ask(
        partial(campaign_contacts.listed, wanted=wanted, after=after, limit=limit)
    )
    keys = [row.id for row in rows]
    named = [row.person.ticket_id for row in rows if row.person.ticket_id is not None]
    last = await asking.ask(lambda one: campaign_contacts.last_attempts(one, keys))
    tickets = await asking.ask(lambda one: ticket_queries.numbers_by_id(one, named))
    return [
        ResultShape.of(
            row,
            ticket=tickets.get(row.person.ticket_id or 0, ""),
            call_id=last[row.id].id if row.id in last else None,
        )
        for row in rows
    ]


@router.get("/tickets/{ticket_id}/visits", responses=documented(401, 403, 404, 422, 503))
async def list_visits(
    ticket_id: Annotated[str, Field(max_length=24, pattern=r"^[0-9A-Za-z-]+$")],
    principal: CurrentUser,
    asking: Asking,
) -> list[CameShape]:
    """What came of return visits about a ticket, newest first (TKT-11)."""
    found(await ticket_of(ticket_id, principal, asking), "ticket")
    known = await asking.ask(lambda one: ticket_queries.ids_of(one, [ticket_id]))
    key = found(known.get(ticket_id), "ticket")
    came = await asking.ask(lambda one: campaign_results.of_tickets(one, [key]))
    return [CameShape.of(each) for each in came.get(key, [])]


def shape_of(seen: Seen) -> CampaignShape:
    """Return the JSON of a campaign as it stands."""
    return CampaignShape.of(seen)


async def _turned(
    request: Request,
    campaign_id: int,
    to: CampaignState,
    principal: Principal,
    asking: RequestDatabase,
) -> CampaignShape:
    await actions.turn(asking, principal, campaign_id, to)
    return await _shown(asking, campaign_id, request.app.state.settings)


async def _shown(asking: RequestDatabase, campaign_id: int, settings: Settings) -> CampaignShape:
    seen = await asking.ask(lambda one: campaign_state.one(one, campaign_id, settings))
    return shape_of(found(seen, "campaign"))
