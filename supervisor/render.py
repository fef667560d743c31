"""Renders asterisk-config/ and dialplan/ into one instance's configuration.

Templates hold values only, no decisions of ours. A value with a control character is refused: it
would become a line of configuration. What is no longer a template is removed from HOME.
"""

import os
import ssl
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
from trunks import reading as trunks
from trunks.answers import TRUNK_REFUSES
from trunks.trunk import Trunks

SOURCES = ("asterisk-config", "dialplan")
FALLBACK = "fallback"
"""The script that Asterisk starts when our service is gone; the dialplan knows its path."""
EVERY_ADDRESS = "::"
LONGEST_NAME = 79
"""Bytes that Asterisk takes of a section's name in its files; of a socket's path it takes more."""


def folders(settings: Settings) -> None:
    """Make every folder that Asterisk and our programs write to, closed to others."""
    paths = settings.paths
    paths.home.mkdir(parents=True, exist_ok=True)
    paths.home.chmod(0o700)
    inner = (
        paths.asterisk / name for name in ("etc", "log", "spool", "lib", "lib/agi-bin", "lib/keys")
    )
    spools = (paths.spool_calls, paths.spool_messages, paths.spool_whispers)
    ours = (paths.run, paths.journal, *spools, paths.store)
    more = (paths.sounds, paths.own_sounds, paths.outage, paths.spoken, paths.log)
    for folder in (*inner, *ours, *more):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _words_of_the_numberless(paths.sounds)


def _words_of_the_numberless(sounds: Path) -> None:
    """Let callers without a number hear all_busy where others are offered to be called back.

    Asterisk looks for a prompt of the language `zh_numberless` there first, and then in `zh`.
    """
    for language in ("zh", "en"):
        folder = sounds / f"{language}_numberless"
        folder.mkdir(exist_ok=True, mode=0o700)
        link = folder / "callback_offer.wav"
        if not link.is_symlink():
            link.symlink_to(f"../{language}/all_busy.wav")


def configuration(settings: Settings) -> Path:
    """Return where this instance's asterisk.conf lies."""
    return settings.paths.asterisk / "etc" / "asterisk.conf"


def render(
    settings: Settings, installation: Installation, *, ports: Ports, secrets: Secrets, boot: str
) -> Path:
    """Write the whole configuration and return asterisk.conf. Raises SetupError."""
    wanted = texts(settings, installation, ports=ports, secrets=secrets, boot=boot)
    folder = configuration(settings).parent
    written = {_write(folder / name, text) for name, text in wanted.items()}
    for old in set(folder.glob("*.conf")) - written:
        old.unlink()
    fallback(settings)
    (settings.paths.run / "boot").write_text(boot)
    return configuration(settings)


def fallback(settings: Settings) -> None:
    """Write the script that Asterisk starts when our service is gone; it reads it each time."""
    script = settings.paths.asterisk / "lib" / "agi-bin" / FALLBACK
    values = {"python": sys.executable, "project": PROJECT}
    _write(script, _environment().get_template(f"{FALLBACK}.j2").render(values)).chmod(0o700)


def texts(
    settings: Settings,
    installation: Installation,
    *,
    ports: Ports,
    secrets: Secrets,
    boot: str,
    lines: Trunks | None = None,
) -> dict[str, str]:
    """Return each file of Asterisk's configuration by its name; `lines` are the trunks in force.

    Raises SetupError.
    """
    lines = lines or trunks.in_force(settings)
    listed = [one for one in settings.sip_trunks.split(",") if one]
    run = run_folder(settings.paths.asterisk)
    return _rendered(
        {
            "settings": settings,
            "paths": settings.paths,
            "ports": ports,
            "secrets": secrets,
            "boot": boot,
            "dirs": {**installation.folders, "astrundir": str(run)},
            "channel_events": channel_events(settings.paths.journal, run),
            "phones": [(n, secrets.phones[n]) for n in settings.phones.split(",")],
            "browsers": [(s, secrets.seats[s]) for s in settings.seats if s.startswith("w")],
            "desk_phones": [(s, secrets.seats[s]) for s in settings.seats if not s.startswith("w")],
            # a queue that cannot say a number would let its caller go
            "counted": (settings.paths.sounds / "zh" / "number_20.wav").exists(),
            "called": settings.called,
            "opus": installation.opus,
            "codecs": lambda names: _known(names, installation),
            "moh_dir": installation.hold_music,
            "trunks": lines,
            "sip_trunks": listed,
            "permits": lines.permits(listed),
            "addresses": _addresses(settings.sip_address),
            "authority": _authority(settings),
            "shown": lambda trunk, what: trunk.shows(what, settings.hotline_number),
            "helps": lambda number: _helps(settings, lines, number),
            "refused_by_trunk": "|".join(map(str, sorted(TRUNK_REFUSES))),
        }
    )


def _known(names: str, installation: Installation) -> str:
    """Return codecs without opus where this Asterisk cannot make anything else of it."""
    found = [one for one in names.split(",") if one != "opus" or installation.opus]
    return ",".join(found or ["alaw"])


def run_folder(asterisk: Path) -> Path:
    """Return the folder for Asterisk's control socket, whose path may not be long.

    When the home's is too long, `run` there is a link to a short private folder.
    """
    plain = asterisk / "run"
    if len(os.fsencode(plain / "asterisk.ctl")) <= LONGEST_NAME and not plain.is_symlink():
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


def channel_events(journal: Path, run: Path) -> Path:
    """Return where Asterisk writes its channel events: through a link, where the path is long.

    A link that is right stays: an Asterisk that runs writes through it.
    """
    plain = journal / "cel.csv"
    if len(os.fsencode(plain)) <= LONGEST_NAME:
        return plain
    link = run / plain.name
    if not (link.is_symlink() and link.readlink() == plain):
        link.unlink(missing_ok=True)
        link.symlink_to(plain)
    return link


def _helps(settings: Settings, lines: Trunks, number: str) -> str:
    """Return on which trunks, and how, an emergency number is dialled (`dispatch/ways.py`)."""
    plan = settings.number_plan
    return "_".join(f"{one.name}/{one.numbers(plan).emergency(number)}" for one in lines.out)


def _addresses(address: str) -> list[tuple[str, str]]:
    """Return what the transports are called after their protocol, and where each listens."""
    if address == EVERY_ADDRESS:
        return [("", "0.0.0.0"), ("6", "[::]")]  # noqa: S104
    return [("", _bracketed(address))]


def _authority(settings: Settings) -> Path | None:
    """Return who vouches for trunks over TLS: a file of certificates, or the system's folder."""
    if settings.sip_authority:
        return Path(settings.sip_authority)
    usual = ssl.get_default_verify_paths()
    return next((Path(one) for one in (usual.cafile, usual.capath) if one), None)


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _quoted(value: str) -> str:
    """Return a value in which no `;` begins a comment."""
    return value.replace(";", "\\;")


def _environment() -> Environment:
    made = Environment(  # noqa: S701 (not HTML; `_plain` guards what Asterisk reads)
        loader=FileSystemLoader([PROJECT / name for name in SOURCES]),
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"bracketed": _bracketed, "quoted": _quoted}
    return made


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
