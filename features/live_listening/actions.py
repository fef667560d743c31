"""An inspector hears the call of an agent whose live listening is open (QA-1).

It is on record before the inspector's phone rings (QA-5). The inspector is not heard.
"""

from datetime import datetime
from functools import partial

from db.bounded import RequestDatabase
from features.duties.actions import at_work
from features.live_listening.offers import LiveOffer, offers, talk_of
from features.quality_samples import actions as samples
from features.quality_samples import calendar, queries
from features.supervision.actions import take_part
from floor.control import Watch
from floor.floor import Floor
from permissions.may import reach_of
from settings import Settings
from web.current_user import Principal
from web.problems import Refused


async def offered(
    asking: RequestDatabase, floor: Floor, principal: Principal, settings: Settings
) -> list[LiveOffer]:
    """Return the calls that somebody may hear now."""
    today = datetime.now(settings.zone).date()
    open_ones = partial(
        queries.live_for,
        inspector=principal.number,
        monday=calendar.monday(today),
        reach=reach_of(principal, samples.WORK),
    )
    return offers(await asking.ask(open_ones), floor.live_state)


async def listen(
    asking: RequestDatabase, floor: Floor, principal: Principal, item_id: int
) -> LiveOffer:
    """Take a live listening, and let the inspector's own phone hear the agent's call.

    Raises Refused: 404; 409 without a phone, where nobody talks, or somebody else has the item.
    """
    own = at_work(floor, principal)
    item = samples.to_be_heard(await samples.reached(asking, principal, item_id))
    talks = talk_of(item.agent, floor.live_state)
    if talks is None:
        said = "The agent talks with nobody now."
        raise Refused(409, said, faults={"item": "live_listening.fault_over"})
    await samples.take(asking, principal, item_id)
    agent, talk = talks
    detail = f"quality item {item_id}"
    await take_part(asking, floor, principal, own, agent, Watch.LISTEN, detail=detail)
    return LiveOffer(item_id=item_id, agent=agent.number, name=agent.name, since=talk.since)
