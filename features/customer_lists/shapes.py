"""JSON of lists of customers."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.customer_lists.judging import Known
from features.customer_lists.queries import Import, ImportState, WrongRow
from features.customer_lists.wording import key_of
from web.list_shapes import Sentences, sentences
from web.shapes import NOON, Clean, Plain, Shape


class CustomerImportShape(Shape):
    """One list, and how far it is."""

    id: int
    name: Clean = Field(description="Of the file.")
    by: Plain
    state: ImportState = Field(description="`stopped`: its desk died; bring the file again.")
    known: Known
    began_at: datetime = Field(examples=[NOON])
    ended_at: datetime | None
    rows: int = Field(description="Read so far.")
    fresh: int
    changed: int
    same: int
    wrong: int
    said: Sentences | None = Field(description="Why it cannot be read, in every language.")

    @classmethod
    def of(cls, brought: Import, now: datetime) -> Self:
        fault = brought.fault
        said = sentences(fault["sentence"], **fault["gaps"]) if fault else None
        values = {name: getattr(brought, name) for name in cls.model_fields if name not in _MADE}
        return cls(**values, state=brought.state(now), said=said)


_MADE = frozenset({"state", "said"})


class WrongRowShape(Shape):
    """One row that was wrong."""

    row: int = Field(description="As a spreadsheet counts.")
    cell: Plain
    why: Plain
    given: Clean
    said: Sentences

    @classmethod
    def of(cls, row: WrongRow) -> Self:
        return cls(
            row=row.line,
            cell=row.cell,
            why=row.why,
            given=row.given,
            said=sentences(key_of(row.why)),
        )
