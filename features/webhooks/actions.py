"""Changes of webhooks: made, and what a person decides of one; each is on record (SEC-1).

The pages and the API both call these, with the same models.
"""

import secrets
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

import structlog
from pydantic import AfterValidator, BeforeValidator, Field, field_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication.sealing import SealError, Seals
from db.bounded import RequestDatabase
from features.accounts import second_factor
from features.audit import log as audit
from features.audit.access import audit_entry
from features.event_feed import feed
from features.webhooks import lifecycle, queries, sealed
from features.webhooks.lifecycle import Progress, Verb, WebhookState
from features.webhooks.queries import Webhook
from features.webhooks.rules import SECRET_BYTES, fault_of, networks, secret_of
from settings import Settings
from web.api_models import InputModel, found, one_line
from web.current_user import Principal
from web.forms import Says, wrong
from web.problems import Refused

LONGEST_URL = 500

log = structlog.get_logger()


def _listed(given: Any) -> Any:
    """Return kinds as a list; a form has them in one line."""
    return given.replace(",", " ").split() if isinstance(given, str) else given


class WebhookInput(InputModel):
    """A new receiver of events."""

    name: Annotated[
        str,
        Field(max_length=80),
        AfterValidator(one_line),
        Field(min_length=1),
        Says("webhook.fault_name"),
    ]
    url: Annotated[str, Field(max_length=LONGEST_URL), Says("webhook.fault_url")] = Field(
        examples=["https://crm.example.com/thirdring"]
    )
    kinds: Annotated[
        list[str], BeforeValidator(_listed), Field(max_length=80), Says("webhook.fault_kinds")
    ] = Field([], description="Kinds of events; empty: all.")

    @field_validator("kinds")
    @classmethod
    def _are_known(cls, kinds: list[str]) -> list[str]:
        if unknown := sorted(set(kinds) - set(feed.KINDS)):
            said = f"{unknown[0][:24]!r} is none of {', '.join(feed.KINDS)}."
            raise wrong("kinds", "webhook.fault_kinds", said)
        return sorted(set(kinds))


class WebhookDecision(InputModel):
    """What a person decides of a webhook."""

    verb: Verb = Field(
        description="`retry`: send what waits now; `pause`; `discard`: leave out the event that is "
        "next; `discard_all`: everything that waits; `test`; `new_secret`; `remove`."
    )
    seen: Annotated[int, Field(ge=0, le=2**53)] | None = Field(
        None, description="`position` of what was read; with `discard` and `discard_all`."
    )


async def add(
    asking: RequestDatabase,
    principal: Principal,
    settings: Settings,
    seals: Seals,
    given: WebhookInput,
) -> tuple[Webhook, str]:
    """Make a webhook, for what happens from now on; return it, and its secret, this once.

    Raises Refused: 422 for an address that we do not go to, 409 when there are too many, 503
    without the key that seals secrets.
    """
    if words := fault_of(given.url, networks(settings.webhook_networks)):
        said = "A webhook goes to http(s)://host/path, not to this machine or a private address."
        raise Refused(422, said, faults={"url": words})
    now = datetime.now(UTC)
    webhook_id = str(uuid.uuid4())
    secret = secret_of(secrets.token_bytes(SECRET_BYTES))

    async def made(connection: AsyncConnection) -> Webhook:
        if len(await queries.webhooks(connection)) >= queries.MOST:
            said = f"There are {queries.MOST} webhooks, which is the most; remove one first."
            raise Refused(409, said, faults={"name": "webhook.fault_many"})
        fresh = Webhook(
            id=webhook_id,
            name=given.name,
            url=given.url,
            secret=await _sealed(connection, seals, webhook_id, secret),
            kinds=given.kinds,
            progress=Progress(
                state=WebhookState.ACTIVE, position=await feed.last_place(connection)
            ),
            made_at=now,
            made_by=principal.signature,
        )
        await queries.add(connection, fresh)
        await audit.note(connection, audit_entry(principal, "webhook.made", given.name, given.url))
        return fresh

    return await asking.write(made), secret


async def act(
    asking: RequestDatabase,
    principal: Principal,
    seals: Seals,
    webhook_id: str,
    given: WebhookDecision,
) -> tuple[Webhook | None, str]:
    """Do with a webhook what a person decided; return it (None: removed), and a new secret.

    Raises Refused: 404; 409 for what is not so now, or when something else is next by now.
    """

    async def acted(connection: AsyncConnection) -> tuple[Webhook | None, str]:
        one = found(await queries.webhook(connection, webhook_id, lock=True), "webhook")
        upto = await _upto(connection, one, given)
        secret = ""
        if given.verb is Verb.REMOVE:
            await queries.remove(connection, one.id)
        elif given.verb is Verb.NEW_SECRET:
            secret = secret_of(secrets.token_bytes(SECRET_BYTES))
            kept = await _sealed(connection, seals, one.id, secret)
            await queries.change(connection, one.id, secret=kept)
        elif given.verb is Verb.TEST:
            await queries.change(connection, one.id, test_id=str(uuid.uuid4()))
        else:
            after = lifecycle.decided(one.progress, given.verb, upto=upto)
            await queries.go_on(connection, one.id, after)
            one = replace(one, progress=after)
        detail = given.verb.value
        if given.verb in {Verb.DISCARD, Verb.DISCARD_ALL}:
            detail += f" {one.progress.position}"
        await audit.note(connection, audit_entry(principal, "webhook.decided", one.name, detail))
        return await queries.webhook(connection, one.id), secret

    return await asking.write(acted)


async def _upto(connection: AsyncConnection, one: Webhook, given: WebhookDecision) -> int:
    """Return where discarding ends. Raises Refused with 409 for what is not so now."""
    place = one.progress.position
    if given.verb not in lifecycle.verbs(one.progress.state):
        said = f"This webhook is {one.progress.state.value} already."
        raise Refused(409, said, faults={"verb": "webhook.fault_late"})
    if given.verb not in {Verb.DISCARD, Verb.DISCARD_ALL}:
        return place
    if given.seen != place:
        said = "Something else is next by now; look again, and say with `seen` what you saw."
        raise Refused(409, said, faults={"verb": "webhook.fault_late"})
    if given.verb is Verb.DISCARD_ALL:
        return await feed.last_place(connection)
    waiting, reached = await feed.events(connection, after=place, kinds=one.kinds, limit=1)
    return waiting[0].place if waiting else reached


async def _sealed(connection: AsyncConnection, seals: Seals, webhook_id: str, secret: str) -> str:
    """Return a secret sealed. Raises Refused with 503 where the key is gone that sealed others."""
    try:
        if not seals.has_key and (
            await second_factor.has_any_sealed(connection) or await sealed.has_any(connection)
        ):
            raise SealError(f"there is no {seals.path}")
        return sealed.sealed(seals, webhook_id, secret)
    except (SealError, OSError) as error:
        log.error("no secret can be kept", why=str(error))
        said = "Secrets cannot be kept now: the key is missing. Tell who runs this."
        raise Refused(503, said, faults={"name": "webhook.fault_key"}) from None
