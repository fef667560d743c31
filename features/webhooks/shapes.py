"""JSON of webhooks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import Field

from features.webhooks.lifecycle import Fault, WebhookState
from features.webhooks.queries import Answer, Webhook
from web.shapes import NOON, Id, Plain, Shape


class AnswerShape(Shape):
    """What came of one try."""

    at: datetime = Field(examples=[NOON])
    event_id: Id
    what: Plain = Field(description="The kind of the event, or `test`.")
    status: int | None = Field(description="HTTP status; null: there was no answer.")
    fault: Fault = Field(description="Why it counts as not taken; empty: it was taken.")
    took_ms: int


class WebhookShape(Shape):
    """One receiver of events, and how far it is."""

    id: Id
    name: Plain
    url: Plain
    kinds: list[Plain]
    state: WebhookState = Field(description="`failed`: tried for too long, a person decides.")
    position: int = Field(description="The place up to which all was taken or discarded.")
    waiting: int = Field(description="Events that wait, 1000 at most are counted.")
    attempts: int = Field(description="Of the event that is next.")
    next_at: datetime | None
    since: datetime | None = Field(description="When it failed first.")
    sent_at: datetime | None = Field(description="When something was taken last.")
    made_at: datetime
    made_by: Plain
    answers: list[AnswerShape] = Field(description="What came of the last tries, newest first.")

    @classmethod
    def of(cls, one: Webhook, waiting: int, answers: Sequence[Answer] = ()) -> Self:
        progress, told = one.progress, {"waiting": waiting, "answers": list(answers)}
        own = {name: getattr(one, name) for name in one.__slots__ if name in cls.model_fields}
        far = {name: getattr(progress, name) for name in progress.__slots__}
        return cls.model_validate(own | far | told)


class WebhookSecretShape(Shape):
    """A webhook, and where it has a new one its secret: told this once."""

    webhook: WebhookShape | None = Field(description="null: it was removed.")
    secret: Plain | None = Field(description="Keep it: it is not told again.")
