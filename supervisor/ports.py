"""Ports: those that others know must be free, the inner ones are chosen once and kept.

The inner ports (AGI, audio lines, AMI, and the browsers' phones' unless a setting names one) stay
the same over restarts, so that a program that lives on finds Asterisk again; one that somebody
else has taken meanwhile is chosen anew.
"""

import json
import os
import socket
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path

from settings import Settings
from tools.errors import SetupError

LOOPBACK = "127.0.0.1"


class Desk(Enum):
    """Where the desk of this Asterisk runs."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    """In a container of its own, say: its port is not ours to have."""

    def of(self, settings: Settings) -> int:
        """Return the port that must be free for it; 0: none."""
        return settings.desk_port if self is Desk.HERE else 0


@dataclass(frozen=True)
class Ports:
    """Ports on loopback for our own programs, and for browsers' phones; TCP but one."""

    agi: int
    line: int
    ami: int
    ws: int
    """Where browsers' phones connect (WebSocket), on the address of the SIP port."""
    hep: int
    """UDP, for copies of SIP messages."""


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
    for name in ("agi", "line", "ami", "ws", "hep"):
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


def demand(settings: Settings, *, desk: Desk = Desk.HERE) -> None:
    """Raise SetupError, naming who holds each, when ports that others know are taken."""
    if found := hindered(settings, desk=desk):
        raise SetupError("\n".join(found))


def hindered(settings: Settings, *, desk: Desk = Desk.HERE) -> list[str]:
    """Return a sentence for each port that others know and that cannot be had."""
    sip, page = settings.sip_address, settings.desk_address
    wanted = [
        (sip, settings.sip_port, socket.SOCK_DGRAM, "THIRDRING_SIP_PORT"),
        (sip, settings.sip_port, socket.SOCK_STREAM, "THIRDRING_SIP_PORT"),
        (page, desk.of(settings), socket.SOCK_STREAM, "THIRDRING_DESK_PORT"),
        (sip, settings.ws_port, socket.SOCK_STREAM, "THIRDRING_WS_PORT"),
        (sip, settings.sip_tls_port, socket.SOCK_STREAM, "THIRDRING_SIP_TLS_PORT"),
    ]
    found = [
        _hindered(address, port, kind, setting=name) for address, port, kind, name in wanted if port
    ]
    return list(dict.fromkeys(filter(None, found)))


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


def _hindered(address: str, port: int, kind: socket.SocketKind, *, setting: str) -> str:
    name = "TCP" if kind == socket.SOCK_STREAM else "UDP"
    try:
        if is_free(address, port, kind):
            return ""
    except OSError as error:
        where = "THIRDRING_DESK_ADDRESS" if "DESK" in setting else "THIRDRING_SIP_ADDRESS"
        return (
            f"Cannot listen on {address} ({error.strerror}): no address of this machine. "
            f"Set {where}."
        )
    by = holder(port, kind)
    if port < 1024 and os.geteuid() != 0 and not by:
        return f"{name} port {port} is for root only; set {setting} to one over 1023."
    return f"{name} port {port} is in use{f' by {by}' if by else ''}; set {setting}."


def _kept(path: Path) -> Ports | None:
    try:
        values = json.loads(path.read_text())
        return Ports(
            agi=int(values["agi"]),
            line=int(values["line"]),
            ami=int(values["ami"]),
            # kept by an earlier version: none yet
            ws=int(values.get("ws", 0)),
            hep=int(values.get("hep", 0)),
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
