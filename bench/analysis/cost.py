"""What analysis and encoding of a long call cost: processor time and memory of each process."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

import ffmpeg
from bench.analysis.calls import calls
from bench.voice_activity.packages import PROJECT
from recordings import coding
from recordings.codings import Coding, How
from recordings.wav import RATE, RAW_STEREO, header

HOURS: Final = 3
CALLS: Final = 20
"""Different ones, again and again."""
CODINGS: Final = (How(Coding.FLAC), How(Coding.MP3, 40), How(Coding.OPUS, 32))
"""As the archive encodes, at the rates of the settings."""
LOOK_S: Final = 0.02
_ANALYSE: Final = (
    "import sys, pathlib; from recordings.analysis.analyse import analysed; "
    "analysed(pathlib.Path(sys.argv[1]))"
)


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    name: str
    processor_s: float
    memory_mb: float
    audio_s: float

    @property
    def times(self) -> float:
        """Return how many times as fast as real time it is, on one core."""
        return self.audio_s / self.processor_s


def costs(folder: Path) -> list[Cost]:
    """Return what a call of three hours costs: its analysis, and each encoding."""
    path = folder / "long.wav"
    seconds = _long_call(path)
    found = [_cost("analysis", [sys.executable, "-c", _ANALYSE, str(path)], seconds)]
    program = ffmpeg.program()
    assert program is not None
    for how in CODINGS:
        command = [program, "-nostdin", "-v", "error", "-threads", "1", "-y", "-i", str(path)]
        command += ["-map_metadata", "-1", *coding.options(how), str(folder / how.coding)]
        found.append(_cost(how.coding, command, seconds))
    return found


def _long_call(path: Path) -> float:
    audio = np.concatenate([built.samples for built in calls("test", range(CALLS))])
    again = -(-HOURS * 3600 * RATE // len(audio))
    piece = audio.astype("<i2").tobytes()
    with path.open("wb") as file:
        file.write(header(RAW_STEREO, again * len(piece)))
        for _ in range(again):
            file.write(piece)
    return again * len(audio) / RATE


def _cost(name: str, command: Sequence[str], audio_s: float) -> Cost:
    surroundings = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(command, cwd=PROJECT, env=surroundings)
    memory = 0.0
    while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
        memory = _most_mb(process.pid) or memory
        time.sleep(LOOK_S)
    process.returncode = os.waitstatus_to_exitcode(ended[1])
    if process.returncode:
        raise RuntimeError(f"{name} failed: {process.returncode}")
    usage = ended[2]
    return Cost(name, usage.ru_utime + usage.ru_stime, memory, audio_s)


def _most_mb(process: int) -> float | None:
    """Return the most memory that a process had so far: `ru_maxrss` is its parent's at first."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return None
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else None
