"""What Asterisk warns of while calls are as they should be: nothing, but for what stands here.

A log that is full of warnings about normal calls is read by nobody.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Final

KNOWN: Final[tuple[tuple[str, str], ...]] = (
    (r"^Unable to join queue ", "every agent rests: no function of Asterisk tells that before"),
    (
        r"^Failed to (receive|forward) frame .* AudioSocket server",
        "a caller hangs up in a dialogue: app_audiosocket warns of each, and has no other level",
    ),
    (r"^Failed to stop autoservice for channel ", "a caller hangs up as a dialogue begins"),
    (r"Couldn't negotiate stream", "an offer that is refused with 488 is to be seen"),
    (r"transfer attempt blocked due to configuration", "a REFER from outside is to be seen"),
    (
        r'^sip_endpoint.c Warning: Module ".*" registered during operation',
        "a phone sends something while Asterisk still loads its modules",
    ),
    (r"^(corrupted stream|invalid argument)$", "what our test sends as opus is none"),
    (
        r"^Error building JSON .*Invalid UTF-8|^Got \d+ backtrace records|^# ?\d+: ",
        "a name in GBK, before the dialplan has cleaned it",
    ),
)
"""Patterns of messages, each with the reason why nothing can be done about it."""
SEVERE: Final = frozenset({"WARNING", "ERROR"})


def size(log: Path) -> int:
    """Return how long the log is."""
    return log.stat().st_size if log.exists() else 0


def warnings(log: Path, *, since: int) -> Counter[str]:
    """Return the warnings and errors after so many bytes, by place and kind, with their counts."""
    found: Counter[str] = Counter()
    with log.open("rb") as file:
        file.seek(since if since <= size(log) else 0)
        for line in file:
            if told := _told(line.decode("utf-8", "replace")):
                found[told] += 1
    return found


def _told(line: str) -> str:
    try:
        message = json.loads(line)["logmsg"]
    except (ValueError, KeyError):
        return ""
    text = str(message["message"]).strip()
    if message["level"] not in SEVERE or any(re.search(known, text) for known, _ in KNOWN):
        return ""
    where = message["location"]
    kind = re.sub(r"\d+", "0", re.sub(r"0x[0-9a-f]+", "0x", text))
    return f"{where['filename']} {where['function']}: {kind[:160]}"
