"""Search: what a few typed characters mean (TKT-14, TKT-15).

A number or a piece of it, a ticket's number, a name, words of tickets and of the knowledge base,
the name of a page. Nobody is shown what the pages themselves would refuse: each kind is looked for
only where its page may be opened, and numbers and names are masked as there (SEC-2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncConnection

from features.calls import queries as calls
from features.calls.search_form import TypedCalls, read
from features.customers import queries as customers
from features.knowledge import queries as knowledge
from features.tickets import search as tickets
from permissions.may import may, reach_of
from phone_numbers.phone_number import phone_number
from phone_numbers.plan import NumberPlan
from web.current_user import Principal
from web.formats import Formats
from web.registration import NavPage
from web.words import Translate

FEW: Final = 5
"""Things of one kind in the list below the box."""
MANY: Final = 30
"""Things of one kind on the page of everything that was found."""

SHORTEST_NUMBER: Final = 3
LONGEST_QUESTION: Final = 80


@dataclass(frozen=True, slots=True)
class Found:
    """One thing: where it is, what it is called, and what tells it from others."""

    address: str
    title: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What was found of one kind."""

    name: str
    """Of its words, `search.kind_<name>`."""
    items: Sequence[Found]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed, and who: everything that decides what is looked for."""

    text: str
    principal: Principal
    show: Formats
    t: Translate
    now: datetime
    plan: NumberPlan
    limit: int = FEW

    @property
    def digits(self) -> str:
        """The number that was typed, or a piece of one; empty when it is none."""
        return self.read().wanted.piece or ""

    def read(self) -> TypedCalls:
        """Return what was typed, as the page of calls reads it."""
        return read({"q": self.text}, self.show.zone, self.plan, self.now.date())


def pages(asked: Asked, navigation: Sequence[NavPage]) -> list[Found]:
    """Return the pages whose name, or whose group's, holds what was typed."""
    wanted = asked.text.casefold()
    found = []
    for item in navigation:
        name, group = asked.t(f"nav.{item.name}"), asked.t(f"group.{item.group}")
        if wanted in name.casefold() or wanted == group.casefold():
            found.append(Found(item.address, name, group))
    return found[: asked.limit]


async def things(connection: AsyncConnection, asked: Asked) -> list[Kind]:
    """Return what was found in the database, by kind; kinds without anything are left out."""
    found = [
        Kind("tickets", await _tickets(connection, asked)),
        Kind("customers", await _customers(connection, asked)),
        Kind("calls", await _calls(connection, asked)),
        Kind("knowledge", await _knowledge(connection, asked)),
    ]
    return [kind for kind in found if kind.items]


async def _customers(connection: AsyncConnection, asked: Asked) -> list[Found]:
    if not may(asked.principal, "customer.read"):
        return []
    digits = asked.digits
    number = phone_number(asked.text, asked.plan)
    rows = await customers.like(
        connection, digits or asked.text, identity=number.identity, limit=asked.limit
    )
    found = [
        Found(_customer(each.number), asked.show.number(each.number), asked.show.name(each.name))
        for each in rows
    ]
    known = {each.identity for each in rows}
    if len(digits) >= SHORTEST_NUMBER and number.identity and number.identity not in known:
        found.append(Found(_customer(number.shown), number.shown, asked.t("search.open_customer")))
    return found


def _customer(number: str) -> str:
    return f"/customers/{quote(number, safe='')}"


async def _calls(connection: AsyncConnection, asked: Asked) -> list[Found]:
    if not may(asked.principal, "call.read"):
        return []
    wanted, allowed = asked.read().as_role(asked.principal.role)
    if not allowed or wanted == calls.EVERY_CALL:
        return []
    reach = reach_of(asked.principal, "call.read")
    rows = await calls.calls(connection, wanted, reach=reach, limit=asked.limit)
    return [
        Found(
            f"/calls/{each.id}",
            asked.show.number(each.number),
            f"{asked.show.minute(each.ring_started)} {_outcome(asked, each.disposition)}",
        )
        for each in rows.items
    ]


def _outcome(asked: Asked, disposition: str | None) -> str:
    return asked.t(f"outcome.{disposition or 'open'}")


async def _tickets(connection: AsyncConnection, asked: Asked) -> list[Found]:
    if not may(asked.principal, "ticket.read"):
        return []
    rows = await tickets.like(
        connection,
        asked.text,
        plan=asked.plan,
        role=asked.principal.role,
        limit=asked.limit,
        reach=reach_of(asked.principal, "ticket.read"),
    )
    return [
        Found(
            f"/tickets/{each.number}",
            each.number,
            f"{asked.t(f'ticket_kind.{each.kind}')} {asked.show.number(each.customer_number)}",
        )
        for each in rows
    ]


async def _knowledge(connection: AsyncConnection, asked: Asked) -> list[Found]:
    rows = await knowledge.search(
        connection,
        asked.text,
        now=asked.now,
        today=asked.now.astimezone(asked.show.zone).date(),
        drafts=may(asked.principal, "knowledge.write"),
        limit=asked.limit,
    )
    return [Found(f"/knowledge/{each.id}", each.title, each.keywords) for each in rows]
