"""Pages of webhooks: all of them with a form for one more, and the queue of one."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import RequestDatabase
from features.event_feed import feed
from features.webhooks import actions, queries
from features.webhooks.actions import LONGEST_URL, WebhookDecision, WebhookInput
from features.webhooks.api import seals_of, shape_of
from features.webhooks.lifecycle import verbs
from settings import Settings
from web.api_models import Asking, CurrentUser, Identity, found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, longest, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

SHOWN = 20
"""Events of a queue that are shown, those that are next."""


@router.get("/webhooks")
async def show_webhooks(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """All webhooks, and the form for a new one."""
    return await _all(request, principal, asking, Typed({}))


@router.post("/webhooks")
async def add_webhook(request: Request, principal: CurrentUser, asking: Asking) -> Response:
    """Make a webhook, and show its secret, this once."""
    settings: Settings = request.app.state.settings
    form = await typed(request)
    try:
        given = form.read(WebhookInput)
        made, secret = await actions.add(asking, principal, settings, seals_of(request), given)
    except Refused as refused:
        return await _all(request, principal, asking, form, status=form.refuse(refused))
    return await _one(request, principal, asking, made.id, Typed({}), secret=secret)


@router.get("/webhooks/{webhook_id}")
async def show_webhook(
    request: Request, webhook_id: Identity, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """What waits for one webhook, and what its receiver answered last."""
    return await _one(request, principal, asking, webhook_id.lower(), Typed({}))


@router.post("/webhooks/{webhook_id}")
async def act_on_webhook(
    request: Request, webhook_id: Identity, principal: CurrentUser, asking: Asking
) -> Response:
    """Do what somebody decided."""
    key = webhook_id.lower()
    form = await typed(request)
    try:
        given = form.read(WebhookDecision)
        after, secret = await actions.act(asking, principal, seals_of(request), key, given)
    except Refused as refused:
        status = form.refuse(refused)
        return await _one(request, principal, asking, key, form, status=status)
    if secret:
        return await _one(request, principal, asking, key, Typed({}), secret=secret)
    back = f"/webhooks/{key}" if after is not None else "/webhooks"
    return RedirectResponse(back, status_code=303)


async def _all(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    every = await asking.ask(queries.webhooks)
    return page(
        request,
        "webhooks.html",
        status=status,
        webhooks=[await shape_of(asking, each) for each in every],
        last=await asking.ask(queries.last_answers),
        form=form,
        kinds=", ".join(feed.KINDS),
        longest={**longest(WebhookInput), "url": LONGEST_URL},
        show=Formats(settings.zone, principal.role),
    )


async def _one(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    webhook_id: str,
    form: Typed,
    *,
    status: int = 200,
    secret: str = "",
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    one = found(await asking.ask(lambda c: queries.webhook(c, webhook_id)), "webhook")
    waiting, _ = await asking.ask(
        lambda c: feed.events(c, after=one.progress.position, kinds=one.kinds, limit=SHOWN)
    )
    return page(
        request,
        "webhook.html",
        status=status,
        webhook=await shape_of(asking, one, answers=True),
        testing=bool(one.test_id),
        waiting=waiting,
        verbs=verbs(one.progress.state),
        form=form,
        secret=secret,
        show=Formats(settings.zone, principal.role),
    )
