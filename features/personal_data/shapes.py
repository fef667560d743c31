"""JSON of people's rights."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.personal_data.actions import SHORT, Preview
from features.personal_data.consents import Consent
from features.personal_data.erasures import Destruction, Erasure
from features.personal_data.lifecycle import ErasureState
from features.personal_data.rows import Held
from web.shapes import NOON, Clean, CustomerName, CustomerNumber, Id, Plain, Shape


class HeldShape(Shape):
    """Rows of one kind that are about the person."""

    what: Plain = Field(examples=["calls"])
    rows: int
    open: int = Field(description="Of which something is still to come; an erasure calls it off.")
    busy: int = Field(description="Worked on in this moment; an erasure waits for their end.")
    kept: int = Field(description="That stay for now.")

    @classmethod
    def of(cls, held: Held) -> Self:
        return cls.model_validate(held, from_attributes=True)


class MentionShape(Shape):
    """Rows about somebody else, or nobody, whose text mentions the person."""

    what: Plain = Field(examples=["handovers"])
    rows: int


class ConsentShape(Shape):
    """What the person said may be done with the data."""

    purpose: Plain = Field(examples=["recording"])
    given: bool
    at: datetime = Field(examples=[NOON])
    through: Plain = Field(examples=["telephone"])
    note: Clean
    by: Plain

    @classmethod
    def of(cls, consent: Consent) -> Self:
        return cls.model_validate(consent, from_attributes=True)


class PreviewShape(Shape):
    """What we hold of one person."""

    person: Id = Field(description="The beginning of the digest by which the person is on record.")
    number: CustomerNumber
    names: list[CustomerName]
    held: list[HeldShape]
    mentions: list[MentionShape]
    consents: list[ConsentShape]
    seen: Id = Field(description="Give it back to erase exactly this.")
    erasure: int | None = Field(description="The erasure of this person that goes on.")

    @classmethod
    def of(cls, preview: Preview) -> Self:
        return cls(
            person=preview.found.subject.pseudonym[:SHORT],
            number=preview.shown,
            names=list(preview.names),
            held=[HeldShape.of(each) for each in preview.held],
            mentions=[MentionShape(what=name, rows=n) for name, n in preview.mentions.items()],
            consents=[ConsentShape.of(each) for each in preview.consents],
            seen=preview.seen,
            erasure=preview.going_on.id if preview.going_on else None,
        )


class ErasureShape(Shape):
    """One erasure; nothing in it is the person's."""

    id: int
    person: Id = Field(description="The beginning of the person's digest.")
    state: ErasureState
    why: Clean
    asked_at: datetime = Field(examples=[NOON])
    asked_by: Plain
    done_at: datetime | None
    counts: dict[Id, int] = Field(description="What was erased, and how much of it.")
    kept: dict[Id, int] = Field(description="What stays for now.")
    left: list[Plain] = Field(
        description="Where the last look still found something; empty: nowhere."
    )

    @classmethod
    def of(cls, erasure: Erasure) -> Self:
        names = ("id", "state", "why", "asked_at", "asked_by", "done_at")
        return cls(
            person=erasure.person[:SHORT],
            counts=dict(erasure.counts),
            kept=dict(erasure.kept),
            left=list(erasure.left),
            **{name: getattr(erasure, name) for name in names},
        )


class DestructionShape(Shape):
    """Proof that something was destroyed: what, when, by which rule."""

    id: int
    at: datetime = Field(examples=[NOON])
    node: Plain
    rule: Plain = Field(examples=["keep_calls=90"])
    what: Plain = Field(examples=["calls"])
    count: int
    digest: Id = Field(description="SHA-256 of the ids of what was destroyed.")

    @classmethod
    def of(cls, destruction: Destruction) -> Self:
        return cls.model_validate(destruction, from_attributes=True)
