"""What the person at the keyboard reads when something stands in the way; and small decisions."""

import errno
import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from scripts import bootstrap
from settings import Settings
from supervisor import render, secrets
from supervisor.asterisk import Installation
from supervisor.children import last_words, limit_logs
from supervisor.ports import Ports
from supervisor.supervise import pause_after
from tools import debian, unpacked
from tools.errors import SetupError, sentence


def test_a_full_disk_is_told_in_a_sentence_that_says_what_to_do() -> None:
    error = OSError(errno.ENOSPC, "No space left on device", "/home/ring/x")
    told = sentence(error, doing="write the configuration")
    assert told == (
        "Cannot write the configuration: the disk is full (/home/ring/x). "
        "Make room and start again."
    )


@pytest.mark.parametrize(
    ("stderr", "told"),
    [
        ("E: You don't have enough free space in /x/.", "the disk is full"),
        (
            "W: x\nE: Failed to fetch a  Temporary failure resolving 'mirror'",
            "the package mirror does not answer",
        ),
        ("E: Unable to locate package asterisk", "Unable to locate package asterisk"),
        ("", "unknown reason"),
    ],
)
def test_what_apt_complains_of_becomes_one_sentence(stderr: str, told: str) -> None:
    assert told in debian._refusal(stderr, doing="fetch")
    assert "\n" not in debian._refusal(stderr, doing="fetch")


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space",
            "disk is full",
        ),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "not the one that was locked"),
        ("NewConnectionError: Failed to establish a new connection", "index does not answer"),
        ("ERROR: No matching distribution found for x==1", "lacks a locked package"),
        ("  error: subprocess exited", "error: subprocess exited"),
    ],
)
def test_what_pip_complains_of_becomes_one_sentence(output: str, told: str) -> None:
    assert told in bootstrap.reason(output)


def test_a_package_is_known_by_its_name_even_with_an_epoch_in_its_file() -> None:
    line = "'http://m/pool/a.deb' asterisk_1%3a22.10.1+dfsg_amd64.deb 2534036 SHA256:00"
    assert debian._package(line) == debian.Package(
        "asterisk", "asterisk_1%3a22.10.1+dfsg_amd64.deb", 2534036
    )


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        *[("libc6", True), ("asterisk-modules", True), ("sip-tester", True)],
        *[("perl-base", False), ("libperl5.42", False), ("gnupg", False), ("systemd", False)],
    ],
)
def test_only_libraries_and_the_programs_themselves_are_unpacked(name: str, kept: bool) -> None:
    assert unpacked._kept(name) is kept


def test_a_child_that_does_not_stay_is_waited_for_longer_each_time_and_five_seconds_at_most() -> (
    None
):
    pauses, before = [], 0.0
    for _ in range(8):
        before = pause_after(0.1, before)
        pauses.append(before)
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]
    assert pause_after(60.0, 5.0) == 0.2


def test_secrets_are_made_once_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first = secrets.settle(path, ["8001"])
    again = secrets.settle(path, ["8001", "8002"])
    assert path.stat().st_mode & 0o777 == 0o600
    assert (again.ami, again.signing) == (first.ami, first.signing)
    assert again.phones["8001"] == first.phones["8001"]
    assert secrets.load(path) == again


def test_spoilt_secrets_are_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text('{"ami": "x"')
    with pytest.raises(SetupError, match="is not what `make run` wrote"):
        secrets.settle(path, ["8001"])
    assert path.read_text() == '{"ami": "x"'


def _installation() -> Installation:
    return Installation(
        argv=("/opt/a/asterisk",),
        version="22.10.1",
        modules=Path("/opt/a/modules"),
        data=Path("/opt/a/share"),
    )


def _rendered(home: Path, **more: object) -> Path:
    return _rendered_of(Settings.model_validate({"home": home, **more}))


def _rendered_of(settings: Settings) -> Path:
    render.folders(settings)
    return render.render(
        settings,
        _installation(),
        ports=Ports(agi=4573, line=4574, ami=4575, ws=4576, hep=4577),
        secrets=secrets.Secrets(
            ami="a",
            signing="s",
            phones=dict.fromkeys(["8001", "8002"], "p"),
            ami_dispatch="d",
            ami_floor="f",
            seats=dict.fromkeys(settings.seats, "q"),
            ws_path="x",
        ),
        boot="trk00000001",
    )


