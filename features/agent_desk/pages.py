"""First page and agent's page: `/` and `/work` (QUE-4, GRT-3).

The agent's page is one page for a whole shift; what happens in it comes over `/live` and goes out
over the API, so that it is never loaded again while somebody talks.
"""

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from callflow.call import Language
from features.ticket_classes import queries as classes
from features.ticket_classes.queries import Sort, TicketClass
from features.tickets.lifecycle import TicketKind
from permissions.may import may
from settings import Settings
from web.api_models import Asking, CurrentUser
from web.pages import language_of, page

router = APIRouter(include_in_schema=False)

REASONS = ("break", "meal", "training", "meeting", "paperwork")
"""Why an agent may pause (QUE-4); others are set by the system."""

SORTS = ("normal", "large", "important", "dedicated")


@router.get("/", response_class=RedirectResponse)
async def show_first_page(principal: CurrentUser) -> RedirectResponse:
    """Each role's own first page: the seat of those who have one, else what is due for them."""
    at_a_seat = may(principal, "call.handle")
    return RedirectResponse("/work" if at_a_seat else "/home", status_code=303)


@router.get("/work", response_class=HTMLResponse)
async def show_work(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """The agent's page."""
    settings: Settings = request.app.state.settings
    every = await asking.ask(classes.every)
    today = datetime.now(settings.zone).date()

    def choices(sort: Sort) -> list[tuple[str, str]]:
        valid = (each for each in every if each.sort is sort and each.valid(today))
        return [(each.name, _shown(request, each)) for each in valid]

    return page(
        request,
        "work.html",
        number=principal.number,
        desk_phones=[phone for phone in settings.desk_phones.split(",") if phone],
        browser_seats=settings.browser_seats,
        pauses=settings.recording_pause_longest,
        reasons=REASONS,
        sorts=SORTS,
        kinds=[kind.value for kind in TicketKind],
        businesses=choices(Sort.BUSINESS),
        natures=choices(Sort.NATURE),
    )


def _shown(request: Request, of: TicketClass) -> str:
    english = language_of(request) is Language.ENGLISH
    return of.english if english and of.english else of.name
