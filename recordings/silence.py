"""Finds digital silence on our side of a call: times in which nothing was written.

Does no I/O. An agent who says nothing is never digital silence (a telephone's own quiet is not
nought), nor is music on hold: only a voice that did not get into the recording is (ANS-5). Audio is
8 kHz stereo, ours on the right.
"""

from array import array
from typing import Final

from recordings.wav import RATE, RAW_STEREO

PIECE_S: Final = 0.1
_PIECE: Final = round(PIECE_S * RATE)
_NOTHING: Final = bytes(2 * _PIECE)


class SilenceMeter:
    """Finds digital silence on the right channel while a recording is copied."""

    def __init__(self) -> None:
        self._left_over = b""
        self._at = 0
        self._runs: list[tuple[int, int]] = []

    def feed(self, audio: bytes) -> None:
        """Take the next audio: any length in whole samples."""
        audio = self._left_over + audio
        ours = array("h", audio)[1::2].tobytes()
        whole = len(ours) // len(_NOTHING)
        for piece in range(whole):
            if ours[piece * len(_NOTHING) : (piece + 1) * len(_NOTHING)] == _NOTHING:
                self._silent(self._at + piece)
        self._at += whole
        self._left_over = audio[whole * _PIECE * RAW_STEREO.frame_bytes :]

    def runs(self, *, least_s: float) -> tuple[tuple[float, float], ...]:
        """Return from when to when there was digital silence, in seconds, for `least_s` or more."""
        seconds = ((start * PIECE_S, end * PIECE_S) for start, end in self._runs)
        return tuple(
            (round(start, 1), round(end, 1)) for start, end in seconds if end - start >= least_s
        )

    def _silent(self, piece: int) -> None:
        if self._runs and self._runs[-1][1] == piece:
            self._runs[-1] = (self._runs[-1][0], piece + 1)
        else:
            self._runs.append((piece, piece + 1))


def is_silent(audio: bytes) -> bool:
    """Tell whether there is nothing at all on the right channel."""
    return not any(array("h", audio)[1::2].tobytes().strip(b"\0"))
