"""Has a running process hear nothing more on a port: the kernel drops what comes.

Whoever rings at an Asterisk that is about to be ended is told “100 Trying” and waits for it; a
packet that was never read is sent again by the caller (RFC 3261, 17.1.1.2; a TCP connection begins
again after 1 s) until the next Asterisk reads it. So its own sockets get a filter that lets nothing
pass. Linux 5.6 or later, and the right to trace the process: its parent, or the same user where the
system allows it (yama), or root.
"""

import ctypes
import os
import re
import socket
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

PIDFD_GETFD: Final = 438
"""The number of the system call, on every machine that Linux runs on."""
ATTACH_FILTER: Final = 26
"""SO_ATTACH_FILTER of <asm-generic/socket.h>, which Python does not name."""
DROP_ALL: Final = struct.pack("HBBI", 0x06, 0, 0, 0)
"""One instruction of a packet filter: return 0 bytes of every packet."""
TABLES: Final = ("udp", "udp6", "tcp", "tcp6")


def close(pid: int, ports: frozenset[int]) -> int:
    """Have every socket of a process that is bound to one of these ports hear nothing more.

    Returns how many there were; 0: none, or we may not. What was read before goes on.
    """
    found = 0
    try:
        process = os.pidfd_open(pid)
    except OSError:
        return 0
    try:
        for handle in _sockets(pid, _bound(pid, ports)):
            found += _filtered(process, handle)
    finally:
        os.close(process)
    return found


def _bound(pid: int, ports: frozenset[int]) -> set[str]:
    """Return the inodes of sockets that are bound to these ports, in the network of a process."""
    inodes = set()
    for table in TABLES:
        try:
            lines = Path(f"/proc/{pid}/net/{table}").read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if int(fields[1].rpartition(":")[2], 16) in ports - {0}:
                inodes.add(fields[9])
    return inodes - {"0"}


def _sockets(pid: int, inodes: set[str]) -> Iterator[int]:
    """Give the numbers that these sockets have in the process."""
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            named = re.fullmatch(r"socket:\[(\d+)\]", str(entry.readlink()))
        except OSError:  # closed just now
            continue
        if named and named[1] in inodes:
            yield int(entry.name)


def _filtered(process: int, handle: int) -> bool:
    """Put the filter on one socket of the process; tell whether it is there."""
    ours = ctypes.CDLL(None, use_errno=True).syscall(PIDFD_GETFD, process, handle, 0)
    if ours < 0:
        return False
    code = ctypes.create_string_buffer(DROP_ALL, len(DROP_ALL))
    program = struct.pack("HP", 1, ctypes.addressof(code))
    with closing(socket.socket(fileno=ours)) as one:
        try:
            one.setsockopt(socket.SOL_SOCKET, ATTACH_FILTER, program)
        except OSError:
            return False
    return True
