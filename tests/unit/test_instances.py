"""How a command finds the hotline that runs: real processes, no Asterisk."""

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import main
from supervisor import instances
from supervisor.children import MARK

SUPERVISOR = textwrap.dedent(
    """
    import asyncio, os, sys
    from pathlib import Path
    from supervisor.children import Child, Start, spawn
    from supervisor.supervise import alone

    async def live(home):
        start = Start(["sleep", "60"], {})
        process = await spawn(Child("calls", "service", None, None), start, home=home)
        print(process.pid, flush=True)
        await process.wait()

    home = Path(sys.argv[1])
    for name in ("log", "run"):
        (home / name).mkdir(parents=True)
    with alone(home, os.getpid()):
        asyncio.run(live(home))
    """
)

Start = Callable[..., Path]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start something that holds a home and has a child, as a supervisor does."""
    proc = tmp_path / "proc"
    proc.mkdir()
    monkeypatch.setattr(instances, "PROC", proc)
    for name in [each for each in os.environ if each.startswith("THIRDRING")]:
        monkeypatch.delenv(name)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    begun: list[subprocess.Popen[str]] = []

    def started(name: str, **variables: str) -> Path:
        home = tmp_path / name
        one = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(home)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **variables},
            stdout=subprocess.PIPE,
            text=True,
        )
        begun.append(one)
        assert one.stdout is not None
        child = one.stdout.readline().strip()
        # Begun by way of another program: each has, for a moment, no environment to be read.
        running = Path(f"/proc/{child}")
        while (running / "comm").read_text() != "sleep\n" or MARK.encode() not in (
            running / "environ"
        ).read_bytes():
            time.sleep(0.001)
        for pid in (child, str(one.pid)):
            (proc / pid).symlink_to(f"/proc/{pid}")
        return home

    yield started
    for one in begun:
        one.kill()  # its child dies with it
        one.communicate()


def settings(*, code: int = 0) -> dict[str, str]:
    """Return what `thirdring settings` shows; with another `code` what it says instead."""
    told = CliRunner().invoke(main.cli, ["settings", "--json"])
    assert told.exit_code == code, told.output
    if code:
        return {"says": told.stderr}
    return {line["name"]: line["value"] for line in json.loads(told.stdout)}


def test_a_command_finds_the_hotline_that_runs_from_any_folder(start: Start) -> None:
    home = start("ring", THIRDRING_SIP_PORT="5999", THIRDRING_DESK_CERTIFICATE="")
    found = settings()
    assert (found["home"], found["sip_port"]) == (str(home), "5999")


def test_a_path_is_that_of_the_folder_in_which_the_hotline_was_started(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start("ring", THIRDRING_SIP_AUTHORITY="../ca.pem", THIRDRING_CACHE="cache")
    monkeypatch.chdir("/")
    found = settings()
    assert Path(found["sip_authority"]) == tmp_path / "elsewhere" / ".." / "ca.pem"
    assert Path(found["cache"]) == tmp_path / "elsewhere" / "cache"


def test_what_is_set_here_goes_before_what_the_hotline_has(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    start("ring", THIRDRING_SIP_PORT="5999", THIRDRING_COMPANY="四方")
    monkeypatch.setenv("THIRDRING_SIP_PORT", "5998")
    found = settings()
    assert (found["sip_port"], found["company"]) == ("5998", "四方")


def test_of_two_hotlines_it_must_be_said_which(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = start("a", THIRDRING_SIP_PORT="5001"), start("b", THIRDRING_SIP_PORT="5002")
    said = settings(code=2)["says"]
    assert f"2 hotlines run on this machine: say which one, THIRDRING_HOME={first} or" in said
    for home, port in ((first, "5001"), (second, "5002")):
        monkeypatch.setenv("THIRDRING_HOME", str(home))
        assert settings()["sip_port"] == port


def test_in_the_folder_of_one_of_them_it_is_that_one(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start("a", THIRDRING_SIP_PORT="5001")
    start("here/var", THIRDRING_SIP_PORT="5002")
    monkeypatch.chdir(tmp_path / "here")
    assert settings()["sip_port"] == "5002"


def test_a_hotline_that_stands_still_here_is_not_taken_for_one_that_runs_elsewhere(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = start("a")
    (tmp_path / "elsewhere" / "var").mkdir()
    (tmp_path / "elsewhere" / "var" / "secrets.json").write_text("{}")
    said = settings(code=2)["says"]
    assert "does not run, and another one does" in said
    assert f"THIRDRING_HOME={home}" in said


def test_another_home_has_nothing_of_one_that_runs(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start("a", THIRDRING_SIP_PORT="5001")
    monkeypatch.setenv("THIRDRING_HOME", str(tmp_path / "other"))
    assert settings()["sip_port"] == "5060"


def test_where_none_runs_it_is_the_folder_of_here(start: Start, tmp_path: Path) -> None:
    assert settings()["home"] == str(tmp_path / "elsewhere" / "var")


def test_a_start_takes_nothing_from_one_that_runs(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    from commands import context  # noqa: PLC0415

    start("a", THIRDRING_SIP_PORT="5001")
    assert context.own_settings().sip_port == 5060
    assert context.settings().sip_port == 5001


def test_what_is_left_of_a_dead_one_is_none(start: Start) -> None:
    home = start("a")
    (home / "run" / "supervisor.lock").write_text("1\n")
    assert instances.running() == []


def test_a_home_that_is_no_path_is_a_sentence(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    start("a")
    for home in ("~nobody-of-this-name/x", "x" * 5000, "/" + "y" * 300, ""):
        monkeypatch.setenv("THIRDRING_HOME", home)
        assert "THIRDRING_HOME" in settings(code=2)["says"]
