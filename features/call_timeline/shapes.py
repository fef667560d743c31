"""JSON of a call's timeline, whole or without numbers (SEC-2)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Self

from pydantic import Field

from callflow.events import JournalEvent
from callflow.text import clean
from phone_numbers.masking import masked_text
from web.shapes import NOON, Clean, Plain, Shape

SHOWN_TO_ALL = frozenset(
    {
        *("kind", "queue", "topic", "language", "reason", "outcome", "steps", "verb", "status"),
        *("by", "prompt", "hangupcause", "dialstatus", "waited_s", "rang_s", "position", "error"),
    }
)
"""What an event may say to a role that sees no numbers; all else could hold one."""


class EventShape(Shape):
    """One thing that happened in a call, as a journal had it."""

    at: datetime = Field(examples=[NOON])
    source: Plain = Field(description="Which journal.", examples=["cel"])
    name: Clean = Field(examples=["ANSWER"])
    channel: Clean = Field(examples=["PJSIP/trunk-00000001"])
    data: dict[str, Clean] = Field(
        description="What else was said.", examples=[{"kind": "message"}]
    )

    @classmethod
    def of(cls, event: JournalEvent) -> Self:
        return cls(
            at=datetime.fromtimestamp(event.at, UTC),
            source=event.source,
            name=event.name,
            channel=event.channel,
            data=_cleaned(event.data),
        )

    def masked(self) -> Self:
        """Return the event with nothing in it that could be a number or a name."""
        shown = SHOWN_TO_ALL | {"name"} if self.source == "dialogue" else SHOWN_TO_ALL  # a prompt's
        kept = {key: masked_text(text) for key, text in self.data.items() if key in shown}
        return self.model_copy(update={"data": kept})


def _cleaned(data: Mapping[str, str]) -> dict[str, str]:
    return {clean(str(key)): clean(str(value), 500) for key, value in list(data.items())[:50]}
