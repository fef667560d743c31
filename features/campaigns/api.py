"""Owns the API of campaigns (回访, surveys, notices): made of lists, started, stopped (CBK-3)."""

from datetime import UTC, datetime, time
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field, field_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.call import Language
from callflow.rules import wall_clock
from callflow.rules.questions import Kind, Question, Result
from db.bounded import Database, Patience
from db.paging import UnknownCursorError
from features.audit import log as audit
from features.audit.looks import look
from features.campaigns import actions as campaign_acts
from features.campaigns import contacts as campaign_contacts
from features.campaigns import lists
from features.campaigns import plan as campaign_plan
from features.campaigns import progress as campaign_state
from features.campaigns import queries as campaigns
from features.campaigns import results as campaign_results
from features.campaigns.api_lists import PATIENCE_S
from features.campaigns.contact import SPACING, ContactState
from features.campaigns.lifecycle import CampaignState, Mode
from features.campaigns.progress import Seen
from features.campaigns.queries import Campaign
from features.campaigns.shapes import CameShape, CampaignShape, ResultShape
from features.tickets.api import ticket_of
from permissions.roles import sees_numbers
from settings import Settings
from web.asking import Asking, CurrentUser, Given, Identity, Line, LongLine, Many, RowId, found
from web.current_user import Principal
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1", tags=["campaigns"])

Wall = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Words = Annotated[LongLine, Field(max_length=200)]


