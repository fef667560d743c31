"""JSON of files beside answers, and of proposals (TKT-15)."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.knowledge.files import KnowledgeFile
from features.knowledge.proposals import Proposal, ProposalState
from web.shapes import NOON, Clean, Id, Paragraphs, Plain, Shape


class KnowledgeFileShape(Shape):
    """One file beside an answer."""

    id: int
    entry_id: int
    name: Plain
    kind: Plain
    size: int = Field(description="Bytes.")
    sha256: Plain
    added_at: datetime = Field(examples=[NOON])
    added_by: Plain

    @classmethod
    def of(cls, file: KnowledgeFile) -> Self:
        return cls.model_validate(file)


class ProposalShape(Shape):
    """An answer that somebody proposes."""

    id: int
    ticket: Id = Field(description="Where it comes from; empty: from no ticket.")
    title: Clean
    body: Paragraphs
    business: Clean | None
    state: ProposalState
    at: datetime = Field(examples=[NOON])
    by: Plain
    decided_at: datetime | None
    decided_by: Plain | None
    why: Clean = Field(description="Why it was refused.")
    entry_id: int | None = Field(description="The entry that came of it.")

    @classmethod
    def of(cls, proposal: Proposal) -> Self:
        return cls.model_validate(proposal)
