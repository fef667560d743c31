"""A legal hold on a customer's number, for pages that show one, and for the matrix of masking."""

from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from features.legal_holds.tables import LegalHoldRow
from tests.integration.desk_room import BEGAN, NUMBER
from tests.numbers import known_as

TEXTS: Final = ("legal_holds.why", "legal_holds.reference", "legal_holds.lifted_why")
PLAIN: Final = (
    *("legal_holds.thing", "legal_holds.subject", "legal_holds.put_by", "legal_holds.lifted_by"),
)
"""`subject` is what the number is known by: that it is told to nobody masked is looked for too."""


async def a_hold(connection: AsyncConnection) -> None:
    """Put a hold on the caller's number, and lift it."""
    values = {"thing": "number", "subject": known_as(NUMBER), "why": "法院来函", "reference": "1"}
    values |= {"put_by": "1001", "lifted_by": "1001", "lifted_why": "结案"}
    await connection.execute(insert(LegalHoldRow).values(**values, put_at=BEGAN, lifted_at=BEGAN))
