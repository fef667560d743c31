"""`trunks.toml` says what each trunk is; whatever is wrong there is told in a sentence."""

from pathlib import Path
from typing import Any

import pytest

from phone_numbers.dial_plan import DialPlan
from phone_numbers.plan import DialForm, NumberPlan
from settings import Settings
from tools.errors import SetupError
from trunks import reading
from trunks.answers import refused_by_trunk, result
from trunks.trunk import For

ONE = '[[trunk]]\nname = "carrier"\nhost = "192.0.2.9"\n'
HOME_PLAN = NumberPlan("CN", frozenset({"8001"}))


def _one(more: str = "") -> Any:
    return reading.parse(ONE + more).trunk[0]


def test_the_shortest_trunk_is_a_name_and_a_place() -> None:
    trunk = _one()
    assert (trunk.uri, trunk.endpoint, trunk.matches) == (
        "sip:192.0.2.9",
        "out-carrier",
        ("192.0.2.9",),
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('hots = "x"', "trunk 1: hots is unknown; is it host?"),
        ('transport = "sctp"', "trunk 1: transport: input should be 'udp', 'tcp' or 'tls'"),
        ("port = 70000", "trunk 1: port: input should be less than or equal to 65535"),
        ("port = 'x'", "trunk 1: port: input should be a valid integer"),
        ("registers = true", "trunk 1: to register it needs a user and a password"),
        ('password = "x"', "trunk 1: a password needs its user"),
        ('user = "a\\nb"', "trunk 1: user: 'a\\nb' holds what no name of an account may"),
        ('user = "a"\npassword = "x\\ny"', "trunk 1: password: the password is empty, too long"),
        ('media = "srtp"', "trunk 1: the keys of SRTP can be read by everybody without transport"),
        ('identity = "pai"', "trunk 1: identity = 'pai' puts the user into From: name one"),
        ('outside = "9"\nform = "+"', "trunk 1: no digits can be dialled before a number that"),
        ("outside = '9a'", "trunk 1: outside: "),
        ("proxy_port = 5080", "trunk 1: proxy_port needs a proxy"),
        ('addresses = ["192.0.2.0/33"]', "'192.0.2.0/33' is no address and no host name"),
        ("calls_in = false\ncalls_out = false", "trunk 1: with neither calls_in nor calls_out"),
        ("lines = 0", "trunk 1: lines: input should be greater than or equal to 1"),
        ('[trunk.caller_id]\nwake = "1"', "trunk 1: wake is unknown"),
        ('[trunk.caller_id]\ndefault = "boss"', "'boss' is no number like 10050"),
        (ONE, "two trunks are called 'carrier'"),
        ("[[trunk]]\nname = 'b'", "trunk 2: host is missing"),
        ("[[trunk]]\nhost = 'b.example'", "trunk 2: name is missing"),
        ("[[trunk]]\nname = 'B 1'\nhost = 'b'", "trunk 2: name: "),
        ("[[trunk]]\nname = 'b'\nhost = '192.0.2.300'", "'192.0.2.300' is no address"),
        ("[[trunk]]\nname = 'b'\nhost = 'b:5060'", "'b:5060' is no address (the port has a line"),
        ("[[trunk]]\nname = 'b'\nhost = 'sip:b;lr'", "is no address"),
        ("[[trunk]]\nname = 'out'\nhost = 'b'", "a trunk cannot be called 'out'"),
        ("[trunks]\nx = 1", "trunks is unknown; is it trunk?"),
        ("host = ", "trunks.toml is no TOML"),
    ],
)
def test_whatever_is_wrong_is_told_in_a_sentence(more: str, said: str) -> None:
    with pytest.raises(SetupError) as told:
        reading.parse(ONE + more)
    assert said in str(told.value)
    assert "Traceback" not in str(told.value)


def test_no_password_is_told_nor_shown() -> None:
    with pytest.raises(SetupError) as told:
        reading.parse(ONE + 'password = "hush hush"\nuser = ""')
    assert "hush" not in str(told.value)
    kept = _one('user = "10050"\npassword = "hush hush"')
    assert "hush" not in repr(kept) + kept.model_dump_json()
    assert kept.secret == "hush hush"


