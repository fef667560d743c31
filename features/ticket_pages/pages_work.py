"""Pages of work with tickets: one's own, what to review, a department's, the wall of clocks."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from features.ticket_clocks import queries as clocks
from features.ticket_clocks.house import house
from features.ticket_clocks.lifecycle import standing
from features.ticket_pages.pages import shown
from features.ticket_pages.view import ClockLine
from features.tickets import queries
from features.tickets.lifecycle import Ticket, TicketState
from permissions.may import reach_of
from permissions.roles import AGENTS, LEADERS, Role
from permissions.scopes import EVERYTHING
from settings import Settings
from web.api_models import Asking, CurrentUser
from web.pages import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS: Final = 50
ON_THE_WALL: Final = 60

_S = TicketState
QUEUES: Final[Mapping[str, tuple[frozenset[Role], frozenset[TicketState], bool]]] = (
    MappingProxyType(
        {
            "unclaimed": (
                frozenset({Role.RECORDING_CLERK, Role.TEXT_CLERK, Role.SENIOR_AGENT}) | LEADERS,
                frozenset({_S.NEW}),
                True,
            ),
            "returned": (
                LEADERS | {Role.SENIOR_AGENT},
                frozenset({_S.RETURNED, _S.REVIEW}),
                False,
            ),
            "survey": (
                LEADERS | {Role.SURVEYOR},
                frozenset({_S.HANDLED, _S.SURVEYED}),
                False,
            ),
            "archive": (
                frozenset({Role.RECORDS_CLERK}),
                frozenset({_S.CLOSED, _S.WITHDRAWN}),
                False,
            ),
        }
    )
)
"""What is whose work, beside one's own tickets: the roles, the states, and whether only those that
nobody keeps."""


@router.get("/my-work")
async def show_my_work(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """What is to be done next: one's own tickets, then those that wait for somebody of the role."""
    settings: Settings = request.app.state.settings
    now = datetime.now(UTC)
    lists: list[tuple[str, Sequence[Ticket]]] = []
    if principal.number:
        own = await asking.ask(lambda one: queries.of_doer(one, principal.number, limit=ROWS))
        lists.append(("own", own))
    if principal.role in LEADERS:
        lists.append(("escalated", await asking.ask(queries.escalated)))
    for name, (roles, states, nobodys) in QUEUES.items():
        if principal.role in roles:
            lists.append((name, await asking.ask(_in(states, nobodys=nobodys))))
    if principal.role in AGENTS | LEADERS and not lists:
        lists.append(("own", ()))
    return page(request, "my_work.html", lists=lists, **shown(settings, principal, now))


def _in(
    states: frozenset[TicketState], *, nobodys: bool
) -> Callable[[AsyncConnection], Awaitable[Sequence[Ticket]]]:
    async def asked(connection: AsyncConnection) -> Sequence[Ticket]:
        return await queries.in_state(
            connection, states, reach=EVERYTHING, nobodys=nobodys, limit=ROWS
        )

    return asked


@router.get("/ticket-reviews")
async def show_reviews(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """What juniors have written, and departments that ask for more time (TKT-3, TKT-5)."""
    settings: Settings = request.app.state.settings
    waiting = await asking.ask(lambda one: queries.waiting_orders(one, limit=ROWS))
    asking_for_time = await asking.ask(lambda one: queries.orders_asking_for_time(one, limit=ROWS))
    return page(
        request,
        "ticket_reviews.html",
        waiting=waiting,
        asked=asking_for_time,
        **shown(settings, principal, datetime.now(UTC)),
    )


@router.get("/department-work")
async def show_department_work(
    request: Request, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """What a department has to settle, what is due first at the top; and what it has settled."""
    settings: Settings = request.app.state.settings
    reach = reach_of(principal, "ticket.settle")
    to_do = frozenset({_S.DISPATCHED, _S.ACCEPTED, _S.WAITING})
    done = frozenset({_S.HANDLED, _S.SURVEYED, _S.REVIEW})
    lists = [
        (name, await asking.ask(lambda one, s=states: queries.in_state(one, s, reach=reach)))  # type: ignore[misc]
        for name, states in (("to_settle", to_do), ("settled", done))
    ]
    return page(
        request,
        "my_work.html",
        lists=lists,
        department=principal.department,
        **shown(settings, principal, datetime.now(UTC)),
    )


@router.get("/ticket-clocks")
async def show_clocks(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """The wall of clocks: over all tickets, what is overdue, then what is due first (TKT-12)."""
    settings: Settings = request.app.state.settings
    now = datetime.now(UTC)
    due = await asking.ask(lambda one: clocks.all_due(one, limit=ON_THE_WALL))
    ids = [each.ticket_id for each in due]
    tickets = await asking.ask(lambda one: queries.by_ids(one, ids))
    office = house(settings).office
    lines = [
        (tickets[each.ticket_id], ClockLine(each.clock, standing(each.clock, office, now)))
        for each in due
        if each.ticket_id in tickets
    ]
    return page(
        request,
        "ticket_clocks.html",
        lines=lines,
        overdue=sum(line.so.words == "overdue" for _, line in lines),
        **shown(settings, principal, now),
    )
