"""Says good-bye to calls before Asterisk is ended: it waits for them; who talks on is hung up.

Speaks AMI by itself, a few actions over one connection: the links belong to our programs.
"""

import csv
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

PATIENCE_S: Final = 3.0
UP: Final = "6"
"""ChannelState of a channel that was answered."""
LAST_BYTES: Final = 1 << 18
COUNTED_EVERY_S: Final = 0.5
NAME: Final = re.compile(r"[\w./@;-]{1,150}", re.ASCII)


def hang_up_answered(port: int, secret: str) -> int:
    """Hang up every channel that was answered, and none that rings; return how many.

    Raises OSError when Asterisk does not answer.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as link:
        link.sendall(_action("Login", Username="thirdring", Secret=secret, Events="off"))
        link.sendall(_action("CoreShowChannels"))
        found = [
            frame["Channel"]
            for frame in _frames(_until(link, "EventList: Complete"))
            if frame.get("ChannelState") == UP and NAME.fullmatch(frame.get("Channel", ""))
        ]
        link.sendall(b"".join(_action("Hangup", Channel=name, Cause="16") for name in found))
        link.sendall(_action("Logoff"))
        _until(link, "Goodbye")
    return len(found)


def let_calls_end(
    count: Callable[[], int],
    *,
    within: float,
    say: Callable[[str], None],
    cut: threading.Event | None = None,
) -> bool:
    """Wait until no call goes on, `within` seconds at most or until `cut`; False: one goes on.

    New calls are taken as ever meanwhile. No call goes on in an Asterisk that does not answer.
    """
    deadline, told, cut = time.monotonic() + within, False, cut or threading.Event()
    while (left := deadline - time.monotonic()) > 0 and not cut.is_set():
        try:
            if not count():
                return True
        except PermissionError:
            say("this Asterisk does not tell whether calls go on: none is waited for")
            return False
        except OSError:
            return True
        if not told:
            say(f"calls go on: waiting for them to end, {within:.0f} s at most")
            told = True
        cut.wait(min(COUNTED_EVERY_S, left))
    return False


def channels(port: int, secret: str) -> int:
    """Return how many channels Asterisk has: none is no call.

    Raises OSError; PermissionError when it does not tell us, as that of an older version.

    Asterisk reads one number for it; asking for a list has frozen it at times (asterisk#1928).
    """
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as link:
        link.sendall(_action("Login", Username="thirdring", Secret=secret, Events="off"))
        link.sendall(_action("CoreStatus"))
        link.sendall(_action("Logoff"))
        said = _until(link, "Goodbye")
    found = [frame["CoreCurrentCalls"] for frame in _frames(said) if "CoreCurrentCalls" in frame]
    if not found and "Permission denied" in said:
        raise PermissionError
    return int(found[0]) if found and found[0].isdecimal() else 0


def somebody_rings(journals: Path) -> bool:
    """Tell, by the channel events that Asterisk has written, whether a call is not answered yet."""
    files = sorted(journals.rglob("cel.csv"), key=lambda file: file.stat().st_mtime)
    if not files:
        return False
    with files[-1].open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - LAST_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
    return bool(_ringing(lines))


def _ringing(lines: Iterable[str]) -> set[str]:
    """Return the first channels of calls that have begun, and neither been answered nor ended."""
    ringing: set[str] = set()
    for row in csv.reader(lines):
        if len(row) < 4:
            continue
        event, channel, call = row[0], row[2], row[3]
        if event == "CHAN_START" and channel == call:
            ringing.add(channel)
        elif event in {"ANSWER", "HANGUP", "CHAN_END"}:
            ringing.discard(channel)
    return ringing


def _action(name: str, **headers: str) -> bytes:
    lines = [f"Action: {name}", *(f"{key}: {value}" for key, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _until(link: socket.socket, text: str) -> str:
    """Return what Asterisk says up to a frame with this text. Raises OSError."""
    said = ""
    while text not in said:
        heard = link.recv(65_536)
        if not heard:
            break
        said += heard.decode(errors="replace")
    return said


def _frames(said: str) -> Iterator[dict[str, str]]:
    for frame in said.split("\r\n\r\n"):
        pairs = (line.partition(": ") for line in frame.split("\r\n"))
        yield {key: value for key, _, value in pairs}
