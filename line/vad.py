"""Voice activity on telephone lines: is a caller speaking, and loud enough? (SIL-1, SIL-3)

One `VoiceActivity` hears all lines of a process, one call per 20 ms tick; a `VoiceDecision` is what
it knows of one line. Does no I/O after loading its weights and reads no clock: time is an argument,
in seconds.

webrtcvad opens the gate (it hardly ever misses a caller), the network says whether it is a voice
and not hum, breath, a tone or our own prompt coming back. Should the network fail, webrtcvad and
the loudness of our prompt decide alone: a dead line kept open costs an agent's time, a false
hang-up costs a caller.

Whoever starts the process sets OPENBLAS_NUM_THREADS=1 before numpy is loaded: threads that wait for
each other over such small matrices cost five times the work (docs/voice-activity.md).
"""

from collections.abc import Iterator, Sequence

import numpy as np

from line import vad_features as features
from line.vad_decision import VoiceDecision
from line.vad_echo import Prompts
from line.vad_events import HeardEvent, VoiceStarted, VoiceStopped
from line.vad_features import FRAME_BYTES
from line.vad_network import Network

__all__ = [
    "FRAME_BYTES",
    "HeardEvent",
    "VoiceActivity",
    "VoiceDecision",
    "VoiceStarted",
    "VoiceStopped",
]

Line = tuple[VoiceDecision, bytes, bytes | None]
Waiting = list[tuple[int, bytes]]
"""Frames to be heard now, and whose they are: one a line at most."""


class VoiceActivity:
    """Hears all lines of a process. Keeps no line itself."""

    def __init__(self, network: Network | None = None) -> None:
        """Takes the shipped network unless given one; does without when it cannot be read."""
        self.fault: str | None = None  # why the network is not asked, for logs and metrics
        self._network = network or self._shipped()
        self._spectrograph = features.Spectrograph()
        self._prompts = Prompts(self._spectrograph)

    def _shipped(self) -> Network | None:
        try:
            return Network.load()
        except (OSError, KeyError, ValueError) as error:
            self.fault = f"network not loaded: {error}"
            return None

    def hear(self, lines: Sequence[Line], now: float) -> list[list[HeardEvent]]:
        """Takes each line's audio, and the frame of our own prompt played to it at this tick.

        Audio of any length is welcome: what does not fill a frame waits for the next tick, and
        after a stall several frames are heard at once. Answers with each line's events.
        """
        events: list[list[HeardEvent]] = [[] for _ in lines]
        self._note_prompts(lines)
        for waiting in self._rounds(lines):
            for start in range(0, len(waiting), features.AT_ONCE):
                some = waiting[start : start + features.AT_ONCE]
                scores = self._scores([(lines[i][0], frame) for i, frame in some])
                for (i, _), score in zip(some, scores, strict=True):
                    if event := lines[i][0].decide(score, now):
                        events[i].append(event)
        return events

    def hear_one(
        self, hearing: VoiceDecision, audio: bytes, now: float, *, prompt: bytes | None = None
    ) -> list[HeardEvent]:
        """The same for a single line."""
        return self.hear([(hearing, audio, prompt)], now)[0]

    def _note_prompts(self, lines: Sequence[Line]) -> None:
        steps = [(hearing.echo, prompt or None) for hearing, _, prompt in lines]
        for (hearing, _, _), echo in zip(lines, self._prompts.after(steps), strict=True):
            hearing.echo = echo

    @staticmethod
    def _rounds(lines: Sequence[Line]) -> Iterator[Waiting]:
        """One whole frame a line and round, for as long as any line has one."""
        first = ((i, hearing.receive(audio)) for i, (hearing, audio, _) in enumerate(lines))
        waiting = [(i, frame) for i, frame in first if frame]
        while waiting:
            yield waiting
            again = ((i, lines[i][0].next_frame()) for i, _ in waiting)
            waiting = [(i, frame) for i, frame in again if frame]

    def _scores(self, frames: list[tuple[VoiceDecision, bytes]]) -> list[float | None]:
        """Log-odds of a voice for each frame; None where the network could not be asked."""
        samples = features.samples([frame for _, frame in frames])
        heard = zip(frames, features.powers(samples), strict=True)
        gates = [hearing.hear_gate(frame, power) for (hearing, frame), power in heard]
        if self._network is None:
            return [None] * len(frames)
        try:
            return self._ask(self._network, [h for h, _ in frames], samples, gates)
        except (ValueError, FloatingPointError, MemoryError) as error:
            self.fault = f"network failed: {error}"
            return [None] * len(frames)

    def _ask(
        self,
        network: Network,
        hearings: list[VoiceDecision],
        samples: features.Floats,
        gates: list[bool],
    ) -> list[float | None]:
        count = len(hearings)
        old = np.concatenate([hearing.heard for hearing in hearings]).reshape(count, -1)
        prompt = np.concatenate([hearing.echo.peak for hearing in hearings]).reshape(count, -1)
        windows, before, memory = features.with_new(old, samples)
        bands, shape = self._spectrograph.see(windows)
        inputs = features.inputs(bands, before, prompt, shape, np.array(gates, np.float32))
        scores, memory = network.step(inputs, memory)
        if not np.isfinite(scores).all():
            raise FloatingPointError("score is not a number")
        for hearing, row in zip(hearings, features.kept(windows, bands, memory), strict=True):
            hearing.heard = row  # keeps the rows of AT_ONCE lines alive, 90 KiB at most
        return list(scores.tolist())
