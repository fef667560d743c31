"""The page behind a link in an e-mail to a department: its order, and what it does with it.

Nobody is signed in here: the link is all that there is. Opening it changes nothing, since programs
open links before people do; what changes something is a form that is sent from the page. Whatever
is wrong with a link, the same page is shown: it tells nobody whether a ticket is there.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

import anyio.to_thread
from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import RequestDatabase
from features.audit.access import recorded
from features.department_links import actions, queries, rules
from features.department_links.actions import VoidLinkError
from features.department_links.queries import Opened
from features.ticket_life.verbs import Verb
from features.ticket_pages import view
from features.tickets import history
from features.tickets import queries as tickets
from features.tickets.actions import VerbInput
from mail.files import secret_key
from permissions.roles import Role
from settings import Settings
from web.api_models import Asking
from web.formats import Formats
from web.forms import Typed, longest, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Token = Annotated[str, Path(max_length=200)]
MOMENTS: Final = ("deadline", "restored_at")


@router.get("/department-links/{token}")
async def show_link(request: Request, token: Token, asking: Asking, done: str = "") -> HTMLResponse:
    """The order of a link; `done`: what was done just now."""
    opened = await _opened(request, asking, token)
    if opened is None:
        return _void(request)
    await recorded(asking, actions.looked(opened, address=_address(request)))
    verb = Verb(done) if done in set(Verb) else None
    return await _shown(request, asking, opened, token, Typed({}), done=verb)


@router.post("/department-links/{token}/verbs/{verb}")
async def act_by_link(request: Request, token: Token, verb: Verb, asking: Asking) -> Response:
    """Do something as the department."""
    settings: Settings = request.app.state.settings
    form = await typed(request)
    link_id = await _signed(request, token)
    try:
        given = form.read(VerbInput, **_moments(form, settings))
        link, after = await actions.act(
            asking, settings, link_id, verb, given, address=_address(request)
        )
    except VoidLinkError:
        return _void(request)
    except Refused as refused:
        status = form.refuse(refused)
        opened = await _opened(request, asking, token)
        if opened is None:
            return _void(request)
        return await _shown(request, asking, opened, token, form, status=status, tried=verb)
    if rules.is_with(after, link.department):
        return RedirectResponse(f"/department-links/{token}?done={verb.value}", status_code=303)
    show = Formats(settings.zone, Role.DEPARTMENT)
    order = link.order_number
    return page(request, "department_link_done.html", verb=verb, order=order, show=show)


def _moments(form: Typed, settings: Settings) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        name: form.moment(name, now, settings.zone) if form.shown(f"{name}_day") else None
        for name in MOMENTS
        if name not in form.typed
    }


async def _signed(request: Request, token: str) -> str:
    """Return the number of a link; empty for one that we did not sign: nothing else is asked."""
    settings: Settings = request.app.state.settings
    key = await anyio.to_thread.run_sync(secret_key, settings.paths.mail_key)
    return rules.signed_id(key, token)


async def _opened(request: Request, asking: RequestDatabase, token: str) -> Opened | None:
    link_id = await _signed(request, token)
    if not link_id:
        return None
    now = datetime.now(UTC)
    return await asking.ask(lambda one: queries.opened(one, link_id, now))


def _void(request: Request) -> HTMLResponse:
    return page(request, "department_link_void.html", status=404)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


async def _shown(
    request: Request,
    asking: RequestDatabase,
    opened: Opened,
    token: str,
    form: Typed,
    *,
    status: int = 200,
    done: Verb | None = None,
    tried: Verb | None = None,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    number = opened.ticket.number
    entries = await asking.ask(lambda one: history.of_ticket(one, number, reach=opened.reach))
    orders = await asking.ask(lambda one: tickets.orders(one, number, reach=opened.reach))
    return page(
        request,
        "department_link.html",
        status=status,
        ticket=opened.ticket,
        link=opened.link,
        token=token,
        orders=orders,
        events=view.timeline(entries, []),
        can=view.buttons(opened.ticket, opened.orders, Role.DEPARTMENT),
        form=form,
        blank=Typed({}),
        done=done,
        tried=tried,
        longest=longest(VerbInput),
        show=Formats(settings.zone, Role.DEPARTMENT),
    )
