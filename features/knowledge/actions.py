"""Changes of the knowledge base (TKT-15); each is on record (SEC-1).

The pages and the API both call these, with the same models.
"""

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.knowledge import queries as knowledge
from features.knowledge.queries import Entry
from features.knowledge.shapes import EntryShape
from web.api_models import (
    Day,
    Identity,
    InputModel,
    LongLine,
    Moment,
    found,
    one_line,
    several_lines,
)
from web.current_user import Principal
from web.forms import Says, wrong
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
    valid_from: Annotated[Day | None, Says("form.fault_day")] = Field(
        None, description="First day on which it is valid, of the house; null: from ever."
    )
    valid_until: Annotated[Day | None, Says("form.fault_day")] = Field(
        None, description="Last day; null: for ever."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            said = "It would end before it begins."
            raise wrong("valid_until", "answers.fault_until", said)
        return self


class EntrySaved(EntryInput):
    """A save of an entry, upon what was there when it was read."""

    seen: Moment = Field(
        description="`updated_at` of the entry that was read; saved meanwhile by somebody: 409."
    )


class PutBack(InputModel):
    """Which version is put back."""

    version: int = Field(ge=1, le=2**31 - 1)
    seen: Moment = Field(description="`updated_at` of the entry that was read.")


class HelpedInput(InputModel):
    """In which call an entry helped."""

    call_id: Identity | None = Field(None, description="Null: in none; counted once a day.")


async def add(asking: RequestDatabase, principal: Principal, given: EntryInput) -> Entry:
    """Keep a new entry."""
    now = datetime.now(UTC)

    async def added(connection: AsyncConnection) -> Entry:
        key = await knowledge.add(connection, entry_of(given, principal, now))
        await audit.note(
            connection, audit_entry(principal, "knowledge.added", str(key), given.title[:80])
        )
        return found(await knowledge.entry(connection, key), "entry")

    return await asking.write(added)


def entry_of(given: EntryInput, principal: Principal, now: datetime) -> Entry:
    """Return a new entry that says what is given."""
    return Entry(
        id=0,
        **given.model_dump(exclude={"published"}),
        published_at=now if given.published else None,
        updated_at=now,
        updated_by=principal.signature,
    )


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
            connection, before, after
        ):
            raise _late(found(await knowledge.entry(connection, entry_id), "entry"))
        seen = audit_entry(principal, "knowledge.saved", str(entry_id), given.title[:80])
        await audit.note(connection, seen)
        return after

    return await asking.write(saved)


async def put_back(
    asking: RequestDatabase, principal: Principal, entry_id: int, given: PutBack
) -> Entry:
    """Put back what an entry said once, as a new version. Raises Refused as `save`."""
    every = await asking.ask(lambda one: knowledge.versions(one, entry_id))
    old = found(next((each for each in every if each.version == given.version), None), "version")
    saved = EntrySaved(
        **{name: getattr(old, name) for name in knowledge.WORDS},
        published=old.published_at is not None,
        seen=given.seen,
    )
    return await save(asking, principal, entry_id, saved)


async def helped(
    asking: RequestDatabase, principal: Principal, entry_id: int, given: HelpedInput
) -> Entry:
    """Count that an entry helped: once a call, or once a day of who is in none (TKT-15)."""
    now = datetime.now(UTC)
    matter = given.call_id or f"{principal.signature} {now:%Y-%m-%d}"

    async def counted(connection: AsyncConnection) -> Entry:
        found(await knowledge.entry(connection, entry_id), "entry")
        if await knowledge.helped(
            connection, entry_id, matter=matter, by=principal.signature, now=now
        ):
            seen = audit_entry(principal, "knowledge.helped", str(entry_id), given.call_id or "")
            await audit.note(connection, seen)
        return found(await knowledge.entry(connection, entry_id), "entry")

    return await asking.write(counted)


def _after(before: Entry, given: EntrySaved, principal: Principal) -> Entry:
    now = max(datetime.now(UTC), before.updated_at + knowledge.NEXT)
    return Entry(
        id=before.id,
        **given.model_dump(exclude={"published", "seen"}),
        version=before.version + 1,
        helped=before.helped,
        published_at=(before.published_at or now) if given.published else None,
        updated_at=now,
        updated_by=principal.signature,
    )


def _says(entry: Entry) -> tuple[object, ...]:
    return (*(getattr(entry, name) for name in knowledge.WORDS), entry.published_at is None)


def _late(now_so: Entry) -> Refused:
    return Refused(
        409,
        f"{now_so.updated_by} saved this entry meanwhile; `current` is what it says now.",
        faults={"seen": "answers.fault_changed"},
        current=EntryShape.of(now_so),
    )
