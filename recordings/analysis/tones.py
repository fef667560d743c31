"""Finds tones of the network and keys (DTMF). Does no I/O.

A tone of the network is known by its frequencies (the countries' 350 to 480 and 620 Hz, the fax's
1100 and 2100 Hz, 950, 1400 and 1800 Hz of “no such number”), not by its cadence: nearly all power
lies there. A key is two lines of which each has its share.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recordings.analysis.heard import Heard
from recordings.analysis.pieces import FRAME, FRAME_S, LEAD, Floats
from recordings.analysis.result import Span
from recordings.analysis.spans import both, joined, seconds
from recordings.analysis.spectra import AT_ONCE, Spectra
from recordings.analysis.talks import SPEECH, runs
from recordings.wav import RATE

LONG: Final = 480
"""Samples that are looked at: 60 ms around a frame."""
NARROW_DB: Final = 18.0
"""How far the mean of the bands of a tone lies below its loudest band, at least."""
TONAL: Final = 0.2
"""Share of the power in the strongest line of 32 ms, at least."""
VERY_TONAL: Final = 0.5
"""The same where speech is heard; short tones in a row have a rhythm like it."""
LOUD_DB: Final = -55.0
PURE: Final = 0.9
"""Share of the power that lies within `NEAR_HZ` of a tone's lines."""
NEAR_HZ: Final = 40.0
SHARE: Final = 0.08
"""Of the power, of each of two lines."""
KEY_S: Final = 0.04
"""A shorter one is no key."""
NEAR: Final = 3
"""Frames around a tone in which it sounds on, or sounds already."""
STEADY_S: Final = 0.2
"""So long are the network's tones that belong together, at least."""
SURELY_S: Final = 0.5
"""So long they are where no voice could be so pure."""
PAUSE_S: Final = 0.06
"""Tones less apart are one."""
TRAIN_PAUSE_S: Final = 0.5
"""Tones less apart belong together; China's “no such number” begins with tones of 0.1 s."""
KEY, NETWORK = 1, 2

_NETWORK: Final = (
    *((350.0, 440.0), (440.0, 480.0), (480.0, 620.0), (425.0,)),
    *((950.0,), (1400.0,), (1800.0,), (1100.0,), (2100.0,)),
)
_KEYS: Final = tuple(
    (low, high) for low in (697.0, 770.0, 852.0, 941.0) for high in (1209.0, 1336.0, 1477.0, 1633.0)
)


def find_tones(samples: NDArray[np.int16], seen: Spectra, likely: Floats) -> NDArray[np.uint8]:
    """Tell of each frame of one side of a piece whether it is of a key, the network, or none.

    `likely` is how likely it is speech: what may be speech must look more like a tone to be asked.
    """
    found = np.zeros(len(seen.level), np.uint8)
    narrow = seen.bands.max(axis=1) - seen.bands.mean(axis=1) >= NARROW_DB
    tonal = seen.shape[:, 1] >= np.where(likely < SPEECH, TONAL, VERY_TONAL)
    (places,) = np.nonzero(narrow & tonal & (seen.level >= LOUD_DB))
    for begin in range(0, len(places), AT_ONCE):
        part = places[begin : begin + AT_ONCE]
        found[part] = _kinds(_windows(samples, part))
    return found


def mute_tones(heard: Heard) -> None:
    """Take for no speech what is surely a tone of the network, and what is near it."""
    network = runs(heard.tone == NETWORK)
    for train in joined(network, pause_s=TRAIN_PAUSE_S):
        spans = both(network, [train])
        for span in spans if seconds(spans) >= SURELY_S else ():
            first, last = round(span.begin_s / FRAME_S), round(span.end_s / FRAME_S)
            heard.speech[max(0, first - NEAR) : last + NEAR] = 0


def tones(heard: Heard) -> tuple[Span, ...]:
    """Return the tones of one side, in order."""
    keys = joined(runs(heard.tone == KEY), pause_s=PAUSE_S)
    network = runs(heard.tone == NETWORK)
    return joined(
        [
            *(span for span in keys if span.seconds >= KEY_S),
            *(
                span
                for train in joined(network, pause_s=TRAIN_PAUSE_S)
                for span in _of_train(both(network, [train]))
            ),
        ],
        pause_s=PAUSE_S,
    )


def _of_train(spans: Sequence[Span]) -> Sequence[Span]:
    """Return the tones of the network that follow each other closely, if they are long enough."""
    return spans if seconds(spans) >= STEADY_S else ()


def _windows(samples: NDArray[np.int16], places: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the 60 ms around frames."""
    more = (LONG - FRAME) // 2 - LEAD
    padded = np.pad(samples, more)
    begins = places * FRAME
    return np.asarray(padded[begins[:, None] + np.arange(LONG)], np.float64)


def _kinds(windows: NDArray[np.float64]) -> NDArray[np.uint8]:
    power = np.abs(np.fft.rfft(windows * _TAPER)) ** 2
    power /= power.sum(axis=1, keepdims=True) + 1e-9
    pure = power @ _TOGETHER >= PURE
    shared = power @ _LINES >= SHARE
    found = np.zeros(len(windows), np.uint8)
    for place, (kind, tone) in enumerate(_TONES):
        lines = [_FREQUENCIES.index(hertz) for hertz in tone]
        found[pure[:, place] & shared[:, lines].all(axis=1)] = kind
    return found


def _near(*tone: float) -> NDArray[np.float64]:
    bins = np.arange(LONG // 2 + 1) * (RATE / LONG)
    near = [np.abs(bins - hertz) <= NEAR_HZ for hertz in tone]
    return np.asarray(np.any(near, axis=0), np.float64)


_TONES: Final = (*((NETWORK, tone) for tone in _NETWORK), *((KEY, tone) for tone in _KEYS))
_FREQUENCIES: Final = sorted({hertz for _, tone in _TONES for hertz in tone})
_LINES: Final = np.stack([_near(hertz) for hertz in _FREQUENCIES], axis=1)
_TOGETHER: Final = np.stack([_near(*tone) for _, tone in _TONES], axis=1)
_TAPER: Final = np.hanning(LONG)
