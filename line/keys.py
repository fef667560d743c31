"""One press of a key is one key, in however many ways it is told. Does no I/O.

A press comes as an RTP event (RFC 4733), as tones in the audio, or as a SIP INFO, and many gateways
send an INFO besides. Asterisk makes a key of each. The INFOs are seen by themselves (hep/), so what
came in another way is known too: of both the greater number was pressed.
"""

from collections import Counter


class Presses:
    """Counts the keys of one line, each digit by itself."""

    def __init__(self) -> None:
        self._told: Counter[str] = Counter()
        self._came: Counter[str] = Counter()
        self._taken: Counter[str] = Counter()

    def told(self, digit: str) -> None:
        """Note a SIP INFO; Asterisk hands its key on a moment later."""
        self._told[digit] += 1

    def came(self, digit: str) -> bool:
        """Note a key that Asterisk hands on; return whether it is a press not taken yet."""
        self._came[digit] += 1
        told = self._told[digit]
        if max(told, self._came[digit] - told) <= self._taken[digit]:
            return False
        self._taken[digit] += 1
        return True
