"""Owns the floor at work: it joins Asterisk's events, the database, and the pages that are open.

Events are taken into the picture as they come; what follows from them (questions, writes, actions)
runs in tasks of its own, so that a slow database never holds up an event.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import structlog

from ami.actions import Actions
from ami.connection import LinkLost
from ami.events import Event
from ami.link import Link
from callflow.rules.roles import Role
from floor import metrics, wallboard
from floor.control import AGAIN, Control, NotDoneError, NotTalkingError
from floor.notices import (
    CallEnded,
    Changed,
    HoldChanged,
    Missed,
    Notice,
    Offered,
    OfferGone,
    PausedBySwitch,
    Talking,
)
from floor.people import Worker
from floor.picture import Picture
from floor.pop import Background, Pop, background
from floor.presence import START_GRACE, Back, Left, PhoneGone, Presence, Sign
from floor.records import Records
from floor.shift import MISSED, Shift
from floor.streams import Stream, Streams
from tickets.duties import DutyState

TICK_S: Final = 0.2
BOARD_EVERY_S: Final = 0.25
"""The wallboard is told as often as this while it changes, never more often."""
RECONCILE_EVERY_S: Final = 30.0
POP_WITHIN_S: Final = 0.12
"""A page is told of a call after this at the latest, with what is known by then."""
BACKGROUND_WITHIN_S: Final = 2.0
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
        records: Records,
        browsers: Sequence[str],
        phones: Sequence[str],
        company: str,
        wrap_up_for: float,
        leaders: frozenset[Role],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.picture = Picture()
        self.presence = Presence()
        self.streams = Streams()
        self.control = Control(actions, self.picture)
        self.shift = Shift(
            records=records,
            actions=actions,
            picture=self.picture,
            browsers=browsers,
            phones=phones,
            changed=self._worker_changed,
        )
        self._link, self._actions, self._records = link, actions, records
        self._company, self._wrap_up_for, self._leaders = company, wrap_up_for, leaders
        self.now, self._clock = now, clock
        self._pops: dict[str, Pop] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._board_changed = True
        self._reconciled: float | None = None

    @property
    def connected(self) -> bool:
        return self._link.connected

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

    def open(self, *, account_id: int | None, role: Role, page: str) -> Stream:
        """Begin the stream of a page: the whole picture first."""
        stream = self.streams.open(account_id=account_id, role=role, page=page)
        if account_id is not None and _is_work(page):
            self._signs(self.presence.opened(account_id, stream.id, page))
        self.streams.tell(stream, "picture", self._whole(account_id, role))
        return stream

    def close(self, stream: Stream) -> None:
        """Note that a page's stream has ended."""
        self.streams.close(stream)
        if stream.account_id is not None:
            self.presence.closed(stream.account_id, stream.id, self._clock())

    def present(self, account_id: int) -> None:
        """Note a sign of life of a page without a stream."""
        self._signs(self.presence.seen(account_id, self._clock()))

    def hold(self, call: str, *, on: bool) -> None:
        """Note that the page's phone holds a caller, or is back. Raises NotTalkingError."""
        seat, _ = self.control.talking(call)
        self._act(self.picture.hold(seat, self.now(), on=on))

    def board(self) -> dict[str, object]:
        """Return the wallboard as of now."""
        return wallboard.wallboard(self.picture, self.now())

    def _heard(self, event: Event) -> None:
        self._act(self.picture.heard(event, self.now()))

    def _tick(self) -> None:
        now, clock = self.now(), self._clock()
        metrics.LINK.set(self.connected)
        self._act(self.picture.tick(now))
        accounts = {one.account_id for one in self.picture.workers.values()}
        grace = START_GRACE if self._reconciled is None else 3.0
        self.presence.at_work(accounts, clock, grace=grace)
        self._signs(self.presence.tick(clock))
        self._end_wrap_ups(now)
        if self._reconciled and clock - self._reconciled > RECONCILE_EVERY_S:
            self._reconciled = clock
            self._start(self._resync())
        self._tell_board()

    def _act(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            match notice:
                case Offered():
                    self._start(self._offer(notice, self._clock()))
                case OfferGone(seat=seat, call=call):
                    self._pops.pop(seat, None)
                    self._tell(seat, "offer_gone", {"call": call})
                case Talking():
                    self._tell_of_talk(notice)
                case CallEnded():
                    self._call_ended(notice)
                case HoldChanged():
                    self._tell_of_hold(notice)
                case Missed(seat=seat, call=call, rang_s=rang_s, at=at):
                    self._start(self.shift.missed(seat, rang_s=rang_s, call=call, now=at))
                    self._tell_duty(seat)
                case PausedBySwitch(seat=seat):
                    self._turn(seat, DutyState.PAUSED, MISSED)
                case Changed():
                    self._board_changed = True

    async def _offer(self, offered: Offered, heard_at: float) -> None:
        """Tell the page who is about to ring; what the database knows, as soon as it says so."""
        worker = self.picture.workers.get(offered.seat)
        if worker is None:
            return
        self._pops[offered.seat] = Pop(offered, self._company, worker)
        looking = asyncio.create_task(self._looked_up(offered))
        done, _ = await asyncio.wait({looking}, timeout=POP_WITHIN_S)
        if not done:
            self._tell_offer(offered, worker, "offer")
            self._observe(heard_at)
        found = await looking
        if found is None and done:
            found = Background()
        current = self._pops.get(offered.seat)
        if found is None or current is None or current.offered is not offered:
            return
        self._pops[offered.seat] = Pop(offered, self._company, worker, found)
        self._tell_offer(offered, worker, "offer")
        if done:
            self._observe(heard_at)

    async def _looked_up(self, offered: Offered) -> Background | None:
        try:
            return await self._records.ask(
                lambda database: background(database, offered.call, offered.number),
                within=BACKGROUND_WITHIN_S,
            )
        except Exception as error:  # noqa: BLE001 - a page without background is better than none
            _log.warning("no background of a caller", call=offered.call, error=repr(error)[:200])
            return None

    def _tell_offer(self, offered: Offered, worker: Worker, event: str) -> None:
        pop = self._pops[offered.seat]
        self.streams.tell_account(worker.account_id, event, pop.shown)

    def _observe(self, heard_at: float) -> None:
        metrics.OFFER.observe(self._clock() - heard_at)

    def _tell_of_talk(self, told: Talking) -> None:
        data = {"call": told.call, "seat": told.seat, "at": told.at.isoformat()}
        self._tell(told.seat, "talking", data)
        self._tell_duty(told.seat)
        worker = self.picture.workers.get(told.seat)
        known = self._pops.get(told.seat)
        if worker and (known is None or known.offered.call != told.call):
            # We came in the middle of this talk: the page has nothing to show yet.
            offered = Offered(told.seat, told.call, "", "", "", 0.0, told.at)
            self._start(self._offer(offered, self._clock()))

    def _tell_of_hold(self, told: HoldChanged) -> None:
        data = {"call": told.call, "on": told.held, "at": told.at.isoformat()}
        self._tell(told.seat, "hold", data)
        self._tell_duty(told.seat)
        if not told.held:
            self._start(self.control.say_back(told.call, told.held_s))

    def _call_ended(self, told: CallEnded) -> None:
        self._pops.pop(told.seat, None)
        data = {"call": told.call, "parted": told.parted, "at": told.at.isoformat()}
        self._tell(told.seat, "call_ended", data)
        worker = self.picture.workers.get(told.seat)
        if worker and worker.state == "ready" and told.parted not in AGAIN and self._wrap_up_for:
            self._turn(told.seat, DutyState.WRAP_UP, "")
        else:
            self._tell_duty(told.seat)

    def _end_wrap_ups(self, now: datetime) -> None:
        for worker in list(self.picture.workers.values()):
            over = (now - worker.since).total_seconds() >= self._wrap_up_for
            if worker.state == "wrap_up" and over:
                self._turn(worker.seat, DutyState.READY, "")

    def _turn(self, seat: str, state: DutyState, reason: str) -> None:
        if worker := self.picture.workers.get(seat):
            self._start(self._turned(worker, state, reason))

    async def _turned(self, worker: Worker, state: DutyState, reason: str) -> None:
        await self.shift.turn(worker, state, reason=reason, now=self.now())

    def _signs(self, signs: Sequence[Sign]) -> None:
        for sign in signs:
            match sign:
                case PhoneGone(account_id=account_id):
                    self._start(self._phone_gone(account_id))
                case Left(account_id=account_id):
                    self._start(self.shift.page_gone(account_id, gone=True))
                case Back(account_id=account_id):
                    self._start(self.shift.page_gone(account_id, gone=False))

    async def _phone_gone(self, account_id: int) -> None:
        worker = self.picture.by_account(account_id)
        if worker is None or worker.kind != "browser":
            return
        try:
            if await self.control.reunite(worker.seat):
                _log.info("caller hears music until the page is back", seat=worker.seat)
        except (NotDoneError, NotTalkingError) as error:
            _log.warning("caller not taken from a page that is gone", error=repr(error))

    async def _resync(self) -> None:
        """Make database, Asterisk and picture equal. Raises LinkLost."""
        try:
            await self.shift.reconcile(now=self.now())
        except LinkLost:
            raise
        except Exception as error:  # noqa: BLE001 - the edge of one try: the next one comes soon
            _log.warning("floor not reconciled", error=repr(error)[:200])
            self._reconciled = self._clock() - RECONCILE_EVERY_S + 2.0
        else:
            self._reconciled = self._clock()
        state, channels = await self._actions.state(), await self._actions.channels()
        self._act(self.picture.resumed(state, channels, self.now()))
        for worker in list(self.picture.workers.values()):
            self._worker_changed(worker)

    def _worker_changed(self, worker: Worker) -> None:
        self._board_changed = True
        current = self.picture.workers.get(worker.seat)
        if current is None or current.account_id != worker.account_id:
            signed_out: dict[str, object] = {"state": None, "seat": None}
            self.streams.tell_account(worker.account_id, "duty", lambda _: signed_out)
        else:
            self._tell_duty(worker.seat)

    def _tell_duty(self, seat: str) -> None:
        if worker := self.picture.workers.get(seat):
            self._tell(seat, "duty", wallboard.duty(self.picture, worker))

    def _tell(self, seat: str, event: str, data: Mapping[str, object]) -> None:
        if worker := self.picture.workers.get(seat):
            self.streams.tell_account(worker.account_id, event, lambda _: data)

    def _tell_board(self) -> None:
        if self._board_changed and self.streams.watched_by(self._leaders):
            self._board_changed = False
            self.streams.tell_roles(self._leaders, "wallboard", self.board())

    def _whole(self, account_id: int | None, role: Role) -> dict[str, object]:
        worker = self.picture.by_account(account_id) if account_id is not None else None
        seat = worker.seat if worker else ""
        pop, talk = self._pops.get(seat), self.picture.talks.get(seat)
        return {
            "at": self.now().isoformat(),
            "connected": self.connected,
            "duty": wallboard.duty(self.picture, worker) if worker else None,
            "offer": pop.shown(role) if pop else None,
            "talking": {"call": talk.call, "at": talk.since.isoformat()} if talk else None,
            "held": bool(talk and talk.held_since),
            "wallboard": self.board() if role in self._leaders else None,
        }

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
