"""A webhook's states, and what becomes of it when a receiver answers or a person decides.

Does no I/O. Events go in order, one at a time: the next is sent when the one before was taken or a
person has discarded it. Nothing is given up by itself.

    active ──taken─────────────▶ active, at the next event
    active ──not taken─────────▶ active, later; each pause is twice as long
    active ──for too many hours▶ failed: nothing is sent, the house is told
    active, failed ──pause─────▶ paused
    paused, failed, active ──retry──▶ active, at once
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class WebhookState(StrEnum):
    """Whether events go to a webhook."""

    ACTIVE = "active"  # they are sent
    PAUSED = "paused"  # a person wants them to wait
    FAILED = "failed"  # tried for too long: a person decides


class Verb(StrEnum):
    """What a person does with a webhook."""

    RETRY = "retry"  # send what waits, now
    PAUSE = "pause"
    DISCARD = "discard"  # leave out the event that is next
    DISCARD_ALL = "discard_all"  # leave out everything that waits
    TEST = "test"  # send a test, whatever waits
    NEW_SECRET = "new_secret"  # noqa: S105 (a word)
    REMOVE = "remove"


class Fault(StrEnum):
    """Why a delivery counts as not taken."""

    NONE = ""
    NAME = "name"  # the host has no address
    ADDRESS = "address"  # its addresses are none that we may go to
    CONNECT = "connect"  # nobody there, or no certificate that we trust
    TIMEOUT = "timeout"  # no answer in time
    BROKEN = "broken"  # what came is no answer
    REDIRECT = "redirect"  # we go nowhere else
    STATUS = "status"  # it said no
    SECRET = "secret"  # noqa: S105 (a word): what it is signed with cannot be opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a webhook is."""

    state: WebhookState
    position: int
    attempts: int = 0
    next_at: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spacing:
    """When what was not taken is tried again."""

    first: timedelta
    longest: timedelta
    fail_after: timedelta


_S = WebhookState
_VERBS: Final[Mapping[WebhookState, tuple[Verb, ...]]] = MappingProxyType(
    {
        _S.ACTIVE: (Verb.RETRY, Verb.PAUSE),
        _S.PAUSED: (Verb.RETRY,),
        _S.FAILED: (Verb.RETRY, Verb.PAUSE),
    }
)
_ALWAYS: Final = (Verb.TEST, Verb.DISCARD, Verb.DISCARD_ALL, Verb.NEW_SECRET, Verb.REMOVE)


def verbs(state: WebhookState) -> tuple[Verb, ...]:
    """Return what a person can do with a webhook in a state."""
    return (*_VERBS[state], *_ALWAYS)


def taken(progress: Progress, place: int) -> Progress:
    """Return how far a webhook is after an event was taken."""
    return Progress(state=progress.state, position=place)


def not_taken(progress: Progress, *, now: datetime, spacing: Spacing) -> Progress:
    """Return how far a webhook is after an event was not taken."""
    since = progress.since or now
    pause = min(spacing.first * 2 ** min(progress.attempts, 20), spacing.longest)
    tried = replace(progress, attempts=progress.attempts + 1, since=since, next_at=now + pause)
    if progress.state is _S.ACTIVE and now >= since + spacing.fail_after:
        return replace(tried, state=_S.FAILED, next_at=None)
    return tried


def decided(progress: Progress, verb: Verb, *, upto: int) -> Progress:
    """Return how far a webhook is after a person's decision; `upto`: where discarding ends."""
    match verb:
        case Verb.RETRY:
            return Progress(state=_S.ACTIVE, position=progress.position)
        case Verb.PAUSE:
            return replace(progress, state=_S.PAUSED)
        case Verb.DISCARD | Verb.DISCARD_ALL:
            state = _S.ACTIVE if progress.state is _S.FAILED else progress.state
            return Progress(state=state, position=max(progress.position, upto))
        case _:
            return progress
