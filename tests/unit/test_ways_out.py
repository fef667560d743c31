"""The rendered dialplan leaves no way on which somebody else chooses what is dialled (issue 10).

What each way does is tried on a real Asterisk (tests/end_to_end/outbound/test_ways_out.py); here is
what keeps a later line of the dialplan from opening one.
"""

import re
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest

from settings import Settings
from supervisor import render, secrets
from supervisor.asterisk import Installation
from supervisor.ports import Ports

FAR = {"trunk", "out", "probe-out"}
"""The trunk, as whose calls come in, as who is called, and as who is asked whether it lives."""
EMERGENCY = Settings().emergency_numbers.split(",")


@pytest.fixture(scope="module")
def etc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of a house with a trunk, a guest menu and seats of both kinds."""
    return _rendered(tmp_path_factory.mktemp("home"))


def _rendered(home: Path, **more: Any) -> Path:
    settings = Settings(home=home, trunk_out="192.0.2.1", browser_seats=2, **more)
    render.folders(settings)
    installation = Installation(("/opt/a/asterisk",), "22.10.1", Path("/opt"), Path("/opt"))
    made = secrets.settle(home / "secrets.json", settings.phones.split(","), settings.seats)
    ports = Ports(agi=4573, line=4574, ami=4575, ws=4576, hep=4577)
    render.render(settings, installation, ports=ports, secrets=made, boot="trk1")
    return home / "asterisk" / "etc"


@pytest.mark.parametrize(("behind_it", "sent"), [(False, "110"), (True, "9110")])
def test_the_number_plan_says_whether_emergency_numbers_get_the_outside_digit(
    tmp_path: Path, behind_it: bool, sent: str
) -> None:
    etc = _rendered(tmp_path, dial_outside="9", dial_emergency_outside=behind_it)
    for context in ("emergency-numbers", "transfer"):
        lines = "\n".join(_dialplan(etc)[context])
        assert "exten => 110,1," in lines, "people dial it as ever"
        assert f"WAYS=out/{sent}" in lines, context


def _dialplan(etc: Path) -> dict[str, list[str]]:
    """Return the lines of every context."""
    contexts: dict[str, list[str]] = {}
    lines: list[str] = []
    for path in sorted(etc.glob("*.conf")):
        text = path.read_text()
        if not re.search(r"(?m)^(exten|include) *=>", text) and "no-transfer" not in text:
            continue
        for line in text.splitlines():
            if found := re.match(r"\[([^]]+)\]", line):
                lines = contexts.setdefault(found[1], [])
            elif line.strip() and not line.startswith(";"):
                lines.append(line)
    return contexts


def _applications(etc: Path, name: str) -> list[list[str]]:
    """Return the arguments of every use of an application, parted at the commas outside of ()."""
    text = "\n".join(line for lines in _dialplan(etc).values() for line in lines)
    found = []
    for match in re.finditer(rf"[,?]{name}\(", text):
        depth, parts = 1, [""]
        for letter in text[match.end() :]:
            depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(letter, 0)
            if depth == 0:
                break
            if letter == "," and depth == 1:
                parts.append("")
            else:
                parts[-1] += letter
        found.append(parts)
    return found


@pytest.mark.parametrize(("application", "place"), [("Dial", 2), ("Queue", 1)])
def test_whatever_rings_somebody_ignores_redirects_and_offers_no_transfer_by_keys(
    etc: Path, application: str, place: int
) -> None:
    uses = _applications(etc, application)
    assert len(uses) >= 4
    for arguments in uses:
        letters = re.sub(r"\([^)]*\)", "", arguments[place])
        assert "i" in letters, arguments
        assert not set("tTkKhHwWxX") & set(letters), arguments


def _endpoints(etc: Path) -> dict[str, list[str]]:
    """Return the lines of every endpoint of pjsip.conf, with those of its templates."""
    parts = re.split(r"(?m)^(?=\[)", (etc / "pjsip.conf").read_text())
    templates: dict[str, list[str]] = {}
    found: dict[str, list[str]] = {}
    for part in parts[1:]:
        head, *lines = part.splitlines()
        name, options = re.match(r"\[([^]]+)\](?:\(([^)]*)\))?", head).groups()  # type: ignore[union-attr]
        named = [one for one in (options or "").split(",") if one]
        whole = [line for one in named if one != "!" for line in templates[one]] + lines
        if "!" in named:
            templates[name] = whole
        elif "type = endpoint" in whole:
            found[name] = whole
    return found


def test_no_endpoint_transfers_by_itself(etc: Path) -> None:
    for name, lines in _endpoints(etc).items():
        assert "set_var = TRANSFER_CONTEXT=no-transfer" in lines, name
        assert ("allow_transfer = no" in lines) == (name in FAR), name
    assert _dialplan(etc)["no-transfer"] == []


def test_only_a_password_or_the_trunks_address_identifies_anybody(etc: Path) -> None:
    for name, lines in _endpoints(etc).items():
        identified = [line for line in lines if line.startswith("identify_by")]
        if name == "trunk":
            # by what is called too, and then from the trunk's addresses only
            assert identified == ["identify_by = ip,header,request_uri"], name
            assert {"deny = 0.0.0.0/0.0.0.0", "deny = ::/0"} <= set(lines)
            assert [one for one in lines if one.startswith("permit")] == ["permit = 127.0.0.1"]
        elif name in FAR:
            assert identified == ["identify_by = ip"], name
        else:
            assert f"auth = {name}" in lines
    assert re.findall(r"(?m)^endpoint = (.*)$", (etc / "pjsip.conf").read_text()) == ["trunk"] * 3


def test_a_refer_finds_names_of_a_list_and_nothing_else(etc: Path) -> None:
    dialplan = _dialplan(etc)
    names = {
        context: {
            match[1]
            for line in dialplan[context]
            if (match := re.match(r"exten => ([^,]+),", line))
        }
        for context in ("transfer", "transfer-of-phones")
    }
    house = {*Settings().phones.split(","), *Settings().desk_phones.split(","), "w01", "w02"}
    assert names["transfer-of-phones"] == house | {"hotline", "senior", "manager", "i"}
    assert names["transfer"] == set(EMERGENCY)
    included = [line for line in dialplan["transfer"] if line.startswith("include")]
    assert included == ["include => transfer-of-phones"]
    assert not [line for line in dialplan["transfer-of-phones"] if line.startswith("include")]


def test_no_leg_inherits_where_a_transfer_may_lead(etc: Path) -> None:
    given = {
        context
        for context, lines in _dialplan(etc).items()
        if any("TRANSFER_CONTEXT=" in line and "set_var" not in line for line in lines)
    }
    assert given == {"offer", "join", "callback-agent"}
    assert "__TRANSFER_CONTEXT" not in "".join(path.read_text() for path in etc.glob("*.conf"))
    assert "TRANSFER_CONTEXT)" not in "".join(path.read_text() for path in etc.glob("*.conf"))


def test_a_pattern_that_dials_outside_is_reached_from_the_guarded_side_only(etc: Path) -> None:
    outside = {
        context: [line for line in lines if re.search(r"PJSIP/[^,)]*@out", line)]
        for context, lines in _dialplan(etc).items()
    }
    dials = {"outside-customer-on", "outside-help-on"}
    assert {name for name, lines in outside.items() if lines} == dials
    reached = {
        name
        for name, lines in _dialplan(etc).items()
        if any("outside-" in line or "WAYS=" in line for line in lines)
    }
    assert reached - {one for one in reached if one.startswith("outside-")} == {
        *("transfer", "emergency-numbers", "helped", "callback-agent", "callback-customer"),
    }
    text = "\n".join(line for lines in _dialplan(etc).values() for line in lines)
    assert re.findall(r"Goto\(callback-to[^)]*", text)
    assert "include => callback-to" not in text


def test_no_channel_of_another_technology_can_be_dialled(etc: Path) -> None:
    loaded = set(re.findall(r"(?m)^load = (\w+)\.so", (etc / "modules.conf").read_text()))
    assert {one for one in loaded if one.startswith("chan_")} == {"chan_pjsip"}


def test_browsers_seats_have_no_password_of_their_own(etc: Path) -> None:
    parser = RawConfigParser(strict=False)
    parser.read_string((etc / "sorcery.conf").read_text().replace("auth = astdb", "more = astdb"))
    assert parser["res_pjsip"]["more"] == "astdb,seats"
    text = (etc / "pjsip.conf").read_text()
    assert "username = w01" not in text
    assert "username = 8101" in text
