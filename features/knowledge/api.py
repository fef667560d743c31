"""Owns the API of the knowledge base: agents search it during a call (TKT-15)."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from features.customers.shapes import EntryShape
from features.knowledge import queries as knowledge
from features.knowledge.queries import Entry
from permissions.may import may
from web.asking import Asking, CurrentUser, Given, LongLine, Many, RowId, Text, Typed, found
from web.current_user import Principal
from web.problems import documented

router = APIRouter(prefix="/api/v1/knowledge", tags=["knowledge"])


class WhichEntries(BaseModel):
    """Which entries; words are found anywhere in a text."""

    model_config = ConfigDict(extra="forbid")

    q: Text = Field("", description="Words divided by blanks; an entry holds all of them.")
    business: Text | None = Field(None, description="Business class of TKT-1.")
    limit: int = Field(20, ge=1, le=100)


class EntryGiven(Given):
    """What an entry says."""

    title: Annotated[LongLine, Field(min_length=1)]
    body: Typed
    business: LongLine | None = Field(None, max_length=40)
    keywords: LongLine = Field("", description="Other words for the same, divided by blanks.")
    published: bool = Field(True, description="False: a draft that agents do not find.")


@router.get("", responses=documented(401, 403, 422, 503))
async def search_knowledge(
    wanted: Annotated[WhichEntries, Query()], principal: CurrentUser, asking: Asking
) -> Many[EntryShape]:
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
    return Many(items=[EntryShape.of(each) for each in entries], next=None)


@router.get("/{entry_id}", responses=documented(401, 403, 404, 422, 503))
async def show_entry(entry_id: RowId, principal: CurrentUser, asking: Asking) -> EntryShape:
    """One entry."""
    entry = await asking.ask(lambda connection: knowledge.entry(connection, entry_id))
    drafts = may(principal, "knowledge.write")
    hidden = entry is not None and entry.published_at is None and not drafts
    return EntryShape.of(found(None if hidden else entry, "entry"))


@router.post("", status_code=201, responses=documented(401, 403, 422, 503))
async def add_entry(given: EntryGiven, principal: CurrentUser, asking: Asking) -> EntryShape:
    """Add an entry."""
    now = datetime.now(UTC)

    async def added(connection: AsyncConnection) -> Entry:
        entry = _entry(given, principal, now=now)
        key = await knowledge.add(connection, entry)
        return found(await knowledge.entry(connection, key), "entry")

    return EntryShape.of(await asking.write(added))


@router.put("/{entry_id}", responses=documented(401, 403, 404, 422, 503))
async def put_entry(
    entry_id: RowId, given: EntryGiven, principal: CurrentUser, asking: Asking
) -> EntryShape:
    """Replace an entry."""
    now = datetime.now(UTC)

    async def replaced(connection: AsyncConnection) -> Entry | None:
        before = await knowledge.entry(connection, entry_id)
        if before is None:
            return None
        entry = _entry(given, principal, now=now, before=before)
        await knowledge.replace(connection, entry)
        return entry

    return EntryShape.of(found(await asking.write(replaced), "entry"))


def _entry(
    given: EntryGiven, principal: Principal, *, now: datetime, before: Entry | None = None
) -> Entry:
    published = (before.published_at if before else None) or now
    return Entry(
        id=before.id if before else 0,
        **given.model_dump(exclude={"published"}),
        published_at=published if given.published else None,
        updated_at=now,
        updated_by=principal.number or principal.name,
    )
