"""Makes .venv from the locked requirements, and installs the checkout into it.

Started by scripts/bootstrap, by any Python 3.11-3.13; standard library only. The packages come
from wherever the machine's pip is told to look, and are held to the hashes in requirements/*.lock.
The stamp is written last: an interrupted run starts again.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from tools.debian import PrivateApt, unpack  # noqa: E402
from tools.errors import SetupError, sentence  # noqa: E402

VENV = PROJECT / ".venv"
CACHE = PROJECT / ".cache"
NEEDED_MB = 900
REASONS = {
    r"No space left on device|Errno 28": "the disk is full; make room and start again",
    r"DO NOT MATCH THE HASHES|HASHES": "a package is not the one that was locked (hash mismatch)",
    r"Temporary failure in name|Failed to establish|timed out|Network is unreachable|from versions"
    r": none|Connection (refused|reset|broken)": "the package index does not answer (no network?)",
    r"No matching distribution|Could not find a version": "the index lacks a locked package",
}


def say(text: str) -> None:
    print(f"set-up: {text}", flush=True)


def main(profile: str, wanted: str) -> None:
    """Bring .venv up to the profile (runtime or develop) and stamp it."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = VENV / "thirdring.stamp"
        have = stamp.read_text().split() if stamp.exists() else []
        if have == [wanted, profile]:
            return
        if "develop" in have:
            profile = "develop"
        stamp.unlink(missing_ok=True)
        check_room()
        make_venv()
        install(profile)
        stamp.write_text(f"{wanted} {profile}\n")


def check_room() -> None:
    free = shutil.disk_usage(PROJECT).free // 2**20
    if free < NEEDED_MB:
        raise SetupError(f"Only {free} MB are free in {PROJECT}; {NEEDED_MB} MB are needed.")


def make_venv() -> None:
    """Make the environment with this Python, unless a working one is there."""
    python = VENV / "bin" / "python"
    if python.exists() and runs([str(python), "-c", "import pip"]):
        return
    version = ".".join(map(str, sys.version_info[:3]))
    say(f"making .venv with Python {version} ({sys.executable})")
    shutil.rmtree(VENV, ignore_errors=True)
    if runs([sys.executable, "-c", "import ensurepip, venv"]):
        step([sys.executable, "-m", "venv", str(VENV)], doing="make the virtual environment")
    else:
        step(
            [sys.executable, "-m", "venv", "--without-pip", str(VENV)],
            doing="make the virtual environment (install the package python3-venv)",
        )
        install_pip_of_debian(python)


def install_pip_of_debian(python: Path) -> None:
    """Put pip into .venv from Debian's own wheel: this Python came without ensurepip."""
    say("this Python has no ensurepip: fetching pip's wheel from Debian (python3-pip-whl)")
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        folder = Path(name)
        apt = PrivateApt(folder / "apt")
        apt.update()
        wanted = [p for p in apt.choose(["python3-pip-whl"]) if p.name == "python3-pip-whl"]
        apt.fetch(wanted, folder / "debs", lambda _percent, _what: None)
        for archive in (folder / "debs").glob("*.deb"):
            unpack(archive, folder / "root")
        wheels = sorted((folder / "root/usr/share/python-wheels").glob("pip-*.whl"))
        if not wheels:
            raise SetupError("Debian's python3-pip-whl holds no pip; install python3-venv.")
        command = [str(python), f"{wheels[-1]}/pip", "install", "--no-index", str(wheels[-1])]
        step(command, doing="install pip")


def install(profile: str) -> None:
    """Install the locked packages, then the checkout itself in editable form."""
    lock = PROJECT / "requirements" / f"{profile}.lock"
    total = len(re.findall(r"^[a-z0-9][^ ]*==", lock.read_text(), flags=re.MULTILINE))
    say(f"installing {total} locked packages ({lock.relative_to(PROJECT)})")
    pip = [
        str(VENV / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--progress-bar",
        "off",
        "--no-compile",
    ]
    pip += ["--disable-pip-version-check", "--no-input"]
    follow([*pip, "--require-hashes", "-r", str(lock)], total)
    step(
        [*pip, "-q", "--no-deps", "--no-build-isolation", "-e", str(PROJECT)],
        doing="install the project into .venv",
    )
    say("the Python environment is ready")


def follow(command: list[str], total: int) -> None:
    """Run pip and tell how far it is, one line for every tenth of the packages."""
    log = CACHE / "bootstrap.log"
    done, told = 0, 0
    with log.open("w") as kept:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=quiet()
        )
        assert process.stdout is not None
        for line in process.stdout:
            kept.write(line)
            if line.startswith(("Collecting", "Requirement already satisfied")):
                done += 1
                if done * 10 // total > told:
                    told = done * 10 // total
                    say(f"  {min(done, total)} of {total} packages found and fetched")
            elif line.startswith("Installing collected"):
                say("  unpacking them into .venv")
    if process.wait():
        raise SetupError(f"Cannot install the packages: {reason(log.read_text())} (see {log}).")


def reason(output: str) -> str:
    for pattern, text in REASONS.items():
        if re.search(pattern, output):
            return text
    complaints = [line for line in output.splitlines() if re.match(r" *error", line, re.IGNORECASE)]
    return complaints[-1].strip() if complaints else "pip failed without a reason"


def step(command: list[str], *, doing: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=quiet())
    if done.returncode:
        raise SetupError(f"Cannot {doing}: {reason(done.stdout + done.stderr)}.")


def runs(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def quiet() -> dict[str, str]:
    """Return the environment without what would lead pip elsewhere."""
    astray = ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX")
    return {name: value for name, value in os.environ.items() if name not in astray}


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except SetupError as error:
        sys.exit(f"set-up: {error}")
    except OSError as error:
        sys.exit(f"set-up: {sentence(error, doing='make the Python environment')}")
    except KeyboardInterrupt:
        sys.exit("set-up: stopped; the next start goes on from here.")
