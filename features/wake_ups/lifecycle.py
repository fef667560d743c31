"""One wake-up, from its minute until somebody is known to be awake. Does no I/O.

WAK-2, WAK-3, WAK-5. Every change is `decide(wake_up, event, now) -> (wake_up, commands)`: the
dispatcher keeps the row and carries the commands out. Which attendant is called for which rooms is
`features/attendants`: one call for all rooms that need somebody then.

| state | what goes on | what comes next |
|---|---|---|
| waiting | nothing, until `next_at` | the guest is rung |
| ringing | the guest's phone rings, or speaks | awake; snoozed: waiting; else waiting again |
| attending | waits for a free attendant, or one is being told | knocking; else the next one |
| knocking | an attendant has been told and goes to the room | reports: awake; else attending |
| alarm | nobody took it: an alarm at the desk | somebody there says that the guest is awake |
| awake | somebody proved it | – |
| missed | we came too late to ring (after a long stop); the desk is told | – |
| cancelled | taken off the register | – |

A lifted receiver proves nothing: only a key, speech after our question, or a person's word does.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class WakeState(StrEnum):
    WAITING = "waiting"
    RINGING = "ringing"
    ATTENDING = "attending"
    KNOCKING = "knocking"
    ALARM = "alarm"
    AWAKE = "awake"
    MISSED = "missed"
    CANCELLED = "cancelled"


OVER = frozenset({WakeState.AWAKE, WakeState.MISSED, WakeState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeUpRules:
    """How a house wakes its guests; times in seconds."""

    ring_for: float = 30.0
    again_every: float = 60.0
    """From the end of one ringing to the next."""
    give_up_after: float = 300.0
    """From the minute that was asked for until an attendant is sent (WAK-3: 5 or 10 minutes)."""
    snooze_for: float = 600.0
    knock_within: float = 300.0
    """From the end of the call until an attendant who went and does not report is called again."""
    grace: float = 1800.0
    """A wake-up that we are later with than this is not rung any more, but reported."""
    attendants: tuple[str, ...] = ()
    attendant_rounds: int = 2
    """How often all attendants are tried before the desk is alarmed."""
    look_again: float = 5.0
    """Until a wake-up is looked at again that found the guest's telephone in a call of ours."""
    gather_for: float = 3.0
    """From when a room needs an attendant until one is rung: others of its minute come too."""

    @property
    def most_asked(self) -> int:
        """Return how often attendants are asked for one room before the desk is alarmed."""
        return len(self.attendants) * self.attendant_rounds

    @property
    def gather_span(self) -> timedelta:
        """Return how far ahead rooms are taken along when one is due."""
        return timedelta(seconds=self.gather_for)


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeUp:
    """One wake-up on one day."""

    due: datetime
    """The minute that was asked for; aware, UTC."""
    number: str
    """What is dialled for the guest."""
    state: WakeState = WakeState.WAITING
    next_at: datetime | None
    """When the next step is due; None while an attempt, or a person, has it."""
    asked_for: datetime
    """The minute that counts for giving up: `due`, or later after a snooze."""
    tries: int = 0
    """How often the guest was rung."""
    attended: int = 0
    """How often an attendant was called for it, alone or with other rooms."""
    snoozes: int = 0
    awake_at: datetime | None = None
    proof: str = ""
    """By what the guest is known to be awake: key, speech, attendant, desk."""

    @property
    def late_s(self) -> float | None:
        """How late the guest woke (WAK-5), in seconds; None while it is not known."""
        return None if self.awake_at is None else (self.awake_at - self.due).total_seconds()


@dataclass(frozen=True, slots=True)
class Due:
    """`next_at` has come."""


@dataclass(frozen=True, slots=True)
class Engaged:
    """It is due, and the guest's telephone rings for another wake-up, or is in that call."""


@dataclass(frozen=True, slots=True)
class Proved:
    """Somebody is known to be awake."""

    by: str


@dataclass(frozen=True, slots=True)
class Snoozed:
    """The guest wants to be rung again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An attendant is called now, and told of this room among others."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An attendant has pressed the key: on the way to the room."""


@dataclass(frozen=True, slots=True)
class AttemptOver:
    """The call is over, however it went; what it brought was told before."""

    rang: bool = True
    """Whether a phone can have rung at all."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Taken off the register."""


Event = Due | Engaged | Proved | Snoozed | Asked | Accepted | AttemptOver | Cancelled


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring the guest now; the attempt is committed before the phone rings."""

    number: str
    ring_for: float


@dataclass(frozen=True, slots=True)
class Alarm:
    """Tell the desk, on screen and by sound."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call that is under way."""


Command = Ring | Alarm | HangUp
Decision = tuple[WakeUp, tuple[Command, ...]]


