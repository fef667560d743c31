"""Finds Chromium for the tests of the pages: the system's, or one in the cache.

Only for tests: nothing that answers calls needs a browser. Without one on the machine, Debian's
`chromium-headless-shell`, what it is linked with and a Chinese font are unpacked into the cache; it
runs from there with the machine's own C library, so the packages are those of the machine's suite.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from settings import Settings
from tools.debian import PrivateApt, unpack
from tools.errors import SetupError

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
WANTED = ("chromium-headless-shell", "fonts-wqy-microhei")
KEPT_KINDS = ("lib", "zlib1g", "chromium-", "fonts-")
LEFT_OUT = ("libc6", "libllvm", "libz3", "libgl1-mesa", "libpam", "libperl", "fonts-dejavu-extra")
"""No drawing by the graphics card: LLVM and Mesa would be a third of the download."""

NOT_NEEDED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "etc", "var", "debs", "apt")
ROOM_MB = 700

Say = Callable[[str], None]


@dataclass(frozen=True)
class Browser:
    """A Chromium: its program, and what must be in its environment."""

    program: Path
    environment: Mapping[str, str] = field(default_factory=dict)


def find(settings: Settings) -> Browser | None:
    """Return the Chromium that is there already, or None; fetches nothing."""
    for name in NAMES:
        if (found := shutil.which(name)) is not None:
            return Browser(Path(found))
    return _in_cache(settings.cache)


def obtain(settings: Settings, say: Say) -> Browser:
    """Return a Chromium, fetched where there is none. Raises SetupError."""
    return find(settings) or _fetch(settings.cache, say)


def _in_cache(cache: Path) -> Browser | None:
    root = cache / "chromium"
    program = next(iter(sorted(root.glob("usr/lib/chromium/*headless*shell"))), None)
    if program is None:
        return None
    libraries = sorted(root.glob("usr/lib/*-linux-gnu*")) + sorted(root.glob("lib/*-linux-gnu*"))
    folders = [*libraries, *(folder / "pulseaudio" for folder in libraries)]
    return Browser(
        program,
        {
            "LD_LIBRARY_PATH": ":".join(map(str, folders)),
            "FONTCONFIG_FILE": str(root / "fonts.conf"),
            "XDG_CACHE_HOME": str(root / "home"),
        },
    )


def _fetch(cache: Path, say: Say) -> Browser:
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (meanwhile := _in_cache(cache)) is not None:
            return meanwhile
        say("no Chromium on this machine: fetching one into the cache, for tests only")
        stage = cache / "chromium-unfinished"
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir()
        try:
            _fill(stage, say)
            stage.rename(cache / "chromium")
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    found = _in_cache(cache)
    if found is None or (fault := _fault(found)):
        shutil.rmtree(cache / "chromium", ignore_errors=True)
        reason = fault if found else "its program is not where it was"
        raise SetupError(f"The fetched Chromium does not run: {reason}")
    say(f"Chromium is in place ({cache / 'chromium'})")
    return found


def _fill(stage: Path, say: Say) -> None:
    free = shutil.disk_usage(stage).free // 2**20
    if free < ROOM_MB:
        raise SetupError(f"Only {free} MB are free in {stage.parent}; {ROOM_MB} MB are needed.")
    apt = PrivateApt(stage / "apt")
    apt.update()
    packages = [package for package in apt.choose(WANTED) if _kept(package.name)]
    megabytes = sum(package.size for package in packages) / 1e6
    say(f"fetching {len(packages)} packages, {megabytes:.0f} MB")
    apt.fetch(packages, stage / "debs", _in_quarters(say))
    for archive in sorted((stage / "debs").glob("*.deb")):
        unpack(archive, stage)
        archive.unlink()
    for name in NOT_NEEDED:
        shutil.rmtree(stage / name, ignore_errors=True)
    (stage / "fonts.conf").write_text(FONTS)


FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">usr/share/fonts</dir>
  <cachedir prefix="xdg">fonts</cachedir>
</fontconfig>
"""


def _kept(name: str) -> bool:
    return name.startswith(KEPT_KINDS) and not name.startswith(LEFT_OUT)


def _fault(browser: Browser) -> str:
    """Return why a browser does not run, nothing if it does."""
    words = [str(browser.program), "--no-sandbox", "--dump-dom", "data:text/html,here"]
    try:
        done = subprocess.run(
            words,
            env={**os.environ, **browser.environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if "here" in done.stdout else (done.stderr.strip().splitlines() or ["no page"])[-1]


def _in_quarters(say: Say) -> Callable[[float, str], None]:
    told = 0

    def progress(percent: float, _what: str) -> None:
        nonlocal told
        if percent >= told + 25:
            told = int(percent) // 25 * 25
            say(f"  {told} % fetched")

    return progress
