"""Changes of the knowledge base (TKT-15); each is on record (SEC-1).

The pages and the API both call these, with the same models.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.customers.shapes import EntryShape
from features.knowledge import queries as knowledge
from features.knowledge.queries import Entry
from web.api_models import InputModel, LongLine, found, one_line, several_lines
from web.current_user import Principal
from web.forms import Says
from web.problems import Refused

LONGEST_BODY = 10_000
LONGEST_KEYWORDS = 400


class EntryInput(InputModel):
    """What an entry says."""

    title: Annotated[LongLine, Field(min_length=1), Says("answers.fault_title")]
    body: Annotated[
        str,
        Field(max_length=LONGEST_BODY),
        AfterValidator(several_lines),
        Field(min_length=1),
        Says("answers.fault_body"),
    ]
    business: LongLine | None = Field(None, max_length=40, description="Class of TKT-1; null: all.")
    keywords: Annotated[str, Field(max_length=LONGEST_KEYWORDS), AfterValidator(one_line)] = Field(
        "", description="Other words for the same, divided by blanks."
    )
    published: bool = Field(True, description="False: a draft that agents do not find.")


class EntrySaved(EntryInput):
    """A save of an entry, upon what was there when it was read."""

    seen: AwareDatetime = Field(
        description="`updated_at` of the entry that was read; saved meanwhile by somebody: 409."
    )


async def add(asking: RequestDatabase, principal: Principal, given: EntryInput) -> Entry:
    """Keep a new entry."""
    now = datetime.now(UTC)

    async def added(connection: AsyncConnection) -> Entry:
        wanted = Entry(
            id=0,
            **given.model_dump(exclude={"published"}),
            published_at=now if given.published else None,
            updated_at=now,
            updated_by=principal.signature,
        )
        key = await knowledge.add(connection, wanted)
        await audit.note(
            connection, audit_entry(principal, "knowledge.added", str(key), given.title[:80])
        )
        return found(await knowledge.entry(connection, key), "entry")

    return await asking.write(added)


async def save(
    asking: RequestDatabase, principal: Principal, entry_id: int, given: EntrySaved
) -> Entry:
    """Replace what an entry says, unless somebody saved it since it was read.

    Raises Refused: 404, or 409 with the entry as it is now. What is so already is no conflict, and
    no change: a save may be sent again when its answer was lost.
    """

    async def saved(connection: AsyncConnection) -> Entry:
        before = found(await knowledge.entry(connection, entry_id), "entry")
        after = _after(before, given, principal)
        if _says(after) == _says(before):
            return before
        if before.updated_at != given.seen or not await knowledge.replace(
            connection, after, seen=given.seen
        ):
            raise _late(found(await knowledge.entry(connection, entry_id), "entry"))
        seen = audit_entry(principal, "knowledge.saved", str(entry_id), given.title[:80])
        await audit.note(connection, seen)
        return after

    return await asking.write(saved)


def _after(before: Entry, given: EntrySaved, principal: Principal) -> Entry:
    now = max(datetime.now(UTC), before.updated_at + knowledge.NEXT)
    return Entry(
        id=before.id,
        **given.model_dump(exclude={"published", "seen"}),
        published_at=(before.published_at or now) if given.published else None,
        updated_at=now,
        updated_by=principal.signature,
    )


def _says(entry: Entry) -> tuple[object, ...]:
    return (*(getattr(entry, name) for name in _WORDS), entry.published_at is None)


_WORDS = ("title", "body", "business", "keywords")


def _late(now_so: Entry) -> Refused:
    return Refused(
        409,
        f"{now_so.updated_by} saved this entry meanwhile; `current` is what it says now.",
        faults={"seen": "answers.fault_changed"},
        current=EntryShape.of(now_so),
    )
