"""API of webhooks."""

from fastapi import APIRouter, Request

from authentication.sealing import Seals
from db.bounded import RequestDatabase
from features.event_feed import feed
from features.webhooks import actions, queries
from features.webhooks.actions import WebhookDecision, WebhookInput
from features.webhooks.queries import Webhook
from features.webhooks.shapes import WebhookSecretShape, WebhookShape
from settings import Settings
from web.api_models import Asking, CurrentUser, Identity, ListPage, found
from web.problems import documented

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])

MOST_COUNTED = 1000


@router.get("", responses=documented(401, 403, 503))
async def list_webhooks(_principal: CurrentUser, asking: Asking) -> ListPage[WebhookShape]:
    """Every webhook, by name; it is never more than one page."""
    every = await asking.ask(queries.webhooks)
    return ListPage(items=[await shape_of(asking, each) for each in every], next=None)


@router.post("", status_code=201, responses=documented(401, 403, 409, 422, 503))
async def add_webhook(
    request: Request, given: WebhookInput, principal: CurrentUser, asking: Asking
) -> WebhookSecretShape:
    """Have events delivered to an address from now on; the answer has the secret, this once."""
    settings: Settings = request.app.state.settings
    made, secret = await actions.add(asking, principal, settings, seals_of(request), given)
    return WebhookSecretShape(webhook=await shape_of(asking, made), secret=secret)


@router.get("/{webhook_id}", responses=documented(401, 403, 404, 422, 503))
async def show_webhook(
    webhook_id: Identity, _principal: CurrentUser, asking: Asking
) -> WebhookShape:
    """One webhook, and what its receiver answered last."""
    key = webhook_id.lower()
    one = found(await asking.ask(lambda connection: queries.webhook(connection, key)), "webhook")
    return await shape_of(asking, one, answers=True)


@router.post("/{webhook_id}", responses=documented(401, 403, 404, 409, 422, 503))
async def act_on_webhook(
    request: Request,
    webhook_id: Identity,
    given: WebhookDecision,
    principal: CurrentUser,
    asking: Asking,
) -> WebhookSecretShape:
    """Retry, pause, discard, test, change the secret, or remove."""
    key = webhook_id.lower()
    after, secret = await actions.act(asking, principal, seals_of(request), key, given)
    shown = await shape_of(asking, after) if after is not None else None
    return WebhookSecretShape(webhook=shown, secret=secret or None)


async def shape_of(asking: RequestDatabase, one: Webhook, *, answers: bool = False) -> WebhookShape:
    """Return a webhook as it is told, with what waits for it."""
    waiting = await asking.ask(
        lambda connection: feed.waiting(
            connection, after=one.progress.position, kinds=one.kinds, most=MOST_COUNTED
        )
    )
    told = await asking.ask(lambda c: queries.answers(c, one.id)) if answers else ()
    return WebhookShape.of(one, waiting, told)


def seals_of(request: Request) -> Seals:
    """Return what seals secrets."""
    seals: Seals = request.app.state.sign_in.seals
    return seals