class QuestionGiven(Given):
    """One thing that is said, and the keys that answer it."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,23}$")] = Field(
        examples=["satisfaction"],
        description="One of ours alone, or any other with `keys` and words: "
        f"{', '.join(campaign_plan.OURS)}.",
    )
    keys: Annotated[str, Field(pattern=r"^[0-9]{0,10}$")] = Field("", examples=["123"])
    zh: Words = ""
    en: Words = ""


Seconds = Annotated[float, Field(ge=10, le=campaign_plan.LONGEST_SPACING_S)]


class CampaignGiven(Given):
    """What a campaign asks, and how people are called for it."""

    list_id: Identity = Field(description="The `id` of a list that was brought.")
    name: Annotated[Line, Field(min_length=1)]
    kind: Kind
    mode: Mode = Field(
        Mode.AUTOMATIC, description="`automatic`: asked by keys; `agent`: agents talk."
    )
    preview_for: Annotated[int, Field(ge=0, le=campaign_plan.LONGEST_PREVIEW_S)] = Field(
        0, description="Seconds for which an agent sees whom to call before the phone rings."
    )
    questions: Annotated[list[QuestionGiven], Field(max_length=campaign_plan.MOST_QUESTIONS)] = (
        Field([], description="Left out: the usual ones of the kind.")
    )
    language: Language = Field(Language.CHINESE, description="Of whoever's row names none.")
    zone: Annotated[str, Field(max_length=64)] | None = Field(
        None, description="IANA zone of whoever's row names none; left out: the house's."
    )
    opens: Wall = "09:00"
    closes: Wall = "20:00"
    on_weekends: bool = False
    on_holidays: bool = False
    lines: Annotated[int, Field(ge=1, le=campaign_plan.MOST_LINES)] = 10
    calls_per_second: Annotated[float, Field(ge=0.01, le=campaign_plan.FASTEST)] = 1.0
    max_attempts: Annotated[int, Field(ge=1, le=campaign_plan.MOST_ATTEMPTS)] = 3
    spacing: (
        dict[Result, Annotated[float, Field(ge=10, le=campaign_plan.LONGEST_SPACING_S)]] | None
    ) = Field(None, description="Seconds until the next attempt, by result; left out: the usual.")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        if zone is not None and not wall_clock.is_zone(zone):
            raise ValueError("no time zone of the IANA list, like Asia/Shanghai")
        return zone


class CopyGiven(Given):
    """What a copy is called, and whom it calls."""

    name: Annotated[Line, Field(min_length=1)]
    unreached: bool = Field(False, description="Only those with whom nobody has talked.")


@router.get("/campaigns", responses=documented(401, 403, 422, 503))
async def list_campaigns(
    request: Request,
    _principal: CurrentUser,
    asking: Asking,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200, pattern=r"^[A-Za-z0-9_=-]+$")] = None,
) -> Many[CampaignShape]:
    """Campaigns, newest first, and how far they are."""
    settings: Settings = request.app.state.settings
    try:
        page = await asking.ask(partial(campaigns.listed, limit=limit, cursor=cursor))
    except UnknownCursorError as error:
        raise Refused(422, f"The cursor is wrong: {error}.") from None
    seen = await asking.ask(lambda one: campaign_state.seen(one, page.items, settings))
    return Many(items=[shape_of(each) for each in seen], next=page.next)


@router.post("/campaigns", status_code=201, responses=documented(401, 403, 404, 422, 503))
async def make_campaign(
    request: Request, given: CampaignGiven, principal: CurrentUser
) -> CampaignShape:
    """Make a campaign of a list that was brought; it waits to be started."""
    settings: Settings = request.app.state.settings
    waiting = found(await lists.kept(given.list_id, settings), "list")
    wanted = _campaign(given, settings)
    database: Database = request.app.state.database
    asking = database.patience(PATIENCE_S)
    waiting = await lists.looked_up(waiting, asking)
    people = campaign_plan.people_of(waiting, language=given.language.value)
    if not people:
        raise Refused(422, "Nobody on this list can be called.")
    called_in = campaign_plan.languages_of(waiting, given.language.value)
    if lacking := campaign_plan.lacks_words(wanted.questions, called_in):
        raise Refused(422, f"Some are called in `{lacking}`, and a question has no such words.")
    now = datetime.now(UTC)

    async def keep(connection: AsyncConnection) -> Seen | None:
        key = await campaigns.make(
            connection, wanted, people, made_by=principal.account_id, now=now
        )
        await audit.note(
            connection, look(principal, "campaign.made", str(key), f"{len(people)} people")
        )
        return await campaign_state.one(connection, key, settings)

    made = found(await asking.write(keep), "campaign")
    await lists.let_go(given.list_id, settings)
    return shape_of(made)


@router.get("/campaigns/{campaign_id}", responses=documented(401, 403, 404, 422, 503))
async def show_campaign(
    request: Request, campaign_id: RowId, _principal: CurrentUser, asking: Asking
) -> CampaignShape:
    """One campaign, and how far it is."""
    settings: Settings = request.app.state.settings
    seen = await asking.ask(lambda one: campaign_state.one(one, campaign_id, settings))
    return shape_of(found(seen, "campaign"))


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
    request: Request, campaign_id: RowId, given: CopyGiven, principal: CurrentUser
) -> CampaignShape:
    """Make another campaign with the same questions and people; it waits to be started."""
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    copy = campaign_acts.copied(campaign_id, given.name, principal, unreached=given.unreached)
    made = found(await database.patience(PATIENCE_S).write(copy), "campaign")
    seen = await database.patience().ask(lambda one: campaign_state.one(one, made, settings))
    return shape_of(found(seen, "campaign"))


@router.get("/campaigns/{campaign_id}/results", responses=documented(401, 403, 404, 422, 503))
async def list_results(
    campaign_id: RowId,
    principal: CurrentUser,
    asking: Asking,
    after: Annotated[int, Query(ge=0, le=2**31, description="From behind this position.")] = 0,
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
    tickets = await asking.ask(lambda one: campaign_results.ticket_numbers(one, named))
    return [
        ResultShape.of(
            row,
            ticket=tickets.get(row.person.ticket_id or 0, ""),
            call_id=last[row.id].id if row.id in last else None,
            whole=sees_numbers(principal.role),
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
    known = await asking.ask(lambda one: campaign_results.ticket_ids(one, [ticket_id]))
    key = found(known.get(ticket_id), "ticket")
    came = await asking.ask(lambda one: campaign_results.of_tickets(one, [key]))
    return [CameShape.of(each) for each in came.get(key, [])]


def shape_of(seen: Seen) -> CampaignShape:
    """Return the JSON of a campaign as it stands."""
    return CampaignShape.of(seen.known, seen.progress, seen.ends_at)


async def _turned(
    request: Request, campaign_id: int, to: CampaignState, principal: Principal, asking: Patience
) -> CampaignShape:
    settings: Settings = request.app.state.settings
    try:
        done = await asking.write(campaign_acts.turned(campaign_id, to, principal))
    except campaign_acts.NotThereError:
        raise Refused(404, "There is no campaign with this id.") from None
    seen = found(
        await asking.ask(lambda one: campaign_state.one(one, campaign_id, settings)), "campaign"
    )
    if not done:
        raise Refused(409, f"This campaign is {seen.known.state.value}; that is not possible now.")
    return shape_of(seen)


def _campaign(given: CampaignGiven, settings: Settings) -> Campaign:
    """Return the campaign that is wanted. Raises Refused with 422."""
    opens, closes = time.fromisoformat(given.opens), time.fromisoformat(given.closes)
    if not opens < closes:
        raise Refused(422, "The calling hours end before they begin.")
    questions = tuple(map(_question, given.questions)) or campaign_plan.usual(given.kind)
    if len({each.name for each in questions}) < len(questions):
        raise Refused(422, "Two questions have the same name.")
    if given.kind is Kind.NOTICE and len(questions) > 1:
        raise Refused(422, "A notice is one statement.")
    return Campaign(
        name=given.name,
        kind=given.kind,
        mode=given.mode,
        preview_for=given.preview_for if given.mode is Mode.AGENT else 0,
        questions=questions,
        zone=given.zone or settings.timezone,
        opens=opens,
        closes=closes,
        on_weekends=given.on_weekends,
        on_holidays=given.on_holidays,
        max_attempts=given.max_attempts,
        spacing=given.spacing if given.spacing is not None else SPACING,
        lines=given.lines,
        calls_per_second=given.calls_per_second,
    )


def _question(given: QuestionGiven) -> Question:
    """Return a question, one of ours by its name alone. Raises Refused with 422."""
    if not (given.zh or given.en):
        ours = campaign_plan.OURS.get(given.name)
        if ours is None:
            raise Refused(422, f"The question {given.name} needs words, in `zh` or `en`.")
        return ours
    if not given.keys:
        raise Refused(422, f"The question {given.name} needs `keys` that answer it.")
    keys = "".join(dict.fromkeys(given.keys))
    return Question(name=given.name, keys=keys, zh=given.zh, en=given.en)
