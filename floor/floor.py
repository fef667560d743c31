"""The floor at work: it joins Asterisk's events, the database, and the pages that are open.

Events are taken into the live state as they come; what follows from them (questions, writes,
actions) runs in tasks of its own, so that a slow database never holds up an event.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Final

import structlog

from ami.actions import Actions
from ami.connection import LinkLost
from ami.events import Event
from ami.link import Link
from callflow.events import DEFAULT_NODE
from features.duties.queries import DutyState
from floor import hold_journal as holds
from floor import metrics, wallboard
from floor.attendance import MISSED, Attendance
from floor.changes import (
    CallEnded,
    Changed,
    FloorEvent,
    HoldChanged,
    Missed,
    Offered,
    OfferGone,
    ParticipantsChanged,
    PausedBySwitch,
    PhoneChanged,
    Talking,
)
from floor.control import Control
from floor.database_access import DatabaseAccess
from floor.day_counts import DayCounts
from floor.hold_music import HoldMusic
from floor.lease import Lease
from floor.live_state import LiveState
from floor.offers import Offers
from floor.page_events import PageEvents
from floor.paused_recordings import PausedRecordings
from floor.people import Agent
from floor.presence import GRACE, START_GRACE, Presence, is_work
from floor.presence_actions import PresenceActions
from floor.repairs import Repairs
from floor.seat_passwords import SeatPasswords
from floor.streams import Stream, Streams
from floor.tasks import Tasks
from floor.wrap_up import WrapUps
from permissions.roles import Role
from permissions.scopes import Serving
from phone_numbers.plan import NumberPlan

TICK_S: Final = 0.2
"""What time alone decides is seen this often; the wallboard is told no more often."""
RECONCILE_EVERY_S: Final = 30.0

_log = structlog.get_logger(__name__)


class Floor:
    """One hotline's floor, run inside the desk."""

    def __init__(
        self,
        *,
        link: Link,
        actions: Actions,
        records: DatabaseAccess,
        keys: SeatPasswords,
        browsers: Sequence[str],
        phones: Sequence[str],
        company: str,
        plan: NumberPlan,
        wrap_up_for: float,
        zone: tzinfo,
        leaders: frozenset[Role],
        journal: Path | None = None,
        node: str = DEFAULT_NODE,
        lease: Lease | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.live_state = LiveState()
        self.presence = Presence()
        self.streams = Streams(dropped=self._gone)
        self.paused = PausedRecordings(self.live_state, self.streams, leaders=leaders, now=now)
        self._page_events = PageEvents(
            self.live_state, self.streams, self.paused, leaders=leaders, plan=plan, now=now
        )
        self.control = Control(actions, self.live_state)
        self.repairs = Repairs(actions, self.live_state)
        self.hold_music = HoldMusic(actions, self.live_state)
        self.attendance = Attendance(
            records=records,
            actions=actions,
            live_state=self.live_state,
            keys=keys,
            browsers=browsers,
            phones=phones,
            changed=self._page_events.agent,
            now=now,
            node=node,
        )
        self._link, self._actions, self._records = link, actions, records
        self._today = DayCounts(self.live_state.day, records, zone=zone, node=node)
        self.now, self._clock = now, clock
        self._offers = Offers(
            self.live_state, self._page_events, records, company=company, plan=plan, clock=clock
        )
        self._acts: Mapping[type[Any], Callable[[Any], None]] = {
            Offered: lambda told: self._start(self._offers.offer(told, self._clock())),
            OfferGone: lambda told: self._page_events.offer_gone(told.seat, told.call),
            Talking: self._talking,
            ParticipantsChanged: lambda told: self._page_events.participants(told.call),
            CallEnded: self._call_ended,
            HoldChanged: self._hold,
            Missed: self._missed,
            PausedBySwitch: lambda told: self.wrap_ups.turn(told.seat, DutyState.PAUSED, MISSED),
            PhoneChanged: lambda told: self._page_events.duty(told.seat),
            Changed: lambda _: self._page_events.board_changes(),
        }
        self._holds = holds.HoldJournal(journal)
        self._lease, self._tasks = lease, Tasks()
        self._start = self._tasks.start
        self.wrap_ups = WrapUps(
            self.live_state,
            self.attendance,
            wrap_up_for=wrap_up_for,
            leads=lambda: self.leads,
            start=self._start,
            now=now,
        )
        self._presence_actions = PresenceActions(
            self.attendance, self.control, self.live_state, self._start, now
        )
        self._reconciled: float | None = None
        self._seen_connected = False

    @property
    def connected(self) -> bool:
        return self._link.connected

    @property
    def settled(self) -> bool:
        """Tell whether database and Asterisk have been made equal since our start."""
        return self._reconciled is not None

    @property
    def leads(self) -> bool:
        """Tell whether this desk has the floor; one that has not only watches (ADR 11)."""
        return self._lease is None or self._lease.is_ours

    @property
    def only_watches(self) -> bool:
        """Tell whether another desk is known to have the floor."""
        return self._lease is not None and self._lease.is_anothers

    async def run(self) -> None:
        """Be the floor until cancelled."""
        stop = self._link.subscribe(self._heard)
        self._link.resync(self._resync)
        loops = [asyncio.create_task(self._link.run())]
        if self._lease:
            loops.append(asyncio.create_task(self._lease.run(self._floor_passes)))
        try:
            while True:
                await asyncio.sleep(TICK_S)
                self._tick()
        finally:
            stop()
            self.streams.end_all()
            await self._tasks.end(loops)

    def open(
        self,
        *,
        account_id: int | None,
        role: Role,
        page: str,
        token_id: int | None = None,
        team: str = "",
    ) -> Stream:
        """Begin a page's stream, of a team or all; whole state first. Raises TooManyPagesError."""
        stream = self.streams.open(
            account_id=account_id, role=role, page=page, token_id=token_id, team=team
        )
        if account_id is not None and is_work(page):
            self._presence_actions.act(self.presence.opened(account_id, stream.id, page))
        self.streams.tell(stream, "state", self._whole(stream))
        return stream

    def subscribe(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        """Hand every event of Asterisk's to somebody else too; return what ends that."""
        return self._link.subscribe(hear)

    def serving(self, account_id: int) -> Serving:
        """Return whom somebody serves now."""
        return self._page_events.serving(account_id)

    def close(self, stream: Stream) -> None:
        """Note that a page's stream has ended."""
        self.streams.close(stream)
        self._gone(stream)

    async def put_out(self, account_id: int, *, reason: str) -> None:
        """End the streams and the duty of somebody who may not work here any more."""
        self.streams.end(account_id)
        if agent := self.live_state.by_account(account_id):
            await self.attendance.sign_out(agent, reason=reason, now=self.now())

    def present(self, account_id: int) -> None:
        """Note a sign of life of a page without a stream."""
        self._presence_actions.act(self.presence.seen(account_id, self._clock()))

    def hold(self, call: str, seat: str, *, on: bool) -> None:
        """Note that the page's phone holds a caller, or is back. Raises NotTalkingError."""
        seat, _ = self.control.talking(call, seat)
        self._act(self.live_state.hold(seat, self.now(), on=on))

    async def conference(self, call: str, seat: str, colleague: Agent) -> None:
        """Show a colleague whose call it is and have the phone brought into it.

        Raises NotTalkingError, BusyError, NotDoneError.
        """

        def show() -> None:
            self._act(self.live_state.asks(colleague.seat, call, seat, self.now()))

        await self.control.conference(call, seat, colleague, show=show)

    def board(self, *, team: str = "") -> dict[str, object]:
        """Return the wallboard as of now, with the agents of a team, or all."""
        return wallboard.wallboard(self.live_state, self.now(), team=team)

    async def _count_today(self) -> None:
        """Take over the figures of this day so far, and tell everybody their own."""
        for number in await self._today.count(self.now()):
            if agent := self.live_state.by_number(number):
                self._page_events.duty(agent.seat)
        self._page_events.board_changes()

    def _heard(self, event: Event) -> None:
        self._act(self.live_state.heard(event, self.now()))

    def _tick(self) -> None:
        now, clock = self.now(), self._clock()
        metrics.LINK.set(self.connected)
        if self._seen_connected and not self.connected:
            self._seen_connected = False
            self.streams.tell_each("state", self._whole)  # what is shown may be old by now
        self._act(self.live_state.tick(now))
        if self.leads:
            self._lead(now, clock)
        if self._reconciled and clock - self._reconciled > RECONCILE_EVERY_S:
            self._reconciled = clock
            self._start(self._resync())
        if self.settled and self._today.due(now):
            self._start(self._count_today())
        self._page_events.board()

    def _lead(self, now: datetime, clock: float) -> None:
        """Do what time alone decides."""
        self._start(*self.repairs.due(now), *self.hold_music.due(now))
        accounts = {one.account_id for one in self.live_state.agents.values()}
        self.presence.at_work(accounts, clock, grace=GRACE if self.settled else START_GRACE)
        self._presence_actions.act(self.presence.tick(clock))
        self.wrap_ups.end(now)

    def _floor_passes(self) -> None:
        """Begin as after a start; pages of a desk that has the floor no more look for the other."""
        self._reconciled = None
        if self.only_watches:
            self.streams.end_all()
        if self.connected:
            self._start(self._resync())

    def _whole(self, stream: Stream) -> Mapping[str, object]:
        who, team = (stream.account_id, stream.role), stream.team
        return self._page_events.whole(*who, connected=self.connected, team=team)

    def _gone(self, stream: Stream) -> None:
        if stream.account_id is not None:
            self.presence.closed(stream.account_id, stream.id, self._clock())

    def _act(self, notices: Sequence[FloorEvent]) -> None:
        for notice in notices:
            self._holds.take(notice, kept=self.leads)
            self._acts[type(notice)](notice)

    def _missed(self, told: Missed) -> None:
        if self.leads:
            missed = self.attendance.missed(
                told.seat, rang_s=told.rang_s, call=told.call, now=told.at
            )
            self._start(missed)
        self._page_events.duty(told.seat)

    def _hold(self, told: HoldChanged) -> None:
        self._page_events.hold(told)
        if not told.held and self.leads:
            self._start(self.control.say_back(told.call, told.held_s))

    def _talking(self, told: Talking) -> None:
        self._page_events.talking(told)
        known = self._page_events.pop_of(told.seat)
        if told.seat in self.live_state.agents and (
            known is None or known.offered.call != told.call
        ):
            # We came in the middle of this talk: the page has nothing to show yet.
            offered = Offered(told.seat, told.call, "", "", "", 0.0, told.at)
            self._start(self._offers.offer(offered, self._clock()))

    def _call_ended(self, told: CallEnded) -> None:
        self._page_events.ended(told)
        if not self.wrap_ups.begins(told):
            self._page_events.duty(told.seat)

    async def _resync(self) -> None:
        """Make database, Asterisk and live state equal, or only know them. Raises LinkLost."""
        try:
            await self._count_today()
            if self._lease is None or self._lease.is_proved:
                await self.attendance.reconcile(now=self.now())
            else:
                await self.attendance.read()
        except LinkLost:
            raise
        except Exception as error:  # noqa: BLE001 - the edge of one try: the next one comes soon
            _log.warning("floor not reconciled", error=repr(error)[:200])
            self._reconciled = self._clock() - RECONCILE_EVERY_S + 2.0
        else:
            self._reconciled = self._clock()
        asked, state = self.now(), await self._actions.state()
        channels = await self._actions.channels()
        self._act(self.live_state.resumed(state, channels, self.now(), asked=asked))
        if not self._seen_connected:
            self._seen_connected = True
            self.streams.tell_each("state", self._whole)
        for agent in list(self.live_state.agents.values()):
            self._page_events.agent(agent)
