"""Reading a shift out of the product's own database: calls, call_events, duties, tickets."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row, select

from bench.shift.history import NEVER, Matter, Ring, Shift, Stay, Story, Worker
from bench.shift.spells import Spell, minus
from db.engine import engine
from features.accounts.tables import AccountRow
from features.call_recordings.tables import RecordingRow
from features.calls.tables import Call, CallEvent
from features.customers.tables import CustomerRow
from features.duties.tables import DutyEventRow, DutyRow
from features.tickets.tables import TicketRow

Line = Row[Any]
RETURNS = frozenset({"TR_REUNITE", "TR_SCRIPT", "TR_TRANSFER"})


async def read(database_url: str) -> Shift:
    """Return the shift that a database holds, all of its calls and duties."""
    made = engine(database_url)
    async with made.connect() as connection:

        async def ask(query: Executable) -> Sequence[Line]:
            return list(await connection.execute(query))

        calls = await ask(select(Call.__table__).order_by(Call.ring_started))
        events = await ask(select(CallEvent.__table__).order_by(CallEvent.at, CallEvent.id))
        recordings = await ask(select(RecordingRow.__table__).where(RecordingRow.kind == "call"))
        duties = await ask(
            select(DutyRow.id, DutyRow.seat, DutyRow.ended_at, AccountRow.number, AccountRow.role)
            .join(AccountRow, AccountRow.id == DutyRow.account_id)
            .order_by(DutyRow.id)
        )
        turns = await ask(select(DutyEventRow.__table__).order_by(DutyEventRow.id))
        customers = await ask(select(CustomerRow.number, CustomerRow.sort))
        tickets = await ask(select(TicketRow.__table__).order_by(TicketRow.created_at.desc()))
    await made.dispose()
    of_call = _by(events, "about")
    kept = {row.call_id: row for row in recordings}
    asterisk = _by(of_call.get("", ()), "channel")
    of_duty = _by(turns, "duty_id")
    return Shift(
        [_story(row, of_call.get(row.linkedid, ()), kept.get(row.id)) for row in calls],
        [_worker(row, of_duty.get(row.id, ()), asterisk.get(row.number, ())) for row in duties],
        {row.number: row.sort for row in customers if row.sort != "normal"},
        {number: [_matter(one) for one in all_] for number, all_ in _by_customer(tickets)},
    )


def _by(rows: Iterable[Line], column: str) -> Mapping[Any, Sequence[Line]]:
    found: dict[Any, list[Line]] = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found


def _by_customer(tickets: Iterable[Line]) -> Iterable[tuple[str, Sequence[Line]]]:
    return _by(tickets, "customer_number").items()


def _story(call: Line, events: Sequence[Line], recording: Line | None) -> Story:
    ended = _at(call.ended)
    joined = _at(call.queued_at)
    return Story(
        ref=call.ref,
        number=call.number,
        answered=_at(call.answered),
        held_ans1=call.held_ans1,
        ended=ended,
        disposition=call.disposition,
        fallback=call.fallback,
        joined=joined,
        left=_at(call.queue_left_at),
        stays=_stays(events, joined, _at(call.queue_left_at) or ended or NEVER),
        rings=_rings(events),
        misses=[(miss["agent"], _moment(miss["at"])) for miss in call.misses],
        recording=(recording.state, recording.seconds) if recording else None,
        returned=any(event.name in RETURNS for event in events),
    )


def _stays(events: Sequence[Line], joined: float | None, left: float) -> list[Stay]:
    """Return the queues a caller stood in; the first one began when the dialplan said so."""
    entered = [
        (_moment(event.at), event.data["queue"]) for event in events if event.name == "ENTERQUEUE"
    ]
    if joined is not None and entered:
        entered[0] = (joined - 1.0, entered[0][1])  # what is told to the second may be that early
    ends = [at for at, _ in entered[1:]] + [left]
    return [
        Stay(queue, Spell(began, ended))
        for (began, queue), ended in zip(entered, ends, strict=True)
        if ended > began
    ]


def _rings(events: Sequence[Line]) -> list[Ring]:
    of_channel = _by([event for event in events if event.source == "cel"], "channel")
    rings = []
    for offer in (event for event in events if event.name == "TR_OFFER"):
        same = of_channel[offer.channel]
        answers = [_moment(one.at) for one in same if one.name == "ANSWER"]
        ends = [_moment(one.at) for one in same if one.name == "HANGUP"]
        began, seat, queue = _moment(offer.at), offer.data["seat"], offer.data["queue"]
        ended, answered = min(ends, default=NEVER), min(answers, default=None)
        rings.append(Ring(seat, queue, began, ended, answered))
    return rings


def _worker(duty: Line, turns: Sequence[Line], asterisk: Sequence[Line]) -> Worker:
    states = [(_moment(one.at), one.what == "ready") for one in turns if one.what in _STATES]
    states += [(_moment(one.at), True) for one in turns if one.what == "signed_in"]
    over = _at(duty.ended_at) or NEVER
    # Asterisk's word is to the second: it may have been so a second later.
    paused = [
        (_moment(one.at) + (0.0 if one.name.startswith("PAUSE") else 1.0), one.name in _PAUSES)
        for one in asterisk
        if one.name in _PAUSES | _RESUMES
    ]
    away = _while(paused, over)
    return Worker(
        duty.number,
        duty.seat,
        duty.role,
        minus(_while(states, over), away),
        [_moment(one.at) for one in turns if (one.what, one.reason) == ("paused", "missed")],
    )


_STATES = frozenset({"ready", "paused", "wrap_up", "signed_out"})
_PAUSES = frozenset({"PAUSE", "PAUSEALL"})
_RESUMES = frozenset({"UNPAUSE", "UNPAUSEALL"})


def _while(states: Iterable[tuple[float, bool]], over: float) -> list[Spell]:
    """Return the spells in which what was told last was true."""
    spells, since = [], None
    for at, so in sorted(states):
        if so and since is None:
            since = at
        elif not so and since is not None:
            spells.append(Spell(since, at))
            since = None
    if since is not None and since < over:
        spells.append(Spell(since, over))
    return spells


def _matter(ticket: Line) -> Matter:
    made, closed = _moment(ticket.created_at), _at(ticket.closed_at) or NEVER
    due = _moment(ticket.due_at)
    return Matter(ticket.kind == "complaint", due, ticket.handler, Spell(made, closed))


def _moment(at: datetime | str) -> float:
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.timestamp()


def _at(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()
