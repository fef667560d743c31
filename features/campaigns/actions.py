"""Owns what is done to a campaign: start, pause, stop, copy; each is on record (SEC-1)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from features.audit import log as audit
from features.audit.looks import look
from features.campaigns import queries as campaigns
from features.campaigns.lifecycle import CampaignState
from web.current_user import Principal

DONE = {
    CampaignState.RUNNING: "campaign.started",
    CampaignState.PAUSED: "campaign.paused",
    CampaignState.STOPPED: "campaign.stopped",
}


class NotThereError(Exception):
    """There is no such campaign."""


def turned(
    campaign_id: int, to: CampaignState, principal: Principal
) -> Callable[[AsyncConnection], Awaitable[bool]]:
    """Return the change of a campaign to a state; it gives False when it is not possible now.

    What is so already stays so, and is no error. The change raises NotThereError.
    """

    async def change(connection: AsyncConnection) -> bool:
        known = await campaigns.one(connection, campaign_id)
        if known is None:
            raise NotThereError
        if known.state is to:
            return True
        if not await campaigns.change(connection, campaign_id, to, now=datetime.now(UTC)):
            return False
        await audit.note(
            connection, look(principal, DONE[to], str(campaign_id), known.campaign.name)
        )
        return True

    return change


def copied(
    campaign_id: int, name: str, principal: Principal, *, unreached: bool
) -> Callable[[AsyncConnection], Awaitable[int | None]]:
    """Return the making of a copy; it gives the new campaign's id, None: there is no such
    campaign.
    """

    async def change(connection: AsyncConnection) -> int | None:
        now = datetime.now(UTC)
        made = await campaigns.copy(
            connection,
            campaign_id,
            name=name,
            made_by=principal.account_id,
            now=now,
            unreached=unreached,
        )
        if made is not None:
            seen = look(principal, "campaign.made", str(made), f"copy of {campaign_id}")
            await audit.note(connection, seen)
        return made

    return change
