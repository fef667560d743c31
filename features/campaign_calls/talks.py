"""The talks of agents with people of campaigns, by the call: whom, what to ask, what came of
it.

What the agent writes goes through `features.campaigns.contact`, like all that happens to a
person of a campaign; in the caller's transaction (on SQLite one with `writing=True` for a change).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.questions import Result
from dispatch.call_facts import CallSignal
from dispatch.tables import AttemptRow
from features.audit import log as audit
from features.campaigns import contacts as campaign_contacts
from features.campaigns import queries as campaigns
from features.campaigns.contact import (
    BEING_CALLED,
    ContactRules,
    ContactState,
    NeverAgain,
    Wrote,
    decide,
    may_write,
)
from features.campaigns.contacts import ContactView
from features.campaigns.queries import Campaign
from features.do_not_call import queries as do_not_call
from features.do_not_call.queries import Entry
from features.duties.free_agents import AGENT

WRITTEN: Final = "campaign.written"
"""On the audit record for each time that somebody wrote of a talk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignTalk:
    """One call of an agent to a person of a campaign."""

    call_id: str
    seat: str
    talked: bool
    """Whether the person is known to have answered."""
    shown: ContactView
    campaign: Campaign
    version: int = 0
    """How often somebody wrote of it."""


class NotNowError(Exception):
    """The person did not answer in this call, or was called again since."""


async def of_call(connection: AsyncConnection, call_id: str) -> CampaignTalk | None:
    """Return whom an agent calls, or called, in a call; None: it is none of a campaign's."""
    row = AttemptRow
    found = await connection.execute(
        select(row.subject_id, row.number, row.said).where(
            row.id == call_id, row.purpose == campaign_contacts.PURPOSE, row.who == AGENT
        )
    )
    attempt = found.one_or_none()
    shown = await campaign_contacts.one(connection, attempt.subject_id) if attempt else None
    if attempt is None or shown is None:
        return None
    known = await campaigns.several(connection, [shown.campaign_id])
    entries = await audit.entries_of(connection, call_id)
    return CampaignTalk(
        call_id=call_id,
        seat=attempt.number,
        talked=attempt.said == CallSignal.TALKING,
        shown=shown,
        campaign=known[shown.campaign_id],
        version=sum(each.action == WRITTEN for each in entries),
    )


async def lock(connection: AsyncConnection, call_id: str) -> None:
    """Let nobody else write of a talk before the caller's transaction is over."""
    await connection.execute(
        select(AttemptRow.id).where(AttemptRow.id == call_id).with_for_update()
    )


async def write(
    connection: AsyncConnection,
    talk: CampaignTalk,
    *,
    result: Result,
    answers: Mapping[str, str],
    by: str,
    now: datetime,
) -> CampaignTalk:
    """Keep what an agent writes of a talk; `by` is the account's number. Raises NotNowError."""
    shown = (await campaign_contacts.of_ids(connection, [talk.shown.id]))[talk.shown.id]
    if await _is_called_again(connection, talk):
        raise NotNowError
    rules = ContactRules(
        max_attempts=talk.campaign.max_attempts,
        spacing=talk.campaign.spacing,
        by_agents=True,
        allowed=lambda moment: moment,  # the dispatcher asks for the calling hours when it is due
    )
    if not may_write(shown.contact, talked=talk.talked):
        raise NotNowError
    wrote = Wrote(result, answers, talked=talk.talked)
    contact, commands = decide(shown.contact, wrote, now, rules)
    await campaign_contacts.keep(connection, {shown.id: contact})
    if NeverAgain() in commands:
        entry = Entry(
            shown.person.number, shown.person.identity, f"campaign {shown.campaign_id}", now, by
        )
        await do_not_call.put(connection, entry)
    if contact.state is ContactState.WAITING:
        await campaigns.reopen(connection, shown.campaign_id)
    elif contact.state not in BEING_CALLED:
        await campaigns.finish(connection, now=now)
    return replace(talk, shown=replace(shown, contact=contact))


async def _is_called_again(connection: AsyncConnection, talk: CampaignTalk) -> bool:
    row = AttemptRow
    mine = select(row.seq).where(row.id == talk.call_id).scalar_subquery()
    found = await connection.execute(
        select(func.count()).where(
            row.purpose == campaign_contacts.PURPOSE,
            row.subject_id == talk.shown.id,
            row.seq > mine,
        )
    )
    return found.scalar_one() > 0
