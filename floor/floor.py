"""Owns the floor at work: it joins Asterisk's events, the database, and the pages that are open.

Events are taken into the live state as they come; what follows from them (questions, writes,
actions) runs in tasks of its own, so that a slow database never holds up an event.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Final

import structlog

from ami.actions import Actions
from ami.connection import LinkLost
from ami.events import Event
from ami.link import Link
from features.duties.queries import DutyState
from floor import hold_journal as holds
from floor import metrics, wallboard
from floor.asking import DatabaseAccess
from floor.attendance import MISSED, Shift
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
from floor.control import AGAIN, Control, NotDoneError, NotTalkingError
from floor.day_counts import DayCounts
from floor.live_state import LiveState
from floor.offers import Offers
from floor.page_events import PageEvents
from floor.people import Worker
from floor.presence import GRACE, START_GRACE, Back, Forgotten, Left, PhoneGone, Presence, Sign
from floor.repairs import Repairs
from floor.seat_passwords import Keys
from floor.streams import Stream, Streams
from permissions.roles import Role
from phone_numbers.plan import NumberPlan

TICK_S: Final = 0.2
"""What time alone decides is seen this often; the wallboard is told no more often."""
RECONCILE_EVERY_S: Final = 30.0
WORK: Final = "work"
"""Names of the agent's own page begin so; those of other pages do not count as being there."""

_log = structlog.get_logger(__name__)


