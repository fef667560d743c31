"""One household to be told of an emergency, until it acknowledges. Does no I/O.

CBK-5. Every change is `decide(household, event, now, rules) -> (household, commands)`: the
dispatcher keeps the row and carries the commands out.

| state | what goes on | what comes next |
|---|---|---|
| waiting | nothing, until `next_at`; none: not begun yet | its next number is rung |
| ringing | one of its numbers rings, or hears the message | told; else waiting, or not_told |
| stopping | the same, but nobody else is to be rung | told; else not_told |
| told | somebody pressed the key | – |
| not_told | all numbers were tried in all rounds, or the notification was stopped | at_the_door |
| no_number | nothing to ring: somebody must go there | at_the_door |
| at_the_door | somebody of the staff told them | – |

A lifted receiver proves nothing: only the key does, after the message was said. Numbers are rung
in the order in which they stand; when all of them were, the next round waits.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

STOPPED = "stopped"
"""Why a household was not told: the notification was stopped."""


class HouseholdState(StrEnum):
    WAITING = "waiting"
    RINGING = "ringing"
    STOPPING = "stopping"
    TOLD = "told"
    NOT_TOLD = "not_told"
    NO_NUMBER = "no_number"
    AT_THE_DOOR = "at_the_door"


ON_THE_PHONE = frozenset({HouseholdState.RINGING, HouseholdState.STOPPING})
OPEN = ON_THE_PHONE | {HouseholdState.WAITING}
"""States in which the telephone has still something to do."""
KNOWS = frozenset({HouseholdState.TOLD, HouseholdState.AT_THE_DOOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRules:
    """How households are rung; times in seconds."""

    ring_for: float = 25.0
    rounds: int = 3
    """How often all numbers of a household are tried."""
    next_number_after: float = 5.0
    """From the end of one number's call to the ring of the next."""
    round_every: float = 120.0
    """From the end of one round of a household's numbers to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """One household of one notification."""

    numbers: tuple[str, ...]
    """In the order in which they are rung."""
    state: HouseholdState
    next_at: datetime | None = None
    """When the next number is rung; None while an attempt has it, or nothing is to be rung."""
    step: int = 0
    """How many numbers were tried, all rounds together."""
    tries: int = 0
    """How often a number was rung, those that a crash kept from ringing too."""
    reason: str = ""
    """How the last attempt ended; of one who was not told, why not."""
    told_at: datetime | None = None
    told_on: str = ""
    """The number on which somebody acknowledged."""

    @property
    def number(self) -> str:
        """Return the number whose turn it is."""
        return self.numbers[self.step % len(self.numbers)]


@dataclass(frozen=True, slots=True)
class Due:
    """`next_at` has come."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody has heard the message and pressed the key."""

    number: str


@dataclass(frozen=True, slots=True)
class AttemptOver:
    """The call is over, however it went; what it brought was told before."""

    result: str
    rang: bool = True
    """Whether a phone can have rung at all."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nobody else is to be rung; who listens hears the message to its end."""


@dataclass(frozen=True, slots=True)
class ToldAtDoor:
    """Somebody of the staff went there."""


Event = Due | Acknowledged | AttemptOver | Stopped | ToldAtDoor


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring a number now; the attempt is committed before the phone rings."""

    number: str


Decision = tuple[Household, tuple[Ring, ...]]


def chosen(numbers: tuple[str, ...]) -> Household:
    """Return a household that is to be told, before the notification begins."""
    state = HouseholdState.WAITING if numbers else HouseholdState.NO_NUMBER
    return Household(numbers=numbers, state=state)


def decide(household: Household, event: Event, now: datetime, rules: NotificationRules) -> Decision:
    """Return the household after an event, and who is to be rung; pure."""
    if household.state in KNOWS:
        return household, ()
    match event:
        case Due():
            return _due(household, now)
        case Acknowledged(number):
            told = replace(household, state=HouseholdState.TOLD, told_at=now, told_on=number)
            return replace(told, next_at=None, reason=""), ()
        case ToldAtDoor():
            door = replace(household, state=HouseholdState.AT_THE_DOOR, told_at=now)
            return replace(door, next_at=None), ()
        case Stopped():
            return _stopped(household), ()
        case AttemptOver(result, rang):
            return _over(household, result, now, rules, rang=rang), ()


def _due(household: Household, now: datetime) -> Decision:
    waits = household.state is HouseholdState.WAITING and household.next_at is not None
    if not waits or (household.next_at and now < household.next_at):
        return household, ()  # an attempt is under way, or the clock was put back
    rung = replace(household, state=HouseholdState.RINGING, next_at=None, tries=household.tries + 1)
    return rung, (Ring(household.number),)


def _stopped(household: Household) -> Household:
    match household.state:
        case HouseholdState.WAITING:
            return _not_told(household, STOPPED)
        case HouseholdState.RINGING:
            return replace(household, state=HouseholdState.STOPPING)
        case _:
            return household


def _over(
    household: Household, result: str, now: datetime, rules: NotificationRules, *, rang: bool
) -> Household:
    """The call ended without the key."""
    if household.state is HouseholdState.STOPPING:
        return _not_told(household, STOPPED)
    if household.state is not HouseholdState.RINGING:
        return household
    if not rang:  # the same number again: nobody has heard anything of it
        return replace(household, state=HouseholdState.WAITING, next_at=now)
    tried = replace(household, step=household.step + 1, reason=result)
    if tried.step >= len(tried.numbers) * rules.rounds:
        return _not_told(tried, result)
    new_round = tried.step % len(tried.numbers) == 0
    waits = timedelta(seconds=rules.round_every if new_round else rules.next_number_after)
    return replace(tried, state=HouseholdState.WAITING, next_at=now + waits)


def _not_told(household: Household, reason: str) -> Household:
    return replace(household, state=HouseholdState.NOT_TOLD, next_at=None, reason=reason)
