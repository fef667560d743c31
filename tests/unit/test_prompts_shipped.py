"""What ships with the project changes only where words change."""

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

from sounds.built import Wanted
from sounds.ship import spoken
from sounds.shipped import SHIPPED, Shipped, ship
from sounds.sound import Sound
from sounds.voice import Voice


def _files(folder: Path) -> dict[str, str]:
    return {
        f"{file.relative_to(folder)}": hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def _nobody() -> Voice:
    raise AssertionError("nothing has new words")


def _sounds(folder: Path) -> dict[str, tuple[Wanted, Sound]]:
    return spoken(Shipped(folder), _nobody)


def test_shipping_again_changes_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "shipped"
    shutil.copytree(SHIPPED, folder)
    before = _files(folder)
    ship(_sounds(folder), folder)
    assert _files(folder) == before


def test_what_has_new_words_is_written_and_what_nobody_wants_goes(tmp_path: Path) -> None:
    folder = tmp_path / "shipped"
    shutil.copytree(SHIPPED, folder)
    sounds = _sounds(folder)
    label, (one, _) = min(sounds.items())
    gone = sorted(sounds)[1]
    del sounds[gone]
    other = sounds["zh/menu"][1]
    sounds[label] = (replace(one, words=f"{one.words} again"), other)
    before = _files(folder)
    ship(sounds, folder)
    after = _files(folder)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {f"{label}.ulaw", "index.json"}
    assert set(before) - set(after) == {f"{gone}.ulaw"}
