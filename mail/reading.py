"""Reads the bytes of a letter: who wrote what, in answer to which, with which attachments.

Does no I/O. Whoever calls it with a stranger's bytes does so in the sandbox (`mail/aside.py`): a
letter may be made to eat memory or time. Nothing of an attachment is opened, unpacked or run.
"""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from typing import Final

from callflow.text import clean, paragraphs
from mail.charsets import Read, header_text, text_of
from mail.from_html import text_of_html
from mail.letters import Bounce, Letter, Piece, address_in, file_name, ids_in

LONGEST_SUBJECT: Final = 200
LONGEST_BODY: Final = 60_000
"""Characters kept of a body; the whole letter is in the store."""
LONGEST_HEADER: Final = 4_000
"""Characters of one header that are looked at."""
MOST_IDS: Final = 30
MOST_PARTS: Final = 200
MOST_PIECES: Final = 40
DEEPEST: Final = 20
"""Multiparts within each other; honest programs make four."""

_SUPPRESSED: Final = frozenset({"all", "oof", "autoreply", "dr", "rn", "nrn"})
_BULK: Final = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
_ROBOTS: Final = (
    "mailer-daemon",
    "postmaster",
    "no-reply",
    "noreply",
    "do-not-reply",
    "donotreply",
)

Read1 = tuple[Letter, tuple[bytes, ...]]


def read(raw: bytes) -> Read1:
    """Return a letter, and the content of each of its attachments. Raises nothing of its own."""
    message = message_from_bytes(raw, policy=compat32)
    hints: dict[str, None] = {}
    subject, how = header_text(_header(message, "Subject"))
    if how is not Read.SURE:
        hints["subject_guessed" if how is Read.GUESSED else "subject_unreadable"] = None
    name, sender = _first(message, "From")
    parts = list(_parts(message, hints))
    body = _body(parts, hints)
    pieces, contents = _pieces(parts, hints)
    return (
        Letter(
            message_id=next(iter(ids_in(_header(message, "Message-ID"))), ""),
            refers_to=_refers_to(message),
            sender=sender,
            sender_name=clean(name),
            answer_to=_first(message, "Reply-To")[1] or sender,
            recipients=_recipients(message),
            subject=clean(subject, LONGEST_SUBJECT),
            body=body,
            automatic=_automatic(message, sender),
            bounce=_bounce(message, parts),
            hints=tuple(hints),
            pieces=pieces,
        ),
        contents,
    )


def _header(message: Message, name: str) -> str:
    """Return the first header of a name, as the parser left it."""
    for known, value in message.raw_items():
        if known.lower() == name.lower():
            return str(value)[:LONGEST_HEADER]
    return ""


def _word(message: Message, name: str) -> str:
    """Return the first word of a header, in small letters."""
    return clean(_header(message, name), 80).split(";")[0].split(",")[0].strip().lower()


def _addresses(message: Message, name: str) -> Iterator[tuple[str, str]]:
    values = [
        str(value)[:LONGEST_HEADER]
        for known, value in message.raw_items()
        if known.lower() == name.lower()
    ]
    for shown, address in getaddresses(values[:5]):
        yield header_text(shown)[0], address_in(address)


def _first(message: Message, name: str) -> tuple[str, str]:
    return next(iter(_addresses(message, name)), ("", ""))


def _recipients(message: Message) -> tuple[str, ...]:
    found = (
        address
        for name in ("Delivered-To", "X-Original-To", "To", "Cc")
        for _, address in _addresses(message, name)
        if address
    )
    return tuple(dict.fromkeys(found))[:50]


def _refers_to(message: Message) -> tuple[str, ...]:
    nearest = ids_in(_header(message, "In-Reply-To"))
    thread = ids_in(_header(message, "References"))
    return tuple(dict.fromkeys([*nearest, *reversed(thread)]))[:MOST_IDS]


def _automatic(message: Message, sender: str) -> str:
    """Return why a letter counts as sent by a program (RFC 3834, and what programs do instead)."""
    if _word(message, "Auto-Submitted") not in {"", "no"} or any(
        _header(message, name) for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponse")
    ):
        return "auto_submitted"
    if _word(message, "Precedence") in _BULK:
        return "precedence"
    if (
        set(
            clean(_header(message, "X-Auto-Response-Suppress"), 80)
            .lower()
            .replace(",", " ")
            .split()
        )
        & _SUPPRESSED
    ):
        return "suppressed"
    if _header(message, "Return-Path").strip() == "<>":
        return "null_sender"
    if any(_header(message, name) for name in ("List-Id", "List-Unsubscribe", "Feedback-ID")):
        return "list"
    return "robot" if sender.startswith(_ROBOTS) or not sender else ""


