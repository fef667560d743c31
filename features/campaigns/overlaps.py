"""People who are in several campaigns at once (CBK-3): each would call them.

It is said and not decided: a visit after a repair and a notice of a power cut may both be meant.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from features.campaigns.contact import OVER
from features.campaigns.lifecycle import CampaignState
from features.campaigns.tables import CampaignContactRow, CampaignRow

AT_ONCE = 500
"""Numbers in one question; SQLite allows a limited number of values."""
_TO_COME = [state.value for state in (CampaignState.DRAFT, CampaignState.PAUSED)]
_RUNNING = CampaignState.RUNNING.value
_DONE = [state.value for state in OVER]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A campaign that would call somebody too."""

    campaign_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many people of a campaign another one would call too."""

    campaign_id: int
    name: str
    count: int


async def of_people(
    connection: AsyncConnection, identities: Collection[str]
) -> Mapping[str, Elsewhere]:
    """Return which of these a campaign is to call that has not ended, by identity."""
    contact, row = CampaignContactRow, CampaignRow
    wanted = list(identities)
    found: dict[str, Elsewhere] = {}
    for begin in range(0, len(wanted), AT_ONCE):
        rows = await connection.execute(
            select(contact.identity, row.id, row.name)
            .join(row, row.id == contact.campaign_id)
            .where(contact.identity.in_(wanted[begin : begin + AT_ONCE]))
            .where(row.state.in_([_RUNNING, *_TO_COME]), contact.state.not_in(_DONE))
            .order_by(row.id)
        )
        for identity, key, name in rows:
            found.setdefault(identity, Elsewhere(key, name))
    return found


async def of_campaign(connection: AsyncConnection, campaign_id: int) -> Sequence[Overlap]:
    """Return the running campaigns that would call people of this one too, and how many.

    Only while it is to call anybody itself.
    """
    states = await connection.execute(
        select(CampaignRow.id, CampaignRow.name, CampaignRow.state).where(
            CampaignRow.state.in_([_RUNNING, *_TO_COME])
        )
    )
    known = {key: (name, state) for key, name, state in states}
    others = [key for key, (_, state) in known.items() if state == _RUNNING and key != campaign_id]
    if campaign_id not in known or not others:
        return []
    mine, other = aliased(CampaignContactRow), aliased(CampaignContactRow)
    found = await connection.execute(
        select(other.campaign_id, func.count())
        .join(mine, mine.identity == other.identity)
        .where(mine.campaign_id == campaign_id, mine.state.not_in(_DONE))
        .where(other.campaign_id.in_(others), other.state.not_in(_DONE))
        .group_by(other.campaign_id)
        .order_by(other.campaign_id)
    )
    return [Overlap(key, known[key][0], count) for key, count in found]
