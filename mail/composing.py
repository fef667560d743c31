"""Makes the letters that we send. Does no I/O.

What stands in a head line has been cleaned to one line of visible characters, and an address is one
that `address_in` knows: nothing that somebody typed or a stranger sent can begin a line of its own.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from callflow.text import clean, paragraphs
from mail.letters import address_in, ids_in

LONGEST_BODY: Final = 20_000
MOST_REFERENCES: Final = 20


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of ours that goes along."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter of ours, before it is put into the form of RFC 5322."""

    message_id: str
    from_name: str
    from_address: str
    to: str
    subject: str
    body: str
    at: datetime
    answers: tuple[str, ...] = ()
    """Message-IDs of the thread, the one that is answered last."""
    answer_to: str = ""
    """Address for answers; empty: `from_address`."""
    automatic: bool = False
    """No person wrote it: no program should answer it (RFC 3834)."""
    attached: tuple[Attached, ...] = ()


def new_message_id(host: str) -> str:
    """Return a Message-ID that nobody can guess: who names it has seen our letter."""
    return f"{secrets.token_hex(16)}@{clean(host, 200).replace(' ', '') or 'localhost'}"


def composed(draft: Draft) -> bytes:
    """Return the bytes of a letter. Raises ValueError for an address that is none."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(draft.from_name, draft.from_address)
    message["To"] = _address("", draft.to)
    message["Subject"] = clean(draft.subject, 300)
    message["Date"] = format_datetime(draft.at)
    message["Message-ID"] = _bracketed((draft.message_id,))
    if draft.answer_to:
        message["Reply-To"] = _address("", draft.answer_to)
    if draft.answers:
        thread = draft.answers[-MOST_REFERENCES:]
        message["In-Reply-To"] = _bracketed(thread[-1:])
        message["References"] = _bracketed(thread)
    if draft.automatic:
        message["Auto-Submitted"] = "auto-replied"
        message["X-Auto-Response-Suppress"] = "All"
    message.set_content(paragraphs(draft.body, LONGEST_BODY), charset="utf-8", cte="base64")
    for file in draft.attached:
        kind, _, part = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=kind, subtype=part, filename=file.name)
    return message.as_bytes()


def _address(name: str, address: str) -> Address:
    known = address_in(address)
    if not known:
        raise ValueError(f"{address!r} is no address")
    return Address(display_name=clean(name), addr_spec=known)


def _bracketed(ids: tuple[str, ...]) -> str:
    text = " ".join(f"<{each}>" for each in ids)
    if ids_in(text) != tuple(dict.fromkeys(ids)):
        raise ValueError("a Message-ID is none")
    return text
