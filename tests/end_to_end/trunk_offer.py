"""What the far side of a trunk offers, as SDP. Does no I/O."""

from dataclasses import dataclass, replace
from typing import Final

HOST: Final = "127.0.0.1"
EVENTS: Final = "101 telephone-event/8000"


@dataclass(frozen=True, slots=True)
class Offer:
    """One audio stream, and what stands around it."""

    codecs: tuple[str, ...] = ("8 PCMA/8000", EVENTS)
    """`payload name/rate`, in order; without an event the offer has no telephone-event."""
    more: tuple[str, ...] = ()
    """Attributes of the audio stream."""
    profile: str = "RTP/AVP"
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    """Whole lines of other streams before and after the audio."""
    address: str = HOST
    direction: str = "sendrecv"

    @property
    def events(self) -> int | None:
        """The payload type of keys, None: the offer has none."""
        found = [one.split()[0] for one in self.codecs if "telephone-event" in one]
        return int(found[0]) if found else None

    @property
    def payload(self) -> int:
        return int(self.codecs[0].split()[0])

    def held(self, how: str) -> "Offer":
        """Return the same on hold: `sendonly`, `inactive`, or the old way, `0.0.0.0`."""
        if how == "0.0.0.0":
            return replace(self, address=how)
        return replace(self, direction=how)

    def text(self, port: int) -> str:
        types = " ".join(one.split()[0] for one in self.codecs)
        lines = ["v=0", f"o=trunk 1 {port} IN IP4 {HOST}", "s=-", f"c=IN IP4 {self.address}"]
        lines += ["t=0 0", *self.before, f"m=audio {port} {self.profile} {types}"]
        lines += [f"a=rtpmap:{one}" for one in self.codecs]
        lines += [*self.more, f"a={self.direction}", *self.after]
        return "\r\n".join([*lines, ""])


PCMA: Final = Offer()
"""What every trunk offers."""
