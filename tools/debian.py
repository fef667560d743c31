"""Fetches Debian packages without root and without installing them: a private apt.

The machine's own apt configuration names the mirror; lists, archives and the (empty) dpkg status
are kept in a folder of ours, so apt computes everything a package needs and nothing of the machine
is changed. Standard library only: the bootstrap uses it before anything is installed.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.errors import SetupError

Progress = Callable[[float, str], None]
"""Told how far a step is: percent (0…100) and what is being done."""

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


@dataclass(frozen=True)
class Package:
    """A package that apt chose, with its size as fetched, in bytes."""

    name: str
    file: str
    size: int


class PrivateApt:
    """An apt of our own in one folder; `suite` empty means the machine's own suites."""

    def __init__(self, folder: Path, *, suite: str = "") -> None:
        for tool in ("apt-get", "dpkg-deb"):
            if shutil.which(tool) is None:
                raise SetupError(
                    f"{tool} is missing: this machine is not a Debian. Install Asterisk 22.10.1 or "
                    "newer yourself and name it in THIRDRING_ASTERISK."
                )
        self._folder = folder
        self._suite = suite
        self._lenient = False
        self._write_configuration()

    def update(self) -> None:
        """Fetch the package lists; a frozen mirror's expired list is taken as it is."""
        done = self._apt("update")
        if "is expired" in done.stderr or "is not valid yet" in done.stderr:
            self._lenient = True
            done = self._apt("update")
        if done.returncode or "Failed to fetch" in done.stderr:
            raise SetupError(_refusal(done.stderr, doing="fetch Debian's package list"))

    def choose(self, names: Iterable[str]) -> list[Package]:
        """Return the packages and everything they need, as apt would install them."""
        done = self._apt("install", "--print-uris", "-y", "-qq", *names)
        if done.returncode:
            raise SetupError(_refusal(done.stderr, doing="find the packages"))
        return [_package(line) for line in done.stdout.splitlines() if line.startswith("'")]

    def fetch(self, packages: Iterable[Package], into: Path, progress: Progress) -> None:
        """Download into a folder, checked by apt against the signed lists."""
        into.mkdir(parents=True, exist_ok=True)
        arguments = ["download", "-o", "APT::Status-Fd=1", "-qq", *(p.name for p in packages)]
        with (into / "apt.err").open("w+") as errors:
            with subprocess.Popen(
                ["apt-get", *self._options(), *arguments],
                cwd=into,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            ) as process:
                assert process.stdout is not None
                for line in process.stdout:
                    kind, _, rest = line.partition(":")
                    if kind == "dlstatus":
                        percent, what = rest.split(":", 2)[1:]
                        progress(float(percent), what.strip())
            if process.returncode:
                errors.seek(0)
                raise SetupError(_refusal(errors.read(), doing="download the packages"))

    def _write_configuration(self) -> None:
        folder = self._folder
        for part in ("lists/partial", "cache/archives/partial"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        values = {
            "Dir::State": folder,
            "Dir::State::status": folder / "status",
            "Dir::State::lists": folder / "lists",
            "Dir::Cache": folder / "cache",
            "APT::Sandbox::User": "",
            "APT::Install-Recommends": "0",
            "APT::Update::Post-Invoke-Success": "",
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
        }
        if self._suite:
            (folder / "sources.list").write_text(_source(self._suite))
            values["Dir::Etc::sourcelist"] = folder / "sources.list"
            for part in ("sourceparts", "preferences", "preferencesparts"):
                values[f"Dir::Etc::{part}"] = "/dev/null"
        lines = "".join(f'{key} "{value}";\n' for key, value in values.items())
        (folder / "apt.conf").write_text(lines)

    def _options(self) -> list[str]:
        return ["-o", "Acquire::Check-Valid-Until=false"] if self._lenient else []

    def _environment(self) -> Mapping[str, str]:
        return {**os.environ, "LC_ALL": "C", "APT_CONFIG": str(self._folder / "apt.conf")}

    def _apt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["apt-get", *self._options(), *arguments],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def unpack(archive: Path, into: Path) -> None:
    """Unpack one package's files; nothing of it is run."""
    done = subprocess.run(
        ["dpkg-deb", "-x", str(archive), str(into)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SetupError(_refusal(done.stderr, doing=f"unpack {archive.name}"))


def _source(suite: str) -> str:
    """Return the line of sources.list for a suite on the mirror that this machine already uses."""
    listing = subprocess.run(  # works before any list was fetched, and without root
        ["apt-get", "update", "--print-uris"], capture_output=True, text=True, check=False
    ).stdout
    mirrors = re.findall(r"^'(\S+/debian)/+dists/", listing, flags=re.MULTILINE)
    if not mirrors:
        raise SetupError(
            "This machine's apt knows no Debian mirror to fetch Asterisk from. Install Asterisk "
            "22.10.1 or newer yourself and name it in THIRDRING_ASTERISK."
        )
    signed = f" [signed-by={KEYRING}]" if KEYRING.exists() else ""
    return f"deb{signed} {mirrors[0]} {suite} main\n"


def _package(line: str) -> Package:
    """Read one line of --print-uris: 'address' file size checksum."""
    _, file, size, *_ = line.split()
    return Package(name=file.split("_", 1)[0], file=file, size=int(size))


def _refusal(stderr: str, *, doing: str) -> str:
    """Turn apt's complaints into one sentence."""
    if "No space left" in stderr or "enough free space" in stderr:
        return f"Cannot {doing}: the disk is full. Make room and start again."
    complaints = [
        line.partition(":")[2].strip() for line in stderr.splitlines() if line.startswith("E:")
    ]
    reason = (
        complaints[0] if complaints else (stderr.strip().splitlines() or ["unknown reason"])[-1]
    )
    if any(word in stderr for word in ("resolv", "onnect", "imed out", "unreachable")):
        return f"Cannot {doing}: the package mirror does not answer ({reason})."
    return f"Cannot {doing}: {reason}"
