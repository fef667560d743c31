"""What a department answers by key, done to its ticket by the one door for every change.

The author is the department by telephone: it may what its page may (`ticket_life/table.py`), it is
on the audit log, and it makes a version and an entry with the call in it. All of it runs in the
transaction in which the key becomes known, so no crash loses it or does it twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.attempts import Attempt
from dispatch.call_facts import CallSignal
from features.audit import log as audit
from features.department_calls.house import office_of
from features.department_calls.lifecycle import AskState, DepartmentRules, Outcome
from features.department_calls.queries import KeptAsk
from features.departments import queries as departments
from features.ticket_clocks.lifecycle import House
from features.ticket_life import deciding, ordering
from features.ticket_life.deciding import LacksError, NotNowError, NotTheirsError
from features.ticket_life.ordering import By
from features.ticket_life.table import OUT
from features.ticket_life.verbs import Given, Place, Verb, place
from features.tickets import acts, history
from features.tickets.acts import Locked
from features.tickets.history import Author
from permissions.roles import Role

ANSWERS: Final[Mapping[str, tuple[str, AskState]]] = MappingProxyType(
    {
        CallSignal.ACCEPTED: ("1", AskState.ACCEPTED),
        CallSignal.ASKED_TIME: ("2", AskState.ASKED_TIME),
        CallSignal.SENT_BACK: ("3", AskState.SENT_BACK),
    }
)
"""The key and what it means, by what the dialogue notes in the journal."""

TOO_LATE: Final = "rung_too_late"
NOTE: Final = "[phone]"


@dataclass(frozen=True)
class Answers:
    """How a house takes answers."""

    house: House
    rules: DepartmentRules

    async def pressed(
        self,
        connection: AsyncConnection,
        kept: KeptAsk,
        what: str,
        *,
        attempt: Attempt,
        at: datetime,
    ) -> AskState:
        """Do what a key means; return how the ask stands: `left` when the ticket had moved on."""
        key, state = ANSWERS[what]
        found = await acts.waited_for(connection, kept.ticket_id)
        if found is None:
            return AskState.LEFT
        now = max(at, found.ticket.updated_at or at)
        said: dict[str, Any] = {"key": key, "call": attempt.id, "department": kept.department}
        verb = _verb(found, kept.department, state)
        given = Given(note=NOTE)
        if verb is Verb.ASK_TIME:
            until = await self._until(connection, found, kept.department, now)
            given = replace(given, deadline=until)
            said["deadline"] = until.isoformat()
        by = By(role=Role.DEPARTMENT, signature=kept.department)
        try:
            if verb is None:
                raise NotNowError(what)
            decision = deciding.decide(found.ticket, found.orders, verb, given, by=by, now=now)
        except (NotNowError, NotTheirsError, LacksError):
            await _write(connection, found, TOO_LATE, said, now=now)
            return AskState.LEFT
        author = Author(
            role=Role.DEPARTMENT, signature=kept.department, via=history.TELEPHONE, call_id=None
        )
        if decision.written is None:
            main = ordering.main_order(found.orders)
            decision = replace(decision, written=main)
        await acts.kept(
            connection, found, decision, verb, said, author=author, house=self.house, now=now
        )
        entry = audit.by_telephone("ticket.act", found.ticket.number, at=now, detail=verb.value)
        await audit.note(connection, entry)
        return state

    async def record(
        self,
        connection: AsyncConnection,
        kept: KeptAsk,
        how: Outcome,
        *,
        attempt: Attempt | None,
        at: datetime,
    ) -> None:
        """Write into the ticket's history how a call ended in which it got no answer."""
        found = await acts.waited_for(connection, kept.ticket_id)
        if found is None:
            return
        now = max(at, found.ticket.updated_at or at)
        said: dict[str, Any] = {"department": kept.department, "tries": kept.ask.tries}
        if attempt is not None:
            said["call"] = attempt.id
        await _write(connection, found, f"rung_{how.value}", said, now=now)

    async def escalate(self, connection: AsyncConnection, kept: KeptAsk, *, at: datetime) -> None:
        """Put the ticket before a person: its department was called in vain (QUE-2)."""
        found = await acts.waited_for(connection, kept.ticket_id)
        if found is None or found.ticket.escalated_at is not None:
            return
        now = max(at, found.ticket.updated_at or at)
        try:
            decision = deciding.decide(
                found.ticket,
                found.orders,
                Verb.ESCALATE,
                Given(note=NOTE),
                by=By(role=None),
                now=now,
            )
        except (NotNowError, NotTheirsError, LacksError):
            return
        await acts.kept(
            connection,
            found,
            decision,
            Verb.ESCALATE,
            {"tries": kept.ask.tries},
            author=history.RINGING,
            house=self.house,
            now=now,
        )

    async def _until(
        self, connection: AsyncConnection, found: Locked, department: str, now: datetime
    ) -> datetime:
        """Return until when more time is asked for: from the deadline on, or from now."""
        known = await departments.department(connection, department)
        since = max(now, found.ticket.deadline or now)
        if known is None:
            return since + timedelta(seconds=self.rules.more_time_s)
        return office_of(self.house, known).after(since, self.rules.more_time_s)


def is_with(found: Locked, department: str) -> bool:
    """Tell whether a ticket is with a department, which is to do something."""
    return found.ticket.department == department and place(found.ticket) in OUT


def _verb(found: Locked, department: str, state: AskState) -> Verb | None:
    """Return what a key does to a ticket; None: the ticket is not with the department any more."""
    if not is_with(found, department):
        return None
    match state:
        case AskState.ACCEPTED:
            return Verb.ACCEPT if place(found.ticket) is Place.DISPATCHED else Verb.NOTE
        case AskState.ASKED_TIME:
            return Verb.ASK_TIME
        case AskState.SENT_BACK:
            return Verb.SEND_BACK
        case _:
            return None


async def _write(
    connection: AsyncConnection,
    found: Locked,
    what: str,
    said: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    main = ordering.main_order(found.orders)
    await history.add(
        connection,
        found.id,
        found.ticket,
        found.ticket,
        what=what,
        author=history.RINGING,
        now=now,
        order=main.number if main else None,
        said=said,
    )
