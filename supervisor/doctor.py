"""Examines an installation: each finding says what was seen, and what to do about it.

Changes nothing. What the supervisor does not know (database, prompts, ledger) is asked for by the
command, which hands its own examinations in.
"""

import hashlib
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from full_disk import MIB, Room, Watermark, room_of, used_percent, watermark_of
from settings import PROJECT, Settings
from supervisor import asterisk, hindrances, ports, render, secrets
from tools.errors import SetupError, first_existing

ROOM_MB = 1024
"""An hour of 30 calls at once takes 3.5 GB; below this an operator must act today."""


STAMPED = ("requirements/runtime.lock", "requirements/develop.lock", "pyproject.toml")
"""What the environment is made from, as scripts/bootstrap reads it."""


class Level(StrEnum):
    """How bad a finding is; FAULT means calls, recordings or rows are in danger."""

    WELL = "ok"
    HINT = "hint"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    level: Level
    what: str
    advice: str = ""


Examination = Callable[[Settings], Iterable[Finding]]


def well(what: str) -> Finding:
    return Finding(Level.WELL, what)


def hint(what: str, advice: str) -> Finding:
    return Finding(Level.HINT, what, advice)


def fault(what: str, advice: str) -> Finding:
    return Finding(Level.FAULT, what, advice)


def examine(settings: Settings, more: Sequence[Examination] = ()) -> list[Finding]:
    """Return every finding, in the order in which things depend on each other."""
    ours = (_python, _environment, _asterisk, _room, _files, _secrets, _children, _ports, _clock)
    findings: list[Finding] = []
    for examination in (*ours, *more):
        try:
            findings += examination(settings)
        except SetupError as error:
            findings.append(fault(str(error), "See the sentence."))
        except OSError as error:
            findings.append(fault(f"{error}", "Look at the rights of the home and the disk."))
    return findings


def is_running(settings: Settings) -> bool:
    """Say whether a supervisor holds this home."""
    return _alive(settings.paths.run / "supervisor.lock")