def _parts(message: Message, hints: dict[str, None]) -> Iterator[Message]:
    """Give the leaves of a letter; a letter in a letter is one leaf, and stays closed."""
    waiting = [(message, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop(0)
        seen += 1
        if seen > MOST_PARTS or depth > DEEPEST:
            hints["too_many_parts"] = None
            return
        inside = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inside, list):
            waiting[:0] = [(each, depth + 1) for each in inside if isinstance(each, Message)]
        else:
            yield part


def _is_text(part: Message) -> bool:
    if part.get_content_type() not in {"text/plain", "text/html"}:
        return False
    return part.get_content_disposition() != "attachment" and not _name(part)


def _name(part: Message) -> str:
    for key, header in (("filename", "content-disposition"), ("name", "content-type")):
        value = part.get_param(key, header=header)
        if isinstance(value, tuple):  # RFC 2231
            charset, _, text = value
            raw = text.encode("latin-1", "replace")
            return text_of(raw, charset or "")[0]
        if value:
            return header_text(value)[0]
    return ""


def _content(part: Message) -> bytes:
    inside = part.get_payload()
    if part.get_content_type() == "message/rfc822" and isinstance(inside, list):
        return b"".join(each.as_bytes() for each in inside if isinstance(each, Message))
    if part.get_content_maintype() == "message" and isinstance(inside, list):
        return b"\n".join(each.as_bytes() for each in inside if isinstance(each, Message))
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _text(part: Message, hints: dict[str, None]) -> str:
    text, how = text_of(_content(part), part.get_content_charset("") or "")
    if how is not Read.SURE:
        hints["body_guessed" if how is Read.GUESSED else "body_unreadable"] = None
    if part.get_content_type() == "text/html":
        lowered = text.lower()
        if "src=" in lowered or "background=" in lowered or "url(" in lowered:
            hints["remote_not_loaded"] = None
        hints["from_html"] = None
        return text_of_html(text)
    return text


def _body(parts: list[Message], hints: dict[str, None]) -> str:
    """Return what the writer wrote: the plain text, or the text of the HTML where there is none."""
    texts = [part for part in parts if _is_text(part)]
    plain = [part for part in texts if part.get_content_type() == "text/plain"]
    told = [_text(part, hints) for part in plain]
    if not any(text.strip() for text in told):
        told = [_text(part, hints) for part in texts if part not in plain]
    body = paragraphs("\n\n".join(text.strip() for text in told if text.strip()), LONGEST_BODY + 1)
    if len(body) > LONGEST_BODY:
        hints["body_cut"] = None
    return body[:LONGEST_BODY]


def _pieces(
    parts: list[Message], hints: dict[str, None]
) -> tuple[tuple[Piece, ...], tuple[bytes, ...]]:
    pieces: list[Piece] = []
    contents: list[bytes] = []
    for part in parts:
        if _is_text(part) or part.get_content_type() == "message/delivery-status":
            continue
        if len(pieces) == MOST_PIECES:
            hints["too_many_parts"] = None
            break
        content = _content(part)
        kind = clean(part.get_content_type(), 80)
        name = file_name(_name(part), kind, len(pieces) + 1)
        pieces.append(Piece(name=name, media_type=kind, size=len(content)))
        contents.append(content)
    return tuple(pieces), tuple(contents)


def _bounce(message: Message, parts: list[Message]) -> Bounce | None:
    report = next(
        (part for part in parts if part.get_content_type() == "message/delivery-status"), None
    )
    if report is None:
        return None
    fields: dict[str, str] = {}
    inside = report.get_payload()
    for block in inside if isinstance(inside, list) else []:
        if isinstance(block, Message):
            for name, value in block.raw_items():
                fields.setdefault(name.lower(), str(value))
    recipient = fields.get("final-recipient", fields.get("original-recipient", ""))
    says = fields.get("diagnostic-code", fields.get("status", ""))
    return Bounce(
        about=_returned_id(message, parts),
        failed=clean(fields.get("action", "failed")).lower() == "failed",
        recipient=address_in(recipient.rpartition(";")[2]),
        says=clean(header_text(says)[0].replace("\n", " "), 300),
    )


def _returned_id(message: Message, parts: list[Message]) -> str:
    """Return the Message-ID of the letter that came back: what is returned of it stands last."""
    for part in reversed(parts):
        kind = part.get_content_type()
        if kind in {
            "message/rfc822",
            "text/rfc822-headers",
            "message/global",
            "message/global-headers",
        }:
            returned = message_from_bytes(_content(part)[:100_000], policy=compat32)
            if found := ids_in(_header(returned, "Message-ID")):
                return found[0]
    return next(iter(_refers_to(message)), "")
