"""The ports that tests give to what they start: no two tests that run at once get the same."""

import random
import socket
from typing import Final

_OURS: Final[list[socket.socket]] = []
"""One for each port that was given out here: it keeps the port's name until this process ends."""


def free_port() -> int:
    """Return a loopback port that is free for UDP and TCP, and stays ours until it is used.

    Above the ports of Asterisk's calls (rtp.conf) and below those that the system gives to
    connections: nobody takes it meanwhile. Tests that run side by side do not get the same.
    """
    while True:
        port = random.randrange(20_001, 30_000)
        name = socket.socket(socket.AF_UNIX)
        with socket.socket(type=socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            try:
                name.bind(f"\0thirdring-port-{port}")
                udp.bind(("127.0.0.1", port))
                tcp.bind(("127.0.0.1", port))
            except OSError:
                name.close()
                continue
        _OURS.append(name)
        return port
