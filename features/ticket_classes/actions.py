"""Changes of what tickets are sorted by (TKT-1, TKT-9); each is on record, the old is kept."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.ticket_classes import queries as classes
from features.ticket_classes.queries import NEXT, Sort, TicketClass, said
from features.ticket_classes.shapes import TicketClassShape
from features.ticket_classes.texts import gaps_of, unknown_gaps
from web.api_models import Count, Day, InputModel, Line, found, several_lines
from web.current_user import Principal
from web.forms import Says
from web.problems import Refused

LONGEST_NAME: Final = 40
LONGEST_TEXT: Final = 4000


class TicketClassInput(InputModel):
    """What a class says."""

    name: Annotated[
        Line, Field(min_length=1, max_length=LONGEST_NAME), Says("ticket_class.fault_name")
    ] = Field(description="As tickets keep it.", examples=["数据通信"])
    english: Line = ""
    text: Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(several_lines)] = Field(
        "", description="What it means; of an e-mail its words."
    )
    begins_on: Annotated[Day | None, Says("form.fault_day")] = Field(
        None, description="A new one: it can be chosen from this day on."
    )


class NewTicketClass(TicketClassInput):
    """A new class."""

    sort: Annotated[Sort, Says("ticket_class.fault_sort")]


class TicketClassSave(TicketClassInput):
    """A save of a class, upon one version."""

    retired: bool = Field(False, description="It cannot be chosen any more; old tickets keep it.")
    place: Count = Field(0, description="Where it stands in the list.")
    version: int = Field(ge=1, le=2**31 - 1, description="The version that was read.")


def _require_gaps(sort: Sort, text: str, use: str = "") -> None:
    """Refuse words of an e-mail in which something cannot be filled in, naming it."""
    unknown = unknown_gaps(text, use) if sort is Sort.MAIL else ()
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in gaps_of(use))
        said_ = f"Nothing can be filled in for {', '.join(unknown)}; there are {known}."
        raise Refused(422, said_, faults={"text": "ticket_class.fault_gaps"})


async def add(asking: RequestDatabase, principal: Principal, given: NewTicketClass) -> TicketClass:
    """Keep a new class. Raises Refused with 409 for a name that is there, a retired one's too."""
    _require_gaps(given.sort, given.text)
    now = datetime.now(UTC)
    fresh = TicketClass(
        **given.model_dump(),
        retired=False,
        place=0,
        version=1,
        updated_at=now,
        updated_by=principal.signature,
    )

    async def added(connection: AsyncConnection) -> TicketClass:
        key = await classes.add(connection, fresh)
        if key is None:
            raise _taken()
        seen = audit_entry(principal, "ticket_class.added", f"{given.sort} {given.name}")
        await audit.note(connection, seen)
        return found(await classes.one(connection, key), "class")

    return await asking.write(added)


async def save(
    asking: RequestDatabase, principal: Principal, class_id: int, given: TicketClassSave
) -> TicketClass:
    """Save a class upon the version that was read; what is so already is no change.

    Raises Refused: 404; 409 when somebody saved it since (`current`), or has taken the name.
    """

    async def saved(connection: AsyncConnection) -> TicketClass:
        before = found(await classes.one(connection, class_id), "class")
        _require_gaps(before.sort, given.text, before.use)
        now = max(datetime.now(UTC), before.updated_at + NEXT)
        after = replace(
            before,
            **given.model_dump(exclude={"version"}),
            version=before.version + 1,
            updated_at=now,
            updated_by=principal.signature,
        )
        if said(after) == said(before):
            return before
        if given.version != before.version:
            raise _late(before)
        if await classes.of_name(connection, before.sort, after.name) not in {None, class_id}:
            raise _taken()
        if not await classes.replace(connection, before, after):
            raise _late(found(await classes.one(connection, class_id), "class"))
        what = f"{before.sort} {before.name}"
        detail = "" if after.name == before.name else f"→ {after.name}"
        await audit.note(connection, audit_entry(principal, "ticket_class.saved", what, detail))
        return after

    return await asking.write(saved)


def _late(now_so: TicketClass) -> Refused:
    return Refused(
        409,
        f"{now_so.updated_by} saved this class meanwhile; `current` is what it is now.",
        faults={"version": "ticket_class.fault_changed"},
        current=TicketClassShape.of(now_so),
    )


def _taken() -> Refused:
    said_ = "There is a class of this name already; perhaps it is retired."
    return Refused(409, said_, faults={"name": "ticket_class.fault_taken"})
