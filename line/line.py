"""One line: what is played to the caller, what is heard, who waits for it.

Does no I/O and has no timer of its own: the socket's frames are put into `frames`, the ticker asks
for `next_packet` every 20 ms, which also ends what has waited long enough, and hands back what was
heard. Times are seconds of the clock that it is given.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from math import inf
from typing import Final
from uuid import UUID

from callflow.call import (
    Barge,
    Life,
    Overheard,
    Pressed,
    Sound,
    Spoke,
    Tone,
    VoiceBegan,
    VoiceEnded,
)
from line.keys import Presses
from line.listened import Listened, Passage
from line.tones import Tones
from line.vad import HeardEvent, VoiceDecision, VoiceStarted
from line.wire import SILENCE

_BACKLOG: Final = 50
"""Frames kept of a caller when our loop was late (1 s); the oldest go first."""
_KEYS_AHEAD: Final = 32
"""Keys kept of a caller who types ahead."""
_SOUNDS: Final = 256
"""Sounds kept for who overhears the line and does not ask."""


class LineEnded(Exception):
    """The leg is gone: the caller hung up, or Asterisk took the call elsewhere."""


class Line:
    """One caller's audio in full duplex.

    `say` and `listen` may be cut short by a `Life`; keys typed ahead are kept for the next one
    that takes keys, voice is not: only a voice that is still heard counts.

    While the far side has put us on hold nobody is there to hear or to answer: prompts wait, and
    begin again afterwards, seconds do not pass, and what is heard is that side's music. A key
    counts.
    """

    def __init__(self, leg: UUID, *, now: Callable[[], float]) -> None:
        self.leg = leg
        self.hearing = VoiceDecision()
        self.opened = asyncio.Event()
        self.ended = asyncio.Event()
        self.frames: deque[bytes] = deque(maxlen=_BACKLOG)
        self.deaf = False
        self.playing: bytes | None = None
        self.listened: Listened | None = None
        """What is kept for a second opinion, while SIL-1 runs."""
        self._now = now
        self._packets: Sequence[bytes] = ()
        self._at = 0
        self._keys: deque[Pressed] = deque(maxlen=_KEYS_AHEAD)
        self._waiter: asyncio.Future[Life | None] | None = None
        self._barge = Barge.NOTHING
        self._until = inf
        self._hang_up: Callable[[], None] | None = None
        self._tones: Tones | None = None
        self._sounds: deque[Sound] = deque(maxlen=_SOUNDS)
        self._presses = Presses()
        self._held: float | None = None

    @property
    def now(self) -> float:
        """Seconds of the line's clock."""
        return self._now()

    @property
    def held(self) -> bool:
        """Whether the far side has put us on hold."""
        return self._held is not None

    # --- what dialogues do -------------------------------------------------------------------

    async def say(self, packets: Sequence[bytes], barge: Barge) -> Life | None:
        """Play packets of 20 ms; return what cut them short, None when all were played."""
        if packets:
            self._packets, self._at = packets, 0
            return await self._wait(barge, None)
        return None

    async def listen(self, seconds: float, barge: Barge) -> Life | None:
        """Play nothing; return the first sign that `barge` takes, None after `seconds`."""
        return await self._wait(barge, seconds)

    async def hear_out(self, limit: float) -> None:
        """Return when the caller's voice has stopped, at most `limit` seconds later."""
        until = self._now() + limit
        while self.hearing.voice and (left := until - self._now()) > 0:
            await self._wait(Barge.NOTHING, min(left, 0.1))

    def keep(self) -> None:
        """Keep what is heard from now on, for a second opinion (SIL-1)."""
        self.listened = Listened()

    def let_go(self) -> None:
        """Drop what was kept, and keep no more."""
        self.listened = None

    def kept(self) -> Passage:
        """Return what was heard since `keep`; nothing when nothing is kept."""
        return (self.listened or Listened()).passage()

    def overhear(self) -> Overheard:
        """Return what was heard since the last time; the first time only begins to listen."""
        if self._tones is None:
            self._tones = Tones()
            if self.hearing.voice:
                self._sounds.append(VoiceBegan(self._now()))
        sounds = tuple(self._sounds)
        self._sounds.clear()
        return Overheard(self._now(), sounds)

    def close(self) -> None:
        """End the leg; the dialplan goes on."""
        if self._hang_up:
            self._hang_up()
        self.end()

    # --- what the server and the ticker do -----------------------------------------------------

    def open(self, hang_up: Callable[[], None]) -> None:
        self._hang_up = hang_up
        self.opened.set()

    def end(self) -> None:
        """Note that the leg is gone; whoever waits is told."""
        self.let_go()
        self.ended.set()
        self.opened.set()
        if self._waiter and not self._waiter.done():
            self._waiter.set_exception(LineEnded())

    def hold(self) -> None:
        """Note that the far side has put us on hold."""
        if self._held is None:
            self._held, self.playing = self._now(), None

    def resume(self) -> None:
        """Note that the far side is back."""
        if self._held is None:
            return
        self._until += self._now() - self._held
        self._held = None
        if self._at < len(self._packets):
            self._at = 0

    def informed(self, digit: str) -> None:
        """Note a key that a SIP INFO told; it comes by `press` as well."""
        self._presses.told(digit)

    def press(self, digit: str) -> None:
        if not self._presses.came(digit):
            return
        key = Pressed(digit, self._now())
        if not self._settle(key, Barge.LIFE, Barge.KEY):
            self._keys.append(key)

    def heard(self, events: Sequence[HeardEvent]) -> None:
        for event in events:
            if isinstance(event, VoiceStarted):
                self._settle(Spoke(event.at), Barge.LIFE)
            if self._tones is not None:
                began = isinstance(event, VoiceStarted)
                self._sounds.append(VoiceBegan(event.at) if began else VoiceEnded(event.at))

    def sounded(self, frame: bytes, at: float) -> None:
        """Look for tones in 20 ms that arrived, when somebody overhears the line."""
        if self._tones is not None and (hz := self._tones.hear(frame)) is not None:
            self._sounds.append(Tone(at, hz))

    def next_packet(self) -> bytes:
        """Return the 20 ms to send now: the next of the prompt, or silence."""
        if self.held:
            return SILENCE
        if self._now() >= self._until:
            self._resolve(None)
        if self._at >= len(self._packets):
            self.playing = None
            return SILENCE
        packet = self._packets[self._at]
        self._at += 1
        self.playing = packet[3:]
        if self._at == len(self._packets):
            self._resolve(None)
        return packet

    # --- inside ----------------------------------------------------------------------------------

    async def _wait(self, barge: Barge, seconds: float | None) -> Life | None:
        """Wait for a sign, the end of the prompt (`seconds` None), or the time to pass."""
        if self.ended.is_set():
            raise LineEnded
        if sign := self._already(barge):
            self._packets = ()
            return sign
        self._barge = barge
        self._until = inf if seconds is None else self._now() + seconds
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            sign = await self._waiter
        finally:
            self._waiter, self._until = None, inf
        if sign:
            self._packets = ()
        return sign

    def _already(self, barge: Barge) -> Life | None:
        if barge is not Barge.NOTHING and self._keys:
            return self._keys.popleft()
        if barge is Barge.LIFE and self.hearing.voice and not self.held:
            return Spoke(self._now())
        return None

    def _settle(self, sign: Life, *takers: Barge) -> bool:
        return self._barge in takers and self._resolve(sign)

    def _resolve(self, sign: Life | None) -> bool:
        if self._waiter is None or self._waiter.done():
            return False
        self._waiter.set_result(sign)
        return True
