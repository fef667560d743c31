"""Unpacks Debian packages into a folder, and starts their programs.

Atomic: everything happens in a staging folder that gets its name only when it is complete; what an
interrupted start left is removed by the next.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.debian import PrivateApt, unpack
from tools.errors import SetupError

SUITE = "sid"
WANTED = (
    "asterisk",
    "asterisk-core-sounds-en-wav",
    "asterisk-moh-opsound-wav",
    "sip-tester",
)
KEPT_KINDS = ("lib", "asterisk", "sip-tester", "openssl-provider")
"""Of all that apt chooses only libraries and the programs themselves; no Perl, GnuPG, systemd."""

LEFT_OUT = ("libpython", "libperl", "libpam-", "libdevmapper")
NOT_NEEDED = (
    *("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info"),
    *("usr/share/lintian", "usr/share/bash-completion", "usr/include", "usr/share/snmp"),
    *("usr/lib/systemd", "usr/lib/python3", "usr/share/perl5", "usr/share/gtk-doc"),
)
ROOM_MB = 700

Say = Callable[[str], None]


def fill(stage: Path, say: Say) -> None:
    """Fetch and unpack everything into the folder. Raises SetupError."""
    free = shutil.disk_usage(stage).free // 2**20
    if free < ROOM_MB:
        raise SetupError(f"Only {free} MB are free in {stage.parent}; {ROOM_MB} MB are needed.")
    apt = PrivateApt(stage / "apt", suite=SUITE)
    say("reading Debian's package list")
    apt.update()
    packages = [package for package in apt.choose(WANTED) if _kept(package.name)]
    megabytes = sum(package.size for package in packages) / 1e6
    say(f"fetching {len(packages)} packages, {megabytes:.0f} MB")
    apt.fetch(packages, stage / "debs", _in_tenths(say))
    archives = sorted((stage / "debs").glob("*.deb"))
    if len(archives) < len(packages):
        raise SetupError("Some of Debian's packages did not arrive; start again.")
    say(f"unpacking {len(archives)} packages")
    for archive in archives:
        unpack(archive, stage)
        archive.unlink()
    _tidy(stage)


def program(root: Path, name: str) -> list[str] | None:
    """Return the words that start a program of the folder, None when it has none."""
    for place in ("usr/sbin", "usr/bin"):
        path = root / place / name
        if path.is_file() and (loader := _loader(root)) is not None:
            return [str(loader), "--library-path", _search_path(root), str(path)]
    return None


def library(root: Path) -> Path:
    """Return the folder of shared libraries (usr/lib/<machine>)."""
    found = sorted((root / "usr" / "lib").glob("*-linux-gnu*"))
    return found[0] if found else root / "usr" / "lib"


@contextmanager
def staging(cache: Path) -> Iterator[Path]:
    """Give an empty folder to fill; whoever holds the cache's lock is alone with it."""
    for left in cache.glob("asterisk-unfinished-*"):
        shutil.rmtree(left, ignore_errors=True)
    stage = cache / f"asterisk-unfinished-{os.getpid()}"
    stage.mkdir()
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _loader(root: Path) -> Path | None:
    for place in ("usr/lib64", "usr/lib", "lib64", "lib"):
        if found := sorted((root / place).glob("ld-linux*.so.*")):
            return found[0]
    return next(iter(sorted(library(root).glob("ld-linux*.so.*"))), None)


def _search_path(root: Path) -> str:
    base = library(root)
    return ":".join(str(base / part) for part in ("", "pulseaudio", "blas", "lapack"))


def _kept(name: str) -> bool:
    return name.startswith(KEPT_KINDS) and not name.startswith(LEFT_OUT)


def _tidy(stage: Path) -> None:
    for name in (*NOT_NEEDED, "debs", "apt", "etc", "var", "lib/systemd"):
        shutil.rmtree(stage / name, ignore_errors=True)
    _make_links_relative(stage)


def _make_links_relative(stage: Path) -> None:
    """Point the links that Debian's maintainer scripts would have made to what was unpacked.

    usr/share/asterisk/sounds/en is an absolute link into /etc/alternatives, which nobody made.
    """
    sounds = stage / "usr" / "share" / "asterisk" / "sounds"
    english = next(iter(sorted(sounds.glob("en_US*"))), None)
    link = sounds / "en"
    if english is not None and not link.exists():
        link.unlink(missing_ok=True)
        link.symlink_to(english.name)


def _in_tenths(say: Say) -> Callable[[float, str], None]:
    told = 0

    def progress(percent: float, _what: str) -> None:
        nonlocal told
        if percent >= told + 10:
            told = int(percent) // 10 * 10
            say(f"  {told} % fetched")

    return progress
