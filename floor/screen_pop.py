"""What an agent sees of a caller before the phone rings: collected once, for each role's eyes.

A handful of questions, each answered from an index, in one look at the database. What the database
does not tell in time is left out: the number and the wait are always there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.call import Language
from callflow.text import clean, named
from features.agent_desk import openings
from features.callbacks import queries as callbacks
from features.callbacks.queries import Callback
from features.calls import queries
from features.calls.lifecycle import CallRecord
from features.calls.queries import CallFilter
from features.customers import queries as customers
from features.customers.queries import Customer
from features.tickets import saves as ticket_saves
from features.tickets.lifecycle import Ticket
from floor.callback_events import UNFOUND
from floor.changes import Offered
from floor.people import Agent
from permissions.roles import Role, sees_numbers
from permissions.scopes import EVERYTHING
from phone_numbers.masking import masked_name, masked_number, masked_text
from phone_numbers.phone_number import phone_number
from phone_numbers.plan import NumberPlan

SHOWN: Final = 5
"""Calls and tickets in sight; the rest is a click away."""
EXCERPT: Final = 160
"""Characters of a ticket's text."""


@dataclass(frozen=True, slots=True)
class Background:
    """What the database knows of a caller."""

    call: CallRecord | None = None
    customer: Customer | None = None
    calls: Sequence[CallRecord] = ()
    tickets: Sequence[Ticket] = ()
    callbacks: Sequence[Callback] = ()
    ticket: str | None = None
    """The number of the ticket that is open for this very call."""


@dataclass(frozen=True, slots=True)
class ScreenPop:
    """All that is shown of one call at one seat."""

    offered: Offered
    company: str
    agent: Agent
    asked_by: Agent | None = None
    """The colleague who asks about this caller, or wants this agent in the call."""
    background: Background = field(default_factory=Background)

    @property
    def number(self) -> str:
        """The caller's number; empty for one who hides it."""
        known = self.background.call
        return self.offered.number or (known.number if known else "")

    def shown(self, role: Role) -> Mapping[str, object]:
        """Return the pop as a page gets it, masked for those who need no numbers (SEC-2)."""
        known, offered, plain = self.background, self.offered, sees_numbers(role)
        number = self.number
        name = named(offered.name or (known.call.name if known.call else ""), number)
        customer = known.customer
        return {
            "call": offered.call,
            "seat": offered.seat,
            "queue": offered.queue,
            "number": number if plain else masked_number(number),
            "name": clean(name if plain else masked_name(name)),
            "masked": not plain,
            "customer": _customer(customer, plain=plain) if customer else None,
            "topic": offered.topic or (known.call.topic if known.call else None),
            "language": self._language().value,
            "waited_s": round(offered.waited_s, 1),
            "calls_back": offered.calls_back,
            "rings_in_s": offered.rings_in_s,
            "reasons": list(offered.reasons),
            "calls": [_call(one) for one in known.calls],
            "tickets": [_ticket(one, plain=plain) for one in known.tickets],
            "callbacks": [_callback(one, plain=plain) for one in known.callbacks],
            "ticket": known.ticket,
            "how": offered.how,
            "consulted_by": {"number": self.asked_by.number, "name": self.asked_by.name}
            if self.asked_by
            else "",
            "script": self._script(customer.name if customer else ""),
            "at": offered.at.isoformat(),
        }

    def _script(self, name: str) -> list[str]:
        language, number = self._language(), self.agent.number
        calling = openings.calling_back(self.company, number, name, language)
        if self.offered.calls_back:  # GRT-3, CBK-1
            unfound = self.offered.calls_back == UNFOUND
            more = [openings.no_answer_yet(language)] if unfound else []
            return [calling, *more, openings.closing(language)]
        said = [openings.opening(self.company, number, language)]
        if self.background.callbacks:
            said.append(calling)
        return [*said, openings.closing(language)]

    def _language(self) -> Language:
        call = self.background.call
        spoken = self.offered.language or (call.language if call else "")
        return Language.ENGLISH if spoken == Language.ENGLISH.value else Language.CHINESE


async def background(
    database: AsyncConnection, call_id: str, number: str, plan: NumberPlan
) -> Background:
    """Return what is known of the caller of a call; nothing of one who hides the number."""
    sent = number or await queries.caller(database, call_id, reach=EVERYTHING) or ""
    caller = phone_number(sent, plan)
    ticket = await ticket_saves.of_call(database, call_id)
    if not caller.identity:
        return Background(ticket=ticket.number if ticket else None)
    customer = await customers.customer(database, caller.identity)
    theirs = customer.identities if customer else (caller.identity,)
    wanted = CallFilter(identities=theirs)
    latest = (await queries.calls(database, wanted, reach=EVERYTHING, limit=SHOWN + 1)).items
    return Background(
        call=next((one for one in latest if one.id == call_id), None),
        customer=customer,
        calls=[one for one in latest if one.id != call_id][:SHOWN],
        tickets=await ticket_saves.open_of_customer(database, theirs, limit=SHOWN),
        callbacks=await callbacks.open_to(database, theirs),
        ticket=ticket.number if ticket else None,
    )


def _customer(customer: Customer, *, plain: bool) -> Mapping[str, object]:
    return {
        "name": clean(customer.name if plain else masked_name(customer.name)),
        "sort": customer.sort.value,
        "note": clean(customer.note if plain else masked_text(customer.note), 400),
        "first_agent": customer.first_agent,
    }


def _call(call: CallRecord) -> Mapping[str, object]:
    return {
        "id": call.id,
        "at": call.ring_started.isoformat(),
        "agent": call.agent,
        "topic": call.topic,
        "disposition": call.disposition.value if call.disposition else None,
    }


def _ticket(ticket: Ticket, *, plain: bool) -> Mapping[str, object]:
    return {
        "number": ticket.number,
        "kind": ticket.kind.value,
        "state": ticket.state.value,
        "body": clean(ticket.body if plain else masked_text(ticket.body), EXCERPT),
        "handler": ticket.handler,
        "created_at": ticket.created_at.isoformat(),
        "due_at": ticket.due_at.isoformat(),
    }


def _callback(callback: Callback, *, plain: bool) -> Mapping[str, object]:
    return {
        "id": callback.id,
        "kind": callback.kind.value,
        "due_at": callback.due_at.isoformat(),
        "note": clean(callback.note if plain else masked_text(callback.note), EXCERPT),
    }
