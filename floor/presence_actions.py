"""What follows when an agent's page is gone, or is back (QUE-4)."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from floor.attendance import Attendance
from floor.control import Control, NotDoneError, NotTalkingError
from floor.live_state import LiveState
from floor.presence import Back, Forgotten, Left, PhoneGone, Sign

_log = structlog.get_logger(__name__)


class PresenceActions:
    """Turns signs of pages into what is done for callers and agents, beside everything else."""

    def __init__(
        self,
        attendance: Attendance,
        control: Control,
        live_state: LiveState,
        start: Callable[..., None],
        now: Callable[[], datetime],
    ) -> None:
        self._attendance, self._control, self._live_state = attendance, control, live_state
        self._start, self._now = start, now

    def act(self, signs: Sequence[Sign]) -> None:
        """Begin what these signs ask for."""
        for sign in signs:
            match sign:
                case PhoneGone(account_id=account_id):
                    self._start(self._phone_gone(account_id))
                case Left(account_id=account_id):
                    self._start(self._attendance.page_gone(account_id, gone=True))
                    self._start(self._phone_gone(account_id))  # after our own start nobody told
                case Back(account_id=account_id):
                    self._start(self._attendance.page_gone(account_id, gone=False))
                case Forgotten(account_id=account_id):
                    self._start(self._forgotten(account_id))

    async def _forgotten(self, account_id: int) -> None:
        if agent := self._live_state.by_account(account_id):
            await self._attendance.sign_out(agent, reason="page closed", now=self._now())

    async def _phone_gone(self, account_id: int) -> None:
        agent = self._live_state.by_account(account_id)
        if agent is None or agent.kind != "browser":
            return
        try:
            if await self._control.lost(agent.seat):
                _log.info("caller hears music until the page is back", seat=agent.seat)
        except (NotDoneError, NotTalkingError) as error:
            _log.warning("caller not taken from a page that is gone", error=repr(error))
