"""A port of a running process is closed from outside: what comes is never read (ADR 22)."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from supervisor import closed_port

TAKES = """
import socket, sys
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(("127.0.0.1", 0))
other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); other.bind(("127.0.0.1", 0))
tcp = socket.socket(); tcp.bind(("127.0.0.1", udp.getsockname()[1])); tcp.listen()
print(udp.getsockname()[1], other.getsockname()[1], flush=True)
import selectors
waits = selectors.DefaultSelector()
for one in (udp, other):
    waits.register(one, selectors.EVENT_READ)
while True:
    for key, _ in waits.select():
        print(key.fileobj.recv(100).decode(), flush=True)
"""


@dataclass
class Taker:
    """A process that says what it hears, a line each."""

    process: "subprocess.Popen[str]"
    port: int
    other: int

    def hears(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@contextmanager
def taking() -> Iterator[Taker]:
    words = [sys.executable, "-c", TAKES]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port, other = map(int, process.stdout.readline().split())
        try:
            yield Taker(process, port, other)
        finally:
            process.kill()


def _says(port: int, what: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(what.encode(), ("127.0.0.1", port))


def test_after_that_nothing_is_heard_on_this_port_and_all_on_another() -> None:
    with taking() as taker:
        _says(taker.port, "before")
        assert taker.hears() == "before"
        closed = closed_port.close(taker.process.pid, frozenset({taker.port}))
        if not closed and os.geteuid() != 0:
            pytest.skip("only root, or who may trace a process, may do this")
        assert closed == 2, "the socket for packets and the one for connections"
        _says(taker.port, "on the closed port")
        _says(taker.other, "on the other")
        assert taker.hears() == "on the other"
        with pytest.raises(TimeoutError):
            socket.create_connection(("127.0.0.1", taker.port), timeout=0.5)


def test_nothing_is_closed_for_a_process_that_is_gone_or_has_no_such_port() -> None:
    with taking() as taker:
        assert closed_port.close(taker.process.pid, frozenset({0, 1})) == 0
    assert closed_port.close(taker.process.pid, frozenset({taker.port})) == 0
