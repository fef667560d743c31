"""The same questions from the command line: calls, tickets, recordings, tokens, the notice."""

import asyncio
import ipaddress
import json
import wave
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import main
from db.engine import engine
from features.audit.log import AuditEntry, entries_of
from settings import Settings
from tests.integration.desk_room import (
    AUDIO,
    CALLS,
    NAME,
    NUMBER,
    call_id,
    fill,
    recording_id,
    ticket_number,
)
from tests.postgres import Postgres


class Asker:
    """Types commands of one installation."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *words: str) -> Result:
        told = CliRunner().invoke(main.cli, list(words))
        if told.exception and not isinstance(told.exception, SystemExit):
            raise told.exception
        return told

    def rows(self, *words: str) -> list[dict[str, object]]:
        told = self(*words, "--json")
        assert told.exit_code == 0, told.stderr
        found: list[dict[str, object]] = json.loads(told.stdout)
        return found


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """A filled home and the address of its database, on either kind."""
    home = tmp_path_factory.mktemp(request.param)
    url = ""
    if request.param == "postgres":
        cluster: Postgres = request.getfixturevalue("postgres")
        url = cluster.new_database()
    asyncio.run(fill(home, url))
    return home, url


@pytest.fixture
def ask(filled: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> Asker:
    home, url = filled
    monkeypatch.setenv("THIRDRING_HOME", str(home))
    monkeypatch.setenv("THIRDRING_DATABASE_URL", url)
    return Asker(home)


@pytest.fixture
def nothing_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asker:
    """An installation that was never started."""
    monkeypatch.setenv("THIRDRING_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("THIRDRING_DATABASE_URL", "")
    return Asker(tmp_path / "home")


def test_calls_are_listed_newest_first(ask: Asker) -> None:
    told = ask("calls")
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert len(lines) == 1 + CALLS
    assert lines[1].split()[:2] == ["11-21", "11:59:00"]  # the settings' zone
    assert NUMBER in lines[1]
    assert NAME in lines[1]
    assert ask("calls", "--utc").stdout.splitlines()[1].split()[:2] == ["11-21", "03:59:00"]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([], [1, 2, 3, 4, 5]),
        (["--limit", "2"], [1, 2]),
        (["--ref", "R-3"], [3]),
        (["--agent", "8001"], [2]),
        (["--disposition", "message"], [1, 3, 4, 5]),
        (["--number", NUMBER, "--since", "2026-11-21 11:58"], [1, 2]),
        (["--until", "2026-11-21T03:56Z"], [5]),
        (["--since", "2099-01-01"], []),
    ],
)
def test_calls_are_found(ask: Asker, words: list[str], wanted: list[int]) -> None:
    assert [row["id"] for row in ask.rows("calls", *words)] == [call_id(each) for each in wanted]


def test_one_call_is_told_step_by_step(ask: Asker) -> None:
    told = ask("calls", call_id(1)[:8], "--language", "zh").stdout
    for said in (
        "电话振铃",
        f"来电 {NUMBER} {NAME}",
        "播放 greeting_morning",
        "听到来电者",
        "5.0 s",
    ):
        assert said in told, said
    assert recording_id(1)[:8] in told
    assert ticket_number(1) in told
    assert "Not recorded: 2.0 s" in told
    assert "the call is answered" in ask("calls", call_id(1), "--language", "en").stdout


def test_one_call_as_json_has_everything(ask: Asker) -> None:
    story = json.loads(ask("calls", call_id(1), "--json").stdout)
    assert story["id"] == call_id(1)
    assert len(story["events"]) == 7
    assert [each["id"] for each in story["recordings"]] == [recording_id(1)]
    assert [each["number"] for each in story["tickets"]] == [ticket_number(1)]


def test_tickets_and_recordings_are_listed(ask: Asker) -> None:
    assert len(ask("tickets").stdout.splitlines()) == 1 + CALLS
    assert len(ask("recordings").stdout.splitlines()) == 1 + CALLS
    found = ask.rows("tickets", "--call", call_id(4))
    assert [row["number"] for row in found] == [ticket_number(4)]
    assert [row["id"] for row in ask.rows("recordings", "--call", call_id(4))] == [recording_id(4)]
    assert [row["call_id"] for row in ask.rows("recordings", "--agent", "8001")] == [call_id(2)]
    assert [row["call_id"] for row in ask.rows("tickets", "--ref", "R-3")] == [call_id(3)]
    assert "13812345678" in ask("tickets", ticket_number(2)).stdout
    assert json.loads(ask("tickets", ticket_number(2), "--json").stdout)["kind"] == "complaint"
    assert json.loads(ask("recordings", recording_id(2)[:8], "--json").stdout)["channels"] == 2


def test_a_recording_is_saved(ask: Asker) -> None:
    target = ask.home / "saved.wav"
    told = ask("recordings", recording_id(1)[:8], "--save", str(target))
    assert told.exit_code == 0
    with wave.open(str(target)) as file:
        assert file.readframes(file.getnframes()) == AUDIO


@pytest.mark.parametrize(
    "words",
    [
        ["calls", "--since", "soon"],
        ["calls", "--limit", "0"],
        ["calls", "--disposition", "lost"],
        ["calls", "0000"],  # five calls begin so
        ["calls", "zz"],
        ["calls", "%"],
        ["tickets", "1"],
        ["recordings", "zz"],
        ["recordings", "--save", "x.wav"],
        ["recordings", recording_id(1), "--save", "/nowhere/x.wav"],
        ["token"],
        ["token", "--role", "king"],
        ["token", "--role", "inspector", "--list"],
        ["token", "--revoke", "999"],
        ["outage", "on", "flood"],
    ],
)
def test_wrong_input_is_a_sentence_and_exit_code_2(ask: Asker, words: list[str]) -> None:
    told = ask(*words)
    assert told.exit_code == 2
    assert "Error: " in told.stderr
    assert "Traceback" not in told.stderr


def test_audio_that_is_gone_is_a_sentence(ask: Asker) -> None:
    (ask.home / f"store/2026/11/21/{recording_id(5)}.wav").unlink()
    told = ask("recordings", recording_id(5), "--save", str(ask.home / "x.wav"))
    assert told.exit_code == 1
    assert "not in the store" in told.stderr


def test_an_empty_list_is_a_sentence(nothing_yet: Asker) -> None:
    nothing_yet("token", "--role", "inspector")
    assert nothing_yet("calls").stdout == "There are no calls yet.\n"
    assert nothing_yet("tickets", "--since", "2h").stdout == "No tickets match.\n"
    assert nothing_yet.rows("recordings") == []


def test_before_the_first_start_there_is_a_sentence_and_no_file(nothing_yet: Asker) -> None:
    for command in ("calls", "tickets", "recordings", "phones"):
        told = nothing_yet(command)
        assert told.exit_code == 1
        assert "`make run`" in told.stderr
    assert not nothing_yet.home.exists()


def test_a_database_that_is_away_is_a_sentence(
    nothing_yet: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIRDRING_DATABASE_URL", "postgresql+asyncpg://x:hunter2@127.0.0.1:1/x")
    for words in (["calls"], ["token", "--list"]):
        told = nothing_yet(*words)
        assert told.exit_code == 1
        assert "database" in told.stderr
        assert "hunter2" not in told.stderr


def test_a_token_is_made_listed_and_taken_back(ask: Asker) -> None:
    made = ask("token", "--role", "inspector", "--label", "王\x1b[31m小明").stdout.strip()
    assert made.startswith("tr_")
    assert len(made) == 3 + 43
    rows = ask.rows("token", "--list")
    assert rows[-1]["role"] == "inspector"
    assert rows[-1]["label"] == "王[31m小明"
    assert made not in json.dumps(rows)
    assert ask("token", "--revoke", str(rows[-1]["id"])).exit_code == 0
    assert ask.rows("token", "--list")[-1]["revoked_at"] is not None
    assert ask("token", "--revoke", str(rows[-1]["id"])).exit_code == 2
    assert made not in ask("token", "--list").stdout


def test_a_token_is_valid_for_a_year_or_as_long_as_is_said(ask: Asker) -> None:
    for given, days in (((), 365), (("--days", "30"), 30)):
        assert ask("token", "--role", "inspector", *given).exit_code == 0
        row = ask.rows("token", "--list")[-1]
        until = datetime.fromisoformat(str(row["expires_at"]))
        assert until - datetime.fromisoformat(str(row["created_at"])) == timedelta(days=days)
    assert ask("token", "--role", "inspector", "--days", "4000").exit_code == 2


def test_people_and_tokens_are_changed_by_the_desks_own_actions_and_it_is_on_record(
    ask: Asker,
) -> None:
    new = ("account", "add", "2001", "--name", "王芳", "--role", "junior-agent", "--team", "甲班")
    assert "One-time password of 2001" in ask(*new).stdout
    taken = ask(*new)
    assert (taken.exit_code, "somebody's already" in taken.stderr) == (2, True)
    assert ask("account", "team", "2001", "乙班").stdout == "2001 belongs to 乙班.\n"
    assert ask("account", "team", "2001", "乙班").exit_code == 0, "it is so already"
    for act in ("disable", "enable", "reset"):
        assert ask("account", act, "2001").exit_code == 0
        assert ask("account", act, "999999").exit_code == 2
    [row] = [each for each in ask.rows("account", "list") if each["number"] == "2001"]
    assert (row["team"], row["disabled_at"], row["must_change"]) == ("乙班", None, True)
    done = asyncio.run(_on_record("2001"))
    changed = ["account.changed"] * 3
    assert [each.action for each in done] == ["account.added", *changed, "account.reset"]
    assert {each.address for each in done} == {"console"}
    ask("token", "--role", "inspector", "--label", "墙上的屏")
    assert [each.action for each in asyncio.run(_on_record("墙上的屏"))] == ["token.made"]


async def _on_record(subject: str) -> Sequence[AuditEntry]:
    made = engine(Settings().database)
    async with made.connect() as connection:
        found = await entries_of(connection, subject)
    await made.dispose()
    return found


def test_a_notice_goes_up_and_comes_down(nothing_yet: Asker) -> None:  # QUE-6
    assert "No announcement" in nothing_yet("outage", "status").stdout
    assert "因停电" in nothing_yet("outage", "on", "power").stdout
    assert "power" in nothing_yet("outage", "status").stdout
    assert nothing_yet("outage", "off").stdout == "The announcement is off.\n"
    assert nothing_yet("outage", "off").stdout == "There was no announcement.\n"


def test_phones_show_what_to_type(nothing_yet: Asker) -> None:
    nothing_yet.home.mkdir()
    phones, seats = {"8001": "word", "9999": "old"}, {"8101": "desk", "w01": "none of a phone's"}
    secrets = {"ami": "a", "signing": "b", "phones": phones, "seats": seats}
    (nothing_yet.home / "secrets.json").write_text(json.dumps(secrets))
    assert nothing_yet.rows("phones") == [
        {"number": "8001", "kind": "queue", "password": "word", "server": "127.0.0.1:5060"},
        {"number": "8101", "kind": "desk", "password": "desk", "server": "127.0.0.1:5060"},
    ]
    told = nothing_yet("phones").stdout
    assert "No password yet for 8002, 8003, 8102, 8103, 8104: start the hotline again." in told


@pytest.mark.parametrize("address", ["0.0.0.0", "::"])
def test_a_phone_is_told_an_address_that_it_can_reach(
    nothing_yet: Asker, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_yet.home.mkdir()
    secrets = {"ami": "a", "signing": "b", "phones": {"8001": "word"}}
    (nothing_yet.home / "secrets.json").write_text(json.dumps(secrets))
    monkeypatch.setenv("THIRDRING_SIP_ADDRESS", address)
    [only] = nothing_yet.rows("phones")
    server = str(only["server"])
    assert server.endswith(":5060")
    assert ipaddress.ip_address(server.removesuffix(":5060").strip("[]"))
