"""Progress of a campaign: how far it is, when it is done, whether it rests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from features.campaigns import overlaps
from features.campaigns import plan as campaign_plan
from features.campaigns import queries as campaigns
from features.campaigns import results as campaign_results
from features.campaigns.lifecycle import CampaignState, Mode
from features.campaigns.overlaps import Overlap
from features.campaigns.queries import Progress, SavedCampaign
from features.duties import free_agents
from features.duties.free_agents import Hands
from settings import Settings

LATELY: Final = timedelta(minutes=10)
"""How far back we look to tell how fast it goes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One campaign at a moment."""

    known: SavedCampaign
    progress: Progress
    ends_at: datetime | None
    resumes_at: datetime | None
    """When people may be called again; None: now, or the campaign does not run."""
    overlaps: Sequence[Overlap] = ()
    """Running campaigns that would call some of the same people."""
    unknown_year: int | None = None
    """Whose exchanged working days are not known: some may be called on a holiday's weekend."""

    @property
    def left(self) -> int:
        return self.progress.total - self.progress.over

    @property
    def share(self) -> float:
        """Return how much is done, 0 to 1."""
        return self.progress.over / self.progress.total if self.progress.total else 0.0


async def seen(
    connection: AsyncConnection, known: Sequence[SavedCampaign], settings: Settings
) -> Sequence[Seen]:
    """Return how some campaigns stand now."""
    now = datetime.now(UTC)
    keys = [one.id for one in known]
    progress = await campaigns.progress(connection, keys) if keys else {}
    lately = await campaign_results.ended_since(connection, keys, now - LATELY) if keys else {}
    again = await campaign_results.last_again(connection, keys) if keys else {}
    return [_seen(one, progress[one.id], lately, again, settings, now) for one in known]


def _seen(
    known: SavedCampaign,
    progress: Progress,
    lately: Mapping[int, int],
    again: Mapping[int, datetime],
    settings: Settings,
    now: datetime,
) -> Seen:
    if known.state is not CampaignState.RUNNING:
        return Seen(known, progress, None, None)
    since = max(known.started_at or now, now - LATELY)
    ends_at = campaign_plan.end_of(
        known,
        progress,
        ended=lately.get(known.id, 0),
        within_s=(now - since).total_seconds(),
        again=again.get(known.id),
        now=now,
        rules=settings,
    )
    return Seen(known, progress, ends_at, campaign_plan.resumes_at(known, now=now, rules=settings))


async def hands(connection: AsyncConnection, *, seen: Seen, node: str) -> Hands | None:
    """Return which agents of a node are free for a campaign that needs them; None: it needs none
    (any more).
    """
    over = (CampaignState.STOPPED, CampaignState.FINISHED)
    if seen.known.campaign.mode is not Mode.AGENT or seen.known.state in over:
        return None
    return await free_agents.for_campaigns(connection, datetime.now(UTC), node)


async def one(connection: AsyncConnection, campaign_id: int, settings: Settings) -> Seen | None:
    """Return how one campaign stands now, None when there is none."""
    known = await campaigns.one(connection, campaign_id)
    if known is None:
        return None
    [found] = await seen(connection, [known], settings)
    over = {CampaignState.STOPPED, CampaignState.FINISHED}
    today = datetime.now(settings.zone).date()
    return replace(
        found,
        overlaps=await overlaps.of_campaign(connection, campaign_id),
        unknown_year=None if known.state in over else campaign_plan.unknown_year(settings, today),
    )
