"""Where ffmpeg is: the machine's own, or the one that set-up has brought into `.venv`.

It is started in a sandbox only (`sandbox.py`), and reads files only, of kinds of sound only:
a playlist that comes under the name of a song would name other files, or addresses.
"""

import shutil
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

KINDS: Final = ("wav", "mp3", "mov", "ogg", "flac", "aac", "asf", "amr", "amrnb", "amrwb")
"""What ffmpeg may take a file for; `mov` is m4a as well, `asf` is wma."""
READING: Final[Sequence[str]] = (
    *("-nostdin", "-v", "error", "-threads", "1"),
    *("-protocol_whitelist", "file", "-format_whitelist", ",".join(KINDS)),
)
"""Options before `-i`, for a file that people have brought."""


@lru_cache(maxsize=1)
def program() -> str | None:
    """Return the program, or None where there is none.

    The machine's own goes first: its distribution mends it.
    """
    if found := shutil.which("ffmpeg"):
        return found
    try:
        from imageio_ffmpeg import get_ffmpeg_exe  # noqa: PLC0415 (not on every machine)

        return str(get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return None