def test_the_old_settings_make_one_trunk_that_nobody_calls_in_from(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, trunk_out="192.0.2.9:5070", dial_outside="9", lines_out=7)
    [trunk] = reading.wanted(settings).trunk
    assert (trunk.endpoint, trunk.uri, trunk.lines) == ("out", "sip:192.0.2.9:5070", 7)
    assert trunk.dial_plan(settings.number_plan) == DialPlan(settings.number_plan)
    assert not reading.wanted(settings).entries()
    assert not reading.wanted(Settings(home=tmp_path)).trunk


def test_both_ways_to_name_a_trunk_are_one_too_many(tmp_path: Path) -> None:
    (tmp_path / "trunks.toml").write_text(ONE)
    with pytest.raises(SetupError, match="THIRDRING_TRUNK_OUT is set and"):
        reading.wanted(Settings(home=tmp_path, trunk_out="192.0.2.9"))


def test_what_runs_has_the_trunks_of_its_start_and_nobody_else_reads_them(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    settings.paths.run.mkdir(parents=True)
    file = tmp_path / "trunks.toml"
    file.write_text(ONE)
    reading.settle(settings)
    file.write_text("half a li")
    assert reading.in_force(settings).trunk[0].name == "carrier"
    for kept in (file, settings.paths.run / "trunks.toml"):
        assert kept.stat().st_mode & 0o077 == 0
    with pytest.raises(SetupError):
        reading.settle(settings)
    file.unlink()
    reading.settle(settings)
    assert not reading.in_force(settings).trunk


@pytest.mark.parametrize(
    ("more", "mobile", "police"),
    [
        ("", "13800138000", "110"),
        ('form = "+"', "+8613800138000", "110"),
        ('form = "00"', "008613800138000", "110"),
        ('outside = "9"', "913800138000", "110"),
        ('outside = "9"\nemergency_outside = true', "913800138000", "9110"),
        ('trunk_prefix = "0"', "013800138000", "110"),
    ],
)
def test_each_trunk_has_its_own_number_plan(more: str, mobile: str, police: str) -> None:
    trunk = _one(more)
    assert trunk.dial_plan(HOME_PLAN).dialled("13800138000") == mobile
    assert trunk.numbers(HOME_PLAN).emergency("110") == police


def test_each_purpose_may_show_its_own_number() -> None:
    trunk = _one('[trunk.caller_id]\ndefault = "10051"\ncampaign = "withheld"\nwake_up = "100"')
    shown = {what.value: trunk.shows(what.value, "10050") for what in For}
    assert shown == {
        "wake_up": "100",
        "callback": "10051",
        "campaign": "",
        "notification": "10051",
        "department": "10051",
        "emergency": "10051",
    }
    assert _one().shows("callback", "10050") == "10050"


def test_an_address_is_the_first_trunks_that_names_it() -> None:
    both = reading.parse(
        ONE + 'addresses = ["192.0.2.0/24"]\n[[trunk]]\nname = "b"\nhost = "192.0.2.9"\n'
    )
    assert [(one.name, place) for one, place in both.entries()] == [
        ("carrier", "192.0.2.9"),
        ("carrier", "192.0.2.0/24"),
    ]


def test_an_address_of_ipv6_stands_in_brackets() -> None:
    trunk = reading.parse('[[trunk]]\nname = "six"\nhost = "[2001:db8::9]"\nport = 5080').trunk[0]
    assert trunk.uri == "sip:[2001:db8::9]:5080"
    assert trunk.is_ipv6


@pytest.mark.parametrize("status", [401, 402, 403, 407, 420, 488, 500, 503, 606])
def test_a_trunk_that_refuses_is_never_a_person_who_declines(status: int) -> None:
    assert refused_by_trunk(status)
    assert result(status) in {"no_line", "congestion"}


@pytest.mark.parametrize(
    ("status", "named"),
    [
        (404, "unknown_number"),
        (302, "diverted"),
        (480, "unreachable"),
        (486, "busy"),
        (600, "busy"),
        (603, "refused"),
        (0, "no_line"),
        (408, None),
        (487, None),
        (200, None),
    ],
)
def test_what_a_far_switch_says_is_named(status: int, named: str | None) -> None:
    assert result(status) == named


def test_form_is_a_form() -> None:
    assert _one('form = "+"').form is DialForm.PLUS
