"""Fetches a real mail server for tests: Dovecot (IMAP, LMTP) and Exim (SMTP), unpacked from Debian.

Only for tests. Both know their folders by heart (`/usr/lib/dovecot`), so the packages are unpacked
with all that they need, C library included, and run with that folder as their root directory.
"""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from settings import Settings
from tools.debian import PrivateApt, unpack
from tools.errors import SetupError

WANTED = ("dovecot-imapd", "dovecot-lmtpd", "exim4-daemon-light")
KEPT_KINDS = ("lib", "zlib1g", "dovecot-", "exim4-", "dash", "openssl")
LEFT_OUT = ("libperl", "libpam-modules", "libsemanage", "libsepol", "libfile-find", "libtext-glob")
NOT_NEEDED = (
    *("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/lintian"),
    *("etc", "var", "debs", "apt"),
)
MOUNTED = ("dev", "etc", "proc", "state", "tmp")
"""Folders that whoever starts the servers lays something of its own upon."""
ROOM_MB = 400

Say = Callable[[str], None]


def find(settings: Settings) -> Path | None:
    """Return the root folder of the servers that is there already, or None; fetches nothing."""
    root = settings.cache / "mail-server"
    return root if (root / "usr/sbin/exim4").exists() else None


def fault() -> str:
    """Return why the servers could not be started here; empty when they can."""
    if os.geteuid() != 0:
        return "only root may give a program another root directory"
    missing = [name for name in ("unshare", "chroot", "mount") if shutil.which(name) is None]
    return f"{', '.join(missing)} is missing" if missing else ""


def obtain(settings: Settings, say: Say) -> Path:
    """Return the servers' root folder, fetched where there is none. Raises SetupError."""
    if why := fault():
        raise SetupError(why)
    settings.cache.mkdir(parents=True, exist_ok=True)
    with (settings.cache / "mail-server.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return find(settings) or _fetch(settings.cache, say)


def _fetch(cache: Path, say: Say) -> Path:
    say("fetching Dovecot and Exim into the cache, for tests only")
    stage = cache / "mail-server-unfinished"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    try:
        _fill(stage, say)
        stage.rename(cache / "mail-server")
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return cache / "mail-server"


def _fill(stage: Path, say: Say) -> None:
    free = shutil.disk_usage(stage).free // 2**20
    if free < ROOM_MB:
        raise SetupError(f"Only {free} MB are free in {stage.parent}; {ROOM_MB} MB are needed.")
    apt = PrivateApt(stage / "apt")
    apt.update()
    packages = [package for package in apt.choose(WANTED) if _kept(package.name)]
    megabytes = sum(package.size for package in packages) / 1e6
    say(f"fetching {len(packages)} packages, {megabytes:.0f} MB")
    apt.fetch(packages, stage / "debs", lambda _percent, _what: None)
    for archive in sorted((stage / "debs").glob("*.deb")):
        unpack(archive, stage)
        archive.unlink()
    for name in NOT_NEEDED:
        shutil.rmtree(stage / name, ignore_errors=True)
    for name in MOUNTED:
        (stage / name).mkdir(exist_ok=True)


def _kept(name: str) -> bool:
    return name.startswith(KEPT_KINDS) and not name.startswith(LEFT_OUT)
