"""Fetches sound packages with the machine's own apt and unpacks the sounds; needs no root.

Nothing is installed. Downloads and sounds stay in `CACHE`, outside git.
"""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("THIRDRING_EAR_CACHE", PROJECT / ".cache/ear"))
SOUNDS = ("*.wav", "*.ogg", "*.oga", "*.opus", "*.raw", "*.gsm", "*.so.*")


def unpacked(package: str) -> Path:
    """The folder with a package's sounds and libraries; fetched when it is not there yet."""
    folder = CACHE / "packages" / package
    if not folder.is_dir():
        print(f"fetching {package} …", file=sys.stderr, flush=True)
        _unpack(_fetched(package), folder)
    return folder


def _fetched(package: str) -> Path:
    debs = CACHE / "debs"
    debs.mkdir(parents=True, exist_ok=True)
    if not list(debs.glob(f"{package}_*.deb")):
        subprocess.run(
            ["apt-get", "download", "-q", package], cwd=debs, check=True, capture_output=True
        )
    return next(debs.glob(f"{package}_*.deb"))


def _unpack(deb: Path, folder: Path) -> None:
    part = folder.with_suffix(".part")
    part.mkdir(parents=True, exist_ok=True)
    tar = subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], check=True, capture_output=True)
    # tar says 2 when a pattern matches nothing, which is no fault here
    subprocess.run(
        ["tar", "x", "-C", part, "--wildcards", *SOUNDS],
        input=tar.stdout,
        check=False,
        stderr=subprocess.DEVNULL,
    )
    part.rename(folder)
