"""Renders asterisk-config/ and dialplan/ into one instance's configuration.

Templates hold values only, no decisions of ours. A value with a control character is refused: it
would become a line of configuration. What is no longer a template is removed from HOME.
"""

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from settings import PROJECT, Settings
from supervisor.asterisk import Installation
from supervisor.ports import Ports
from supervisor.secrets import Secrets
from tools.errors import SetupError

SOURCES = ("asterisk-config", "dialplan")
FALLBACK = "fallback"
"""The script that Asterisk starts when our service is gone; the dialplan knows its path."""
LONGEST_SOCKET = 100
"""Bytes of a unix socket's path that Asterisk takes (sun_path is 108 with its ending)."""


def folders(settings: Settings) -> None:
    """Make every folder that Asterisk and our programs write to, closed to others."""
    paths = settings.paths
    paths.home.mkdir(parents=True, exist_ok=True)
    paths.home.chmod(0o700)
    inner = (paths.asterisk / name for name in ("etc", "log", "spool", "lib", "lib/agi-bin"))
    spools = (paths.spool_calls, paths.spool_messages, paths.spool_whispers)
    ours = (paths.run, paths.journal, *spools, paths.store)
    more = (paths.sounds, paths.own_sounds, paths.outage, paths.spoken, paths.log)
    for folder in (*inner, *ours, *more):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def configuration(settings: Settings) -> Path:
    """Return where this instance's asterisk.conf lies."""
    return settings.paths.asterisk / "etc" / "asterisk.conf"


def render(
    settings: Settings, installation: Installation, *, ports: Ports, secrets: Secrets, boot: str
) -> Path:
    """Write the whole configuration and return asterisk.conf. Raises SetupError."""
    values = {
        "settings": settings,
        "paths": settings.paths,
        "ports": ports,
        "secrets": secrets,
        "boot": boot,
        "dirs": {**installation.folders, "astrundir": str(run_folder(settings.paths.asterisk))},
        "phones": [(n, secrets.phones[n]) for n in settings.phones.split(",")],
        "browsers": [(s, secrets.seats[s]) for s in settings.seats if s.startswith("w")],
        "desk_phones": [(s, secrets.seats[s]) for s in settings.seats if not s.startswith("w")],
        # a queue that cannot say a number would let its caller go
        "counted": (settings.paths.sounds / "zh" / "number_20.wav").exists(),
        "python": sys.executable,
        "project": PROJECT,
        "moh_dir": installation.hold_music,
    }
    folder = configuration(settings).parent
    written = {_write(folder / name, text) for name, text in _rendered(values).items()}
    for old in set(folder.glob("*.conf")) - written:
        old.unlink()
    script = settings.paths.asterisk / "lib" / "agi-bin" / FALLBACK
    _write(script, _environment().get_template(f"{FALLBACK}.j2").render(values)).chmod(0o700)
    (settings.paths.run / "boot").write_text(boot)
    return configuration(settings)


def run_folder(asterisk: Path) -> Path:
    """Return the folder for Asterisk's control socket, whose path may not be long.

    When the home's is too long, `run` there is a link to a short private folder.
    """
    plain = asterisk / "run"
    if len(os.fsencode(plain / "asterisk.ctl")) < LONGEST_SOCKET and not plain.is_symlink():
        plain.mkdir(parents=True, exist_ok=True, mode=0o700)
        return plain
    if plain.is_symlink() and (kept := plain.readlink()).is_dir() and _ours(kept):
        return kept
    if plain.is_symlink():
        plain.unlink()
    elif plain.is_dir():
        plain.rename(plain.with_name("run-unused"))
    short = Path(tempfile.mkdtemp(prefix="ring-"))
    plain.symlink_to(short)
    return short


def _environment() -> Environment:
    return Environment(  # noqa: S701 (not HTML; `_plain` guards what Asterisk reads)
        loader=FileSystemLoader([PROJECT / name for name in SOURCES]),
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _rendered(values: Mapping[str, object]) -> dict[str, str]:
    environment = _environment()
    texts: dict[str, str] = {}
    for source in SOURCES:
        for path in sorted((PROJECT / source).glob("*.conf.j2")):
            try:
                texts[path.stem] = environment.get_template(path.name).render(values)
            except TemplateError as error:
                raise SetupError(f"The template {source}/{path.name} fails: {error}.") from error
        for path in sorted((PROJECT / source).glob("*.conf")):
            texts[path.name] = path.read_text()
    return texts


def _plain(value: object) -> object:
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in str(value)):
        raise SetupError(f"The value {str(value)!r} holds a control character; correct it.")
    return value


def _write(path: Path, text: str) -> Path:
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    beside.replace(path)
    return path


def _ours(folder: Path) -> bool:
    facts = folder.stat()
    return facts.st_uid == os.geteuid() and facts.st_mode & 0o077 == 0
