"""Changes of campaigns by people and programs (CBK-3): start, pause, stop, copy.

The pages and the API both call these, with the models of `given`. Each change is on
record (SEC-1). All raise Refused: 404 for a list or a campaign that is not there, 409 where it is
not possible from the state in which a campaign is.
"""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.campaign_lists import lists
from features.campaigns import plan as campaign_plan
from features.campaigns import queries as campaigns
from features.campaigns.given import CampaignInput, CopyInput, campaign_of
from features.campaigns.lifecycle import CampaignState
from settings import Settings
from web.api_models import found
from web.current_user import Principal
from web.problems import Refused

REQUEST_BUDGET_S: Final = 10.0
"""For what concerns ten thousand rows; nobody waits for a caller's data meanwhile."""
DONE: Final = {
    CampaignState.RUNNING: "campaign.started",
    CampaignState.PAUSED: "campaign.paused",
    CampaignState.STOPPED: "campaign.stopped",
}


async def make(
    asking: RequestDatabase,
    principal: Principal,
    settings: Settings,
    given: CampaignInput,
    *,
    starts: bool = False,
) -> int:
    """Make a campaign of a list that was brought; return its id. It waits unless it `starts`.

    Raises Refused with 422 when nobody can be called, or somebody would hear nothing.
    """
    waiting = found(await lists.kept(given.list_id, settings), "list")
    wanted, language = campaign_of(given, settings), given.language.value
    waiting = await lists.looked_up(waiting, asking)
    people = campaign_plan.people_of(waiting, language=language)
    if not people:
        said = "Nobody on this list can be called."
        raise Refused(422, said, faults={"people": "campaign.fault_nobody"})
    called_in = campaign_plan.languages_of(waiting, language)
    if lacking := campaign_plan.lacks_words(wanted.questions, called_in):
        said = f"Some are called in `{lacking}`, and a question has no such words."
        raise Refused(422, said, faults={"words": f"campaign.fault_words_{lacking}"})
    now = datetime.now(UTC)

    async def made(connection: AsyncConnection) -> int:
        key = await campaigns.make(
            connection, wanted, people, made_by=principal.account_id, now=now
        )
        seen = audit_entry(principal, "campaign.made", str(key), f"{len(people)} people")
        await audit.note(connection, seen)
        if starts:
            await _turned(connection, principal, key, CampaignState.RUNNING)
        return key

    key = await asking.write(made)
    await lists.let_go(given.list_id, settings)
    return key


async def turn(
    asking: RequestDatabase, principal: Principal, campaign_id: int, to: CampaignState
) -> None:
    """Bring a campaign into a state. What is so already stays so, and is no error."""
    await asking.write(lambda connection: _turned(connection, principal, campaign_id, to))


async def copy(
    asking: RequestDatabase, principal: Principal, campaign_id: int, given: CopyInput
) -> int:
    """Make another campaign with the same questions and people; return its id. It waits."""
    now = datetime.now(UTC)

    async def copied(connection: AsyncConnection) -> int:
        made = await campaigns.copy(
            connection,
            campaign_id,
            name=given.name,
            made_by=principal.account_id,
            now=now,
            unreached=given.unreached,
        )
        key = found(made, "campaign")
        seen = audit_entry(principal, "campaign.made", str(key), f"copy of {campaign_id}")
        await audit.note(connection, seen)
        return key

    return await asking.write(copied)


async def _turned(
    connection: AsyncConnection, principal: Principal, campaign_id: int, to: CampaignState
) -> None:
    known = found(await campaigns.one(connection, campaign_id), "campaign")
    if known.state is to:
        return
    if not await campaigns.change(connection, campaign_id, to, now=datetime.now(UTC)):
        known = found(await campaigns.one(connection, campaign_id), "campaign")
        said = f"This campaign is {known.state.value}; that is not possible now."
        raise Refused(409, said, faults={"state": "campaign.fault_state"})
    await audit.note(
        connection, audit_entry(principal, DONE[to], str(campaign_id), known.campaign.name)
    )
