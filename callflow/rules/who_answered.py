"""Answering machine detection: a person, a voicemail, a fax, or nobody. Does no I/O.

Nothing is told by a lifted receiver. What is heard of the line decides:

- a word of a person is short, and then there is a pause for ours (“喂?”); a sentence too, if the
  pause after it is longer;
- a voicemail talks on without waiting, talks over us, or ends in a beep;
- a fax answers with 2100 Hz;
- nobody who says anything in the first moments is not given up: we speak, and listen on.

A key is a person for certain; whoever pressed one is not judged any more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from callflow.call import Overheard, Sound, Tone, VoiceBegan, VoiceEnded

SHORT_S: Final = 2.9
"""A voice that ends before is a word; the half second that proves its end is counted in."""
WAITS_S: Final = 1.0
"""Who has said more waits so much longer for ours."""
LONG_S: Final = 4.0
"""A voice that goes on for so long, while nobody asked anything yet, waits for no answer."""
TALKED_OVER_S: Final = 5.0
"""Somebody who is surprised talks over us for less than this, and stops to listen."""
GREETING_S: Final = 15.0
"""After this no voicemail still greets: whoever talks is a person."""
QUIET_S: Final = 1.5
"""Without a word for so long we begin: nobody shall hear nothing."""
FAX_HZ: Final = range(2050, 2151)
BEEP_HZ: Final = range(500, 2000)
"""The network's own tones lie below (450 Hz: it rings on in another exchange)."""


class Who(StrEnum):
    PERSON = "person"
    VOICEMAIL = "voicemail"
    FAX = "fax"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Witness:
    """What was heard of a line since the receiver was lifted; times of the line's clock, in s."""

    began: float | None = None
    voice_since: float | None = None
    """When the voice that is heard began; None: there is none."""
    words: int = 0
    """How often a voice has stopped by itself."""
    sentence_at: float | None = None
    """When a voice stopped that had said more than a word; we had not spoken yet."""
    we_spoke: bool = False
    talked_over_s: float = 0.0
    """For how long, while the greeting of a voicemail may last, a voice was heard over ours."""
    machine: Who | None = None


def after(witness: Witness, heard: Overheard) -> Witness:
    """Return the witness after more was heard."""
    if witness.began is None:
        witness = replace(witness, began=heard.now)
    witness = _all(witness, heard.sounds)
    if witness.voice_since is not None and _is_machine(witness, witness.voice_since, heard.now):
        return replace(witness, machine=witness.machine or Who.VOICEMAIL)
    return witness


def verdict(witness: Witness, now: float) -> Who | None:
    """Return who it is as far as is known; None: listen on."""
    if witness.machine:
        return witness.machine
    if witness.voice_since is not None:
        return None
    if witness.words:
        waits = witness.sentence_at is not None and now - witness.sentence_at < WAITS_S
        return None if waits else Who.PERSON
    if witness.began is not None and now - witness.began >= QUIET_S:
        return Who.NOBODY
    return None


def _all(witness: Witness, sounds: Iterable[Sound]) -> Witness:
    for sound in sounds:
        witness = _one(witness, sound)
    return witness


def _one(witness: Witness, sound: Sound) -> Witness:
    match sound:
        case VoiceBegan(at):
            goes_on = witness.sentence_at is not None and not witness.we_spoke
            machine = witness.machine or (Who.VOICEMAIL if goes_on else None)
            return replace(witness, voice_since=at, machine=machine)
        case VoiceEnded(at) if witness.voice_since is not None:
            return _ended(witness, witness.voice_since, at)
        case Tone(_, hz) if hz in FAX_HZ:
            return replace(witness, machine=Who.FAX)
        case Tone(_, hz) if hz in BEEP_HZ:
            return replace(witness, machine=witness.machine or Who.VOICEMAIL)
        case _:
            return witness


def _ended(witness: Witness, since: float, at: float) -> Witness:
    """Take in that a voice has stopped by itself."""
    machine = witness.machine or (Who.VOICEMAIL if _is_machine(witness, since, at) else None)
    said_more = at - since >= SHORT_S and not witness.we_spoke
    return replace(
        witness,
        voice_since=None,
        words=witness.words + 1,
        sentence_at=at if said_more else witness.sentence_at,
        talked_over_s=witness.talked_over_s + _greets(witness, since, at),
        machine=machine,
    )


def _is_machine(witness: Witness, since: float, now: float) -> bool:
    if not witness.we_spoke:
        return now - since >= LONG_S
    return witness.talked_over_s + _greets(witness, since, now) >= TALKED_OVER_S


def _greets(witness: Witness, since: float, until: float) -> float:
    """Return how much of a voice may be a voicemail's greeting that goes on while we speak."""
    if not witness.we_spoke:
        return 0.0
    return max(0.0, min(until, (witness.began or 0.0) + GREETING_S) - since)
