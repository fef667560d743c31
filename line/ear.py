"""Voice activity on telephone lines: is a caller speaking, and loud enough? (SIL-1, SIL-3)

Does no I/O and reads no clock: time is an argument, in seconds.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import webrtcvad

from line.ear_level import QUIET_LIMIT_DBFS, SILENCE_DBFS, NoiseFloor, SpeechLevel, dbfs

FRAME_BYTES = 320  # 20 ms, signed 16 bit little endian, 8 kHz
SAMPLE_RATE = 8000
ECHO_FRAMES = 15  # an echo of our own prompt comes back within 300 ms …
ECHO_LOSS_DB = 23.0  # … and at least this much weaker
MOST_FRAMES_A_TICK = 8  # after a stall at most 160 ms are caught up at once


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """A voice was heard on the line; `level_dbfs` is the loudness of the frames that proved it."""

    at: float
    level_dbfs: float


@dataclass(frozen=True, slots=True)
class VoiceStopped:
    """The voice has been gone for the hang-over time."""

    at: float


HeardEvent = VoiceStarted | VoiceStopped
Line = tuple["Hearing", bytes, bytes | None]


@dataclass(slots=True, eq=False)
class Hearing:
    """What the ear knows of one line. One a call."""

    voice: bool = False
    _gate: webrtcvad.Vad = field(default_factory=lambda: webrtcvad.Vad(2))
    _pending: bytearray = field(default_factory=bytearray)
    _votes: deque[bool] = field(default_factory=lambda: deque(maxlen=8))
    _prompt: deque[float] = field(default_factory=lambda: deque(maxlen=ECHO_FRAMES))
    _floor: NoiseFloor = field(default_factory=NoiseFloor)
    _level: SpeechLevel = field(default_factory=SpeechLevel)
    _quiet_for: int = 0

    def level_dbfs(self) -> float | None:
        """The caller's speech so far, noise floor taken off; None: not enough voice yet."""
        return self._level.dbfs()

    def too_quiet(self) -> bool:
        """SIL-3: there was voice, and it is below the quiet limit."""
        level = self.level_dbfs()
        return level is not None and level < QUIET_LIMIT_DBFS

    def reset_level(self) -> None:
        """Forget the level: the caller was asked to speak up."""
        self._level.reset()

    def hear(self, frame: bytes, now: float, prompt: bytes | None) -> list[HeardEvent]:
        """One tick's audio, of whatever length it arrived."""
        self._prompt.append(_level(prompt) if prompt else SILENCE_DBFS)
        self._pending += frame[: len(frame) // 2 * 2]
        del self._pending[: -FRAME_BYTES * MOST_FRAMES_A_TICK]
        events: list[HeardEvent] = []
        while len(self._pending) >= FRAME_BYTES:
            events += self._hear_frame(bytes(self._pending[:FRAME_BYTES]), now)
            del self._pending[:FRAME_BYTES]
        return events

    def _hear_frame(self, frame: bytes, now: float) -> list[HeardEvent]:
        power = _power(frame)
        self._floor.hear(power)
        loud = dbfs(power) > max(self._prompt) - ECHO_LOSS_DB
        vote = loud and self._gate.is_speech(frame, SAMPLE_RATE)
        self._votes.append(vote)
        if vote:
            self._level.hear(power, self._floor.power)
        self._quiet_for = 0 if vote else self._quiet_for + 1
        return self._turn(now, power)

    def _turn(self, now: float, power: float) -> list[HeardEvent]:
        if not self.voice and sum(self._votes) >= 6:
            self.voice = True
            return [VoiceStarted(now, dbfs(power))]
        if self.voice and self._quiet_for >= 25:
            self.voice = False
            self._votes.clear()
            return [VoiceStopped(now)]
        return []


class Ear:
    """Hears all lines of a process, one call per 20 ms tick."""

    def hear(self, lines: Sequence[Line], now: float) -> list[list[HeardEvent]]:
        """Takes each line's frame, and the frame of our own prompt played to it at this tick."""
        return [self.hear_one(line, frame, now, prompt=prompt) for line, frame, prompt in lines]

    def hear_one(
        self, line: Hearing, frame: bytes, now: float, *, prompt: bytes | None = None
    ) -> list[HeardEvent]:
        """The same for a single line."""
        return line.hear(frame, now, prompt)


def _level(frame: bytes) -> float:
    return dbfs(_power(frame))


def _power(frame: bytes) -> float:
    samples = memoryview(frame[: len(frame) // 2 * 2]).cast("h")
    return sum(s * s for s in samples) / (len(samples) or 1) / 32768.0**2
