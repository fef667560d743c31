"""Fetches sound packages with a private apt and unpacks the sounds; needs no root.

Nothing is installed. Downloads and sounds stay in `CACHE`, outside git.
"""

import os
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

from tools.debian import Package, PrivateApt

PROJECT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("THIRDRING_EAR_CACHE", PROJECT / ".cache/ear"))
SUITE = "bookworm"  # the same sounds on newer machines too
SOUNDS = ("*.wav", "*.ogg", "*.oga", "*.opus", "*.raw", "*.gsm", "*.so.*", "*/base.wz")


def unpacked(package: str) -> Path:
    """The folder with a package's sounds and libraries; fetched when it is not there yet."""
    folder = CACHE / "packages" / package
    if not folder.is_dir():
        print(f"fetching {package} …", file=sys.stderr, flush=True)
        _unpack(fetched(package), folder)
    return folder


def fetched(package: str) -> Path:
    """The package's file; fetched when it is not there yet."""
    debs = CACHE / "debs"
    if not list(debs.glob(f"{package}_*.deb")):
        _apt().fetch([Package(package, "", 0)], debs, lambda _percent, _what: None)
    return next(debs.glob(f"{package}_*.deb"))


@cache
def _apt() -> PrivateApt:
    apt = PrivateApt(CACHE / "apt", suite=SUITE)
    apt.update()
    return apt


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
    for archive in list(part.rglob("*.wz")):
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(archive.parent, [n for n in packed.namelist() if n.endswith(".ogg")])
        archive.unlink()
    part.rename(folder)
