"""Changes of views of the ticket list: made, saved, deleted, put back, put in order (TKT-14)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import Field, field_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.ticket_views import choosing, queries
from features.ticket_views.rules import (
    LONGEST_NAME,
    MOST,
    UNDONE_WITHIN,
    USUAL,
    Choice,
    Column,
    Shared,
    View,
    Viewer,
    columns_of,
    moved,
)
from features.ticket_views.shapes import TicketViewShape
from features.tickets.lifecycle import TicketKind, TicketState
from permissions.may import may
from web.api_models import InputModel, Line, found
from web.current_user import Principal
from web.forms import Says
from web.problems import Refused

VERBS: Final[Mapping[Shared, str]] = {
    Shared.NOBODY: "ticket_view.keep",
    Shared.ROLE: "ticket_view.share",
    Shared.TEAM: "ticket_view.share",
    Shared.DEPARTMENT: "ticket_view.share",
    Shared.EVERYBODY: "ticket_view.publish",
}
"""What one must be permitted to share a view so."""

Name = Annotated[Line, Field(min_length=1, max_length=LONGEST_NAME), Says("ticket_view.fault_name")]


class FiltersInput(InputModel):
    """What the list's form has; what is left out is not looked at."""

    q: Line = Field("", description="Words, a ticket's number, a number or a piece of one.")
    state: TicketState | None = None
    kind: TicketKind | None = None
    department: Line = ""
    handler: Annotated[Line, Field(max_length=8)] = ""
    which: Annotated[str, Field(pattern="^(|open|mine|overdue|urgent|to_review)$")] = Field(
        "", description=f"One of {', '.join(choosing.WHICH)}; empty: all."
    )

    def plain(self) -> dict[str, str]:
        """Return them as a view keeps them."""
        return choosing.cleaned({name: f"{said or ''}" for name, said in self})


class NewView(InputModel):
    """A new view."""

    name: Name = Field(examples=["线路班超时"])
    shared: Annotated[Shared, Says("ticket_view.fault_shared")] = Shared.NOBODY
    filters: FiltersInput = FiltersInput()
    columns: Annotated[list[Column], Field(max_length=len(Column))] = Field(list(USUAL))
    first: bool = Field(False, description="Your list begins with it.")


class ViewSave(InputModel):
    """A save of a view, upon one version; what is left out stays as it is."""

    version: int = Field(ge=1, le=2**31 - 1, description="The version that was read.")
    name: Annotated[Name | None, Says("ticket_view.fault_name")] = None
    shared: Annotated[Shared | None, Says("ticket_view.fault_shared")] = None
    filters: FiltersInput | None = None
    columns: Annotated[list[Column], Field(max_length=len(Column))] | None = None


class OrderInput(InputModel):
    """In which order one has the views; what is left out stays as it is."""

    ids: Annotated[list[int], Field(max_length=400)] | None = Field(
        None, description="Those that come first, in this order."
    )
    up: int | None = Field(None, description="The view to move up by one.")
    down: int | None = Field(None, description="The view to move down by one.")
    first: int | None = Field(None, description="The one that your list begins with; 0: none.")

    @field_validator("ids")
    @classmethod
    def _each_once(cls, ids: list[int] | None) -> list[int] | None:
        if ids is not None and len(set(ids)) != len(ids):
            raise ValueError("should name each view once")
        return ids


def viewer(principal: Principal) -> Viewer:
    """Return what of somebody decides which views are seen."""
    return Viewer(
        account_id=principal.account_id,
        role=principal.role,
        team=principal.team,
        department=principal.department,
    )


async def add(asking: RequestDatabase, principal: Principal, given: NewView) -> TicketViewShape:
    """Keep a new view.

    Raises Refused: 403 where one may not share so; 409 for a name that one has, or too many views.
    """
    owner = _account(principal)
    fresh = View(
        account_id=owner,
        name=given.name,
        shared=given.shared,
        shared_with=_shared_with(principal, given.shared),
        filters=given.filters.plain(),
        columns=columns_of({each.value for each in given.columns}),
        version=1,
        updated_at=datetime.now(UTC),
    )

    async def added(connection: AsyncConnection) -> TicketViewShape:
        if await queries.count(connection, owner) >= MOST:
            raise _too_many()
        key = await queries.add(connection, fresh)
        if key is None:
            raise _taken()
        if given.first:
            before = await queries.choice(connection, owner)
            await queries.choose(connection, owner, replace(before, first=key))
        seen = audit_entry(principal, "ticket_view.added", given.name, given.shared.value)
        await audit.note(connection, seen)
        return await _told(connection, key, owner)

    return await asking.write(added)


async def save(
    asking: RequestDatabase, principal: Principal, view_id: int, given: ViewSave
) -> TicketViewShape:
    """Save one's own view upon the version that was read; what is so already is no change.

    Raises Refused: 404; 403 as `add`; 409 when it was saved since (`current`), or for a name that
    one has.
    """
    owner = _account(principal)

    async def saved(connection: AsyncConnection) -> TicketViewShape:
        before = await _own(connection, view_id, owner)
        after = replace(before, **_changes(principal, before, given))
        if after == before:
            return await _told(connection, view_id, owner)
        if given.version != before.version:
            raise await _late(connection, before, owner)
        if await queries.of_name(connection, owner, after.name) not in {None, view_id}:
            raise _taken()
        after = replace(after, version=before.version + 1, updated_at=datetime.now(UTC))
        await queries.replace(connection, after)
        detail = "" if after.name == before.name else f"→ {after.name}"
        seen = audit_entry(principal, "ticket_view.saved", before.name, detail)
        await audit.note(connection, seen)
        return await _told(connection, view_id, owner)

    return await asking.write(saved)


