"""Tells whether an Asterisk that runs is just what this version would start: then it may stay.

What counts is the text of the whole configuration, and the bytes of the program. The folder of the
program may be another one: each version may bring its own copy of the same Asterisk.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from settings import Settings
from supervisor import render
from supervisor.asterisk import Installation
from supervisor.ports import Ports
from supervisor.secrets import Secrets
from trunks import reading as trunks


def note(settings: Settings, installation: Installation) -> None:
    """Keep what is being started, for the next version to compare with."""
    kept = {**asdict(installation), "program": _digest(installation.program_file)}
    with suppress(OSError):  # a full disk: then the next version starts Asterisk anew
        _note(settings).write_text(json.dumps(kept, default=str))


def boot(settings: Settings) -> str:
    """Return the name that the running Asterisk gives itself in its events."""
    try:
        return (settings.paths.run / "boot").read_text().strip()
    except OSError:
        return ""


def differs(
    settings: Settings, installation: Installation, *, ports: Ports, secrets: Secrets
) -> str:
    """Return what is not the same, nothing when Asterisk may stay. Raises SetupError."""
    kept = _kept(settings)
    if not kept:
        return "what the running Asterisk was started with is not known"
    if kept["program"] != _digest(installation.program_file):
        return f"its program (Asterisk {kept['version']}, now {installation.version})"
    running = replace(
        installation,
        argv=tuple(kept["argv"]),
        modules=Path(kept["modules"]),
        data=Path(kept["data"]),
        root=Path(kept["root"]) if kept["root"] else None,
    )
    wanted = render.texts(
        settings,
        running,
        ports=ports,
        secrets=secrets,
        boot=boot(settings),
        lines=trunks.wanted(settings),
    )
    folder = render.configuration(settings).parent
    names = sorted(wanted.keys() | {file.name for file in folder.glob("*.conf")})
    other = [name for name in names if wanted.get(name) != _text(folder / name)]
    return f"its configuration ({', '.join(other)})" if other else ""


def _kept(settings: Settings) -> dict[str, Any]:
    try:
        found = json.loads(_note(settings).read_text())
        fields = ("argv", "version", "modules", "data", "root", "program")
        return found if all(name in found for name in fields) else {}
    except (OSError, ValueError, TypeError):
        return {}


def _note(settings: Settings) -> Path:
    return settings.paths.run / "switch.json"


def _text(path: Path) -> str | None:
    try:
        return path.read_text()
    except OSError:
        return None


def _digest(program: Path) -> str:
    with program.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
