"""Page of the hand-over log (RPT-4): one shift writes, the next one signs."""

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import RequestDatabase
from db.paging import Page, UnknownCursorError
from features.accounts import queries as accounts
from features.handovers import actions
from features.handovers import queries as handovers
from features.handovers.actions import LONGEST_PART, PARTS, HandoverInput
from features.handovers.queries import Handover
from permissions.may import may
from settings import Settings
from web.api_models import Asking, CurrentUser, Person, RowId
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 20


@router.get("/handover")
async def show_handovers(
    request: Request, principal: CurrentUser, asking: Asking, cursor: str = "", saved: str = ""
) -> HTMLResponse:
    """The log, newest first, and the form of this shift's report."""
    return await _shown(request, principal, asking, Typed({}), cursor=cursor, saved=bool(saved))


@router.post("/handover")
async def write_handover(request: Request, principal: Person, asking: Asking) -> Response:
    """Keep this shift's report."""
    form = await typed(request)
    try:
        await actions.write(asking, principal, form.read(HandoverInput))
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse("/handover?saved=1", status_code=303)


@router.post("/handover/{handover_id}/sign")
async def sign_handover(
    request: Request, handover_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Sign the report of the shift before."""
    form = Typed({})
    try:
        await actions.sign(asking, principal, handover_id)
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse("/handover", status_code=303)


async def _shown(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    status: int = 200,
    cursor: str = "",
    saved: bool = False,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    show = Formats(settings.zone, principal.role)
    found = await _page(asking, cursor)
    people = await asking.ask(accounts.accounts)
    return page(
        request,
        "handover.html",
        status=status,
        found=found,
        saved=saved,
        form=form,
        names={each.number: each.name for each in people},
        parts=PARTS,
        longest_part=LONGEST_PART,
        shift=shift_of(datetime.now(settings.zone)),
        may_write=_writes(principal),
        show=show,
        me=principal.number,
        next_page=f"/handover?cursor={found.next}" if found.next else "",
        first_page="/handover" if cursor else "",
    )


def _writes(principal: Principal) -> bool:
    return principal.account_id is not None and may(principal, "handover.write")


async def _page(asking: RequestDatabase, cursor: str) -> Page[Handover]:
    try:
        return await asking.ask(
            lambda connection: handovers.handovers(connection, limit=ROWS, cursor=cursor or None)
        )
    except UnknownCursorError:
        return Page([], None)


def shift_of(now: datetime) -> tuple[str, str]:
    """Return the day and the key of the words for the shift that goes on at a local time."""
    names = ("night", "early", "late")
    return now.strftime("%Y-%m-%d"), f"handover.shift_{names[now.hour // 8]}"
