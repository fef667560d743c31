"""A real Asterisk in our process tree, without our programs: it starts, dies, and comes back."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from settings import PROJECT, Settings
from supervisor import asterisk, render
from tests.ports import free_port
from tests.waiting import until

pytestmark = pytest.mark.real

RUN = """
import sys
from settings import Settings
from supervisor.run import run
sys.exit(run(Settings(), words=(), steps=[], services=[], once_ready=lambda _: None))
"""


def boots(home: Path, what: str) -> list[str]:
    lines = map(json.loads, (home / "journal" / "node1" / "site.jsonl").read_text().splitlines())
    return [line["boot"] for line in lines if line["what"] == what]


async def test_asterisk_that_is_killed_comes_back_under_a_new_name_even_in_a_deep_home(
    tmp_path: Path,
) -> None:
    home = tmp_path / "a-folder-with-a-rather-long-name" / "and-another-one-below-it" / "home"
    settings = Settings.model_validate({"home": home, "sip_port": free_port()})
    environment = {
        **os.environ,
        "THIRDRING_HOME": str(home),
        "THIRDRING_SIP_PORT": str(settings.sip_port),
        "THIRDRING_DESK_PORT": str(free_port()),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", RUN), env=environment, cwd=PROJECT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            while not (line := (await process.stdout.readline()).decode()).startswith("ready "):
                assert line, "ended before it was ready"
        assert line == (
            f"ready sip=127.0.0.1:{settings.sip_port} "
            f"desk=http://127.0.0.1:{environment['THIRDRING_DESK_PORT']}\n"
        )
        first = _name(settings)
        assert boots(home, "switch_started") == [first]
        os.kill(int((home / "run" / "asterisk.pid").read_text()), signal.SIGKILL)
        second = await until(
            lambda: name if (name := _name(settings)) not in {"", first} else "",
            within=20,
            what="Asterisk is back",
        )
        assert boots(home, "switch_died") == [first]
        assert boots(home, "switch_started") == [first, second]
    finally:
        process.terminate()
        async with asyncio.timeout(10):
            await process.communicate()
    assert process.returncode == 0
    assert not _name(settings)
    short = home / "asterisk" / "run"
    for file in short.resolve().iterdir():
        file.unlink()
    if short.is_symlink():
        short.readlink().rmdir()


def _name(settings: Settings) -> str:
    """Ask the running Asterisk for its system name; "" when none answers."""
    installation = asterisk.fetched(settings, print)
    words = installation.remote(render.configuration(settings), "core show settings")
    said = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False).stdout
    found = re.search(r"System name:\s+(\S+)", said)
    return found[1] if found else ""
