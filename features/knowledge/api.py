"""API of the knowledge base: agents search it during a call (TKT-15)."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from features.customers.shapes import EntryShape
from features.knowledge import actions
from features.knowledge import queries as knowledge
from features.knowledge.actions import EntryInput, EntrySaved
from permissions.may import may
from web.api_models import Asking, CurrentUser, ListPage, RowId, Text, found
from web.current_user import Principal
from web.problems import documented

router = APIRouter(prefix="/api/v1/knowledge", tags=["knowledge"])


class WhichEntries(BaseModel):
    """Which entries; words are found anywhere in a text."""

    model_config = ConfigDict(extra="forbid")

    q: Text = Field("", description="Words divided by blanks; an entry holds all of them.")
    business: Text | None = Field(None, description="Business class of TKT-1.")
    limit: int = Field(20, ge=1, le=100)


@router.get("", responses=documented(401, 403, 422, 503))
async def search_knowledge(
    wanted: Annotated[WhichEntries, Query()], principal: CurrentUser, asking: Asking
) -> ListPage[EntryShape]:
    """Entries that hold every word, those that hold it in the title first; never a second page.

    Who may write entries finds drafts too.
    """
    now = datetime.now(UTC)
    entries = await asking.ask(
        lambda connection: knowledge.search(
            connection,
            wanted.q,
            now=now,
            business=wanted.business,
            drafts=may(principal, "knowledge.write"),
            limit=wanted.limit,
        )
    )
    return ListPage(items=[EntryShape.of(each) for each in entries], next=None)


@router.get("/{entry_id}", responses=documented(401, 403, 404, 422, 503))
async def show_entry(entry_id: RowId, principal: CurrentUser, asking: Asking) -> EntryShape:
    """One entry."""
    entry = await asking.ask(lambda connection: knowledge.entry(connection, entry_id))
    drafts = may(principal, "knowledge.write")
    hidden = entry is not None and entry.published_at is None and not drafts
    return EntryShape.of(found(None if hidden else entry, "entry"))


@router.post("", status_code=201, responses=documented(401, 403, 422, 503))
async def add_entry(given: EntryInput, principal: CurrentUser, asking: Asking) -> EntryShape:
    """Add an entry."""
    return EntryShape.of(await actions.add(asking, principal, given))


@router.put("/{entry_id}", responses=documented(401, 403, 404, 409, 422, 503))
async def put_entry(
    entry_id: RowId, given: EntrySaved, principal: CurrentUser, asking: Asking
) -> EntryShape:
    """Replace an entry. Saved meanwhile by somebody else: 409, and `current` is what is so now."""
    return EntryShape.of(await actions.save(asking, principal, entry_id, given))


def _writes(principal: Principal) -> bool:
    return may(principal, "knowledge.write")