def _python(_: Settings) -> Iterable[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        yield well(f"Python {version}")
    else:
        yield fault(f"Python {version} is not 3.11-3.13", "Remove .venv and run `make run`.")


def _environment(_: Settings) -> Iterable[Finding]:
    stamp = PROJECT / ".venv" / "thirdring.stamp"
    try:
        have = stamp.read_text().split()[0]
    except (OSError, IndexError):
        yield hint("The environment was not made by `make run`", "Run `make run` once.")
        return
    seen = b"".join((PROJECT / name).read_bytes() for name in STAMPED)
    wanted = hashlib.sha256(f"{PROJECT}\n".encode() + seen).hexdigest()
    if have == wanted:
        yield well("The Python packages are those of the locks")
    else:
        yield hint("The locks have changed since .venv was made", "Run `make run` again.")


def _asterisk(settings: Settings) -> Iterable[Finding]:
    found = asterisk.find(settings)
    if found is None:
        yield hint("No Asterisk is there yet", "`make run` fetches one into the cache.")
        return
    missing = found.missing_modules()
    if missing:
        yield fault(
            f"Asterisk {found.version} lacks {', '.join(missing)}",
            f"Remove {found.root} and run `make run`." if found.root else "Install them.",
        )
    else:
        yield well(f"Asterisk {found.version} with every module ({found.program_file})")
    if found.loses_voices:
        yield fault(
            "This Asterisk loses the second agent's voice in recordings after a transfer",
            "Start once with `make run`: ours is mended in the cache. Do not name Debian's own.",
        )


def _room(settings: Settings) -> Iterable[Finding]:
    folder = first_existing(settings.paths.home)
    free = shutil.disk_usage(folder).free // 2**20
    if room_of(free * MIB) is Room.FULL:
        yield fault(
            f"The disk of {folder} is full ({free} MB)",
            "Make room now: recordings are cut, rows wait; calls go on while the kept room lasts.",
        )
    elif free < ROOM_MB:
        yield fault(
            f"Only {free} MB are free for {folder}",
            "Make room: Asterisk cuts recordings on a full disk without a word.",
        )
    else:
        yield _filling(settings, folder)
    if not os.access(folder, os.W_OK):
        yield fault(f"{folder} cannot be written", "Give it to the user who runs the hotline.")


def _filling(settings: Settings, folder: Path) -> Finding:
    """Tell of a disk that has room yet, by the house's own watermarks."""
    usage = shutil.disk_usage(folder)
    percent = used_percent(usage.used, usage.free)
    says = f"The disk of {folder} is {percent:.0f} per cent full"
    advice = "Make room, or keep recordings for less long (THIRDRING_KEEP_RECORDINGS)."
    match watermark_of(percent, early=settings.disk_early, late=settings.disk_late):
        case Watermark.LATE:
            return fault(says, advice)
        case Watermark.EARLY:
            return hint(says, advice)
    return well(f"{usage.free / 2**30:.0f} GB are free for {folder}")


def _files(settings: Settings) -> Iterable[Finding]:
    for told in (*hindrances.of_folders(settings), *hindrances.of_certificates(settings)):
        yield fault(told, "Correct the setting, or put there what it names.")


def _secrets(settings: Settings) -> Iterable[Finding]:
    path = settings.paths.secrets
    if not path.exists():
        yield hint("There are no secrets yet", "`make run` makes them.")
        return
    kept = secrets.load(path)
    if path.stat().st_mode & 0o077:
        yield fault(f"{path} can be read by others", f"chmod 600 {path}")
    elif missing := sorted(set(settings.phones.split(",")) - kept.phones.keys()):
        yield hint(f"No password for the phones {', '.join(missing)}", "Start the hotline again.")
    else:
        yield well("The secrets are there, for their owner only")
    conf = render.configuration(settings)
    if conf.exists() and conf.parent.stat().st_mode & 0o077:
        yield fault(f"{conf.parent} is open to others", f"chmod 700 {conf.parent}")


def _children(settings: Settings) -> Iterable[Finding]:
    if not is_running(settings):
        yield hint("The hotline is not running", "`make run` starts it.")
        return
    for name in ("asterisk", "calls", "ledger", "desk"):
        if _alive(settings.paths.run / f"{name}.pid"):
            yield well(f"{name} is running")
        else:
            log = settings.paths.log / f"{name}.log"
            yield fault(f"{name} is not running", f"It is started again; {log} says why it ends.")


def _ports(settings: Settings) -> Iterable[Finding]:
    if not is_running(settings):
        told = ports.hindered(settings)
        for each in told:
            yield fault(each, "Free the port, or set another one.")
        if not told:
            yield well(f"The ports {settings.sip_port} and {settings.desk_port} are free")
        return
    kept = ports.load(settings.paths.ports)
    inner = {"AGI": kept.agi, "audio lines": kept.line, "AMI": kept.ami}
    for name, port in inner.items():
        if ports.is_free(ports.LOOPBACK, port, socket.SOCK_STREAM):
            yield fault(f"Nobody listens on the {name} port {port}", "See the logs of the home.")
    if not ports.is_free(settings.sip_address, settings.sip_port, socket.SOCK_DGRAM):
        yield well(f"SIP is open on {settings.sip_address}:{settings.sip_port}")
    else:
        yield fault(f"Nobody listens on SIP port {settings.sip_port}", "See log/asterisk.log.")


def _clock(settings: Settings) -> Iterable[Finding]:
    now = datetime.now(settings.zone)
    if now.year < 2026:
        yield fault(f"The clock says {now:%Y-%m-%d}", "Set it; greetings and deadlines need it.")
    else:
        yield well(f"It is {now:%Y-%m-%d %H:%M} in {settings.timezone}")


def _alive(path: Path) -> bool:
    try:
        os.kill(int(path.read_text()), 0)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True
