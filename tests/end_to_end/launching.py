"""The processes of a hotline under test: launched by the real entry, all gone afterwards."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from process_priority import NICENESS, NICENESS_OF_LEDGER, priority_of
from settings import PROJECT, Settings
from tests.ports import free_port

READY_WITHIN = 120.0
"""Seconds; the very first start also builds the prompts."""


@contextmanager
def one_starts_at_a_time() -> Iterator[None]:
    """Wait for our turn: a start takes both cores, and others are on the telephone meanwhile."""
    with (PROJECT / ".cache" / "house.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def launch(
    home: Path, parts: Sequence[str], environment: Mapping[str, str], *more: str
) -> subprocess.Popen[str]:
    """Start the parts of a hotline on a home, through the real entry."""
    words = ["run", *more, *(word for part in parts for word in ("--part", part))]
    with (home / "run.out").open("w") as output:
        return subprocess.Popen(
            [str(Path(sys.executable).parent / "thirdring"), *words],
            env=dict(environment),
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )


def environment_of(home: Path, wanted: Mapping[str, object]) -> dict[str, str]:
    """Return the environment that gives a hotline its home, its ports and these settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("THIRDRING_")}
    given = {
        "home": home,
        "sip_port": free_port(),
        "desk_port": free_port(),
        "wait_for_calls": 0,
        "recording_notice": False,  # 4 s of each call; the tests that ask for it have it
        **wanted,
    }
    return kept | {f"THIRDRING_{name.upper()}": str(value) for name, value in given.items()}


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Return the settings that a hotline has in an environment."""
    prefix = "THIRDRING_"
    values = {
        name.removeprefix(prefix).lower(): value
        for name, value in environment.items()
        if name.startswith(prefix)
    }
    return Settings.model_validate(values)


def await_ready(process: subprocess.Popen[str], output: Path) -> None:
    """Wait for the line by which a hotline says that calls can come in."""
    deadline = time.monotonic() + READY_WITHIN
    while not any(line.startswith("ready ") for line in output.read_text().splitlines()):
        give_way(output.parent)
        if process.poll() is not None:
            raise AssertionError(f"thirdring run ended:\n{output.read_text()}")
        if time.monotonic() > deadline:
            raise AssertionError(f"not ready in {READY_WITHIN} s:\n{output.read_text()}")
        time.sleep(0.05)  # nobody tells when a line was written to a file
    give_way(output.parent, 0)


def give_way(home: Path, niceness: int = 5) -> None:
    """Let who is on the telephone with other hotlines go first, while this one starts.

    A start takes 10 s of a processor. Each process of a hotline is a session, to which Linux gives
    an equal share, unless it is told otherwise (sched(7), autogroup); only root may take it back.
    """
    if os.geteuid() != 0:
        return
    _, ours = priority_of(os.getpid())
    for file in (home / "run").glob("*.pid"):
        with suppress(OSError, ValueError):
            group = Path(f"/proc/{int(file.read_text())}/autogroup")
            its = niceness or max(-20, min(19, ours + NICE_OF.get(file.stem, 0)))
            group.write_text(str(its), encoding="ascii")


NICE_OF: Final = {**NICENESS, "ledger": NICENESS_OF_LEDGER}
"""As where hotlines really run."""


def await_first_account(output: Path) -> None:
    """Wait for the line that names the first administrator, which comes after `ready`."""
    deadline = time.monotonic() + READY_WITHIN
    while "first administrator: " not in output.read_text():
        if time.monotonic() > deadline:
            raise AssertionError(f"no administrator in {READY_WITHIN} s:\n{output.read_text()}")
        time.sleep(0.05)


def stop(process: subprocess.Popen[str]) -> None:
    """Stop a hotline as an operator does."""
    process.send_signal(signal.SIGCONT)
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=5)
        raise


def left_behind(home: Path) -> list[str]:
    """Return the processes of a hotline that still run."""
    mark = f"THIRDRING_HOME={home}".encode()
    left = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                left.append(f"{(folder / 'comm').read_text().strip()} ({folder.name})")
        except OSError:
            continue
    return left