async def remove(asking: RequestDatabase, principal: Principal, view_id: int) -> TicketViewShape:
    """Delete one's own view; it can be put back for thirty days. Raises Refused with 404."""
    owner, now = _account(principal), datetime.now(UTC)

    async def removed(connection: AsyncConnection) -> TicketViewShape:
        before = await _own(connection, view_id, owner, deleted=True)
        if before.deleted_at is None:
            await queries.forget(connection, owner, now - UNDONE_WITHIN)
            await queries.replace(connection, replace(before, deleted_at=now))
            seen = audit_entry(principal, "ticket_view.removed", before.name)
            await audit.note(connection, seen)
        return await _told(connection, view_id, owner)

    return await asking.write(removed)


async def restore(asking: RequestDatabase, principal: Principal, view_id: int) -> TicketViewShape:
    """Put a deleted view of one's own back.

    Raises Refused: 404, also after thirty days; 409 for a name that one has by now, or too many.
    """
    owner, now = _account(principal), datetime.now(UTC)

    async def restored(connection: AsyncConnection) -> TicketViewShape:
        before = await _own(connection, view_id, owner, deleted=True)
        if before.deleted_at is not None:
            if before.deleted_at < now - UNDONE_WITHIN:
                raise Refused(404, "There is no view with this id.")
            if await queries.of_name(connection, owner, before.name) is not None:
                raise _taken()
            if await queries.count(connection, owner) >= MOST:
                raise _too_many()
            await queries.replace(connection, replace(before, deleted_at=None))
            seen = audit_entry(principal, "ticket_view.restored", before.name)
            await audit.note(connection, seen)
        return await _told(connection, view_id, owner)

    return await asking.write(restored)


async def put_order(
    asking: RequestDatabase, principal: Principal, given: OrderInput
) -> list[TicketViewShape]:
    """Keep in which order one has the views, and which the list begins with; return them so.

    Raises Refused with 404 for a view that one does not see.
    """
    owner, who = _account(principal), viewer(principal)

    async def put(connection: AsyncConnection) -> list[TicketViewShape]:
        ids = [one.id for one in await queries.seen(connection, who)]
        before = await queries.choice(connection, owner)
        after = _chosen(before, ids, given)
        if after != before:
            await queries.choose(connection, owner, after)
            seen = audit_entry(principal, "ticket_view.ordered", f"{after.first or ''}")
            await audit.note(connection, seen)
        views = await queries.seen(connection, who)
        return [TicketViewShape.of(one, after) for one in views]

    return await asking.write(put)


def _chosen(before: Choice, ids: list[int], given: OrderInput) -> Choice:
    asked = [*(given.ids or ()), *(one for one in (given.up, given.down, given.first) if one)]
    if set(asked) - set(ids):
        raise Refused(404, "There is no view with this id.", faults={"ids": "ticket_view.gone"})
    places: Sequence[int] = before.places
    if given.ids is not None:
        places = [*given.ids, *(one for one in ids if one not in given.ids)]
    for which, by in ((given.up, -1), (given.down, 1)):
        if which:
            places = moved(ids, which, by)
    first = before.first if given.first is None else given.first or None
    return Choice(first, tuple(places))


def _changes(principal: Principal, before: View, given: ViewSave) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if given.name is not None:
        changes["name"] = given.name
    if given.shared is not None and given.shared is not before.shared:
        with_whom = _shared_with(principal, given.shared)
        changes |= {"shared": given.shared, "shared_with": with_whom}
    if given.filters is not None:
        filters = given.filters.plain()
        changes["filters"] = {name: said for name, said in filters.items() if said}
    if given.columns is not None:
        changes["columns"] = columns_of({each.value for each in given.columns})
    return changes


def _account(principal: Principal) -> int:
    if principal.account_id is None:
        raise Refused(403, "Views belong to people who have signed in.")
    return principal.account_id


def _shared_with(principal: Principal, shared: Shared) -> str:
    with_whom = viewer(principal).shares_as(shared)
    if not may(principal, VERBS[shared]):
        said = f"The role {principal.role.value} does not share views with {shared.value}."
        raise Refused(403, said, faults={"shared": "ticket_view.fault_share"})
    if with_whom is None:
        said = f"Your account belongs to no {shared.value}."
        raise Refused(422, said, faults={"shared": f"ticket_view.fault_no_{shared.value}"})
    return with_whom


async def _own(
    connection: AsyncConnection, view_id: int, owner: int, *, deleted: bool = False
) -> View:
    view = await queries.one(connection, view_id, lock=True)
    if view is None or view.account_id != owner or (view.deleted_at and not deleted):
        raise Refused(404, "There is no view with this id that is yours.")
    return view


async def _told(connection: AsyncConnection, view_id: int, owner: int) -> TicketViewShape:
    view = found(await queries.one(connection, view_id), "view")
    return TicketViewShape.of(view, await queries.choice(connection, owner))


async def _late(connection: AsyncConnection, now_so: View, owner: int) -> Refused:
    return Refused(
        409,
        "This view was saved meanwhile; `current` is what it is now.",
        faults={"version": "ticket_view.fault_changed"},
        current=TicketViewShape.of(now_so, await queries.choice(connection, owner)),
    )


def _taken() -> Refused:
    said = "You have a view of this name already."
    return Refused(409, said, faults={"name": "ticket_view.fault_taken"})


def _too_many() -> Refused:
    said = f"You have {MOST} views already; delete one first."
    return Refused(409, said, faults={"name": "ticket_view.fault_many"})
