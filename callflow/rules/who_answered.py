"""Owns who lifted the receiver: a person, a voicemail, a fax, or nobody. Does no I/O.

Nothing is told by a lifted receiver. What is heard of the line decides:

- a word of a person is short, and then there is a pause for ours (“喂?”);
- a voicemail talks on without waiting, or ends in a beep;
- a fax answers with 2100 Hz;
- nobody who says anything in the first moments is not given up: we speak, and listen on.

A key is a person for certain; whoever pressed one is not judged any more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from callflow.call import Overheard, Sound, Tone, VoiceBegan, VoiceEnded

LONG_S: Final = 4.0
"""A voice that goes on for so long, while nobody asked anything yet, waits for no answer."""
TALKED_OVER_S: Final = 6.0
"""The same once we speak: a person may be surprised, but stops to listen."""
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
    """What was heard of a line since the receiver was lifted."""

    began: float | None = None
    voice_since: float | None = None
    """When the voice that is heard began; None: there is none."""
    words: int = 0
    """How often a voice has stopped by itself."""
    we_spoke: bool = False
    machine: Who | None = None


def after(witness: Witness, heard: Overheard) -> Witness:
    """Return the witness after more was heard."""
    if witness.began is None:
        witness = replace(witness, began=heard.now)
    witness = _all(witness, heard.sounds)
    limit = TALKED_OVER_S if witness.we_spoke else LONG_S
    if witness.voice_since is not None and heard.now - witness.voice_since >= limit:
        return replace(witness, machine=witness.machine or Who.VOICEMAIL)
    return witness


def verdict(witness: Witness, now: float) -> Who | None:
    """Return who it is as far as is known; None: listen on."""
    if witness.machine:
        return witness.machine
    if witness.voice_since is not None:
        return None
    if witness.words:
        return Who.PERSON
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
            return replace(witness, voice_since=at)
        case VoiceEnded(at) if witness.voice_since is not None:
            limit = TALKED_OVER_S if witness.we_spoke else LONG_S
            long = at - witness.voice_since >= limit
            machine = witness.machine or (Who.VOICEMAIL if long else None)
            return replace(witness, voice_since=None, words=witness.words + 1, machine=machine)
        case Tone(_, hz) if hz in FAX_HZ:
            return replace(witness, machine=Who.FAX)
        case Tone(_, hz) if hz in BEEP_HZ:
            return replace(witness, machine=witness.machine or Who.VOICEMAIL)
        case _:
            return witness
