"""Voice activity on telephone lines: is a caller speaking, and loud enough? (SIL-1, SIL-3)

One `Ear` hears all lines of a process, one call per 20 ms tick; a `Hearing` is what it knows of one
line. Does no I/O after loading its weights and reads no clock: time is an argument, in seconds.

webrtcvad opens the gate (it hardly ever misses a caller), the network says whether it is a voice
and not hum, breath, a tone or our own prompt coming back. Should the network fail, webrtcvad and
the loudness of our prompt decide alone: a dead line kept open costs an agent's time, a false
hang-up costs a caller.

Whoever starts the process sets OPENBLAS_NUM_THREADS=1 before numpy is loaded: threads that wait for
each other over such small matrices cost five times the work (docs/ear.md).
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from line import ear_features as features
from line.ear_echo import Echo, Played
from line.ear_events import HeardEvent, VoiceStarted, VoiceStopped
from line.ear_hearing import FRAME_BYTES, Hearing, powers
from line.ear_level import dbfs
from line.ear_network import Network

__all__ = ["FRAME_BYTES", "Ear", "HeardEvent", "Hearing", "VoiceStarted", "VoiceStopped"]

Line = tuple[Hearing, bytes, bytes | None]
FULL_SCALE: Final = np.float32(1.0 / 32768.0)
PROMPT_FRAMES_KEPT: Final = 16_000
"""Frames of prompts whose sound is known by heart (five minutes of words; about 2 KiB each)."""


class Ear:
    """Hears all lines of a process. Keeps no line itself."""

    def __init__(self, network: Network | None = None) -> None:
        """Takes the shipped network unless given one; does without when it cannot be read."""
        self.fault: str | None = None  # why the network is not asked, for logs and metrics
        self._network = network or self._shipped()
        self._played: dict[tuple[bytes, bytes, bytes], Played] = {}

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
        for hearing, audio, _ in lines:
            hearing.receive(audio)
        for waiting in self._rounds([hearing for hearing, _, _ in lines]):
            scores = self._scores([(lines[i][0], frame) for i, frame in waiting])
            for (i, _), score in zip(waiting, scores, strict=True):
                events[i] += lines[i][0].decide(score, now)
        return events

    def hear_one(
        self, hearing: Hearing, audio: bytes, now: float, *, prompt: bytes | None = None
    ) -> list[HeardEvent]:
        """The same for a single line."""
        return self.hear([(hearing, audio, prompt)], now)[0]

    @staticmethod
    def _rounds(hearings: list[Hearing]) -> Iterator[list[tuple[int, bytes]]]:
        """One whole frame a line and round, for as long as any line has one."""
        while True:
            found = ((i, hearing.next_frame()) for i, hearing in enumerate(hearings))
            waiting = [(i, frame) for i, frame in found if frame is not None]
            if not waiting:
                return
            yield waiting

    def _note_prompts(self, lines: Sequence[Line]) -> None:
        playing = [(hearing.echo, prompt) for hearing, _, prompt in lines if prompt]
        for hearing, _, prompt in lines:
            if not prompt:
                hearing.echo.hear_silence()
        if not playing:
            return
        self._learn_prompts(playing)
        for echo, prompt in playing:
            echo.hear(prompt, self._played[(*echo.before, prompt)])
        peaks = np.stack([echo.ring for echo, _ in playing]).max(axis=1)
        for (echo, _), peak in zip(playing, peaks, strict=True):
            echo.peak = peak

    def _learn_prompts(self, playing: Sequence[tuple[Echo, bytes]]) -> None:
        """Know what these frames sound like; most were heard before, on another call."""
        if len(self._played) > PROMPT_FRAMES_KEPT:
            self._played.clear()
        new = {
            key: (echo, prompt)
            for echo, prompt in playing
            if (key := (*echo.before, prompt)) not in self._played
        }
        if not new:
            return
        samples = _samples([prompt for _, prompt in new.values()])
        tails = np.stack([echo.tail for echo, _ in new.values()])
        windows = np.concatenate([tails, samples], axis=1)
        _, bands = features.spectrum(windows)
        levels = [dbfs(power) for power in powers(samples)]
        rows = zip(new, windows[:, features.FRAME :], bands, levels, strict=True)
        for key, tail, band, level in rows:
            # a view would keep the whole tick alive
            self._played[key] = Played(tail.copy(), band.copy(), level)

    def _scores(self, frames: list[tuple[Hearing, bytes]]) -> list[float | None]:
        """Log-odds of a voice for each frame; None where the network could not be asked."""
        samples = _samples([frame for _, frame in frames])
        heard = zip(frames, powers(samples), strict=True)
        gates = [hearing.hear_gate(frame, power) for (hearing, frame), power in heard]
        if self._network is None:
            return [None] * len(frames)
        try:
            return self._ask(self._network, [h for h, _ in frames], samples, gates)
        except (ValueError, FloatingPointError, MemoryError) as error:
            self.fault = f"network failed: {error}"
            return [None] * len(frames)

    @staticmethod
    def _ask(
        network: Network, hearings: list[Hearing], samples: features.Floats, gates: list[bool]
    ) -> list[float | None]:
        old = np.stack([hearing.heard for hearing in hearings])
        windows, before, memory = features.with_new(old, samples)
        power, bands = features.spectrum(windows)
        prompt = np.stack([hearing.echo.peak for hearing in hearings])
        shape = features.shapes(power)
        inputs = features.inputs(bands, before, prompt, shape, np.array(gates, np.float32))
        scores, memory = network.step(inputs, memory)
        if not np.isfinite(scores).all():
            raise FloatingPointError("score is not a number")
        for hearing, row in zip(hearings, features.kept(windows, bands, memory), strict=True):
            hearing.heard = row.copy()  # a view would keep the whole tick alive
        return list(scores.tolist())


def _samples(frames: list[bytes]) -> features.Floats:
    """(lines, FRAME) of -1..1; a prompt's last frame may be short."""
    joined = b"".join(frame[:FRAME_BYTES].ljust(FRAME_BYTES, b"\0") for frame in frames)
    return np.frombuffer(joined, "<i2").reshape(-1, features.FRAME) * FULL_SCALE