class Floor:
    """One hotline's floor, run inside the desk."""

    def __init__(
        self,
        *,
        link: Link,
        actions: Actions,
        records: DatabaseAccess,
        keys: Keys,
        browsers: Sequence[str],
        phones: Sequence[str],
        company: str,
        plan: NumberPlan,
        wrap_up_for: float,
        zone: tzinfo,
        leaders: frozenset[Role],
        journal: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.live_state = LiveState()
        self.presence = Presence()
        self.streams = Streams(dropped=self._gone)
        self._page_events = PageEvents(self.live_state, self.streams, leaders=leaders, now=now)
        self.control = Control(actions, self.live_state)
        self.repairs = Repairs(actions, self.live_state)
        self.shift = Shift(
            records=records,
            actions=actions,
            live_state=self.live_state,
            keys=keys,
            browsers=browsers,
            phones=phones,
            changed=self._page_events.worker,
            now=now,
        )
        self._link, self._actions, self._records = link, actions, records
        self._wrap_up_for = wrap_up_for
        self._today = DayCounts(self.live_state.day, records, zone=zone)
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
            PausedBySwitch: lambda told: self._turn(told.seat, DutyState.PAUSED, MISSED),
            PhoneChanged: lambda told: self._page_events.duty(told.seat),
            Changed: lambda _: self._page_events.board_changes(),
        }
        self._holds = holds.Holds(journal)
        self._turning: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._reconciled: float | None = None
        self._seen_connected = False

    @property
    def connected(self) -> bool:
        return self._link.connected

    @property
    def settled(self) -> bool:
        """Tell whether database and Asterisk have been made equal since our start."""
        return self._reconciled is not None

    async def run(self) -> None:
        """Be the floor until cancelled."""
        stop = self._link.subscribe(self._heard)
        self._link.resync(self._resync)
        linked = asyncio.create_task(self._link.run())
        try:
            while True:
                await asyncio.sleep(TICK_S)
                self._tick()
        finally:
            stop()
            self.streams.end_all()
            for task in (linked, *self._tasks):
                task.cancel()
            await asyncio.gather(linked, *self._tasks, return_exceptions=True)

    def open(
        self, *, account_id: int | None, role: Role, page: str, token_id: int | None = None
    ) -> Stream:
        """Begin the stream of a page: the whole picture first. Raises TooManyPagesError."""
        stream = self.streams.open(account_id=account_id, role=role, page=page, token_id=token_id)
        if account_id is not None and _is_work(page):
            self._signs(self.presence.opened(account_id, stream.id, page))
        self.streams.tell(stream, "picture", self._whole(stream))
        return stream

    def close(self, stream: Stream) -> None:
        """Note that a page's stream has ended."""
        self.streams.close(stream)
        self._gone(stream)

    async def put_out(self, account_id: int, *, reason: str) -> None:
        """End the streams and the duty of somebody who may not work here any more."""
        self.streams.end(account_id)
        if worker := self.live_state.by_account(account_id):
            await self.shift.sign_out(worker, reason=reason, now=self.now())

    def present(self, account_id: int) -> None:
        """Note a sign of life of a page without a stream."""
        self._signs(self.presence.seen(account_id, self._clock()))

    def hold(self, call: str, seat: str, *, on: bool) -> None:
        """Note that the page's phone holds a caller, or is back. Raises NotTalkingError."""
        seat, _ = self.control.talking(call, seat)
        self._act(self.live_state.hold(seat, self.now(), on=on))

    async def conference(self, call: str, seat: str, colleague: Worker) -> None:
        """Show a colleague whose call it is and have the phone brought into it.

        Raises NotTalkingError, NotDoneError.
        """
        self.control.talking(call, seat)
        if not self.live_state.legs.asked_by(seat, colleague.seat):
            self._act(self.live_state.asks(colleague.seat, call, seat, self.now()))
        await self.control.conference(call, seat, colleague)

    def board(self) -> dict[str, object]:
        """Return the wallboard as of now."""
        return wallboard.wallboard(self.live_state, self.now())

    async def _count_today(self) -> None:
        """Take over the figures of this day so far, and tell everybody their own."""
        for number in await self._today.count(self.now()):
            if worker := self.live_state.by_number(number):
                self._page_events.duty(worker.seat)
        self._page_events.board_changes()

    def _heard(self, event: Event) -> None:
        self._act(self.live_state.heard(event, self.now()))

    def _tick(self) -> None:
        now, clock = self.now(), self._clock()
        metrics.LINK.set(self.connected)
        if self._seen_connected and not self.connected:
            self._seen_connected = False
            self.streams.tell_each("picture", self._whole)  # what is shown may be old by now
        self._act(self.live_state.tick(now))
        self._start_all(self.repairs.due(now))
        accounts = {one.account_id for one in self.live_state.workers.values()}
        grace = GRACE if self.settled else START_GRACE
        self.presence.at_work(accounts, clock, grace=grace)
        self._signs(self.presence.tick(clock))
        self._end_wrap_ups(now)
        if self._reconciled and clock - self._reconciled > RECONCILE_EVERY_S:
            self._reconciled = clock
            self._start(self._resync())
        if self.settled and self._today.due(now):
            self._start(self._count_today())
        self._page_events.board()

    def _whole(self, stream: Stream) -> Mapping[str, object]:
        return self._page_events.whole(stream.account_id, stream.role, connected=self.connected)

    def _gone(self, stream: Stream) -> None:
        if stream.account_id is not None:
            self.presence.closed(stream.account_id, stream.id, self._clock())

    def _act(self, notices: Sequence[FloorEvent]) -> None:
        for notice in notices:
            self._holds.take(notice)
            self._acts[type(notice)](notice)

    def _missed(self, told: Missed) -> None:
        self._start(self.shift.missed(told.seat, rang_s=told.rang_s, call=told.call, now=told.at))
        self._page_events.duty(told.seat)

    def _hold(self, told: HoldChanged) -> None:
        self._page_events.hold(told)
        if not told.held:
            self._start(self.control.say_back(told.call, told.held_s))

    def _talking(self, told: Talking) -> None:
        self._page_events.talking(told)
        known = self._page_events.pop_of(told.seat)
        if told.seat in self.live_state.workers and (
            known is None or known.offered.call != told.call
        ):
            # We came in the middle of this talk: the page has nothing to show yet.
            offered = Offered(told.seat, told.call, "", "", "", 0.0, told.at)
            self._start(self._offers.offer(offered, self._clock()))

    def _call_ended(self, told: CallEnded) -> None:
        self._page_events.ended(told)
        worker = self.live_state.workers.get(told.seat)
        if worker and worker.state == "ready" and told.parted not in AGAIN and self._wrap_up_for:
            self._turn(told.seat, DutyState.WRAP_UP, "")
        else:
            self._page_events.duty(told.seat)

    def _end_wrap_ups(self, now: datetime) -> None:
        for worker in list(self.live_state.workers.values()):
            over = (now - worker.since).total_seconds() >= self._wrap_up_for
            if worker.state == "wrap_up" and over and worker.seat not in self._turning:
                self._turn(worker.seat, DutyState.READY, "")

    def _turn(self, seat: str, state: DutyState, reason: str) -> None:
        if worker := self.live_state.workers.get(seat):
            self._start(self._turned(worker, state, reason))

    async def _turned(self, worker: Worker, state: DutyState, reason: str) -> None:
        self._turning.add(worker.seat)
        try:
            await self.shift.turn(worker, state, reason=reason, now=self.now())
        finally:
            self._turning.discard(worker.seat)

    def _signs(self, signs: Sequence[Sign]) -> None:
        for sign in signs:
            match sign:
                case PhoneGone(account_id=account_id):
                    self._start(self._phone_gone(account_id))
                case Left(account_id=account_id):
                    self._start(self.shift.page_gone(account_id, gone=True))
                    self._start(self._phone_gone(account_id))  # after our own start nobody told
                case Back(account_id=account_id):
                    self._start(self.shift.page_gone(account_id, gone=False))
                case Forgotten(account_id=account_id):
                    self._start(self._forgotten(account_id))

    async def _forgotten(self, account_id: int) -> None:
        if worker := self.live_state.by_account(account_id):
            await self.shift.sign_out(worker, reason="page closed", now=self.now())

    async def _phone_gone(self, account_id: int) -> None:
        worker = self.live_state.by_account(account_id)
        if worker is None or worker.kind != "browser":
            return
        try:
            if await self.control.lost(worker.seat):
                _log.info("caller hears music until the page is back", seat=worker.seat)
        except (NotDoneError, NotTalkingError) as error:
            _log.warning("caller not taken from a page that is gone", error=repr(error))

    async def _resync(self) -> None:
        """Make database, Asterisk and live state equal. Raises LinkLost."""
        try:
            await self._count_today()
            await self.shift.reconcile(now=self.now())
        except LinkLost:
            raise
        except Exception as error:  # noqa: BLE001 - the edge of one try: the next one comes soon
            _log.warning("floor not reconciled", error=repr(error)[:200])
            self._reconciled = self._clock() - RECONCILE_EVERY_S + 2.0
        else:
            self._reconciled = self._clock()
        asked = self.now()
        state, channels = await self._actions.state(), await self._actions.channels()
        self._act(self.live_state.resumed(state, channels, self.now(), asked=asked))
        if not self._seen_connected:
            self._seen_connected = True
            self.streams.tell_each("picture", self._whole)
        for worker in list(self.live_state.workers.values()):
            self._page_events.worker(worker)

    def _start_all(self, works: Iterable[Coroutine[object, object, None]]) -> None:
        for work in works:
            self._start(work)

    def _start(self, work: Coroutine[object, object, None] | Awaitable[None]) -> None:
        task = asyncio.ensure_future(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _is_work(page: str) -> bool:
    """Tell whether somebody can work on a page: a wallboard beside it is no phone."""
    return not page or page.startswith(WORK)


async def _logged(work: Awaitable[None]) -> None:
    try:
        await work
    except LinkLost:
        pass  # the resync after the next connect makes it good
    except Exception:  # noqa: BLE001 - the edge of what one event led to
        _log.exception("floor: something was not done")
