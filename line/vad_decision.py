"""Voice activity of one line: its audio not yet heard, its past, its voice. Does no I/O."""

from collections import deque
from typing import Final

import webrtcvad

# the wrapper in Python costs a third more
from _webrtcvad import process as is_speech  # type: ignore[import-not-found]

from line import vad_features as features
from line.vad_echo import SILENT, Echo
from line.vad_events import HeardEvent, VoiceStarted, VoiceStopped
from line.vad_features import FRAME_BYTES
from line.vad_level import QUIET_LIMIT_DBFS, NoiseFloor, SpeechLevel, dbfs
from line.vad_network import MEMORY

SAMPLE_RATE: Final = 8000
MOST_WAITING_BYTES: Final = 8 * FRAME_BYTES  # after a stall at most 160 ms are caught up at once
GATE_MODE: Final = 2  # webrtcvad: modes 0 and 1 open for hum, mode 3 misses quiet callers

# Log-odds of a voice, chosen on the tuning half (docs/voice-activity.md): low, a false hang-up
# being worse than a dead line kept open; higher while an echo of our own prompt may be on the line.
STARTS_ABOVE: Final = -1.0
STARTS_ABOVE_ECHO: Final = 1.0
ACROSS: Final = 4  # frames whose mean must be above
VOICE_FRAME_ABOVE: Final = 0.0  # a frame that keeps a voice alive and counts for its level
HANGOVER_FRAMES: Final = 25  # 0.5 s: pauses between words are no end
GATE_WINDOW, GATE_VOTES = 8, 6  # without the network: webrtcvad alone, 6 of 8


class VoiceDecision:
    """One line, from answer to hang-up. `voice` is true while the caller speaks."""

    __slots__ = (
        "_ever",
        "_floor",
        "_gate",
        "_gate_open",
        "_level",
        "_power",
        "_quiet_for",
        "_scores",
        "_votes",
        "_waiting",
        "echo",
        "heard",
        "score",
        "voice",
    )

    def __init__(self) -> None:
        self.voice = False
        self.echo: Echo = SILENT  # what we played to it lately
        self.score: float | None = None  # of the last frame: log-odds of a voice
        self.heard = features.nothing_heard(MEMORY)  # what the network is told again next time
        self._waiting = bytearray()
        self._gate = webrtcvad.Vad(GATE_MODE)._vad  # noqa: SLF001 - what the wrapper wraps
        self._gate_open = False
        self._votes: deque[bool] = deque(maxlen=GATE_WINDOW)
        self._scores: deque[float] = deque(maxlen=ACROSS)
        self._floor = NoiseFloor()
        self._level = SpeechLevel()
        self._power = 0.0
        self._quiet_for = 0
        self._ever = False

    def level_dbfs(self) -> float | None:
        """The caller's speech so far, noise floor taken off; None: not enough voice yet."""
        return self._level.dbfs()

    def too_quiet(self) -> bool:
        """SIL-3: there was a voice, and it is below the quiet limit."""
        level = self.level_dbfs()
        return self._ever and level is not None and level < QUIET_LIMIT_DBFS

    def reset_level(self) -> None:
        """Forgets the level: the caller was asked to speak up."""
        self._level.reset()

    def receive(self, audio: bytes) -> bytes | None:
        """Takes in what arrived, of any length, half a sample is dropped; answers as next_frame."""
        if len(audio) == FRAME_BYTES and not self._waiting:
            return audio
        self._waiting += audio[: len(audio) & ~1]
        del self._waiting[:-MOST_WAITING_BYTES]
        return self.next_frame()

    def next_frame(self) -> bytes | None:
        """20 ms that wait to be heard."""
        if len(self._waiting) < FRAME_BYTES:
            return None
        frame = bytes(self._waiting[:FRAME_BYTES])
        del self._waiting[:FRAME_BYTES]
        return frame

    def hear_gate(self, frame: bytes, power: float) -> bool:
        """Whether webrtcvad takes the frame for speech; notes its power for the level."""
        self._power = power
        self._floor.hear(power)
        gate: bool = is_speech(self._gate, SAMPLE_RATE, frame, features.FRAME)
        self._gate_open = gate
        self._votes.append(gate and power > self.echo.above)
        return gate

    def decide(self, score: float | None, now: float) -> HeardEvent | None:
        """Ends the frame with the network's opinion, log-odds of a voice, or without (None)."""
        self.score = score
        if score is None:
            voiced = self._votes[-1]
            proven = sum(self._votes) >= GATE_VOTES
        else:
            self._scores.append(score)
            voiced = self._gate_open and score > VOICE_FRAME_ABOVE
            proven = voiced and sum(self._scores) > ACROSS * self._starts_above()
        if voiced:
            self._level.hear(self._power, self._floor.power)
            self._quiet_for = 0
        elif self.voice:
            self._quiet_for += 1
        elif not proven:
            return None  # by far the most frames
        return self._turn(now, proven=proven)

    def _starts_above(self) -> float:
        return STARTS_ABOVE_ECHO if self.echo.possible else STARTS_ABOVE

    def _turn(self, now: float, *, proven: bool) -> HeardEvent | None:
        if proven and not self.voice:
            self.voice = self._ever = True
            self._quiet_for = 0
            return VoiceStarted(now, dbfs(self._power))
        if self.voice and self._quiet_for >= HANGOVER_FRAMES:
            self.voice = False
            return VoiceStopped(now)
        return None