def begun(due: datetime, number: str) -> WakeUp:
    """Return a wake-up that waits for its minute."""
    return WakeUp(due=due, number=number, next_at=due, asked_for=due)


def decide(wake_up: WakeUp, event: Event, now: datetime, rules: WakeUpRules) -> Decision:
    """Return the wake-up after an event, and what is to be done; pure."""
    if wake_up.state in OVER:
        return wake_up, ()
    match event:
        case Due():
            return _due(wake_up, now, rules)
        case AttemptOver(rang):
            return _over(wake_up, now, rules, rang=rang), ()
        case Cancelled():
            cancelled = replace(wake_up, state=WakeState.CANCELLED, next_at=None)
            return cancelled, (HangUp(),) if wake_up.state is WakeState.RINGING else ()
        case Asked() | Engaged():
            return _put_off(wake_up, event, now, rules), ()
        case _:
            return _told(wake_up, event, now, rules), ()


def _put_off(wake_up: WakeUp, event: Asked | Engaged, now: datetime, rules: WakeUpRules) -> WakeUp:
    """Leave it to a call that is made, or goes on."""
    match event, wake_up.state:
        case Asked(), WakeState.ATTENDING:
            return replace(wake_up, next_at=None, attended=wake_up.attended + 1)
        case Engaged(), WakeState.WAITING:
            return replace(wake_up, next_at=now + timedelta(seconds=rules.look_again))
        case _:
            return wake_up


def _told(
    wake_up: WakeUp, event: Proved | Snoozed | Accepted, now: datetime, rules: WakeUpRules
) -> WakeUp:
    """Take what a guest, an attendant or the desk said."""
    match event:
        case Proved(by):
            return replace(wake_up, state=WakeState.AWAKE, awake_at=now, proof=by, next_at=None)
        case Accepted():
            # nobody knocks before the call is over, in which there may be other rooms
            return replace(wake_up, state=WakeState.KNOCKING, next_at=None)
        case Snoozed():
            again = now + timedelta(seconds=rules.snooze_for)
            return replace(
                wake_up,
                state=WakeState.WAITING,
                next_at=again,
                asked_for=again,
                snoozes=wake_up.snoozes + 1,
            )


def _due(wake_up: WakeUp, now: datetime, rules: WakeUpRules) -> Decision:
    if wake_up.next_at is None or now < wake_up.next_at:
        return wake_up, ()  # an attempt is under way, or the clock was put back
    if wake_up.state is WakeState.ATTENDING:
        return _nobody_went(wake_up, rules)
    if wake_up.state is not WakeState.WAITING:
        return _needs_attendant(wake_up, now, rules)
    if _s(now - wake_up.asked_for) > rules.grace and not wake_up.tries:
        return replace(wake_up, state=WakeState.MISSED, next_at=None), (Alarm(),)
    if wake_up.tries and _s(now - wake_up.asked_for) >= rules.give_up_after:
        return _needs_attendant(wake_up, now, rules)
    rung = replace(wake_up, state=WakeState.RINGING, next_at=None, tries=wake_up.tries + 1)
    return rung, (Ring(wake_up.number, rules.ring_for),)


def _needs_attendant(wake_up: WakeUp, now: datetime, rules: WakeUpRules) -> Decision:
    """Have an attendant called, soon: others of the same minute are told of in the same call."""
    at = now + timedelta(seconds=rules.gather_for)
    needs = replace(wake_up, state=WakeState.ATTENDING, next_at=at)
    return (needs, ()) if wake_up.attended < rules.most_asked else _nobody_went(needs, rules)


def _nobody_went(wake_up: WakeUp, rules: WakeUpRules) -> Decision:
    """Alarm the desk when all attendants have been tried often enough."""
    if wake_up.attended < rules.most_asked:
        return wake_up, ()  # one is called when one is free
    return replace(wake_up, state=WakeState.ALARM, next_at=None), (Alarm(),)


def _over(wake_up: WakeUp, now: datetime, rules: WakeUpRules, *, rang: bool) -> WakeUp:
    """The call ended. Who had something to say has said it, and the state shows it."""
    match wake_up.state:
        case WakeState.RINGING:
            again = now + timedelta(seconds=rules.again_every if rang else 0)
            give_up = wake_up.asked_for + timedelta(seconds=rules.give_up_after)
            # not before the minute that was asked for: the clock may have been put back
            waits = max(now, wake_up.asked_for, min(again, give_up))
            return replace(wake_up, state=WakeState.WAITING, next_at=waits)
        case WakeState.ATTENDING:
            return replace(wake_up, next_at=now)
        case WakeState.KNOCKING if wake_up.next_at is None:
            return replace(wake_up, next_at=now + timedelta(seconds=rules.knock_within))
        case _:
            return wake_up


def _s(span: timedelta) -> float:
    return span.total_seconds()
