"""One end of one call: what a person at a telephone can do, and what that person hears.

Everything is real: the SIP messages, the 8 kHz audio in 20 ms packets, the keys as RTP events. All
moments are seconds since the call began to be dialled (or to ring, for who is called); the tape
begins with the answer. The stack is baresip's; nothing of ThirdRing's own protocols is used.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from baresip import Call, CallState, Event, StackEvent
from baresip.errors import AudioNotActive, AudioRestarted, BaresipError, StaleHandleError

from caller import audio
from caller.listen import RATE, Samples, Segment, segments
from caller.tape import Tape

TICK = 0.01
"""Seconds between two looks at the audio: half a packet."""

AHEAD = 0.04
"""Seconds of speech handed over ahead of time: enough to never stutter, little to call back."""


What = Literal[
    "dialled",
    "ringing",
    "answered",
    "spoke",
    "pressed",
    "held",
    "resumed",
    "transferred",
    "ended",
]


class LineGoneError(Exception):
    """The call ended before what was waited for could happen."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing the person lived through, `at` seconds after the call began."""

    at: float
    what: What
    detail: str = ""


class Leg:
    """A call from this end; made by `Phone.call` or by an agent's phone that rings."""

    def __init__(self, call: Call, *, began: float, clock: Callable[[], float], name: str) -> None:
        self.name = name
        self._call = call
        self._clock = clock
        self._began = began
        self._tape: Tape | None = None
        self._queue = b""
        self._noise = audio.silence(0)
        self._hung_up_here = False
        self._changed = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None
        rings_here = call.state is CallState.INCOMING
        self.story: list[Happened] = [Happened(0.0, "ringing" if rings_here else "dialled")]

    # -- what was lived through --------------------------------------------------------------

    @property
    def began(self) -> float:
        """Return when the call began, by the event loop's clock."""
        return self._began

    @property
    def now(self) -> float:
        """Return the seconds since the call began."""
        return self._clock() - self._began

    def moment(self, what: str) -> float | None:
        """Return when something happened first, None if it did not."""
        return next((event.at for event in self.story if event.what == what), None)

    @property
    def is_over(self) -> bool:
        return self.moment("ended") is not None

    @property
    def ended_by(self) -> str:
        """Return who ended the call: `here`, `there`, or the failure's words."""
        return next((event.detail for event in self.story if event.what == "ended"), "")

    def heard(self) -> Samples:
        """Return all that was heard since the answer, to the end (or to now)."""
        if self._tape is None:
            return audio.silence(0)
        end = self.moment("ended")
        return self._tape.finish(self._began + end) if end is not None else self._tape.so_far()

    def words(self, *, gap: float = 0.6) -> list[Segment]:
        """Return the pieces of sound heard, in seconds since the call began."""
        answered = self.moment("answered") or 0.0
        return [
            Segment(s.start + answered, s.end + answered, s.dbfs)
            for s in segments(self.heard(), gap=gap)
        ]

    def keep(self, path: Path) -> Path:
        """Write what was heard as a WAV that begins with the answer; return its path."""
        audio.write(path, self.heard())
        return path

    # -- what can be waited for --------------------------------------------------------------

    async def rings(self, *, within: float = 5.0) -> None:
        """Wait until the other end is alerted (180)."""
        await self._until(lambda: self.moment("ringing") is not None, within, "no ringing")

    async def answered(self, *, within: float = 20.0) -> None:
        """Wait until the call is answered (200)."""
        await self._until(lambda: self.moment("answered") is not None, within, "no answer")

    async def ended(self, *, within: float = 30.0) -> None:
        """Wait until the call is over, whoever hung up."""
        if self.is_over:
            return
        with contextlib.suppress(LineGoneError):
            await self._until(lambda: self.is_over, within, "the call did not end")

    async def hears_words(self, *, within: float = 5.0) -> float:
        """Wait until sound begins that began after this moment, or goes on now; return when."""
        since = self.now
        await self._until(lambda: self._words_since(since) is not None, within, "no words heard")
        return self._words_since(since) or since

    async def hears_pause(self, seconds: float = 0.8, *, within: float = 30.0) -> None:
        """Wait until nothing has been heard for `seconds`."""
        since = self.now
        await self._until(
            lambda: self.now - since >= seconds and not self._sound_within(seconds),
            within,
            f"no pause of {seconds} s",
        )

    async def waits(self, seconds: float) -> None:
        """Stay on the line for `seconds` and do nothing; raise LineGoneError if it ends."""
        with contextlib.suppress(TimeoutError):
            await self._until(lambda: False, seconds, f"wanted to wait {seconds} s")

    # -- what can be done --------------------------------------------------------------------

    async def says(self, speech: Samples) -> None:
        """Speak; return when the last sample is on its way."""
        self._tell("spoke", f"{len(speech) / RATE:.1f}")
        self._queue = speech.astype("<i2").tobytes()
        seconds = len(speech) / RATE
        await self._until(lambda: not self._queue, seconds + 5, "speech could not be sent")

    def falls_silent(self) -> None:
        """Stop speaking at once."""
        self._queue = b""

    def has_a_noisy_line(self, noise: Samples) -> None:
        """Let this noise be on the line from now on, over and over, under whatever is said."""
        self._noise = noise

    async def presses(self, digits: str) -> None:
        """Press keys, 100 ms each, as RTP telephone events."""
        self._tell("pressed", digits)
        try:
            await self._call.send_dtmf(digits)
        except BaresipError as error:
            raise LineGoneError(f"{self.name}: the key could not be pressed: {error}") from error

    async def hangs_up(self) -> None:
        """Hang up (CANCEL before the answer); wait until the call is over."""
        if self.is_over:
            return
        self._hung_up_here = True
        with contextlib.suppress(StaleHandleError):
            await self._call.hangup()
        await self.ended(within=10)

    async def holds(self) -> None:
        """Put the other side on hold."""
        self._tell("held")
        await self._call.hold()

    async def resumes(self) -> None:
        """Come back to the other side."""
        self._tell("resumed")
        await self._call.resume()

    async def transfers(self, to: str) -> None:
        """Have the other side connected with a number instead (blind, REFER); then we are gone."""
        self._tell("transferred", to)
        with contextlib.suppress(BaresipError):
            await self._call.transfer(to, timeout=20)

    async def transfers_to(self, asked: "Leg") -> None:
        """Leave the other side with whom we talk to on another leg (attended, REFER, Replaces)."""
        self._tell("transferred", asked.name)
        with contextlib.suppress(BaresipError):
            await self._call.attended_transfer(asked._call, timeout=20)  # noqa: SLF001 - a leg too

    async def picks_up(self) -> None:
        """Answer a call that rings here."""
        await self._call.answer()
        await self.answered(within=5)

    async def refuses(self) -> None:
        """Refuse a call that rings here (486)."""
        self._hung_up_here = True
        with contextlib.suppress(StaleHandleError):
            await self._call.reject()

    # -- how it works ------------------------------------------------------------------------

    def take(self, event: StackEvent, at: float) -> None:
        """Take what the stack reports of this call; `at` is the clock when it did."""
        match event.event:
            case Event.CALL_RINGING | Event.CALL_PROGRESS if self.moment("ringing") is None:
                self._tell("ringing", at=at)
            case Event.CALL_ESTABLISHED if self.moment("answered") is None:
                self._tape = Tape(at)
                self._tell("answered", at=at)
                self._pump = asyncio.get_running_loop().create_task(self._carry_audio())
            case Event.CALL_CLOSED if not self.is_over:
                self._tell("ended", self._who_ended(event.text or ""), at=at)
            case _:
                pass

    def _tell(self, what: What, detail: str = "", *, at: float | None = None) -> None:
        seconds = (self._clock() if at is None else at) - self._began
        self.story.append(Happened(round(seconds, 3), what, detail))
        self._changed.set()

    def _who_ended(self, reason: str) -> str:
        if self._hung_up_here:
            return "here"
        # The stack reports a BYE as a connection that was reset by its peer.
        return "there" if self.moment("answered") is not None else reason.partition(",")[0]

    async def _carry_audio(self) -> None:
        """Carry audio both ways until the call is over; the stack paces what is sent."""
        while not self.is_over and self._call.state is not CallState.CLOSED:
            with contextlib.suppress(AudioNotActive, AudioRestarted):
                self._take_in()
                self._give_out()
            self._changed.set()
            await asyncio.sleep(TICK)

    def _take_in(self) -> None:
        pcm = self._call.audio.read(2 * RATE)
        if pcm and self._tape is not None:
            self._tape.hear(pcm, self._clock())

    def _give_out(self) -> None:
        if not self._queue and not len(self._noise):
            return
        room = int(AHEAD * RATE) * 2 - self._call.audio.info().tx_buffered
        if room <= 0:
            return
        piece = self._queue[:room]
        if len(self._noise):
            taken = self._call.audio.write(self._with_noise(piece, room))
            self._noise = np.roll(self._noise, -(taken // 2))
        else:
            taken = self._call.audio.write(piece)
        self._queue = self._queue[taken:]

    def _with_noise(self, piece: bytes, room: int) -> bytes:
        voice = np.zeros(room // 2, dtype=np.int16)
        voice[: len(piece) // 2] = np.frombuffer(piece, dtype="<i2")
        return audio.mixed(voice, self._noise[: room // 2]).astype("<i2").tobytes()

    def _words_since(self, moment: float) -> float | None:
        began = self._tape.words_since(self._began + moment) if self._tape else None
        return None if began is None else began - self._began

    def _sound_within(self, seconds: float) -> bool:
        return self._tape is not None and self._tape.hears_words(self._clock(), pause=seconds)

    async def _until(self, holds: Callable[[], bool], within: float, otherwise: str) -> None:
        """Wait until something holds. Raises LineGoneError, or TimeoutError with its words."""
        try:
            async with asyncio.timeout(within):
                while not holds():
                    if self.is_over:
                        raise LineGoneError(f"{self.name}: {otherwise}; {self._told()}")
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise TimeoutError(f"{self.name}: {otherwise} in {within} s; {self._told()}") from None

    def _told(self) -> str:
        story = ", ".join(f"{e.what} {e.detail}".strip() + f" at {e.at:.2f}" for e in self.story)
        sounds = ", ".join(f"{s.start:.2f}-{s.end:.2f}" for s in self.words())
        return f"lived through: {story}; heard: {sounds or 'nothing'}"
