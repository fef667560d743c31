"""Rules of letters: to which ticket one belongs, and whether it is answered at once.

Does no I/O.

**Whose ticket.** Anybody can write any number into a subject, and any name above a letter. So only
what nobody can guess leads into a ticket: the token that our letters carry in their subject (and,
where set, in their address), which is signed; and the Message-ID of a letter of ours, drawn by
lot. A Message-ID of a letter that came to us is known to others: it counts for who wrote in that
ticket before. A number alone leads nowhere: the letter becomes a ticket of its own, with a hint.

**Answered at once.** A program is never answered, and nobody more than MOST_ANSWERS times in a day:
two programs that answer each other stop there, whatever they call themselves.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from mail.letters import Letter

MOST_ANSWERS: Final = 3
ANSWERS_WITHIN: Final = timedelta(hours=24)

_MAC: Final = 12
"""Characters of a token's signature: 60 bits."""
_NUMBER: Final = r"[0-9]{8}-[0-9]{5,12}"
_IN_SUBJECT: Final = re.compile(rf"\[#({_NUMBER})-([a-z2-7]{{{_MAC}}})\]", re.IGNORECASE)
_IN_ADDRESS: Final = re.compile(rf"[^+@]+\+({_NUMBER})-([a-z2-7]{{{_MAC}}})@.*", re.IGNORECASE)
_ANY_NUMBER: Final = re.compile(rf"(?<![0-9]){_NUMBER}(?![0-9])")


def token(key: bytes, number: str) -> str:
    """Return the signed token of a ticket: `20261130-00012-k7f3…`."""
    mac = hmac.new(key, f"ticket mail {number}".encode(), hashlib.sha256).digest()
    return f"{number}-{base64.b32encode(mac).decode()[:_MAC].lower()}"


def subject_with(key: bytes, number: str, subject: str) -> str:
    """Return a subject that leads an answer back to its ticket."""
    plain = _IN_SUBJECT.sub("", subject).strip()
    return f"{plain} [#{token(key, number)}]".strip()


def address_with(key: bytes, number: str, address: str) -> str:
    """Return our address with the token of a ticket in it."""
    name, _, host = address.rpartition("@")
    return f"{name}+{token(key, number)}@{host}"


def signed_number(key: bytes, letter: Letter) -> str:
    """Return the ticket's number whose token a letter carries; empty for none or a false one."""
    given = [_IN_ADDRESS.fullmatch(address) for address in letter.recipients]
    for hit in (*_IN_SUBJECT.finditer(letter.subject), *filter(None, given)):
        if hmac.compare_digest(token(key, hit[1]), f"{hit[1]}-{hit[2].lower()}"):
            return hit[1]
    return ""


def named_numbers(letter: Letter) -> Sequence[str]:
    """Return the numbers of tickets that a subject names, signed or not."""
    return list(dict.fromkeys(_ANY_NUMBER.findall(letter.subject)))[:3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A letter that we have, whose Message-ID another one names."""

    ticket_id: int
    ours: bool
    """We wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongs:
    """Where a letter belongs."""

    ticket_id: int | None
    """None: it becomes a ticket of its own."""
    hints: tuple[str, ...] = ()


def belongs(
    letter: Letter,
    *,
    signed: int | None,
    referred: Sequence[Known],
    writers: Mapping[int, Collection[str]],
    named: Collection[int],
) -> Belongs:
    """Return where a letter belongs.

    `signed`: the ticket of its token; `referred`: letters that it answers, the nearest first;
    `writers`: by ticket the addresses that its letters came from or went to; `named`: tickets
    whose number its subject says.
    """
    ours = next((known.ticket_id for known in referred if known.ours), None)
    proven = signed if signed is not None else ours
    if proven is not None:
        return Belongs(ticket_id=proven, hints=_stranger(letter, writers.get(proven, ())))
    for known in referred:
        if letter.sender and letter.sender in writers.get(known.ticket_id, ()):
            return Belongs(ticket_id=known.ticket_id)
    if referred:
        return Belongs(ticket_id=None, hints=("refers_to_another",))
    return Belongs(ticket_id=None, hints=("names_another",) if named else ())


def _stranger(letter: Letter, writers: Collection[str]) -> tuple[str, ...]:
    """Return the hint for a letter that somebody else writes, who has seen a letter of ours."""
    return ("other_address",) if writers and letter.sender not in writers else ()


def is_acknowledged(letter: Letter, *, own: str, answered: int, is_new: bool) -> bool:
    """Tell whether a letter is answered at once with the number of its ticket.

    `answered`: how many letters of this kind went to its address within ANSWERS_WITHIN.
    """
    if not is_new or letter.automatic or letter.bounce is not None:
        return False
    if not letter.answer_to or own in {letter.answer_to, letter.sender}:
        return False
    return answered < MOST_ANSWERS


def may_be_opened(name: str, endings: Collection[str]) -> bool:
    """Tell whether an attachment of this name is one that people may download."""
    _, dot, ending = name.rpartition(".")
    return bool(dot) and ending.lower() in endings
