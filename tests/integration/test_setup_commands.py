"""The two commands as a person types them: what stands in the way is one sentence."""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from settings import PROJECT, Settings
from supervisor import asterisk, doctor, ports
from tools.errors import SetupError

THIRDRING = str(Path(sys.executable).parent / "thirdring")


def ran(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith("THIRDRING_")}
    return subprocess.run(
        words, env=plain | environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        yield int(other.getsockname()[1])


@pytest.fixture
def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """Return what was said; fails for success, silence and tracebacks."""
    told = done.stdout + done.stderr
    assert done.returncode != 0, told
    assert "Traceback" not in told
    return told


def test_a_taken_sip_port_is_named_with_its_principal_and_the_setting(
    tmp_path: Path, taken: int
) -> None:
    done = ran(THIRDRING, "run", THIRDRING_HOME=str(tmp_path), THIRDRING_SIP_PORT=str(taken))
    told = one_sentence(done)
    assert f"UDP port {taken} is in use by " in told
    assert f"(process {os.getpid()})" in told
    assert "THIRDRING_SIP_PORT" in told


def test_a_setting_that_is_wrong_is_named(tmp_path: Path) -> None:
    done = ran(THIRDRING, "run", THIRDRING_HOME=str(tmp_path), THIRDRING_SIP_PORT="70000")
    assert "THIRDRING_SIP_PORT" in one_sentence(done)


def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path: Path, free: int) -> None:
    (tmp_path / "file").write_text("")
    home = str(tmp_path / "file" / "home")
    done = ran(THIRDRING, "run", THIRDRING_HOME=home, THIRDRING_SIP_PORT=str(free))
    assert "Cannot start" in one_sentence(done)


def test_all_that_stands_in_the_way_is_told_at_once(tmp_path: Path, taken: int) -> None:
    home, key = tmp_path / "home", tmp_path / "key.pem"
    home.mkdir()
    (home / "trunks.toml").write_text("[[trunk]]\nname = 3\n")
    key.write_text("no key")
    done = ran(
        *(THIRDRING, "run"),
        THIRDRING_HOME=str(home),
        THIRDRING_SIP_PORT=str(taken),
        THIRDRING_ASTERISK="/no/asterisk",
        THIRDRING_DESK_CERTIFICATE=str(tmp_path / "missing.pem"),
        THIRDRING_DESK_KEY=str(key),
        THIRDRING_SIP_CERTIFICATE=str(key),
        THIRDRING_SIP_KEY=str(key),
        THIRDRING_SIP_AUTHORITY=str(tmp_path),
        THIRDRING_DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path}/none/x.db",
    )
    told = one_sentence(done)
    for said in (
        f"THIRDRING_DESK_CERTIFICATE: {tmp_path}/missing.pem is not there.",
        f"THIRDRING_SIP_CERTIFICATE and THIRDRING_SIP_KEY: {key} and {key} are no certificate",
        f"THIRDRING_SIP_AUTHORITY: {tmp_path} is a folder.",
        f"THIRDRING_DATABASE_URL: {tmp_path}/none/x.db cannot be a file",
        "THIRDRING_ASTERISK names /no/asterisk, which is no Asterisk that runs.",
        "trunks.toml: trunk 1: ",
        f"UDP port {taken} is in use by ",
    ):
        assert said in told, told
    assert not (home / "run").exists(), "nothing was begun"


def test_several_ports_that_are_taken_are_told_at_once(tmp_path: Path, taken: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        desk = str(other.getsockname()[1])
        done = ran(
            *(THIRDRING, "run"),
            THIRDRING_HOME=str(tmp_path),
            THIRDRING_SIP_PORT=str(taken),
            THIRDRING_DESK_PORT=desk,
        )
    told = one_sentence(done)
    assert "set THIRDRING_SIP_PORT" in told
    assert f"TCP port {desk} is in use by " in told


@pytest.mark.parametrize("command", ["run", "doctor", "calls", "phones", "settings"])
def test_every_command_tells_all_settings_that_are_wrong(tmp_path: Path, command: str) -> None:
    done = ran(
        *(THIRDRING, command),
        THIRDRING_HOME=str(tmp_path),
        THIRDRING_SIP_TRUNKS="notanip.invalid",
        THIRDRING_OPEN_HOURS="25:00-99:99",
        THIRDRING_HOLIDAYS="2027-02-31",
        THIRDRING_DATABASE_URL="postgresql://ring:hunter2@db/ring",
        THIRDRING_SIP_PROT="5060",
    )
    told = one_sentence(done)
    assert done.returncode == 2
    for name in ("SIP_TRUNKS", "OPEN_HOURS", "HOLIDAYS", "DATABASE_URL"):
        assert f"THIRDRING_{name}: " in told
    assert "THIRDRING_SIP_PROT is no setting; is it THIRDRING_SIP_PORT?" in told
    assert "hunter2" not in told


def test_a_desk_that_runs_elsewhere_may_have_its_port(tmp_path: Path, free: int) -> None:
    """As in containers: the part that has the desk goes on while Asterisk's is started again."""
    settings = Settings.model_validate({"home": tmp_path, "sip_port": free})
    with socket.socket() as desk:
        desk.bind(("127.0.0.1", 0))
        desk.listen()
        here = settings.model_copy(update={"desk_port": desk.getsockname()[1]})
        assert any("THIRDRING_DESK_PORT" in each for each in ports.hindered(here))
        assert ports.hindered(here, desk=ports.Desk.ELSEWHERE) == []


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("echo Asterisk 20.11.0", "names Asterisk 20.11.0; 22.10.1 or newer is needed"),
        ("echo hello", "is no Asterisk that runs"),
        ("exit 3", "is no Asterisk that runs"),
        ("echo Asterisk 22.10.1", "lacks the modules app_audiosocket"),
    ],
)
def test_a_named_asterisk_that_is_unfit_is_refused(tmp_path: Path, says: str, told: str) -> None:
    program = tmp_path / "sbin" / "asterisk"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{says}\n")
    program.chmod(0o755)
    settings = Settings.model_validate({"home": tmp_path, "asterisk": str(program)})
    with pytest.raises(SetupError, match=told):
        asterisk.find(settings)


