"""The edited texts of e-mails: what they are for, and what is filled in (TKT-6, TKT-10).

Each is known by its `use`, which nobody edits, so it may be renamed. One that is retired is not
used. Filling in does no I/O.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.call import Language
from features.ticket_classes.queries import Sort
from features.ticket_classes.tables import TicketClassRow

GAPS: Final = ("ticket", "due", "body", "answer")
"""What may be filled in, written `{ticket}`."""
RECEIVED: Final = "received"
ANSWERED: Final = "answered"
USED: Final = frozenset({RECEIVED, ANSWERED})
"""Texts that are sent or offered; departments have no e-mail, so theirs are not."""
EXAMPLE: Final[Mapping[Language, Mapping[str, str]]] = MappingProxyType(
    {
        Language.CHINESE: {
            "ticket": "20261121-00042",
            "due": "2026-11-22 12:00",
            "body": "电话打不通",
            "answer": "已更换外线，今天 10 点恢复。",
        },
        Language.ENGLISH: {
            "ticket": "20261121-00042",
            "due": "2026-11-22 12:00",
            "body": "The line is dead.",
            "answer": "The outside line was replaced; it works again since 10:00.",
        },
    }
)
_GAP: Final = re.compile(r"\{([^{}\n]{0,40})\}")


def unknown_gaps(text: str) -> Sequence[str]:
    """Return what is written in braces and cannot be filled in, each once, as it is written."""
    found = (each[0] for each in _GAP.finditer(text) if each[1] not in GAPS)
    return list(dict.fromkeys(found))


def filled(text: str, said: Mapping[str, str]) -> str:
    """Return a text with what is said filled in; braces that are no gap of ours stay."""
    return _GAP.sub(lambda each: said.get(each[1], each[0]), text)


async def text_for(connection: AsyncConnection, use: str) -> str:
    """Return the edited text of a use; empty: it is retired, or says nothing."""
    row = TicketClassRow
    query = select(row.text).where(
        row.sort == Sort.MAIL.value, row.use == use, row.retired.is_(False)
    )
    return (await connection.execute(query)).scalars().first() or ""


def words_of(text: str, *, number: str, due: datetime | None, body: str, answer: str) -> str:
    """Return a text filled in for a ticket; `due` is in the house's zone, None is a dash."""
    when = f"{due:%Y-%m-%d %H:%M}" if due else "–"
    said = {"ticket": number, "due": when, "body": body.strip(), "answer": answer.strip()}
    return filled(text, said).strip()
