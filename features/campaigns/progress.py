"""Owns what is seen of a batch at a moment: how far it is, when it is done, whether it rests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from features.campaigns import plan as batch_plan
from features.campaigns import queries as batches
from features.campaigns import results as batch_results
from features.campaigns.lifecycle import BatchState, Mode
from features.campaigns.queries import Known, Progress
from features.duties import free_agents
from features.duties.free_agents import Hands
from settings import Settings

LATELY: Final = timedelta(minutes=10)
"""How far back we look to tell how fast it goes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One batch at a moment."""

    known: Known
    progress: Progress
    ends_at: datetime | None
    resumes_at: datetime | None
    """When people may be called again; None: now, or the batch does not run."""

    @property
    def left(self) -> int:
        return self.progress.total - self.progress.over

    @property
    def share(self) -> float:
        """Return how much is done, 0 to 1."""
        return self.progress.over / self.progress.total if self.progress.total else 0.0


async def seen(
    connection: AsyncConnection, known: Sequence[Known], settings: Settings
) -> Sequence[Seen]:
    """Return how some batches stand now."""
    now = datetime.now(UTC)
    keys = [one.id for one in known]
    progress = await batches.progress(connection, keys) if keys else {}
    lately = await batch_results.ended_since(connection, keys, now - LATELY) if keys else {}
    again = await batch_results.last_again(connection, keys) if keys else {}
    return [_seen(one, progress[one.id], lately, again, settings, now) for one in known]


def _seen(
    known: Known,
    progress: Progress,
    lately: Mapping[int, int],
    again: Mapping[int, datetime],
    settings: Settings,
    now: datetime,
) -> Seen:
    if known.state is not BatchState.RUNNING:
        return Seen(known, progress, None, None)
    since = max(known.started_at or now, now - LATELY)
    ends_at = batch_plan.end_of(
        known,
        progress,
        ended=lately.get(known.id, 0),
        within_s=(now - since).total_seconds(),
        again=again.get(known.id),
        now=now,
        rules=settings,
    )
    return Seen(known, progress, ends_at, batch_plan.resumes_at(known, now=now, rules=settings))


async def hands(connection: AsyncConnection, *, seen: Seen) -> Hands | None:
    """Return which agents are free for a batch that needs them; None: it needs none (any more)."""
    over = (BatchState.STOPPED, BatchState.FINISHED)
    if seen.known.batch.mode is not Mode.AGENT or seen.known.state in over:
        return None
    return await free_agents.for_batches(connection, datetime.now(UTC))


async def one(connection: AsyncConnection, batch_id: int, settings: Settings) -> Seen | None:
    """Return how one batch stands now, None when there is none."""
    known = await batches.one(connection, batch_id)
    return None if known is None else (await seen(connection, [known], settings))[0]
