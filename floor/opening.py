"""Owns putting a floor together from the settings: the link as AMI user `floor`, the seats."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ami.actions import Actions
from ami.link import Link
from callflow.rules.roles import Role
from floor.control import CONTEXTS, VARIABLES
from floor.floor import Floor
from floor.records import Records
from settings import Settings

LOOPBACK = "127.0.0.1"
USER = "floor"


@dataclass(frozen=True, slots=True)
class Phone:
    """What a browser's phone needs to register at its seat."""

    seat: str
    password: str
    ws_port: int


def opened(settings: Settings, *, records: Records, leaders: frozenset[Role]) -> Floor:
    """Return a floor that is not running yet; without ports and secrets it stays unlinked."""
    kept, ports = _read(settings.paths.secrets), _read(settings.paths.ports)
    link = Link(
        host=LOOPBACK,
        port=int(ports.get("ami", 1)),
        username=USER,
        secret=str(kept.get("ami_floor", "")),
        boot=lambda: _boot(settings),
        contexts=CONTEXTS,
    )
    return Floor(
        link=link,
        actions=Actions(link, contexts=CONTEXTS, variables=VARIABLES),
        records=records,
        browsers=[seat for seat in settings.seats if seat.startswith("w")],
        phones=[seat for seat in settings.seats if not seat.startswith("w")],
        company=settings.company,
        wrap_up_for=settings.wrap_up_for,
        zone=settings.zone,
        leaders=leaders,
        journal=settings.paths.journal,
    )


def phone_of(settings: Settings, seat: str) -> Phone:
    """Return what the page needs for the phone at a seat. Raises KeyError for an unknown seat."""
    kept, ports = _read(settings.paths.secrets), _read(settings.paths.ports)
    return Phone(seat, str(kept.get("seats", {})[seat]), int(ports.get("ws", 0)))


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found


def _boot(settings: Settings) -> str | None:
    """Return the name of Asterisk's present run, which the supervisor keeps in `boot`."""
    try:
        return (settings.paths.run / "boot").read_text().strip() or None
    except OSError:
        return None
