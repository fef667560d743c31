"""Page of the ticket list: found by what is chosen, with the views that are kept (TKT-14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from callflow.text import clean
from db.bounded import RequestDatabase
from db.paging import UnknownCursorError
from features.departments import queries as departments
from features.ticket_bulks.rules import MOST
from features.ticket_pages.pages import shown
from features.ticket_views import choosing
from features.ticket_views import queries as views
from features.ticket_views.actions import viewer
from features.ticket_views.choosing import Chosen
from features.ticket_views.pages import sharing
from features.ticket_views.rules import LONGEST_NAME, Column, View
from features.tickets import queries
from features.tickets.lifecycle import TicketKind, TicketState
from permissions.may import may, reach_of
from settings import Settings
from web.api_models import Asking, CurrentUser
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed
from web.pages import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS: Final = 40
_PLACE: Final = frozenset({"view", "cursor", "done"})


@dataclass(frozen=True, slots=True)
class Listed:
    """What the list shows, and by which view."""

    filters: dict[str, str]
    columns: Sequence[Column]
    views: Sequence[View]
    view: View | None
    changed: bool
    """Whether it was chosen otherwise than the view has it."""

    def asked(self, show: Formats) -> str:
        """Return it as the query of an address, as somebody sees it (SEC-2)."""
        said = {name: show.text(text) for name, text in self.filters.items()}
        return choosing.asked(said, self.columns)

    def onward(self, show: Formats) -> str:
        """Return the address of its pages, without the place: a view that is as it was kept is
        looked for by what it says, seen or not."""
        if self.view is None:
            return f"/tickets?{self.asked(show)}"
        key = f"view={self.view.id}"
        return f"/tickets?{self.asked(show)}&{key}" if self.changed else f"/tickets?{key}"


@router.get("/tickets")
async def list_tickets(
    request: Request, principal: CurrentUser, asking: Asking, given: Annotated[Chosen, Query()]
) -> HTMLResponse:
    """Tickets, newest first, by what was chosen or a view has."""
    settings: Settings = request.app.state.settings
    now, cursor = datetime.now(UTC), clean(given.cursor, 200)
    listed = await _listed(request, principal, asking, given)
    wanted = choosing.wanted(
        listed.filters, settings.number_plan, principal.role, principal.number, now
    )
    listing = partial(queries.tickets, reach=reach_of(principal, "ticket.read"))
    try:
        rows = await asking.ask(lambda one: listing(one, wanted, limit=ROWS, cursor=cursor or None))
    except UnknownCursorError:
        rows = await asking.ask(lambda one: listing(one, wanted, limit=ROWS))
    show = Formats(settings.zone, principal.role)
    filters = {name: show.text(said) for name, said in listed.filters.items()}
    keeps = principal.account_id is not None and may(principal, "ticket_view.keep")
    return page(
        request,
        "tickets.html",
        rows=rows,
        listed=listed,
        chosen=filters,
        form=Typed(filters),
        departments=await asking.ask(departments.departments),
        states=list(TicketState),
        kinds=list(TicketKind),
        every_column=list(Column),
        sharing=sharing(principal) if keeps else [],
        longest_name=LONGEST_NAME,
        bulk=MOST if principal.account_id and may(principal, "ticket_bulk.do") else 0,
        cursor=cursor,
        **shown(settings, principal, now),
    )


async def _listed(
    request: Request, principal: Principal, asking: RequestDatabase, given: Chosen
) -> Listed:
    """Return what is shown: as chosen, else as the view has it, else as one's list begins."""
    who, names = viewer(principal), set(request.query_params)
    every = await asking.ask(lambda one: views.seen(one, who))
    wanted = given.view or None
    if not names:
        wanted = (await asking.ask(lambda one: views.choice(one, who.account_id))).first
    view = next((one for one in every if one.id == wanted), None)
    if view is None or names - _PLACE:
        filters, columns = given.cleaned(), given.columns
    else:
        filters, columns = choosing.cleaned(view.filters), view.columns
    changed = view is not None and (
        filters != choosing.cleaned(view.filters) or list(columns) != list(view.columns)
    )
    return Listed(filters, columns, every, view, changed)
