"""Heartbeat: a user event of our own that goes through Asterisk and comes back.

It shows how late events are (a busy Asterisk can be minutes behind while it answers pings), and it
proves the SystemName of this run of Asterisk: the event carries our ActionID, which nobody else
knows. Does no I/O.
"""

from typing import Final

from ami.filter import Heard

NAME: Final = "ThirdRingHeartbeat"


class Heartbeat:
    """The beats of one connection; times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self.boot: str | None = None
        self._last: float | None = None
        self._out_since: float | None = None

    def action(self, now: float) -> dict[str, str | int]:
        """Return the action that sends a beat."""
        if self._out_since is None:
            self._out_since = now
        return {"Action": "UserEvent", "UserEvent": NAME, "At": f"{now:.6f}"}

    def heard(self, heard: Heard, now: float) -> bool:
        """Tell whether `heard` is a beat, and learn from it if it is ours."""
        if heard.headers.get("UserEvent") != NAME:
            return False
        if heard.answers:
            self.boot = heard.headers.get("SystemName") or None
            self._last = max(0.0, now - float(heard.headers["At"]))
            self._out_since = None
        return True

    def lateness(self, now: float) -> float | None:
        """Return the seconds that the last beat needed, or more while one is long out.

        None before the first beat has come back.
        """
        if self._last is None:
            return None
        return max(self._last, now - self._out_since if self._out_since else 0.0)
