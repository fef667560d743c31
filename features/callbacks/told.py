"""What programs that follow the feed are told of a callback (ADR 32). Does no I/O."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from features.callbacks.lifecycle import FOR_A_PERSON, OVER, CallBack, CallbackState
from features.event_feed.kinds import CallbackEvent
from features.event_feed.telling import Happened

_ENDS: Final[Mapping[CallbackState, CallbackEvent]] = MappingProxyType(
    {
        CallbackState.COMPLETED: CallbackEvent.KEPT,
        CallbackState.FAILED: CallbackEvent.FAILED,
        CallbackState.UNKNOWN: CallbackEvent.UNKNOWN,
        CallbackState.CANCELLED: CallbackEvent.CANCELLED,
    }
)


def happened(key: int, before: CallBack, after: CallBack, now: datetime) -> Sequence[Happened]:
    """Return what has happened to a callback between two states, oldest first."""
    kinds = [CallbackEvent.TRIED] if after.tries > before.tries else []
    if after.state is not before.state:
        if (end := _ENDS.get(after.state)) is not None:
            kinds.append(end)
        elif before.state in OVER | FOR_A_PERSON and after.state is CallbackState.OPEN:
            kinds.append(CallbackEvent.REOPENED)
    return [
        Happened(what=kind, of=key, at=now, before=before.state.value, after=after.state.value)
        for kind in kinds
    ]
