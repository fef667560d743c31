"""What pages are told: each agent of the own callers and duty, leaders of the whole floor.

Does no I/O; the streams carry it. What was told of a call is kept as long as the call is at the
seat, for a page that comes later.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from floor import wallboard
from floor.changes import CallEnded, HoldChanged, Talking
from floor.live_state import LiveState
from floor.paused_recordings import PausedRecordings
from floor.people import Agent, Talk
from floor.screen_pop import ScreenPop
from floor.streams import Streams
from permissions.roles import Role
from permissions.scopes import NOBODY, Serving
from phone_numbers.phone_number import phone_number
from phone_numbers.plan import NumberPlan

Json = dict[str, object]

TO_WRITE: Final = timedelta(minutes=2)
"""After a talk its customer counts as served for so long, and as long as wrap-up lasts."""


class PageEvents:
    """The floor in words for pages."""

    def __init__(
        self,
        live_state: LiveState,
        streams: Streams,
        paused: PausedRecordings,
        *,
        leaders: frozenset[Role],
        plan: NumberPlan,
        now: Callable[[], datetime],
    ) -> None:
        self._live_state, self._streams, self._paused = live_state, streams, paused
        self._leaders, self._plan, self._now = leaders, plan, now
        self._pops: dict[str, ScreenPop] = {}
        self._last: dict[int, tuple[datetime, str, str]] = {}
        """By account the end of the last talk, its call and the caller's number."""
        self._board_changed = True

    def pop_of(self, seat: str) -> ScreenPop | None:
        """Return what is shown of the caller at a seat."""
        return self._pops.get(seat)

    def pop_is(self, seat: str, pop: ScreenPop) -> None:
        """Know what is to be shown of a caller; nobody is told yet."""
        self._pops[seat] = pop

    def offer(self, seat: str) -> None:
        """Tell of the caller for whom the seat's phone rings, or to whom the agent talks."""
        pop, agent = self._pops.get(seat), self._live_state.agents.get(seat)
        if pop and agent:
            self._streams.tell_account(agent.account_id, "offer", pop.shown)

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
            "recording_left_s": self._paused.left_s(told.call),
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
        pop = self._pops.pop(told.seat, None)
        if agent := self._live_state.agents.get(told.seat):
            number = pop.number if pop and pop.offered.call == told.call else ""
            self._last[agent.account_id] = (told.at, told.call, number)
        data = {"call": told.call, "parted": told.parted, "at": told.at.isoformat()}
        self._tell(told.seat, "call_ended", data)

    def duty(self, seat: str) -> None:
        """Tell how the agent at a seat is seen."""
        if agent := self._live_state.agents.get(seat):
            self._tell(seat, "duty", wallboard.duty(self._live_state, agent))

    def agent(self, agent: Agent) -> None:
        """Tell somebody of a change of the own duty, its end included."""
        self._board_changed = True
        current = self._live_state.agents.get(agent.seat)
        if current and current.account_id == agent.account_id:
            self.duty(agent.seat)
            return
        signed_out: Json = {"state": None, "seat": None}
        self._streams.tell_account(agent.account_id, "duty", lambda _: signed_out)

    def board_changes(self) -> None:
        """Remember that leaders have something new to see."""
        self._board_changed = True

    def board(self) -> None:
        """Tell leaders of the whole floor, when it is not as it was."""
        if self._board_changed and self._streams.watched_by(self._leaders):
            self._board_changed = False
            now = self._now()
            self._streams.tell_teams(
                self._leaders,
                "wallboard",
                lambda team: wallboard.wallboard(self._live_state, now, team=team),
            )

    def whole(self, account_id: int | None, role: Role, *, connected: bool, team: str = "") -> Json:
        """Return all that a page needs when it opens; `team`: whose agents it shows."""
        agent = self._live_state.by_account(account_id) if account_id is not None else None
        seat = agent.seat if agent else ""
        pop, talk = self._pops.get(seat), self._live_state.talks.get(seat)
        leads, now = role in self._leaders, self._now()
        board = wallboard.wallboard(self._live_state, now, team=team) if leads else None
        return {
            "at": now.isoformat(),
            "connected": connected,
            "duty": wallboard.duty(self._live_state, agent) if agent else None,
            "offer": pop.shown(role) if pop else None,
            "talking": self._talk(seat, talk) if talk else None,
            "held": bool(talk and talk.held_since),
            "wallboard": board,
        }

    def serving(self, account_id: int) -> Serving:
        """Return whom somebody serves: rung for, talking, or just now, to be written down."""
        agent = self._live_state.by_account(account_id)
        if agent is None:
            return NOBODY
        seat, calls, numbers = agent.seat, set[str](), set[str]()
        if offer := self._live_state.offers.get(seat):
            calls.add(offer.call)
            numbers.add(offer.number)
        if talk := self._live_state.talks.get(seat):
            calls.add(talk.call)
        if (pop := self._pops.get(seat)) and pop.offered.call in calls:
            numbers.add(pop.number)
        if last := self._last.get(account_id):
            ended, call, number = last
            if agent.state == "wrap_up" or self._now() - ended < TO_WRITE:
                calls.add(call)
                numbers.add(number)
        customers = {phone_number(number, self._plan).identity for number in numbers}
        return Serving(frozenset(calls - {""}), frozenset(customers - {""}))

    def _talk(self, seat: str, talk: Talk) -> Json:
        return {
            "call": talk.call,
            "at": talk.since.isoformat(),
            "participants": self._participants(talk.call, seat),
            "recording_left_s": self._paused.left_s(talk.call),
        }

    def _participants(self, call: str, seat: str) -> list[Json]:
        """Return the others of ours in a call; a phone without sign-in has no number."""
        agents = self._live_state.agents
        return [
            {
                "seat": other,
                "number": agents[other].number if other in agents else "",
                "name": agents[other].name if other in agents else "",
                "how": talk.how,
            }
            for other, talk in self._live_state.talks_of(call).items()
            if other != seat
        ]

    def _tell(self, seat: str, event: str, data: Mapping[str, object]) -> None:
        if agent := self._live_state.agents.get(seat):
            self._streams.tell_account(agent.account_id, event, lambda _: data)
