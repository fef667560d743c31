"""Finds Asterisk: the named one, a new enough system one, or one unpacked into the cache.

Debian 12 and 13 carry no asterisk; Debian unstable does. Its packages, and everything they need
down to the C library, are unpacked into one folder and run from there by that folder's own program
loader: nothing is installed, no root is needed. `asterisk -rx` is run the same way; `core restart`
does not work like this (end it and start it again).
"""

import fcntl
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from settings import Settings
from supervisor import asterisk_patch as mending
from tools import unpacked
from tools.errors import SetupError

OLDEST = (22, 10, 1)
"""Older ones have known faults in AudioSocket and MixMonitor; newer main versions are welcome."""

NEEDED_MODULES = """
    app_audiosocket app_bridgeaddchan app_dial app_mixmonitor app_playback app_queue app_record
    app_senddtmf bridge_simple bridge_softmix cel_custom chan_pjsip
    codec_alaw codec_resample codec_ulaw format_sln format_wav func_base64 func_strings
    func_timeout func_uuid pbx_config res_agi res_audiosocket res_musiconhold res_pjsip
    res_rtp_asterisk
"""
SYSTEM_DATA = (Path("/usr/share/asterisk"), Path("/var/lib/asterisk"))

Say = Callable[[str], None]


@dataclass(frozen=True)
class Installation:
    """One Asterisk on this machine: how to start it, and where its parts lie."""

    argv: tuple[str, ...]
    version: str
    modules: Path
    data: Path
    root: Path | None = None
    """Folder of the unpacked packages; None for a system Asterisk."""

    @property
    def program_file(self) -> Path:
        """Return the file of the program itself."""
        return Path(self.argv[-1])

    @property
    def loses_voices(self) -> bool:
        """Tell whether it has the fault that `mending` knows of."""
        return mending.state(self.program_file) is mending.State.FAULTY

    @property
    def folders(self) -> dict[str, str]:
        """Return the [directories] of asterisk.conf that depend on the installation."""
        return {
            "astmoddir": str(self.modules),
            "astdatadir": str(self.data),
            "astsbindir": str(self.program_file.parent),
        }

    @property
    def opus(self) -> list[str]:
        """Return the module that reads and writes opus; not every Asterisk has one."""
        names = ("codec_opus_open_source", "codec_opus")
        return [name for name in names if (self.modules / f"{name}.so").exists()][:1]

    @property
    def hold_music(self) -> Path:
        """Return the folder of the music that comes with the installation."""
        return self.data / "moh"

    def program(self, name: str) -> list[str]:
        """Return the words that start another program (sipp) of the same folder.

        Raises SetupError when there is none, nor a system one.
        """
        if self.root is not None and (found := unpacked.program(self.root, name)):
            return found
        if (system := shutil.which(name)) is not None:
            return [system]
        raise SetupError(f"The program {name} is missing; install it (apt install {name}).")

    def remote(self, configuration: Path, command: str) -> list[str]:
        """Return the words that have the running Asterisk carry out one console command."""
        return [*self.argv, "-C", str(configuration), "-rx", command]

    def missing_modules(self) -> list[str]:
        return sorted(m for m in NEEDED_MODULES.split() if not (self.modules / f"{m}.so").exists())


def obtain(settings: Settings, say: Say) -> Installation:
    """Return an Asterisk that can run the hotline, fetching one where there is none.

    Raises SetupError: the named one is unfit, or the packages cannot be had.
    """
    return _mended(find(settings) or _fetch(settings, say))


def find(settings: Settings) -> Installation | None:
    """Return the Asterisk that is there already, or None; fetches nothing.

    Raises SetupError when THIRDRING_ASTERISK names one that is unfit.
    """
    if settings.asterisk:
        return _named(Path(settings.asterisk).expanduser())
    system = shutil.which("asterisk") or shutil.which("asterisk", path="/usr/sbin")
    found = _examine((system,), root=None) if system is not None else None
    return found if found is not None and _fit(found) else _in_cache(settings.cache)


