"""Turns whole windows into the network's inputs and labels, for tuning."""

import numpy as np
import webrtcvad
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bench.voice_activity import telephone
from bench.voice_activity.types import Audio
from bench.voice_activity.windows import Window
from line import vad_features as ears
from line.vad_features import Floats

VOICE, NOTHING, EITHER = 1, 0, -1
_SPECTROGRAPH = ears.Spectrograph()


def inputs_of(window: Window) -> Floats:
    """(frames, INPUTS): what the ear computes frame by frame, here all at once."""
    power, bands = _SPECTROGRAPH.spectrum(_views(window.heard))
    before = np.concatenate([np.full((1, ears.BANDS), -110.0, np.float32), bands[:-1]])
    gate = _gate(window.heard)
    return ears.inputs(bands, before, _prompt_peak(window, len(bands)), ears.shapes(power), gate)


def _views(samples: Audio) -> Floats:
    pcm = np.clip(np.round(samples * 32768), -32768, 32767).astype(np.float32)
    padded: Audio = np.concatenate([np.zeros(ears.TAIL, np.float32), pcm / np.float32(32768)])
    return sliding_window_view(padded, ears.WINDOW)[:: ears.FRAME]


def _prompt_peak(window: Window, frames: int) -> Floats:
    lead = np.full((ears.ECHO_FRAMES - 1, ears.BANDS), ears.NO_PROMPT_DB, np.float32)
    if window.prompt is None:
        return np.full((frames, ears.BANDS), ears.NO_PROMPT_DB, np.float32)
    bands = np.concatenate([lead, _SPECTROGRAPH.spectrum(_views(window.prompt))[1]])
    peaks = sliding_window_view(bands, ears.ECHO_FRAMES, axis=0).max(axis=-1)
    return np.asarray(peaks, np.float32)


def _gate(samples: Audio) -> Floats:
    vad = webrtcvad.Vad(2)
    pcm = np.clip(np.round(samples * 32768), -32768, 32767).astype("<i2").tobytes()
    bits = [vad.is_speech(pcm[i : i + 320], 8000) for i in range(0, len(pcm) - 319, 320)]
    return np.asarray(bits, np.float32)


def labels_of(window: Window) -> NDArray[np.int8]:
    """Per frame: a voice, nothing, or either (the pauses and ends of speech)."""
    frames = len(window.heard) // ears.FRAME
    if window.clean is None or window.level_dbfs is None:
        return np.zeros(frames, np.int8)
    active = telephone.blocks_db(window.clean) >= window.level_dbfs - 15.9
    labels = np.full(frames, EITHER, np.int8)
    labels[: max(0, int(np.argmax(active)) - 2)] = NOTHING
    labels[active] = VOICE
    return labels
