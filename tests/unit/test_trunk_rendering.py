"""What `trunks.toml` and the network's settings become in Asterisk's configuration."""

import re
from pathlib import Path
from typing import Any

import pytest

from settings import Settings
from supervisor import render, secrets
from supervisor.asterisk import Installation
from supervisor.ports import Ports
from trunks import reading

TWO = """
[[trunk]]
name = "carrier"
host = "sip.example.net"
transport = "tls"
media = "srtp"
user = "u10050"
password = "semi;colon"
registers = true
proxy = "edge.example.net"
identity = "pai"
domain = "example.net"

[[trunk]]
name = "pbx"
host = "192.0.2.20"
port = 5080
addresses = ["192.0.2.0/28"]
outside = "9"
emergency_outside = true
caller_id.emergency = "withheld"
"""


def _rendered(home: Path, trunks: str = "", **more: Any) -> dict[str, str]:
    settings = Settings(home=home, browser_seats=0, **more)
    render.folders(settings)
    if trunks:
        (home / "trunks.toml").write_text(trunks)
    reading.settle(settings)
    installation = Installation(("/opt/a/asterisk",), "22.10.1", Path("/opt"), Path("/opt"))
    made = secrets.settle(home / "secrets.json", settings.phones.split(","), settings.seats)
    ports = Ports(agi=4573, line=4574, ami=4575, ws=4576, hep=4577)
    render.render(settings, installation, ports=ports, secrets=made, boot="trk1")
    etc = home / "asterisk" / "etc"
    return {file.name: file.read_text() for file in etc.glob("*.conf")}


def _section(text: str, name: str, kind: str) -> list[str]:
    """Return the lines of a section of pjsip.conf."""
    for part in re.split(r"(?m)^(?=\[)", text):
        head, _, rest = part.partition("\n")
        if not head.startswith(f"[{name}]"):
            continue
        if (kind == "endpoint" and "(" in head) or f"type = {kind}" in rest:
            return [line for line in rest.splitlines() if line and not line.startswith(";")]
    raise AssertionError(f"no {kind} {name}")


def test_a_trunk_with_an_account_registers_over_tls_by_its_proxy(tmp_path: Path) -> None:
    pjsip = _rendered(tmp_path, TWO)["pjsip.conf"]
    endpoint = _section(pjsip, "out-carrier", "endpoint")
    proxy = r"outbound_proxy = sip:edge.example.net\;transport=tls\;lr"
    for line in (
        *("outbound_auth = out-carrier", "from_user = u10050", "from_domain = example.net"),
        *("media_encryption = sdes", "send_pai = yes", proxy),
    ):
        assert line in endpoint
    assert r"password = semi\;colon" in _section(pjsip, "out-carrier", "auth")
    registration = _section(pjsip, "out-carrier", "registration")
    assert r"server_uri = sip:sip.example.net\;transport=tls" in registration
    assert "client_uri = sip:u10050@example.net" in registration
    assert "protocol = tls" in _section(pjsip, "tls", "transport")


def test_each_trunk_is_asked_whether_it_lives_and_known_by_its_addresses(tmp_path: Path) -> None:
    pjsip = _rendered(tmp_path, TWO)["pjsip.conf"]
    for name in ("carrier", "pbx"):
        assert "qualify_frequency = 10" in _section(pjsip, f"probe-{name}", "aor")
        assert f"aors = probe-{name}" in _section(pjsip, f"probe-{name}", "endpoint")
    found = re.findall(r"type = identify\nendpoint = (.*)\nmatch = (.*)\n", pjsip)
    assert found == [
        ("trunk", "127.0.0.1"),
        ("out-carrier", "edge.example.net"),
        ("out-carrier", "sip.example.net"),
        ("out-pbx", "192.0.2.20"),
        ("out-pbx", "192.0.2.0/28"),
    ]


PLAIN = """
[[trunk]]
name = "pbx"
host = "192.0.2.20"
addresses = ["192.0.2.0/28"]
"""
SECRET = """
[[trunk]]
name = "secret"
host = "192.0.2.30"
transport = "tls"
media = "srtp"
"""


def test_one_rule_knows_calls_of_all_trunks_that_are_named_by_addresses(tmp_path: Path) -> None:
    """What is asked for one of our numbers is a trunk's, whoever its From names."""
    files = _rendered(tmp_path, PLAIN, sip_trunks="203.0.113.1")
    endpoint = _section(files["pjsip.conf"], "trunk", "endpoint")
    assert [line.partition(" = ")[2] for line in endpoint if line.startswith("permit")] == [
        *("203.0.113.1", "192.0.2.20", "192.0.2.0/28"),
    ]
    assert "endpoint = trunk" in _section(files["pjsip.conf"], "trunk-called", "identify")


