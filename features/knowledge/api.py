"""API of the knowledge base: agents search it during a call (TKT-15)."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from features.knowledge import actions
from features.knowledge import queries as knowledge
from features.knowledge.actions import EntryInput, EntrySaved, HelpedInput, PutBack
from features.knowledge.shapes import EntryShape
from permissions.may import may
from settings import Settings
from web.api_models import Asking, CurrentUser, ListPage, RowId, Text, found
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
    request: Request,
    wanted: Annotated[WhichEntries, Query()],
    principal: CurrentUser,
    asking: Asking,
) -> ListPage[EntryShape]:
    """Entries that hold every word, those that hold it in the title first; never a second page.

    Who may write entries finds drafts too.
    """
    now = datetime.now(UTC)
    settings: Settings = request.app.state.settings
    entries = await asking.ask(
        lambda connection: knowledge.search(
            connection,
            wanted.q,
            now=now,
            today=now.astimezone(settings.zone).date(),
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


@router.get("/{entry_id}/versions", responses=documented(401, 403, 404, 422, 503))
async def list_entry_versions(
    entry_id: RowId, _principal: CurrentUser, asking: Asking
) -> list[EntryShape]:
    """What an entry said after each save, what it says now first."""
    now = found(await asking.ask(lambda one: knowledge.entry(one, entry_id)), "entry")
    before = await asking.ask(lambda one: knowledge.versions(one, entry_id))
    return [EntryShape.of(each) for each in (now, *before)]


@router.post("/{entry_id}/put-back", responses=documented(401, 403, 404, 409, 422, 503))
async def put_back(
    entry_id: RowId, given: PutBack, principal: CurrentUser, asking: Asking
) -> EntryShape:
    """Put back what an entry said once, as a new version. Saved meanwhile: 409, and `current`."""
    return EntryShape.of(await actions.put_back(asking, principal, entry_id, given))


@router.post("/{entry_id}/helped", responses=documented(401, 403, 404, 422, 503))
async def say_helped(
    entry_id: RowId, given: HelpedInput, principal: CurrentUser, asking: Asking
) -> EntryShape:
    """Count that an entry helped; the same call again counts once."""
    return EntryShape.of(await actions.helped(asking, principal, entry_id, given))
