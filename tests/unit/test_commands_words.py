"""What a person types and reads: moments, settings, times, tables, help."""

import contextlib
import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import main
from commands import printing
from commands.settings import described, markdown, shown
from commands.time_arguments import UnknownMomentError, moment
from settings import PROJECT, Settings
from web.formats import Formats

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)  # 01:30 of the 22nd in Shanghai


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2h", "2026-11-21T15:30:00+00:00"),
        ("30m", "2026-11-21T17:00:00+00:00"),
        ("1w", "2026-11-14T17:30:00+00:00"),
        ("now", "2026-11-21T17:30:00+00:00"),
        ("today", "2026-11-21T16:00:00+00:00"),
        ("Yesterday", "2026-11-20T16:00:00+00:00"),
        ("14:30", "2026-11-22T06:30:00+00:00"),
        ("9:05", "2026-11-22T01:05:00+00:00"),
        ("2026-11-21", "2026-11-20T16:00:00+00:00"),
        ("2026-11-21T14:30", "2026-11-21T06:30:00+00:00"),
        ("2026-11-21 14:30:01", "2026-11-21T06:30:01+00:00"),
        ("2026-11-21T14:30Z", "2026-11-21T14:30:00+00:00"),
        ("2026-11-21T14:30+02:00", "2026-11-21T12:30:00+00:00"),
    ],
)
def test_a_moment_is_understood(typed: str, meant: str) -> None:
    assert moment(typed, now=NOW, zone=SHANGHAI) == datetime.fromisoformat(meant)


@given(st.text())
def test_what_is_no_moment_is_said_to_be_none(typed: str) -> None:
    with contextlib.suppress(UnknownMomentError):  # and nothing else may come out
        assert moment(typed, now=NOW, zone=SHANGHAI).utcoffset() == timedelta(0)


def test_every_setting_is_documented() -> None:
    assert (PROJECT / "docs/settings.md").read_text() == markdown(), (
        "run: thirdring settings --markdown > docs/settings.md"
    )


def test_every_setting_has_a_sentence() -> None:
    lines = described(Settings())
    assert [line.name for line in lines] == list(Settings.model_fields)
    assert all(line.says.endswith(".") for line in lines)


def test_the_password_in_a_database_address_is_not_shown() -> None:
    for address in ("postgresql+asyncpg://ring:hunter2@db/x", "hunter2"):
        assert "hunter2" not in shown("database_url", address)


def test_a_secret_is_not_shown() -> None:
    assert shown("oidc_client_secret", "very-secret") == "***"
    assert shown("oidc_client_secret", "") == ""


def test_settings_are_shown_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIRDRING_COMPANY", "四方")
    told = CliRunner().invoke(main.cli, ["settings", "--json"])
    company = next(line for line in json.loads(told.stdout) if line["name"] == "company")
    assert (company["variable"], company["value"]) == ("THIRDRING_COMPANY", "四方")


def test_a_wrong_setting_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIRDRING_SIP_PORT", "many")
    told = CliRunner().invoke(main.cli, ["settings"])
    assert told.exit_code == 2
    assert "THIRDRING_SIP_PORT" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_table_never_sends_a_terminal_what_it_would_obey(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = io.StringIO()
    monkeypatch.setattr(printing, "console", lambda: Console(file=written, width=80))
    printing.table(["a", "b"], [["\x1b[31mred\x07", "[bold]王\u202e小\r\n明[/bold]"]])
    assert "[bold]王小 明[/bold]" in written.getvalue()
    assert not set(written.getvalue()) & {"\x1b", "\x07", "\r", "\u202e"}


def test_chinese_columns_line_up(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(printing, "console", lambda: Console(file=written, width=80))
    printing.table(["名", "x"], [["王小明", "1"], ["abcdef", "2"]])
    first, second = written.getvalue().splitlines()[1:]
    assert first.index("1") + 3 == second.index("2")  # three characters are two columns wide each


def test_help_lists_every_command_and_loads_none() -> None:
    code = (
        "import sys, main\n"
        "try: main.cli(['--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('fastapi', 'sqlalchemy', 'pydantic', 'rich') if m in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    assert told.endswith("[]\n")
    assert all(f"  {name} " in told for name in main.COMMANDS)


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    told = CliRunner().invoke(main.cli, [name, "--help"])
    assert told.exit_code == 0
    assert told.stdout.startswith("Usage:")


def test_an_unknown_command_is_a_sentence() -> None:
    told = CliRunner().invoke(main.cli, ["cals"])
    assert told.exit_code == 2
    assert "No such command 'cals'" in told.stderr


@pytest.mark.parametrize("seconds", [60.4, 75.6, 119.5, 3599.7, 7384.0])
def test_a_length_is_the_same_here_and_on_the_pages(seconds: float) -> None:
    assert printing.seconds(seconds) == Formats.length(seconds)
    assert printing.seconds(12.34) == "12.3 s"
