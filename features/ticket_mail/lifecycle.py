"""A letter of ours on its way: its states, and what becomes of it when something happens.

Does no I/O. A letter is tried until it was taken, refused or the time is up; what then is left to a
person stays in sight. Two things are never done: a letter whose fate is not known is not sent again
without a person who says so, and none is given up without a person who is shown it.

    queued ──taken to the server──▶ sending ──it said yes──▶ sent ──came back──▶ bounced
    queued ──server away, busy────▶ queued (later)      sending ──connection broke──▶ unclear
    queued ──refused, time is up──▶ failed              sending ──we were killed────▶ unclear
    unclear, failed, bounced ──a person: again──▶ queued
    unclear ──a person: it has arrived──▶ sent
    queued, failed, unclear, bounced ──a person: leave it──▶ dropped
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Direction(StrEnum):
    IN = "in"  # to us
    OUT = "out"  # from us


class MailKind(StrEnum):
    """What a letter is."""

    LETTER = "letter"  # somebody wrote to us
    AUTOMATIC = "automatic"  # a program did: out of office, newsletters, alarms
    BOUNCE = "bounce"  # a server says what became of a letter of ours
    ANSWER = "answer"  # somebody of ours wrote
    ACKNOWLEDGEMENT = "acknowledgement"  # we say at once that a letter came, and its number
    NOTICE = "notice"  # we tell somebody that something happened


class MailState(StrEnum):
    """Where a letter stands."""

    KEPT = "kept"  # came in
    QUEUED = "queued"  # is to be sent, at `next_at`
    SENDING = "sending"  # is being handed over: from here on it may have been sent
    SENT = "sent"  # the next server has taken it
    UNCLEAR = "unclear"  # may have been sent: nobody can tell
    FAILED = "failed"  # refused, or tried for long enough: a person decides
    BOUNCED = "bounced"  # was sent, and came back
    DROPPED = "dropped"  # a person has decided that it is not sent


class MailEvent(StrEnum):
    """What happens to a letter of ours."""

    HANDED_OVER = "handed_over"  # its first byte is about to go
    TAKEN = "taken"
    LATER = "later"
    REFUSED = "refused"
    BROKEN = "broken"  # the connection, in the middle of it; or we were killed then
    CAME_BACK = "came_back"
    AGAIN = "again"  # a person: send it once more
    ARRIVED = "arrived"  # a person: it was sent
    LEFT = "left"  # a person: it is not sent any more


_S, _E = MailState, MailEvent
AFTER: Final[Mapping[tuple[MailState, MailEvent], MailState]] = MappingProxyType(
    {
        (_S.QUEUED, _E.HANDED_OVER): _S.SENDING,
        (_S.QUEUED, _E.LATER): _S.QUEUED,
        (_S.QUEUED, _E.REFUSED): _S.FAILED,
        (_S.QUEUED, _E.LEFT): _S.DROPPED,
        (_S.SENDING, _E.TAKEN): _S.SENT,
        (_S.SENDING, _E.LATER): _S.QUEUED,
        (_S.SENDING, _E.REFUSED): _S.FAILED,
        (_S.SENDING, _E.BROKEN): _S.UNCLEAR,
        (_S.SENDING, _E.CAME_BACK): _S.BOUNCED,
        (_S.SENT, _E.CAME_BACK): _S.BOUNCED,
        (_S.UNCLEAR, _E.CAME_BACK): _S.BOUNCED,
        (_S.UNCLEAR, _E.AGAIN): _S.QUEUED,
        (_S.UNCLEAR, _E.ARRIVED): _S.SENT,
        (_S.UNCLEAR, _E.LEFT): _S.DROPPED,
        (_S.FAILED, _E.AGAIN): _S.QUEUED,
        (_S.FAILED, _E.LEFT): _S.DROPPED,
        (_S.BOUNCED, _E.AGAIN): _S.QUEUED,
        (_S.BOUNCED, _E.LEFT): _S.DROPPED,
    }
)
"""What becomes of a letter; what is not here does not happen."""

FOR_A_PERSON: Final = frozenset({_S.UNCLEAR, _S.FAILED, _S.BOUNCED})
"""Nothing goes on by itself."""
OPEN: Final = FOR_A_PERSON | {_S.QUEUED, _S.SENDING}
"""What the queue shows."""

_FIRST_PAUSE: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(hours=2)


class NotNowError(ValueError):
    """That does not happen to a letter in this state."""


def after(state: MailState, event: MailEvent) -> MailState:
    """Return the state after an event. Raises NotNowError."""
    try:
        return AFTER[state, event]
    except KeyError:
        raise NotNowError(f"{state.value}: no {event.value}") from None


def events_of_people(state: MailState) -> tuple[MailEvent, ...]:
    """Return what a person can do with a letter."""
    return tuple(event for event in (_E.AGAIN, _E.ARRIVED, _E.LEFT) if (state, event) in AFTER)


def next_try(
    *, attempts: int, since: datetime, now: datetime, give_up_after: timedelta
) -> datetime | None:
    """Return when a letter is tried again after `attempts` tries; None: the time is up."""
    pause = min(_FIRST_PAUSE * 2 ** min(attempts, 16), _LONGEST_PAUSE)
    return now + pause if now + pause < since + give_up_after else None