def test_the_configuration_is_closed_to_others_and_names_this_boot(tmp_path: Path) -> None:
    main = _rendered(tmp_path, phones="8001,8002")
    text = main.read_text()
    assert "systemname = trk00000001" in text
    assert f"astrundir => {tmp_path}/asterisk/run" in text
    assert {path.stat().st_mode & 0o777 for path in main.parent.glob("*.conf")} == {0o600}
    assert main.parent.stat().st_mode & 0o777 == 0o700


def test_all_journals_of_a_node_lie_in_its_own_folder(tmp_path: Path) -> None:
    folder = _rendered(tmp_path, phones="8001,8002", node="south-2").parent
    journal = tmp_path / "journal" / "south-2"
    assert f"astlogdir => {journal}\n" in (folder / "asterisk.conf").read_text()
    assert f"[{journal}/cel.csv]" in (folder / "cel_custom.conf").read_text()
    assert journal.is_dir()


@pytest.mark.parametrize("name", ["", "a_b", "../x", "-a", "a-", "a.b", "x" * 17, "北", "a\n"])
def test_what_is_no_plain_name_names_no_node(name: str) -> None:
    with pytest.raises(ValidationError, match="node"):
        Settings.model_validate({"node": name})


def test_a_file_that_is_no_longer_a_template_is_no_longer_configuration(tmp_path: Path) -> None:
    old = _rendered(tmp_path, phones="8001").parent / "old.conf"
    old.write_text("[x]\n")
    _rendered(tmp_path, phones="8001")
    assert not old.exists()


def test_a_value_cannot_add_a_line_to_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="no letter that can be shown"):
        _rendered(tmp_path, phones="8001", sip_trunks="127.0.0.1\n[evil]")
    unchecked = Settings.model_validate({"home": tmp_path, "phones": "8001"}).model_copy(
        update={"sip_trunks": "127.0.0.1\n[evil]"}
    )
    with pytest.raises(SetupError, match="control character"):
        _rendered_of(unchecked)


def test_a_long_home_gets_a_short_folder_for_asterisks_socket_and_keeps_it(tmp_path: Path) -> None:
    asterisk = tmp_path / ("x" * 90)
    asterisk.mkdir()
    short = render.run_folder(asterisk)
    try:
        assert len(str(short / "asterisk.ctl")) <= render.LONGEST_NAME
        assert render.run_folder(asterisk) == short
        assert (asterisk / "run").readlink() == short
    finally:
        short.rmdir()


def test_channel_events_of_a_long_home_go_through_a_link_that_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, run = tmp_path / ("x" * 90), tmp_path / "run"
    for folder in (journal, run):
        folder.mkdir()
    link = render.channel_events(journal, run)
    assert link.readlink() == journal / "cel.csv"
    with monkeypatch.context() as patched:  # an Asterisk that runs writes through it
        patched.setattr(Path, "unlink", lambda *_, **__: pytest.fail("the link was gone"))
        assert render.channel_events(journal, run) == link
    short = tmp_path / "journal"
    assert render.channel_events(short, run) == short / "cel.csv"


def test_a_log_over_its_limit_is_put_aside_and_three_old_ones_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "calls.log"
    for turn in range(5):
        with log.open("a") as file:
            file.write(str(turn) * 100)
        limit_logs(tmp_path, limit=50)
    assert log.read_text() == ""
    kept = [(tmp_path / f"calls.log.{number}").read_text()[0] for number in (1, 2, 3)]
    assert kept == ["4", "3", "2"]
    assert len(list(tmp_path.iterdir())) == 4


def test_the_last_words_of_a_log_are_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("\n".join(f"line {n}" for n in range(100)))
    assert last_words(log, lines=2) == "    line 98\n    line 99"
    assert last_words(tmp_path / "none.log") == ""


def test_an_unfinished_unpacking_is_never_taken_for_an_asterisk(tmp_path: Path) -> None:
    left = tmp_path / "asterisk-unfinished-1"
    left.mkdir()
    with unpacked.staging(tmp_path) as stage:
        assert not left.exists()
        (stage / "usr").mkdir()
    assert json.dumps([p.name for p in tmp_path.iterdir()]) == "[]"
