"""Puts the floor together from its parts and the settings."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ami.actions import Actions
from ami.link import Link
from floor import seat_passwords as keys
from floor.control import CONTEXTS, VARIABLES
from floor.database_access import DatabaseAccess
from floor.deregister import let_go
from floor.floor import Floor
from floor.lease import Lease
from floor.seat_passwords import SeatPasswords
from permissions.roles import Role
from settings import Settings

LOOPBACK = "127.0.0.1"
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 (what a setting may say, not where we listen)
USER = "floor"


@dataclass(frozen=True, slots=True)
class Phone:
    """What a browser's phone needs to register at its seat."""

    seat: str
    password: str
    """Of this duty only."""
    ws_port: int
    ws_path: str
    """A word that only who works here is told: pages of others do not find the WebSocket."""


def opened(settings: Settings, *, records: DatabaseAccess, leaders: frozenset[Role]) -> Floor:
    """Return a floor that is not running yet; without ports and secrets it stays unlinked."""
    kept, ports = _read(settings.paths.secrets), _read(settings.paths.ports)
    link = Link(
        host=LOOPBACK,
        port=int(ports.get("ami", 1)),
        username=USER,
        secret=str(kept.get("ami_floor", "")),
        boot=lambda: _boot(settings),
        contexts=CONTEXTS | {keys.CONTEXT},
    )
    near = LOOPBACK if settings.sip_address in EVERYWHERE else settings.sip_address
    return Floor(
        link=link,
        actions=Actions(link, contexts=CONTEXTS, variables=VARIABLES),
        records=records,
        keys=SeatPasswords(
            link,
            secrets=partial(_seats, settings),
            let_go=partial(let_go, host=near, port=settings.sip_port),
        ),
        browsers=[seat for seat in settings.seats if seat.startswith("w")],
        phones=[seat for seat in settings.seats if not seat.startswith("w")],
        company=settings.company,
        plan=settings.number_plan,
        wrap_up_for=settings.wrap_up_for,
        zone=settings.zone,
        leaders=leaders,
        journal=settings.paths.journal,
        node=settings.node,
        lease=Lease(records, node=settings.node, holder=desk_name(settings)),
    )


def desk_name(settings: Settings) -> str:
    """Return what tells this desk from others, the same after a restart."""
    return f"{settings.desk_port} {socket.gethostname()} {settings.paths.home}"


def phone_of(settings: Settings, seat: str, duty_id: int) -> Phone:
    """Return what the page needs for the phone of a duty. Raises KeyError for an unknown seat."""
    kept, ports = _read(settings.paths.secrets), _read(settings.paths.ports)
    password = keys.key_of(_seats(settings)[seat], duty_id)
    return Phone(seat, password, int(ports.get("ws", 0)), str(kept.get("ws_path", "")))


def _seats(settings: Settings) -> Mapping[str, str]:
    found: Mapping[str, str] = _read(settings.paths.secrets).get("seats", {})
    return found


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
