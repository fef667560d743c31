"""The edited texts of e-mails: what they are for, and what is filled in (TKT-3, TKT-6, TKT-10).

Each is known by its `use`, which nobody edits, so it may be renamed. One that is retired, or says
nothing, is not used: the built-in words are. What goes to a department says nothing of the customer
(ADR 31), so it has other gaps than what goes to a customer. Filling in does no I/O.
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

RECEIVED: Final = "received"
ANSWERED: Final = "answered"
DISPATCHED: Final = "dispatched"
CHASED: Final = "chased"
USED: Final = frozenset({RECEIVED, ANSWERED, DISPATCHED, CHASED})
"""Texts that are sent or offered."""
TO_DEPARTMENTS: Final = frozenset({DISPATCHED, CHASED})
CUSTOMER_GAPS: Final = ("ticket", "due", "body", "answer")
DEPARTMENT_GAPS: Final = ("order", "ticket", "department", "due", "link", "ends", "company")
GAPS: Final = tuple(dict.fromkeys((*CUSTOMER_GAPS, *DEPARTMENT_GAPS)))
"""What may be filled in, written `{ticket}`."""
EXAMPLE: Final[Mapping[Language, Mapping[str, str]]] = MappingProxyType(
    {
        Language.CHINESE: {
            "ticket": "20261121-00042",
            "due": "2026-11-22 12:00",
            "body": "电话打不通",
            "answer": "已更换外线，今天 10 点恢复。",
            "order": "20261121-00042-1",
            "department": "线路班",
            "link": "https://desk.example.com/department-links/…",
            "ends": "2026-11-24 12:00",
            "company": "电信营业厅",
        },
        Language.ENGLISH: {
            "ticket": "20261121-00042",
            "due": "2026-11-22 12:00",
            "body": "The line is dead.",
            "answer": "The outside line was replaced; it works again since 10:00.",
            "order": "20261121-00042-1",
            "department": "Lines",
            "link": "https://desk.example.com/department-links/…",
            "ends": "2026-11-24 12:00",
            "company": "Telecom hall",
        },
    }
)
_GAP: Final = re.compile(r"\{([^{}\n]{0,40})\}")
_LINK: Final = "{link}"


def gaps_of(use: str) -> Sequence[str]:
    """Return what may be filled in into the text of a use; every one where it has none yet."""
    if not use:
        return GAPS
    return DEPARTMENT_GAPS if use in TO_DEPARTMENTS else CUSTOMER_GAPS


def unknown_gaps(text: str, use: str = "") -> Sequence[str]:
    """Return what is written in braces and cannot be filled in, each once, as it is written."""
    known = gaps_of(use)
    found = (each[0] for each in _GAP.finditer(text) if each[1] not in known)
    return list(dict.fromkeys(found))


def filled(text: str, said: Mapping[str, str]) -> str:
    """Return a text with what is said filled in; braces that are no gap of ours stay."""
    return _GAP.sub(lambda each: said.get(each[1], each[0]), text)


def with_link(text: str) -> str:
    """Return a text for a department, which says where the link stands, or has it at its end."""
    return text if _LINK in text else f"{text.rstrip()}\n\n{_LINK}"


def preview(text: str, use: str, language: Language) -> str:
    """Return a text as it is sent, of an example; empty: the built-in words are used."""
    if not text.strip():
        return ""
    said = with_link(text) if use in TO_DEPARTMENTS else text
    return filled(said, EXAMPLE[language])


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
