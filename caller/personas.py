"""The callers that `thirdring call` plays: what each does from the answer to the end.

Each is a plain `async def` on one leg; the line going away ends it (`LineGoneError`).
"""

from dataclasses import dataclass

from caller import audio
from caller.leg import Leg
from caller.listen import RATE, Samples

PATIENCE = 180.0
"""Seconds a caller stays on hold, hearing music, before giving up."""

WHISPER = -50.0
"""dBFS of a caller who can hardly be heard (SIL-3)."""

NOISE = -38.0
"""dBFS of the murmur on a bad line."""


@dataclass(frozen=True)
class Voice:
    """What a caller says: a few words of greeting, and a message."""

    greeting: Samples
    message: Samples

    @classmethod
    def of(cls, speech: Samples) -> "Voice":
        """Cut one long speech into both."""
        return cls(
            speech[: 2 * RATE], speech[2 * RATE : 10 * RATE] if len(speech) > 4 * RATE else speech
        )


async def talks(call: Leg, voice: Voice, *, key: str = "1") -> None:
    """Speak when greeted, choose in the menu, leave a message, listen to the end."""
    await call.answered()
    await call.hears_words(within=10)
    await call.says(voice.greeting)
    await _hears_a_prompt(call)
    await _leaves_a_message(call, voice, key)


async def presses_keys(call: Leg, voice: Voice, *, keys: str) -> None:
    """Say nothing to the greeting and press keys instead, then leave a message."""
    await call.answered()
    await call.hears_words(within=10)
    for key in keys[:-1]:
        await call.presses(key)
        await _hears_a_prompt(call)
    await _leaves_a_message(call, voice, keys[-1])


async def says_nothing(call: Leg) -> None:
    """Be silent until the hotline hangs up (SIL-1)."""
    await call.answered()
    await call.ended(within=PATIENCE)


async def speaks_too_low(call: Leg, voice: Voice) -> None:
    """Whisper at every prompt until the hotline gives up (SIL-3)."""
    await call.answered()
    low = audio.at_level(voice.message[: 3 * RATE], WHISPER)
    while not call.is_over:
        await call.hears_words(within=15)
        await call.hears_pause(0.8, within=20)
        await call.says(low)


async def talks_on_a_noisy_line(call: Leg, voice: Voice) -> None:
    """Do what `talks` does while the line murmurs all the time."""
    call.has_a_noisy_line(audio.noise(10.0, NOISE))
    await talks(call, voice)


async def _leaves_a_message(call: Leg, voice: Voice, key: str) -> None:
    """Choose, hear everything that is said then (or hold music), and speak into the pause."""
    await call.presses(key)
    await call.hears_words(within=10)
    await call.hears_pause(1.2, within=PATIENCE)
    await call.says(voice.message)
    await call.presses("#")
    await call.ended(within=60)


async def _hears_a_prompt(call: Leg) -> None:
    """Listen to the first words of a prompt; who knows the menu does not wait for its end."""
    await call.hears_words(within=10)
    await call.waits(2.0)
