"""JSON of comments at moments of recordings."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.recording_comments.rules import Comment
from web.shapes import CALL_ID, NOON, Id, Paragraphs, Plain, Shape


class CommentShape(Shape):
    """What somebody says of one moment of a recording."""

    id: int
    call_id: Id = Field(examples=[CALL_ID])
    second: float = Field(description="Of the recording.", examples=[12.5])
    words: Paragraphs = Field(examples=["这里打断了客户"])
    author: Plain = Field(description="Account number of who says it.", examples=["1007"])
    address: Plain = Field(description="The page on which it is heard.")
    version: int
    at: datetime = Field(examples=[NOON])
    changed_at: datetime | None
    deleted_at: datetime | None

    @classmethod
    def of(cls, one: Comment) -> Self:
        told = {name: getattr(one, name) for name in one.__slots__ if name != "name"}
        return cls.model_validate(told | {"address": one.address})
