"""What we played to a line lately: our own prompt's echo must not be taken for a caller.

An `Echo` is the last 300 ms of prompt, the same on every line that heard the same. Which one comes
after which is learned once a process, so that a line costs one look-up a tick. Does no I/O.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from line import vad_features as features
from line.vad_features import BANDS, ECHO_FRAMES, FRAME_BYTES, NO_PROMPT_DB, Floats, Spectrograph
from line.vad_level import SILENCE_DBFS, dbfs

ECHO_LOSS_DB: Final = 23.0  # without the network: an echo is so much weaker than the prompt
STEPS_KEPT: Final = 16_000
"""Frames of prompts whose sound is known by heart (five minutes of words; about 2 KiB each)."""

Frames = tuple[bytes, bytes, bytes]
Step = tuple["Echo", bytes | None]
"""What was played before, and the frame that is played now, if any."""


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """What a frame of prompt sounds like after the two `before` it; known by its identity."""

    frames: Frames
    bands: Floats
    level_dbfs: float


@dataclass(frozen=True, slots=True, eq=False)
class Echo:
    """The last 300 ms of prompt on a line, oldest frame first; known by its identity."""

    played: tuple[Played, ...]
    peak: Floats  # the loudest of each band
    above: float  # without the network: a power above this is too loud to be an echo

    @property
    def possible(self) -> bool:
        """Whether we played anything in the last 300 ms."""
        return self is not SILENT


NOTHING: Final = Played((b"", b"", b""), np.full(BANDS, NO_PROMPT_DB, np.float32), SILENCE_DBFS)
SILENT: Final = Echo((NOTHING,) * ECHO_FRAMES, NOTHING.bands, -1.0)


class Prompts:
    """Knows what lines hear of us; forgets all when it grew too large and learns it again."""

    def __init__(self, spectrograph: Spectrograph) -> None:
        self._spectrograph = spectrograph
        self._forget()

    def _forget(self) -> None:
        self._after: dict[Step, Echo] = {}
        self._echoes = {SILENT.played: SILENT}
        self._sounds = {NOTHING.frames: NOTHING}

    def after(self, steps: Sequence[Step]) -> list[Echo]:
        """What each line has heard once its frame was played."""
        found = [echo for step in steps if (echo := self._after.get(step))]
        if len(found) == len(steps):
            return found
        self._learn(steps)
        return [self._after[step] for step in steps]

    def _learn(self, steps: Sequence[Step]) -> None:
        """Learns what is new; on another call most was heard before."""
        if len(self._after) > STEPS_KEPT:
            self._forget()
        new = {step: _frames(*step) for step in steps if step not in self._after}
        self._learn_sounds(list({f for f in new.values() if f not in self._sounds}))
        for (echo, frame), frames in new.items():
            played = (*echo.played[1:], self._sounds[frames])
            if played not in self._echoes:
                self._echoes[played] = _echo(played)
            self._after[echo, frame] = self._echoes[played]

    def _learn_sounds(self, new: list[Frames]) -> None:
        if not new:
            return
        samples = features.samples([_whole(frame) for frames in new for frame in frames])
        windows = samples.reshape(len(new), -1)[:, -features.WINDOW :]
        _, bands = self._spectrograph.spectrum(windows)
        powers = features.powers(windows[:, features.TAIL :])
        for frames, band, power in zip(new, bands, powers, strict=True):
            # a view would keep the bands of all of them alive
            self._sounds[frames] = Played(frames, band.copy(), dbfs(power))


def _frames(before: Echo, frame: bytes | None) -> Frames:
    """A pause lets the frames before it be forgotten."""
    _, *last = before.played[-1].frames
    return (last[0], last[1], frame) if frame else NOTHING.frames


def _whole(frame: bytes) -> bytes:
    """A prompt's last frame may be short."""
    return frame[:FRAME_BYTES].ljust(FRAME_BYTES, b"\0")


def _echo(played: tuple[Played, ...]) -> Echo:
    loudest = max(each.level_dbfs for each in played) - ECHO_LOSS_DB
    above = 10.0 ** (loudest / 10.0) if loudest >= SILENCE_DBFS else -1.0
    return Echo(played, np.max([each.bands for each in played], axis=0), above)
