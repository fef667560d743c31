"""Uploads of campaign lists (CBK-3), by page and API; each is on record."""

from db.bounded import RequestDatabase
from features.audit.access import audit_entry, recorded
from features.campaign_lists import lists
from features.campaign_lists.lists import List
from settings import Settings
from web.current_user import Principal


async def bring(
    asking: RequestDatabase, principal: Principal, settings: Settings, content: bytes, name: str
) -> List:
    """Take in a list and return what it says; nobody is called. Raises UnreadableError."""
    kept = await lists.take_in(content, name, settings, asking)
    rows = f"{kept.reading.rows} rows"
    await recorded(asking, audit_entry(principal, "campaign.list", kept.id, rows))
    return await lists.warned(kept, settings, asking)
