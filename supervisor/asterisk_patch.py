"""Takes a fault of Debian's Asterisk, which costs voices, out of the unpacked program.

Debian builds Asterisk with a patch for codecs that conceal lost packets. Since then a translation
path remembers the sequence number of the last RTP packet and throws away what has a number that is
lower by up to half of the range, as if it had come late. But one path sees one stream after the
other: the first agent's, then, after a transfer, the second one's, which begins at a random number.
In every second transfer the recording lacks the second agent for up to eleven minutes, and a caller
whose codec is not the agent's hears nothing. Upstream's does not look at the number at all.

The patch has a branch for "no number known yet" that goes on as upstream does. It is made to be
taken always: one byte of the program. Where the program does not hold these very instructions,
once, nothing is changed. See ADR 8.
"""

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Final

_ASKS: Final = rb"\x8b[\x80-\xbf]\x88\x00\x00\x00\x81[\xf8-\xff]\xff\xff\x00\x00"
"""x86-64: load the path's last number (offset 0x88), compare it with 0xffff …"""
_IF_ABOVE, _ALWAYS = b"\x77", b"\xeb"
"""… and jump when it is above: then none is known yet."""


class State(StrEnum):
    """What an Asterisk program is like."""

    SOUND = "sound"
    """It does not hold the instructions: upstream's, or another machine's."""
    FAULTY = "faulty"
    MENDED = "mended"


def state(program: Path) -> State:
    """Return what a program is like. Raises OSError."""
    found = _branches(program.read_bytes())
    if len(found) != 1:
        return State.SOUND
    return State.FAULTY if found[0][1] == _IF_ABOVE else State.MENDED


def mend(program: Path) -> State:
    """Take the fault out of a program, if it is there; a running one is not touched.

    The new file takes the old one's place by one rename. Raises OSError.
    """
    code = program.read_bytes()
    found = _branches(code)
    if len(found) != 1 or found[0][1] == _ALWAYS:
        return state(program)
    at = found[0][0]
    beside = program.with_name(f"{program.name}.mending-{os.getpid()}")
    beside.write_bytes(code[:at] + _ALWAYS + code[at + 1 :])
    beside.chmod(program.stat().st_mode)
    beside.replace(program)
    return State.MENDED


def _branches(code: bytes) -> list[tuple[int, bytes]]:
    """Return where the question is asked, and which jump follows."""
    jumps = _IF_ABOVE + _ALWAYS
    return [(match.end(1), match[2]) for match in re.finditer(b"(%b)([%b])" % (_ASKS, jumps), code)]
