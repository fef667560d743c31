"""What people put into THIRDRING_… variables: settings, or a sentence for each fault."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import calendar
from callflow.rules.hours import WorkingTimes
from db.engine import engine
from dispatch.guard import guard
from environment import NO_SETTINGS, WrongSettingsError, ours, read, variable
from settings import Settings
from trunks import reading

NAMES = tuple(Settings.model_fields)
FREE = {
    *("company", "staff", "oidc_client_id", "oidc_client_secret"),
    *(
        "mail_imap_user",
        "mail_imap_password",
        "mail_smtp_user",
        "mail_smtp_password",
        "mail_folder",
    ),
}
"""Settings that are any words."""
FILES = {"home", "cache", "asterisk", "desk_certificate", "desk_key"} | {
    *("sip_certificate", "sip_key", "sip_authority", "mail_authority", "s3_keys"),
}
WRONG = (
    "",
    "words that mean nothing",
    "-1",
    "9" * 40,
    "15s",
    "8001;8002",
    "8001；8002",
    "１２３４",
    "1\n2",
    "\udcff",
    "notanip.invalid",
    "25:00-99:99",
    "2027-02-31",
    "postgresql://",
    "127.0.0.1,,",
    "8001,8001",
    "nan",
    "0x10",
    "~nobody-of-this-name/x",
    "x" * 5000,
    "${jndi}",
    "a,b",
)


def told(**given: str) -> list[str]:
    """Return the lines that are said of some variables; none: they are settings."""
    try:
        used(read({variable(name): value for name, value in given.items()}))
    except WrongSettingsError as error:
        return error.lines
    return []


def used(found: Settings) -> None:
    """Read out of settings what programs read out of them when they start."""
    assert found.paths.home.is_absolute()
    assert all((found.called, found.number_plan, found.zone, found.rtp_range))
    assert (type(found.seats), type(found.proxies)) == (tuple, frozenset)
    WorkingTimes.parse(found.open_hours, found.holiday_hours)
    calendar(found.region, found.holidays)
    guard(found)
    engine(found.database)
    reading.wanted(found)


FEW = NAMES[::4]
"""Those of a brief run: each setting is tried with every wrong value."""


@pytest.mark.parametrize(
    "name", [one if one in FEW else pytest.param(one, marks=pytest.mark.thorough) for one in NAMES]
)
def test_wrong_values_are_sentences_with_the_name_of_the_setting(name: str) -> None:
    refused = 0
    for value in WRONG:
        lines = told(**{name: value})
        refused += bool(lines)
        assert all(variable(name) in line for line in lines), lines
        assert all("\n" not in line and "[type=" not in line for line in lines), lines
    assert refused >= (3 if name in FREE else 7 if name in FILES else 15)


@settings(deadline=None)
@given(st.sampled_from(NAMES), st.text() | st.sampled_from(WRONG) | st.integers().map(str))
def test_any_text_is_a_setting_or_a_sentence(name: str, value: str) -> None:
    assert all(line.startswith(f"{variable(name)}: ") for line in told(**{name: value}))


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(WRONG), max_size=12))
def test_any_mixture_is_settings_or_a_sentence_for_each_of_the_wrong(mixed: dict[str, str]) -> None:
    lines = told(**mixed)
    for name, value in mixed.items():
        others = [other.upper() for other in mixed if other != name]
        # what another one was wanted for is no fault beside it
        alone = [line for line in told(**{name: value}) if not any(map(line.__contains__, others))]
        if alone:
            assert set(alone) <= set(lines) or any(variable(name) in line for line in lines)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("sip_trunks", "notanip.invalid", "'notanip.invalid' is no address like 192.0.2.10 and"),
        ("sip_trunks", "127.0.0.1;10.0.0.1", "is no address like"),
        ("sip_trunks", "127.0.0.1,127.0.0.1", "'127.0.0.1' is named twice"),
        ("open_hours", "25:00-99:99", "is not like 08:00-20:00"),
        ("open_hours", "08:00-08:00", "the whole day is 00:00-24:00"),
        ("open_hours", "０８:００-20:00", "is not like 08:00-20:00"),
        ("holiday_hours", "close", "'close' is not like 08:00-20:00"),
        ("holidays", "2027-02-31", "there is no day 2027-02-31"),
        ("holidays", "2027-2-5", "'2027-2-5' is no day like 2027-02-05"),
        ("holidays", "2027-02-05,-2027-02-05", "2027-02-05 is named twice"),
        ("database_url", "postgresql://", "it must begin with postgresql+asyncpg://"),
        ("database_url", "mysql://h/x", "it must begin with postgresql+asyncpg:// or sqlite"),
        ("database_url", "postgresql+asyncpg://h", "it names no database"),
        ("database_url", "postgresql+asyncpg://h:99999/x", "its port 99999 is not from 1"),
        ("database_url", "postgresql+asyncpg://h:x/x", "it is no address like"),
        ("database_url", "postgresql+asyncpg://h/x?sslmod=a", "nobody knows 'sslmod'"),
        ("sip_port", "", "it is empty; without this line it is 5060"),
        ("sip_port", "70000", "a whole number from 1 to 65535 is needed (it is '70000')"),
        ("sip_port", "５０６０", "a whole number from 1 to 65535"),
        ("answer_after", "1,5", "a number from 0 to 15"),
        ("answer_after", "inf", "a number from 0 to 15"),
        ("rtp_ports", "１００００-２００００", "is no range of ports"),
        ("rtp_ports", "10000-10010", "at least 100 ports"),
        ("trunk_out", "pbx:99999", "'99999' is no port from 1 to 65535"),
        ("trunk_out", "300.1.1.1", "is no address"),
        ("sip_public_address", "256.1.1.1", "is no address"),
        ("sip_address", "localhosts", "is no address like 192.0.2.10 or ::1"),
        ("desk_proxies", "10.0.0", "'10.0.0' is no address"),
        ("phones", "8001;8002", "it is not written as it must be, like 8001,8002,8003."),
        ("phones", "8001,8001", "'8001' is named twice"),
        ("region", "UK", "is it GB?"),
        ("timezone", "Asia", "is no time zone"),
        ("timezone", "../../etc/passwd", "is no time zone"),
        ("language", "fr", "one of zh, en is needed"),
        ("dial_form", "0086", "one of national, +, 00 is needed"),
        ("sip_identity", "maybe", "true or false is needed"),
        ("company", "a\tb", "no letter that can be shown"),
        ("home", "", "no folder is named"),
        ("home", "/", "/ is not ours alone; name a folder in it, like /thirdring"),
        ("home", str(Path.home()), "is not ours alone"),
        ("home", "/srv/a b", "which Asterisk cannot take in a path"),
        ("home", "~nobody-of-this-name/x", "there is no user '~nobody-of-this-name'"),
        ("cache", "/" + "x" * 300, "the path is too long"),
    ],
)
def test_it_is_said_what_is_wrong(name: str, value: str, said: str) -> None:
    (line,) = told(**{name: value})
    assert line.startswith(f"{variable(name)}: ")
    assert said in line


@pytest.mark.parametrize(
    ("pair", "about", "said"),
    [
        ({"desk_port": "5060"}, "desk_port", "SIP_PORT and DESK_PORT are both 5060"),
        ({"ws_port": "5060"}, "ws_port", "SIP_PORT and WS_PORT are both 5060"),
        ({"sip_port": "12000"}, "sip_port", "10000-20000 hold SIP_PORT, which is 12000"),
        ({"desk_phones": "8001"}, "desk_phones", "8001 is in PHONES and in DESK_PHONES"),
        ({"wake_menu_extension": "8101"}, "wake_menu_extension", "8101 is a phone already"),
        ({"phones": "8101"}, "phones", "8101 is in PHONES and in DESK_PHONES"),
        ({"rtp_ports": "5000-6000"}, "rtp_ports", "5000-6000 hold SIP_PORT, which is 5060"),
        ({"phones": "110"}, "phones", "110 is an emergency number"),
        ({"wake_menu_extension": "119"}, "wake_menu_extension", "119 is an emergency number"),
        ({"hotline_number": "8001"}, "hotline_number", "8001 is a phone of the house already"),
        ({"called_numbers": "110"}, "called_numbers", "110 is an emergency number, and not ours"),
        ({"dial_outside": "9", "dial_form": "+"}, "dial_outside", "begins with +"),
        ({"desk_certificate": "/c.pem"}, "desk_certificate", "set DESK_KEY"),
        ({"desk_key": "/c.pem"}, "desk_key", "set DESK_CERTIFICATE"),
        ({"sip_key": "/c.pem"}, "sip_key", "set SIP_CERTIFICATE"),
        ({"dial_spend": "100"}, "dial_spend", "without prices (DIAL_TARIFFS) nothing is ever"),
        ({"oidc_issuer": "https://id.example"}, "oidc_issuer", "by a name: set OIDC_CLIENT_ID"),
    ],
)
def test_what_does_not_go_together_is_told(pair: dict[str, str], about: str, said: str) -> None:
    (line,) = told(**pair)
    assert line.startswith(f"{variable(about)}: ")
    assert said in line


def test_the_same_port_on_two_addresses_is_none_too_many() -> None:
    assert told(desk_port="5060", desk_address="127.0.0.2") == []
    assert told(desk_port="5060", desk_address="0.0.0.0") != []


def test_all_faults_are_told_at_once() -> None:
    lines = told(
        sip_port="many",
        open_hours="25:00-99:99",
        database_url="postgresql://ring:hunter2@db/x",
        desk_phones="8001",
        sip_prot="5060",
    )
    assert [line.split(":")[0].split()[0] for line in sorted(lines)] == [
        "THIRDRING_DATABASE_URL",
        "THIRDRING_DESK_PHONES",
        "THIRDRING_OPEN_HOURS",
        "THIRDRING_SIP_PORT",
        "THIRDRING_SIP_PROT",
    ]
    assert "hunter2" not in str(lines)


def test_what_hangs_on_a_wrong_value_is_not_told_as_well() -> None:
    """Phones that cannot be read are no reason to complain of the usual ones."""
    lines = told(phones="x", desk_phones="8001")
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("THIRDRING_SIP_PROT", "THIRDRING_SIP_PORT"),
        ("THIRDRING_SIPPORT", "THIRDRING_SIP_PORT"),
        ("thirdring_sip_trunk", "THIRDRING_SIP_TRUNKS"),
        ("THIRDRING_OPENING_HOURS", "THIRDRING_OPEN_HOURS"),
        ("THIRDRING_HOLIDAY", "THIRDRING_HOLIDAYS"),
        ("THIRDRING-HOME", "THIRDRING_HOME"),
        ("THIRD_RING_SIP_PORT", "THIRDRING_SIP_PORT"),
        ("THIRDING_SIP_PORT", "THIRDRING_SIP_PORT"),
        ("THRIDRING_DATABASE_URL", "THIRDRING_DATABASE_URL"),
    ],
)
def test_a_misspelt_name_is_told_with_the_nearest_right_one(typed: str, meant: str) -> None:
    with pytest.raises(WrongSettingsError) as said:
        read({typed: "1"})
    assert said.value.lines == [f"{typed} is no setting; is it {meant}?"]


def test_a_name_that_is_like_no_other_is_told_too() -> None:
    with pytest.raises(WrongSettingsError) as said:
        read({"THIRDRING_QQQQQQQQ": "1"})
    assert said.value.lines == ["THIRDRING_QQQQQQQQ is no setting; `thirdring settings` lists all."]


def test_names_of_others_are_nothing_to_us() -> None:
    others = {"PATH": "/bin", "HOME": "/root", "SIP_PORT": "x", "THIRD": "3", "RING_HOME": "x"}
    assert read({**others, **dict.fromkeys(NO_SETTINGS, "x")}) == Settings()
    assert ours({**others, "thirdring_sip_port": "1"}) == {"THIRDRING_SIP_PORT": "1"}


def test_blanks_around_a_value_are_nothing() -> None:
    found = read({"THIRDRING_SIP_TRUNKS": " 127.0.0.1 , 10.0.0.0/8 ", "THIRDRING_NODE": " a "})
    assert (found.sip_trunks, found.node) == ("127.0.0.1,10.0.0.0/8", "a")


def test_localhost_is_an_address() -> None:
    assert read({"THIRDRING_DESK_ADDRESS": "localhost"}).desk_address == "127.0.0.1"
