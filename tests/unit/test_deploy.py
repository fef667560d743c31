"""What ships for containers and for systemd: every setting passes, and nothing is misspelt."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from commands.settings import env_file
from environment import read, variable
from settings import PROJECT, Settings
from supervisor import notifying
from supervisor.children import Child, Start
from supervisor.supervise import Supervisor
from tests.waiting import until

UNIT = PROJECT / "deploy" / "thirdring.service"
COMPOSE = (PROJECT / "docker-compose.yml").read_text()
FIXED = {"THIRDRING_HOME", "THIRDRING_DATABASE_URL"}
"""What the compose file itself must say: the volume, and the database beside."""


def test_the_file_of_all_settings_is_as_it_would_be_written_now() -> None:
    assert (PROJECT / "deploy" / "thirdring.env").read_text() == env_file(), (
        "run: thirdring settings --env > deploy/thirdring.env"
    )


def test_every_setting_has_its_line_and_every_line_without_its_mark_is_a_setting() -> None:
    lines = [line for line in env_file().splitlines() if line.startswith("#THIRDRING_")]
    given = dict(line[1:].split("=", 1) for line in lines)
    assert set(given) == {variable(name) for name in Settings.model_fields}
    here = {name: given[name] for name in given if name != "THIRDRING_HOME"}
    found, usual = read(here), Settings()
    for name in Settings.model_fields:
        if name not in {"home", "cache"}:
            assert getattr(found, name) == getattr(usual, name), name


def test_every_setting_reaches_every_container_of_ours() -> None:
    """By one file; what stands beside it in the compose file would go before it."""
    shared, _, services = COMPOSE.partition("\nservices:\n")
    assert "  env_file:\n    - path: .env\n" in shared
    given = dict(re.findall(r"^    (THIRDRING_[A-Z_]+): (.+)$", shared, re.MULTILINE))
    passed = {name for name, value in given.items() if value.startswith(f"${{{name}:-")}
    assert set(given) - passed == FIXED
    for name in passed:
        usual = Settings.model_fields[name.removeprefix("THIRDRING_").lower()].default
        assert given[name] == f"${{{name}:-{usual}}}"
    for name in ("asterisk", "calls", "ledger", "desk", "dispatch"):
        service = re.split(r"(?m)^  (?=[a-z]+:)", services.partition(f"  {name}:\n")[2])[0]
        assert "<<: *ring" in service
        assert "env" not in service, f"{name} has an environment of its own"
    assert ".env" in (PROJECT / ".dockerignore").read_text().splitlines()


def test_the_image_is_without_what_only_tests_need() -> None:
    text = (PROJECT / "Containerfile").read_text()
    assert "tools.fetch asterisk" in text
    ignored = (PROJECT / ".dockerignore").read_text().splitlines()
    assert {"tests", "bench", ".git"} <= set(ignored)


def _directives() -> dict[str, dict[str, list[str]]]:
    """Return what the unit says, by section; fails for a line that is none."""
    found: dict[str, dict[str, list[str]]] = {}
    section = ""
    for line in UNIT.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        if head := re.fullmatch(r"\[([A-Z][a-z]+)\]", line):
            section = head[1]
            continue
        name, equals, value = line.partition("=")
        assert equals, line
        assert re.fullmatch("[A-Z][A-Za-z]+", name), line
        found.setdefault(section, {}).setdefault(name, []).append(value)
    return found


def test_the_unit_says_what_an_operator_relies_on() -> None:
    unit = _directives()
    assert list(unit) == ["Unit", "Service", "Install"]
    service = unit["Service"]
    assert (service["Type"], service["Restart"]) == (["notify"], ["always"])
    assert service["ExecStart"] == ["/opt/thirdring/.venv/bin/thirdring run"]
    assert service["ExecStop"] == ["/opt/thirdring/.venv/bin/thirdring stop"]
    assert service["CapabilityBoundingSet"] == [""]
    assert service["ProtectSystem"] == ["strict"]
    twice = [name for name, said in service.items() if len(said) > 1]
    assert not twice, twice
    named = re.findall(r"(THIRDRING_[A-Z]+)=(\S+)", " ".join(service["Environment"]))
    assert {name.removeprefix("THIRDRING_").lower() for name, _ in named} <= {
        *Settings.model_fields
    }
    read(dict(named))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_itself_finds_nothing_wrong(tmp_path: Path) -> None:
    text = UNIT.read_text().replace("/opt/thirdring/.venv/bin/thirdring", "/bin/true")
    (tmp_path / UNIT.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / UNIT.name)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert not said, said


@pytest.fixture(params=["path", "abstract"])
def systemd(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    """Hear what systemd would hear."""
    abstract = request.param == "abstract"
    name = f"@thirdring-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(f"\0{name[1:]}" if abstract else name)
        heard.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        yield heard


def _heard(systemd: socket.socket) -> list[str]:
    said = []
    with suppress(BlockingIOError):
        while True:
            said.append(systemd.recv(1000).decode())
    return said


async def test_ready_is_said_when_everything_answers_and_not_before(
    systemd: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "300000")
    for folder in ("run", "log"):
        (tmp_path / folder).mkdir()
    answers, asked, ready = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def is_ready() -> bool:
        asked.set()
        return answers.is_set()

    start = Start(words=("sh", "-c", "env; sleep 60"), tale={"name": "calls"})
    one = Child("calls", "service", lambda: start, is_ready)
    supervisor = Supervisor(home=tmp_path, journal=tmp_path, children=[one])
    running = asyncio.create_task(supervisor.run(ready.set))
    await asyncio.wait_for(asked.wait(), 10)
    assert not [each for each in _heard(systemd) if "READY" in each]
    answers.set()
    await asyncio.wait_for(ready.wait(), 10)
    heard = _heard(systemd)
    await until(lambda: "WATCHDOG=1" in _heard(systemd), within=5, what="a sign of life")
    assert heard.count("READY=1\nSTATUS=calls are answered") == 1
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert "STOPPING=1" in _heard(systemd)
    assert "NOTIFY_SOCKET" not in (tmp_path / "log" / "calls.log").read_text()


@pytest.mark.parametrize("address", ["", "relative", "/no/such/socket", "@nobody-listens-here"])
def test_without_systemd_nothing_happens(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    notifying.say("READY=1")


@pytest.mark.parametrize(
    ("wanted", "whose", "every"),
    [
        ("", "", None),
        ("0", "", None),
        ("x", "", None),
        ("30000000", "", 30.0),
        ("30000000", "1", None),
    ],
)
def test_the_watchdog_is_fed_only_when_it_is_ours(
    wanted: str, whose: str, every: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", wanted)
    monkeypatch.setenv("WATCHDOG_PID", whose)
    assert notifying.watched_every() == every
