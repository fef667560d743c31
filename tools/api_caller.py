"""Fetches Schemathesis for tests: it calls an API with what its schema allows, and with the rest.

In an environment of its own: its plug-in for pytest would load itself into every test run.
"""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

from settings import PROJECT, Settings
from tools.errors import SetupError

LOCK = PROJECT / "requirements" / "schemathesis.lock"


def obtain(settings: Settings) -> Path:
    """Return the program `st`, installed where it is not there yet. Raises SetupError."""
    settings.cache.mkdir(parents=True, exist_ok=True)
    folder = settings.cache / "schemathesis"
    stamp = folder / "brought"
    with (settings.cache / "schemathesis.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_bytes() != LOCK.read_bytes():
            shutil.rmtree(folder, ignore_errors=True)
            _step([sys.executable, "-m", "venv", str(folder)])
            pip = [str(folder / "bin" / "pip"), "install", "-q", "--disable-pip-version-check"]
            _step([*pip, "--no-input", "--require-hashes", "-r", str(LOCK)])
            stamp.write_bytes(LOCK.read_bytes())
    return folder / "bin" / "st"


def _step(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise SetupError(f"Schemathesis cannot be installed: {lines[-1] if lines else 'no reason'}")