def test_inner_ports_are_kept_and_one_that_was_taken_meanwhile_is_chosen_anew(
    tmp_path: Path,
) -> None:
    path = tmp_path / "run" / "ports.json"
    first = ports.settle(path)
    assert ports.settle(path) == first == ports.load(path)
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", first.ami))
        stranger.listen()
        second = ports.settle(path)
    assert (second.agi, second.line) == (first.agi, first.line)
    assert second.ami != first.ami
    assert len({second.agi, second.line, second.ami}) == 3


def test_doctor_says_what_to_do_about_a_home_that_is_empty(tmp_path: Path) -> None:
    done = ran(THIRDRING, "doctor", THIRDRING_HOME=str(tmp_path / "new"))
    assert "Traceback" not in done.stdout + done.stderr
    assert "The hotline is not running" in done.stdout
    assert "→ `make run` starts it." in done.stdout


def test_doctor_warns_of_a_country_without_known_holidays(tmp_path: Path) -> None:
    """It is no fault: the house works, without public holidays."""
    done = ran(THIRDRING, "doctor", THIRDRING_HOME=str(tmp_path / "new"), THIRDRING_REGION="AC")
    assert "hint   No public holidays are known for AC" in done.stdout
    assert "THIRDRING_HOLIDAYS" in done.stdout


def test_doctor_finds_secrets_that_others_can_read(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text('{"ami": "a", "signing": "s", "phones": {}}')
    (tmp_path / "secrets.json").chmod(0o644)
    done = ran(THIRDRING, "doctor", THIRDRING_HOME=str(tmp_path))
    assert done.returncode == 1
    assert f"chmod 600 {tmp_path}/secrets.json" in done.stdout


def checkout(folder: Path) -> Path:
    """Copy what the bootstrap reads, so that a test cannot harm the real environment."""
    for part in ("scripts", "requirements", "supervisor", "tools"):
        shutil.copytree(PROJECT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", folder)
    return folder / "scripts" / "bootstrap"


def test_a_machine_without_a_fitting_python_is_told_so(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "dirname", "cat", "sha256sum", "cut"):
        (tools / name).symlink_to(shutil.which(name) or "/bin/false")
    for shim in ("python3", "python3.11", "python3.12", "python3.13"):  # names that do not run
        (tools / shim).write_text("#!/bin/sh\necho 'pyenv: version not installed' >&2\nexit 127\n")
        (tools / shim).chmod(0o755)
    script = checkout(tmp_path / "checkout")
    script.write_text(script.read_text().replace("/usr/bin/python3", "no-such-python"))
    told = one_sentence(ran("/bin/sh", str(script), PATH=str(tools)))
    assert "no Python 3.11, 3.12 or 3.13 runs here" in told


def test_a_machine_without_a_network_is_told_so(tmp_path: Path) -> None:
    script = checkout(tmp_path / "checkout")
    environment = {
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_FIND_LINKS": "",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_RETRIES": "0",
    }
    told = one_sentence(ran(str(script), **environment))
    assert "the package index does not answer" in told


def test_the_second_bootstrap_does_nothing_at_all(tmp_path: Path) -> None:
    script = checkout(tmp_path / "checkout")
    (script.parent / "web").write_text("#!/bin/sh\n")  # has tests of its own
    venv = script.parent.parent / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    root = script.parent.parent
    seen = b"".join((root / name).read_bytes() for name in doctor.STAMPED)
    wanted = hashlib.sha256(f"{root}\n".encode() + seen).hexdigest()
    (venv / "thirdring.stamp").write_text(f"{wanted} runtime\n")
    done = ran(str(script), THIRDRING_PYTHON="/bin/false", PATH="/usr/bin:/bin")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
