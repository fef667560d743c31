"""Reads letters in a process of its own, with narrow limits (`sandbox.py`).

A letter on which the process dies is read once more, its head only: it is still somebody's letter,
and becomes a ticket that says so. Run as a module it reads one letter from its input.
"""

import sys
from dataclasses import replace
from typing import Final

from mail.letters import Letter, from_json, to_json
from mail.reading import read
from sandbox import BeyondError, SandboxLimits, answer, run

MB: Final = 2**20
LIMITS: Final = SandboxLimits(memory=640 * MB, cpu_s=20, within_s=60.0, told=80 * MB)
HEAD_BYTES: Final = 64 * 1024
"""Of a letter that cannot be read as a whole."""

_MODULE: Final = "mail.aside"


async def read_aside(
    raw: bytes, *, limits: SandboxLimits = LIMITS
) -> tuple[Letter, tuple[bytes, ...]]:
    """Return a letter and the contents of its attachments. Raises OSError: try again."""
    try:
        return _told(await answer(_MODULE, [], raw, limits))
    except (BeyondError, ValueError, KeyError, TypeError):
        return await read_head(raw, "unreadable", limits=limits)


async def read_head(
    raw: bytes, hint: str, *, limits: SandboxLimits = LIMITS
) -> tuple[Letter, tuple[bytes, ...]]:
    """Return a letter of which only the head is read, with a hint that says why."""
    head = raw[:HEAD_BYTES].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    try:
        # without what says how the body is made: there is none
        lines = [one for one in head.split(b"\n") if not one.lower().startswith(b"content-")]
        letter, _ = _told(await answer(_MODULE, [], b"\n".join(lines) + b"\n\n", limits))
    except (BeyondError, ValueError, KeyError, TypeError):
        letter = _NOTHING
    return replace(letter, hints=(*letter.hints, hint)), ()


def nothing_read() -> Letter:
    """Return a letter of which nothing could be read."""
    return replace(_NOTHING, hints=("unreadable",))


_NOTHING: Final = Letter(
    message_id="",
    refers_to=(),
    sender="",
    sender_name="",
    answer_to="",
    recipients=(),
    subject="",
    body="",
    automatic="robot",
    bounce=None,
    hints=(),
    pieces=(),
)


def _told(said: bytes) -> tuple[Letter, tuple[bytes, ...]]:
    line, _, rest = said.partition(b"\n")
    letter = from_json(line)
    contents = []
    for piece in letter.pieces:
        contents.append(rest[: piece.size])
        rest = rest[piece.size :]
    if rest or any(
        len(content) != piece.size for content, piece in zip(contents, letter.pieces, strict=True)
    ):
        raise ValueError("an attachment is not whole")
    return letter, tuple(contents)


def _main() -> None:
    letter, contents = read(sys.stdin.buffer.read())
    out = sys.stdout.buffer
    out.write(to_json(letter) + b"\n")
    for content in contents:
        out.write(content)
    out.flush()


if __name__ == "__main__":
    run(_main, LIMITS)
