"""The prompts that come with the project: spoken once, kept as G.711 µ-law, free to pass on.

`shipped/{zh,en}/{name}.ulaw`, and `shipped/index.json` with the key of the words in each.
"""

import json
from pathlib import Path

from sounds.built import Wanted, words_key
from sounds.sound import Sound, from_mulaw, to_mulaw, write_whole
from sounds.texts import Language

SHIPPED = Path(__file__).parent / "shipped"


class Shipped:
    """The sounds that need no voice, by the key of their words."""

    def __init__(self, folder: Path = SHIPPED) -> None:
        self._folder = folder
        self._labels = _index(folder)

    def sound(self, language: Language, words: str) -> Sound | None:
        """Return the sound of exactly these words, or None when it does not come along."""
        label = self._labels.get(words_key(language, words))
        return None if label is None else self.labelled(label)

    def labelled(self, label: str) -> Sound | None:
        """Return the sound of a prompt like `zh/menu`, whatever its words were."""
        try:
            return from_mulaw((self._folder / f"{label}.ulaw").read_bytes())
        except OSError:
            return None


def ship(sounds: dict[str, tuple[Wanted, Sound]], folder: Path = SHIPPED) -> None:
    """Replace what is shipped by these sounds, by label; what has the same words stays as it is.

    µ-law has two zeros, and one of them is lost when a sound is read: it would be another file.
    """
    kept = _keys(folder)
    for stale in folder.glob("*/*.ulaw"):
        if f"{stale.parent.name}/{stale.stem}" not in sounds:
            stale.unlink()
    for label, (one, sound) in sounds.items():
        file = folder / f"{label}.ulaw"
        if kept.get(label) != one.key or not file.exists():
            write_whole(file, to_mulaw(sound))
    index = {label: one.key for label, (one, _) in sorted(sounds.items())}
    write_whole(folder / "index.json", (json.dumps(index, indent=1) + "\n").encode())


def _index(folder: Path) -> dict[str, str]:
    return {key: label for label, key in _keys(folder).items()}


def _keys(folder: Path) -> dict[str, str]:
    """Return the key of the words of each label."""
    try:
        listed = json.loads((folder / "index.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(label): str(key) for label, key in listed.items()}