def test_a_trunk_that_must_be_encrypted_has_an_entrance_of_its_own(tmp_path: Path) -> None:
    """Or calls without a key would come in by the others' entrance."""
    assert "[trunk-called]" not in _rendered(tmp_path, PLAIN + SECRET)["pjsip.conf"]


def test_a_trunk_that_has_a_name_only_dns_knows_is_known_by_that_alone(tmp_path: Path) -> None:
    pjsip = _rendered(tmp_path, TWO)["pjsip.conf"]
    assert "[trunk-called]" not in pjsip


def test_a_house_without_trunks_by_address_has_no_rule_of_addresses(tmp_path: Path) -> None:
    pjsip = _rendered(tmp_path, sip_trunks="")["pjsip.conf"]
    assert not re.search(r"(?m)^(match|permit) = *$", pjsip)
    assert "deny = 0.0.0.0/0.0.0.0" in _section(pjsip, "trunk", "endpoint")


def test_an_emergency_number_has_a_way_on_each_trunk_in_its_form(tmp_path: Path) -> None:
    files = _rendered(tmp_path, TWO)
    assert "WAYS=carrier/110_pbx/9110)" in files["phones.conf"]
    assert "Set(WAYS=carrier/110_pbx/9110)" in files["desk.conf"]
    outside = files["outside.conf"]
    assert "Dial(PJSIP/${DIALS}@out-carrier,120,gi)" in outside
    assert "|503|" in outside
    assert "|603|" not in outside, "a person who declines is not rung on another trunk"


def test_the_old_settings_render_the_same_endpoint_as_ever(tmp_path: Path) -> None:
    files = _rendered(tmp_path, trunk_out="192.0.2.9:5070")
    assert "contact = sip:192.0.2.9:5070" in _section(files["pjsip.conf"], "out", "aor")
    assert "WAYS=out/110" in files["phones.conf"]
    assert "type = registration" not in files["pjsip.conf"]


@pytest.mark.parametrize(
    ("address", "binds"),
    [
        ("127.0.0.1", ["127.0.0.1:5060"]),
        ("::", ["0.0.0.0:5060", "[::]:5060"]),
        ("2001:db8::1", ["[2001:db8::1]:5060"]),
    ],
)
def test_an_address_of_ipv6_stands_in_brackets_and_both_kinds_are_served(
    tmp_path: Path, address: str, binds: list[str]
) -> None:
    pjsip = _rendered(tmp_path, sip_address=address)["pjsip.conf"]
    found = re.findall(r"protocol = udp\nbind = (.*)", pjsip)
    assert found == binds
    assert re.findall(r"protocol = tcp\nbind = (.*)", pjsip) == binds


def test_a_public_address_is_told_to_all_but_the_local_networks(tmp_path: Path) -> None:
    files = _rendered(
        tmp_path,
        sip_public_address="203.0.113.9",
        sip_local_networks="10.0.0.0/8, 192.168.0.0/16",
        rtp_ports="20000-20999",
    )
    for name in ("udp", "tcp"):
        transport = _section(files["pjsip.conf"], name, "transport")
        assert transport[3:] == [
            *("external_media_address = 203.0.113.9", "external_signaling_address = 203.0.113.9"),
            *("local_net = 10.0.0.0/8", "local_net = 192.168.0.0/16"),
        ]
    assert "rtpstart = 20000\nrtpend = 20999" in files["rtp.conf"]


def test_no_public_address_no_word_of_nat(tmp_path: Path) -> None:
    assert "external_" not in _rendered(tmp_path)["pjsip.conf"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rtp_ports": "10000"}, "no range of ports"),
        ({"rtp_ports": "10000-10010"}, "at least 100 ports"),
        ({"rtp_ports": "500-9000"}, "from 1024 to 65535"),
        ({"sip_public_address": "my house"}, "no address and no host name"),
        ({"sip_local_networks": "10.0.0.0/40"}, "'10.0.0.0/40' is no address like"),
        ({"sip_certificate": "/a.pem"}, "a certificate needs its key"),
    ],
)
def test_wrong_settings_of_the_network_are_told(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Settings(**wrong)  # type: ignore[arg-type]
