"""Ports: those that others know must be free, the inner ones are chosen once and kept.

The inner ports (AGI, audio lines, AMI, and the browsers' phones' unless a setting names one) stay
the same over restarts, so that a program that lives on finds Asterisk again; one that somebody
else has taken meanwhile is chosen anew.
"""

import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from settings import Settings
from tools.errors import SetupError

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """TCP ports: on loopback between Asterisk and our programs, and for browsers' phones."""

    agi: int
    line: int
    ami: int
    ws: int
    """Where browsers' phones connect (WebSocket), on the address of the SIP port."""


def load(path: Path) -> Ports:
    """Return the ports in use (HOME/run/ports.json). Raises SetupError before the first start."""
    kept = _kept(path)
    if kept is None:
        raise SetupError(f"There are no ports in {path} yet: start the hotline with `make run`.")
    return kept


def settle(path: Path, *, ws: int = 0) -> Ports:
    """Return the kept ports, each one that is not free chosen anew, and keep them.

    `ws` is the port for browsers' phones where a setting names one.
    """
    kept = _kept(path)
    taken: set[int] = {ws}
    chosen: dict[str, int] = {}
    for name in ("agi", "line", "ami", "ws"):
        port = getattr(kept, name) if kept else 0
        if name == "ws" and ws:
            port = ws
        elif port in taken or not port or not is_free(LOOPBACK, port, socket.SOCK_STREAM):
            port = _free_port(taken)
        taken.add(port)
        chosen[name] = port
    ports = Ports(**chosen)
    if ports != kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps(asdict(ports)) + "\n")
        beside.replace(path)
    return ports


def demand(settings: Settings) -> None:
    """Raise SetupError, naming who holds it, when a port that others know is taken."""
    sip, desk = settings.sip_port, settings.desk_port
    _demand(settings.sip_address, sip, socket.SOCK_DGRAM, setting="THIRDRING_SIP_PORT")
    _demand(settings.sip_address, sip, socket.SOCK_STREAM, setting="THIRDRING_SIP_PORT")
    _demand(settings.desk_address, desk, socket.SOCK_STREAM, setting="THIRDRING_DESK_PORT")
    if ws := settings.ws_port:
        _demand(settings.sip_address, ws, socket.SOCK_STREAM, setting="THIRDRING_WS_PORT")


def is_free(address: str, port: int, kind: socket.SocketKind) -> bool:
    """Say whether a program of ours could listen there. Raises OSError for a foreign address."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind == socket.SOCK_STREAM:  # connections of the last run may still be waiting to end
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            if kind == socket.SOCK_STREAM:
                probe.listen(1)
        except OSError as error:
            if error.errno in (98, 13):  # EADDRINUSE, EACCES
                return False
            raise
    return True


def holder(port: int, kind: socket.SocketKind) -> str:
    """Return "name (process 123)" of the program on a port, "" when it cannot be seen."""
    table = "tcp" if kind == socket.SOCK_STREAM else "udp"
    inodes = _inodes(table, port) | _inodes(table + "6", port)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            links = {link.readlink().name for link in (folder / "fd").iterdir()}
            if links & {f"socket:[{inode}]" for inode in inodes}:
                return f"{(folder / 'comm').read_text().strip()} (process {folder.name})"
        except OSError:
            continue
    return ""


def _demand(address: str, port: int, kind: socket.SocketKind, *, setting: str) -> None:
    name = "TCP" if kind == socket.SOCK_STREAM else "UDP"
    try:
        if is_free(address, port, kind):
            return
    except OSError as error:
        raise SetupError(
            f"Cannot listen on {address} ({error.strerror}): no address of this machine. "
            f"Set {setting.replace('PORT', 'ADDRESS')}."
        ) from None
    if port < 1024 and os.geteuid() != 0 and not holder(port, kind):
        raise SetupError(f"{name} port {port} is for root only; set {setting} to one over 1023.")
    by = holder(port, kind)
    raise SetupError(f"{name} port {port} is in use{f' by {by}' if by else ''}; set {setting}.")


def _kept(path: Path) -> Ports | None:
    try:
        values = json.loads(path.read_text())
        return Ports(
            agi=int(values["agi"]),
            line=int(values["line"]),
            ami=int(values["ami"]),
            ws=int(values.get("ws", 0)),  # kept by an earlier version: none yet
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _free_port(but: set[int]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port = int(probe.getsockname()[1])
        if port not in but:
            return port


def _inodes(table: str, port: int) -> set[str]:
    try:
        lines = Path("/proc/net", table).read_text().splitlines()[1:]
    except OSError:
        return set()
    rows = (line.split() for line in lines)
    return {row[9] for row in rows if int(row[1].rpartition(":")[2], 16) == port} - {"0"}
