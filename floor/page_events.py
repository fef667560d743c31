"""Owns what pages are told: each agent of the own callers and duty, leaders of the whole floor.

Does no I/O; the streams carry it. What was told of a call is kept as long as the call is at the
seat, for a page that comes later.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from floor import wallboard
from floor.changes import CallEnded, HoldChanged, Talking
from floor.live_state import LiveState
from floor.people import Talk, Worker
from floor.screen_pop import ScreenPop
from floor.streams import Streams
from permissions.roles import Role

Json = dict[str, object]


class PageEvents:
    """The floor in words for pages."""

    def __init__(
        self,
        live_state: LiveState,
        streams: Streams,
        *,
        leaders: frozenset[Role],
        now: Callable[[], datetime],
    ) -> None:
        self._live_state, self._streams = live_state, streams
        self._leaders, self._now = leaders, now
        self._pops: dict[str, ScreenPop] = {}
        self._board_changed = True

    def pop_of(self, seat: str) -> ScreenPop | None:
        """Return what is shown of the caller at a seat."""
        return self._pops.get(seat)

    def pop_is(self, seat: str, pop: ScreenPop) -> None:
        """Know what is to be shown of a caller; nobody is told yet."""
        self._pops[seat] = pop

    def offer(self, seat: str) -> None:
        """Tell of the caller for whom the seat's phone rings, or to whom the agent talks."""
        pop, worker = self._pops.get(seat), self._live_state.workers.get(seat)
        if pop and worker:
            self._streams.tell_account(worker.account_id, "offer", pop.shown)

    def offer_gone(self, seat: str, call: str) -> None:
        """Tell that the phone rings no more."""
        self._pops.pop(seat, None)
        self._tell(seat, "offer_gone", {"call": call})

    def talking(self, told: Talking) -> None:
        """Tell that the caller is there."""
        data = {
            "call": told.call,
            "seat": told.seat,
            "at": told.at.isoformat(),
            "participants": self._participants(told.call, told.seat),
        }
        self._tell(told.seat, "talking", data)
        self.duty(told.seat)

    def participants(self, call: str) -> None:
        """Tell everybody in a call who the others of ours are."""
        for seat in self._live_state.talks_of(call):
            data = {"call": call, "participants": self._participants(call, seat)}
            self._tell(seat, "participants", data)

    def hold(self, told: HoldChanged) -> None:
        """Tell that the caller hears music, or hears the agent again."""
        data = {"call": told.call, "on": told.held, "at": told.at.isoformat()}
        self._tell(told.seat, "hold", data)
        self.duty(told.seat)

    def ended(self, told: CallEnded) -> None:
        """Tell that the caller is gone, and by whose doing."""
        self._pops.pop(told.seat, None)
        data = {"call": told.call, "parted": told.parted, "at": told.at.isoformat()}
        self._tell(told.seat, "call_ended", data)

    def duty(self, seat: str) -> None:
        """Tell how the worker at a seat is seen."""
        if worker := self._live_state.workers.get(seat):
            self._tell(seat, "duty", wallboard.duty(self._live_state, worker))

    def worker(self, worker: Worker) -> None:
        """Tell somebody of a change of the own duty, its end included."""
        self._board_changed = True
        current = self._live_state.workers.get(worker.seat)
        if current and current.account_id == worker.account_id:
            self.duty(worker.seat)
            return
        signed_out: Json = {"state": None, "seat": None}
        self._streams.tell_account(worker.account_id, "duty", lambda _: signed_out)

    def board_changes(self) -> None:
        """Remember that leaders have something new to see."""
        self._board_changed = True

    def board(self) -> None:
        """Tell leaders of the whole floor, when it is not as it was."""
        if self._board_changed and self._streams.watched_by(self._leaders):
            self._board_changed = False
            shown = wallboard.wallboard(self._live_state, self._now())
            self._streams.tell_roles(self._leaders, "wallboard", shown)

    def whole(self, account_id: int | None, role: Role, *, connected: bool) -> Json:
        """Return all that a page needs when it opens."""
        worker = self._live_state.by_account(account_id) if account_id is not None else None
        seat = worker.seat if worker else ""
        pop, talk = self._pops.get(seat), self._live_state.talks.get(seat)
        leads = role in self._leaders
        return {
            "at": self._now().isoformat(),
            "connected": connected,
            "duty": wallboard.duty(self._live_state, worker) if worker else None,
            "offer": pop.shown(role) if pop else None,
            "talking": self._talk(seat, talk) if talk else None,
            "held": bool(talk and talk.held_since),
            "wallboard": wallboard.wallboard(self._live_state, self._now()) if leads else None,
        }

    def _talk(self, seat: str, talk: Talk) -> Json:
        return {
            "call": talk.call,
            "at": talk.since.isoformat(),
            "participants": self._participants(talk.call, seat),
        }

    def _participants(self, call: str, seat: str) -> list[Json]:
        """Return the others of ours in a call; a phone without sign-in has no number."""
        workers = self._live_state.workers
        return [
            {
                "seat": other,
                "number": workers[other].number if other in workers else "",
                "name": workers[other].name if other in workers else "",
                "how": talk.how,
            }
            for other, talk in self._live_state.talks_of(call).items()
            if other != seat
        ]

    def _tell(self, seat: str, event: str, data: Mapping[str, object]) -> None:
        if worker := self._live_state.workers.get(seat):
            self._streams.tell_account(worker.account_id, event, lambda _: data)
