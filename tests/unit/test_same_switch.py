"""Asterisk may stay through an update only if the new version would start the very same."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from settings import Settings
from supervisor import render, same_switch, secrets
from supervisor.asterisk import Installation
from supervisor.ports import Ports
from trunks import reading

PORTS = Ports(agi=4573, line=4574, ami=4575, ws=4576, hep=4577)
TRUNK = """
[[trunk]]
name = "carrier"
host = "192.0.2.20"
"""


class House:
    """A home in which an Asterisk was started."""

    def __init__(self, home: Path) -> None:
        self.home = home
        program = home / "old" / "sbin" / "asterisk"
        program.parent.mkdir(parents=True)
        program.write_bytes(b"program")
        self.installation = Installation((str(program),), "22.10.1", home / "m", home / "d")
        settings = self.settings()
        render.folders(settings)
        reading.settle(settings)
        words = {"ports": PORTS, "secrets": self._secrets(settings), "boot": "trk1"}
        render.render(settings, self.installation, **words)  # type: ignore[arg-type]
        same_switch.note(settings, self.installation)

    def settings(self, **more: Any) -> Settings:
        return Settings(home=self.home, browser_seats=0, **more)

    def differs(self, installation: Installation | None = None, **more: Any) -> str:
        settings = self.settings(**more)
        found = installation or self.installation
        known = self._secrets(settings)
        return same_switch.differs(settings, found, ports=PORTS, secrets=known)

    def _secrets(self, settings: Settings) -> secrets.Secrets:
        return secrets.settle(settings.paths.secrets, settings.phones.split(","), settings.seats)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_the_same_may_stay_and_what_asterisk_does_not_read_changes_nothing(house: House) -> None:
    assert house.differs() == ""
    assert house.differs(log_level="debug", keep_recordings=7, wait_for_calls=5) == ""


@pytest.mark.parametrize(
    ("more", "file"),
    [
        ({"sip_port": 5099}, "pjsip.conf"),
        ({"phones": "8001,8002,8003,8004"}, "phones.conf"),
        ({"called_numbers": "10051"}, "hotline.conf"),
    ],
)
def test_another_configuration_is_named_by_its_files(
    house: House, more: dict[str, Any], file: str
) -> None:
    assert file in house.differs(**more)


def test_trunks_that_wait_for_the_next_start_need_another_asterisk(house: House) -> None:
    (house.home / "trunks.toml").write_text(TRUNK)
    assert "pjsip.conf" in house.differs()


def test_a_file_that_is_no_longer_a_template_counts(house: House) -> None:
    (house.home / "asterisk" / "etc" / "old.conf").write_text("x")
    assert "old.conf" in house.differs()


def test_the_same_program_in_another_folder_may_stay_and_another_one_not(house: House) -> None:
    there = house.home / "new" / "sbin" / "asterisk"
    there.parent.mkdir(parents=True)
    there.write_bytes(b"program")
    moved = replace(
        house.installation, argv=(str(there),), modules=house.home / "x", data=house.home / "y"
    )
    assert house.differs(moved) == ""
    there.write_bytes(b"another program")
    assert "its program" in house.differs(moved)


def test_where_it_is_not_known_what_was_started_asterisk_is_started_anew(house: House) -> None:
    note = house.home / "run" / "switch.json"
    for spoilt in ("", "[]", "{}", '{"program": 1}'):
        note.write_text(spoilt)
        assert "not known" in house.differs()
    note.unlink()
    assert "not known" in house.differs()
