"""Owns everything that pydub does for us: other formats, and levels. The only importer of it.

pydub loads a whole file: an hour of stereo is 115 MB. So nothing here runs unasked; recordings
are stored, checked and measured by `recordings.store`, which streams.
"""

import io
import shutil
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Format = Literal["mp3", "ogg"]


class NoConverterError(RuntimeError):
    """There is no ffmpeg on this machine; a recording can only be had as WAV."""


@dataclass(frozen=True, slots=True)
class Level:
    """How loud one channel is, in dBFS; silence is -inf."""

    mean_dbfs: float
    peak_dbfs: float

    @property
    def clips(self) -> bool:
        """Say whether the loudest sample is at full scale: then some were cut off."""
        return self.peak_dbfs > -0.01


def levels(path: Path) -> list[Level]:
    """Return the level of each channel of a recording, the caller's first."""
    channels = _loaded(path).split_to_mono()
    return [Level(float(one.dBFS), float(one.max_dBFS)) for one in channels]


def exported(path: Path, form: Format) -> bytes:
    """Return a recording in another format. Raises NoConverterError without ffmpeg."""
    if shutil.which("ffmpeg") is None:
        raise NoConverterError("Install ffmpeg to get recordings as mp3 or ogg; WAV needs nothing.")
    out = io.BytesIO()
    _loaded(path).export(out, format=form)
    return out.getvalue()


def _loaded(path: Path) -> Any:
    with warnings.catch_warnings():
        # It warns of a missing ffmpeg, and of the end of audioop, which audioop-lts brings back.
        warnings.simplefilter("ignore")
        from pydub import AudioSegment  # noqa: PLC0415
    with path.open("rb") as file:  # pydub leaves files it opens itself open
        return AudioSegment.from_wav(file)
