"""Page of judgements: which calls broke which clause, with the second to listen at (QA-2, QA-3)."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from db.paging import Page, UnknownCursorError
from features.call_judgements import queries
from features.call_judgements.clauses import Measure, Outcome
from features.call_judgements.layout import told
from features.call_judgements.queries import Found, JudgementFilter
from permissions.may import reach_of
from settings import Settings
from web.api_models import Asking, CurrentUser
from web.formats import Formats
from web.forms import Typed
from web.pages import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 50
FIELDS = ("measure", "outcome", "agent", "from", "to")
LONGEST_AGENT = 20


@router.get("/judgements")
async def show_judgements(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """What was broken, newest first; or what was asked for."""
    settings: Settings = request.app.state.settings
    form = Typed({name: request.query_params.get(name, "").strip()[:80] for name in FIELDS})
    wanted = _wanted(form, settings.zone)
    cursor = request.query_params.get("cursor") or None
    found: Page[Found] = Page([], None)
    if not form.faults:
        listing = partial(queries.judgements, reach=reach_of(principal, "judgement.read"))
        try:
            found = await asking.ask(lambda one: listing(one, wanted, limit=ROWS, cursor=cursor))
        except UnknownCursorError:
            form.faults["cursor"] = "calls.stale_page"
    typed = {name: text for name, text in form.typed.items() if text}
    return page(
        request,
        "judgements.html",
        status=422 if form.faults else 200,
        form=form,
        found=found,
        anything=bool(typed),
        measures=[each.value for each in Measure],
        outcomes=[each.value for each in Outcome],
        told=told,
        show=Formats(settings.zone, principal.role),
        first_page=_address(typed) if cursor else "",
        next_page=_address({**typed, "cursor": found.next}) if found.next else "",
    )


def _address(typed: Mapping[str, str]) -> str:
    return f"/judgements?{urlencode(typed)}" if typed else "/judgements"


def _wanted(form: Typed, zone: ZoneInfo) -> JudgementFilter:
    agent = form.shown("agent")
    if agent and (len(agent) > LONGEST_AGENT or not agent.isalnum()):
        form.faults["agent"] = "judgements.fault_agent"
    measure, outcome = form.shown("measure"), form.shown("outcome")
    if measure and measure not in set(Measure):
        form.faults["measure"] = "judgements.fault_measure"
    if outcome and outcome not in set(Outcome):
        form.faults["outcome"] = "judgements.fault_outcome"
    since = form.begin_of("from", zone)
    until = form.begin_of("to", zone, after=timedelta(days=1))
    if since and until and since >= until:
        form.faults["to"] = "calls.fault_order"
    if form.faults:
        return JudgementFilter()
    return JudgementFilter(
        outcome=Outcome(outcome) if outcome else Outcome.BROKEN,
        measure=Measure(measure) if measure else None,
        agent=agent or None,
        since=since,
        until=until,
    )
