"""What a letter is made of, once it has been read: plain values. Does no I/O.

Everything in it has been cleaned: no control character, no line end in a line, a length for each.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from callflow.text import clean

LONGEST_ADDRESS: Final = 254
"""Characters (RFC 5321, 4.5.3.1)."""
LONGEST_ID: Final = 250
"""Characters of a Message-ID without its brackets; a longer one is none of an honest program."""

_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_ID: Final = re.compile(r"<([^<>\s\x00-\x20\x7f-\xff]{1,250})>")


def address_in(text: str) -> str:
    """Return an address in small letters, empty for what is none that we would write to."""
    plain = text.strip()
    if len(plain) > LONGEST_ADDRESS or ".." in plain or not _ADDRESS.fullmatch(plain):
        return ""
    return plain.lower()


def ids_in(text: str) -> tuple[str, ...]:
    """Return the Message-IDs in a header, without brackets, each once, in their order."""
    return tuple(dict.fromkeys(_ID.findall(text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What another mail server says became of a letter of ours (RFC 3464)."""

    about: str
    """Message-ID of the letter that it is about; empty: it does not say."""
    failed: bool
    """False: it is only late."""
    recipient: str
    says: str
    """In the words of the other server, one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One attachment."""

    name: str
    media_type: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter as it was read."""

    message_id: str
    """Without brackets; empty: it has none."""
    refers_to: tuple[str, ...]
    """Message-IDs of In-Reply-To and References, the nearest first."""
    sender: str
    """Address that it says it is from; empty for one that cannot be written to."""
    sender_name: str
    answer_to: str
    """Address for an answer: of Reply-To, or the sender's."""
    recipients: tuple[str, ...]
    subject: str
    body: str
    automatic: str
    """Why it counts as sent by a program, one word; empty: a person wrote it."""
    bounce: Bounce | None
    hints: tuple[str, ...]
    """What people should know of how it was read: keys of words, as `subject_unreadable`."""
    pieces: tuple[Piece, ...]
    """Attachments, in their order."""


def to_json(letter: Letter) -> bytes:
    """Return a letter as one line."""
    return json.dumps(asdict(letter)).encode()


def from_json(line: bytes) -> Letter:
    """Return the letter of a line. Raises ValueError, KeyError or TypeError for what is none."""
    given: Mapping[str, Any] = json.loads(line)
    bounce = given["bounce"]
    return Letter(
        **{
            **given,
            "refers_to": tuple(given["refers_to"]),
            "recipients": tuple(given["recipients"]),
            "hints": tuple(given["hints"]),
            "bounce": None if bounce is None else Bounce(**bounce),
            "pieces": tuple(Piece(**each) for each in given["pieces"]),
        }
    )


def file_name(text: str, media_type: str, position: int) -> str:
    """Return a name for an attachment that no disk and no header stumbles over.

    Never a folder, never hidden; what a sender wrote about folders is left out.
    """
    plain = clean(text, 1000).replace("\\", "/").rpartition("/")[2]
    plain = re.sub(r'[<>:"|?*;%]', "_", plain).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > 120:
        plain = f"{stem[: 119 - len(ending)]}.{ending}" if dot and len(ending) < 16 else plain[:120]
    if plain:
        return plain
    return f"{position}.{'eml' if media_type == 'message/rfc822' else 'bin'}"