def fetched(settings: Settings, say: Say) -> Installation:
    """Return the Asterisk of the cache, fetched where missing; it comes with sipp."""
    return _mended(_in_cache(settings.cache) or _fetch(settings, say))


def _mended(found: Installation) -> Installation:
    """Take a fault of Debian's out of an unpacked Asterisk; of others the doctor tells."""
    if found.root is not None:
        mending.mend(found.program_file)
    return found


def _named(program: Path) -> Installation:
    found = _examine((str(program),), root=None) if program.exists() else None
    if found is None:
        raise SetupError(f"THIRDRING_ASTERISK names {program}, which is no Asterisk that runs.")
    if _number(found.version) < OLDEST:
        raise SetupError(
            f"THIRDRING_ASTERISK names Asterisk {found.version}; 22.10.1 or newer is needed."
        )
    if missing := found.missing_modules():
        raise SetupError(f"The Asterisk in {program} lacks the modules {', '.join(missing)}.")
    return found


def _fit(found: Installation) -> bool:
    """Tell whether a found Asterisk will do; one with Debian's fault is not ours to change."""
    new_enough = _number(found.version) >= OLDEST and not found.missing_modules()
    return new_enough and (found.root is not None or not found.loses_voices)


def _in_cache(cache: Path) -> Installation | None:
    """Return the newest complete unpacked Asterisk; unfinished ones bear another name."""
    kept = [path for path in cache.glob("asterisk-*") if re.fullmatch(r"[\d.]+", path.name[9:])]
    for root in sorted(kept, key=lambda path: _number(path.name), reverse=True):
        argv = unpacked.program(root, "asterisk")
        if argv is not None:
            library = unpacked.library(root)
            return Installation(
                argv=tuple(argv),
                version=root.name.removeprefix("asterisk-"),
                modules=library / "asterisk" / "modules",
                data=root / "usr" / "share" / "asterisk",
                root=root,
            )
    return None


def _fetch(settings: Settings, say: Say) -> Installation:
    cache = settings.cache
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache / "asterisk.lock", say):
        if (meanwhile := _in_cache(cache)) is not None:
            return meanwhile
        say("no Asterisk 22.10.1 or newer on this machine: fetching one into the cache")
        with unpacked.staging(cache) as stage:
            unpacked.fill(stage, say)
            probe = _examine(tuple(unpacked.program(stage, "asterisk") or ()), root=stage)
            if probe is None or not _fit(probe):
                lacking = ", ".join(probe.missing_modules()) if probe else "a program that runs"
                raise SetupError(f"The fetched Asterisk is unfit; it lacks {lacking}.")
            stage.rename(cache / f"asterisk-{probe.version}")
    found = _in_cache(cache)
    if found is None:
        raise SetupError(f"The fetched Asterisk vanished from {cache}; start again.")
    say(f"Asterisk {found.version} is in place ({found.root})")
    return found


def _examine(argv: tuple[str, ...], *, root: Path | None) -> Installation | None:
    """Ask a program for its version, and find its folders; None when it does not run."""
    if not argv:
        return None
    try:
        answer = subprocess.run(
            [*argv, "-V"], capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(r"Asterisk \D*(\d+\.\d+\.\d+)", answer.stdout)
    if version is None:
        return None
    return Installation(
        argv=argv,
        version=version[1],
        modules=_modules_beside(Path(argv[-1])),
        data=next((path for path in SYSTEM_DATA if (path / "sounds").exists()), SYSTEM_DATA[0])
        if root is None
        else root / "usr" / "share" / "asterisk",
        root=root,
    )


def _modules_beside(program: Path) -> Path:
    """Return the folder of modules that belongs to …/sbin/asterisk."""
    libraries = program.resolve().parent.parent / "lib"
    found = [*libraries.glob("*/asterisk/modules"), *libraries.glob("asterisk/modules")]
    return found[0] if found else libraries / "asterisk" / "modules"


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


@contextmanager
def _alone(path: Path, say: Say) -> Iterator[None]:
    """Let one start at a time fetch; others wait and then find it done."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another start is fetching Asterisk: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
