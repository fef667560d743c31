"""Owns the API of the do-not-call list: numbers that no campaign rings, by whom and why (SEC-1)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from features.audit import log as audit
from features.audit.looks import look
from features.campaigns.shapes import DoNotCallShape
from features.do_not_call import queries as do_not_call
from features.do_not_call.queries import Entry
from imports.numbers import Numbers, WrongNumberError
from permissions.roles import sees_numbers
from settings import Settings
from web.asking import Asking, CurrentUser, Given, LongLine
from web.current_user import Principal
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1/do-not-call", tags=["campaigns"])

Typed = Annotated[str, Path(max_length=40, pattern=r"^[0-9+() ./-]+$")]


class WhyGiven(Given):
    """Why a number is not called."""

    why: Annotated[LongLine, Field(min_length=1)]


@router.get("", responses=documented(401, 403, 422, 503))
async def list_do_not_call(
    principal: CurrentUser,
    asking: Asking,
    after: Annotated[str, Query(max_length=40, pattern=r"^[0-9+]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> list[DoNotCallShape]:
    """Numbers in order, from behind one on."""
    whole = sees_numbers(principal.role)
    if after and not whole:
        raise Refused(403, f"The role {principal.role.value} may not search by number.")
    rows = await asking.ask(lambda one: do_not_call.listed(one, after=after, limit=limit))
    return [DoNotCallShape.of(each, whole=whole) for each in rows]


@router.put("/{number}", responses=documented(401, 403, 422, 503))
async def put_do_not_call(
    request: Request, number: Typed, given: WhyGiven, principal: CurrentUser, asking: Asking
) -> DoNotCallShape:
    """Put a number on the list; one that is there already stays as it is."""
    dialled = read_number(number, request.app.state.settings)
    if dialled is None:
        raise Refused(422, "This is no telephone number.")
    entry = entry_of(dialled, given.why, principal)
    await asking.write(added(entry, principal))
    return DoNotCallShape.of(entry, whole=sees_numbers(principal.role))


@router.delete("/{number}", status_code=204, responses=documented(401, 403, 404, 422, 503))
async def take_off_do_not_call(
    request: Request, number: Typed, principal: CurrentUser, asking: Asking
) -> None:
    """Take a number off the list: campaigns may ring it again."""
    dialled = read_number(number, request.app.state.settings) or number
    if not await asking.write(taken_off(dialled, principal)):
        raise Refused(404, "This number is not on the list.")


def read_number(given: str, settings: Settings) -> str | None:
    """Return what is dialled for a number somebody typed, None when it is none."""
    own = frozenset(filter(None, [*settings.phones.split(","), *settings.desk_phones.split(",")]))
    try:
        return Numbers(settings.holiday_country, own).read(given).dialled
    except WrongNumberError:
        return None


def entry_of(number: str, why: str, principal: Principal) -> Entry:
    """Return the line of the list that somebody adds now."""
    return Entry(number, why, datetime.now(UTC), principal.number or principal.name)


def added(entry: Entry, principal: Principal) -> Callable[[AsyncConnection], Awaitable[bool]]:
    """Return the change that adds a line; it gives False when the number was there."""

    async def change(connection: AsyncConnection) -> bool:
        fresh = await do_not_call.put(connection, entry)
        if fresh:
            seen = look(principal, "do_not_call.added", entry.number, why=entry.why)
            await audit.note(connection, seen)
        return fresh

    return change


def taken_off(number: str, principal: Principal) -> Callable[[AsyncConnection], Awaitable[bool]]:
    """Return the change that takes a number off; it gives False when it was not there."""

    async def change(connection: AsyncConnection) -> bool:
        gone = await do_not_call.take_off(connection, number)
        if gone:
            await audit.note(connection, look(principal, "do_not_call.removed", number))
        return gone

    return change
