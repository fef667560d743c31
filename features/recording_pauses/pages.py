"""Page of pauses of recordings: who paused which, for how long, and which were forgotten."""

from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from db.paging import Page, UnknownCursorError
from features.recording_pauses import queries
from features.recording_pauses.lifecycle import Pause, PauseEnd
from features.recording_pauses.queries import PauseFilter
from permissions.may import reach_of
from settings import Settings
from web.api_models import Asking, CurrentUser
from web.formats import Formats
from web.forms import Typed
from web.pages import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
ROWS = 50
LONGEST_NUMBER = 8


@router.get("/recording-pauses")
async def show_pauses(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """Pauses of recordings, newest first; those of one agent, or those that were forgotten."""
    settings: Settings = request.app.state.settings
    names = ("by", "ended_how")
    form = Typed({name: request.query_params.get(name, "").strip()[:80] for name in names})
    wanted = _wanted(form)
    cursor = request.query_params.get("cursor") or None
    rows: Page[Pause] = Page([], None)
    if not form.faults:
        listing = partial(queries.pauses, reach=reach_of(principal, "recording_pause.read"))
        try:
            rows = await asking.ask(lambda one: listing(one, wanted, limit=ROWS, cursor=cursor))
        except UnknownCursorError:
            form.faults["cursor"] = "calls.stale_page"
    typed = {name: text for name, text in form.typed.items() if text}
    return page(
        request,
        "recording_pauses.html",
        status=422 if form.faults else 200,
        form=form,
        rows=rows,
        ends=list(PauseEnd),
        longest=settings.recording_pause_longest,
        first_page=_address(typed) if cursor else "",
        next_page=_address({**typed, "cursor": rows.next}) if rows.next else "",
        show=Formats(settings.zone, principal.role),
    )


def _address(asked: dict[str, str]) -> str:
    return f"/recording-pauses?{urlencode(asked)}" if asked else "/recording-pauses"


def _wanted(form: Typed) -> PauseFilter:
    by, how = form.shown("by"), form.shown("ended_how")
    if by and (len(by) > LONGEST_NUMBER or not by.isalnum()):
        form.faults["by"] = "recording_pause.fault_by"
    if how and how not in set(PauseEnd):
        form.faults["ended_how"] = "recording_pause.fault_how"
    if form.faults:
        return PauseFilter()
    return PauseFilter(by=by or None, ended_how=PauseEnd(how) if how else None)
