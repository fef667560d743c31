"""Builds every prompt that callers hear, as 8 kHz mono 16-bit wav: `{zh,en}/{name}.wav`.

For each prompt the first of these that can be had: a person's recording, the sound that comes
with the project, the neural voice, the plain voice, and at last the words without the setting
that nobody could speak. What stands built is left alone; finding that out loads no audio library.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sounds.built import BuiltPrompts, Wanted, wanted
from sounds.texts import DEFAULTS, BadPrompt, Prompt, load

if TYPE_CHECKING:
    from sounds.shipped import Shipped
    from sounds.voice import Voice

Progress = Callable[[str], None]
_REPORT_EVERY = 20
"""Prompts between two lines of progress, where none of them is slow."""


def build(
    texts: Mapping[str, Prompt],
    out_dir: Path,
    *,
    values: Mapping[str, str],
    say: "Callable[[], Voice]",
    progress: Progress,
    replacements_dir: Path | None,
    shipped: "Shipped | None" = None,
) -> dict[str, int]:
    """Bring the folder of sounds up to date; return how many prompts each voice speaks.

    `values` fills the placeholders; `say` makes the voice when a prompt first needs one;
    `replacements_dir` holds people's recordings. Raises `BadPrompt`, and `OSError` when the
    folder cannot be written.
    """
    every = list(wanted(texts, values, replacements_dir))
    standing = BuiltPrompts(out_dir)
    missing = [one for one in every if not standing.holds(one)]
    if missing:
        _make(missing, standing, say=say, progress=progress, shipped=shipped)
        standing.clear(every)
    return standing.voices()


def _make(
    missing: list[Wanted],
    standing: BuiltPrompts,
    *,
    say: "Callable[[], Voice]",
    progress: Progress,
    shipped: "Shipped | None",
) -> None:
    from sounds.make import Maker  # noqa: PLC0415 (numpy takes its time to load)
    from sounds.shipped import Shipped  # noqa: PLC0415
    from sounds.sound import wav_bytes, write_whole  # noqa: PLC0415

    maker = Maker(say=say, shipped=shipped or Shipped(), progress=progress)
    for number, one in enumerate(missing, start=1):
        made = maker.make(one)
        if made is None:
            progress(f"prompts: {one.label} is missing: nothing can speak it")
            continue
        content = wav_bytes(made.sound)
        write_whole(standing.path(one), content)
        if not made.makeshift:
            standing.note(one, voice=made.voice, size=len(content))
        slow = made.voice not in {"shipped", "tone"}
        if slow or number % _REPORT_EVERY == 0 or number == len(missing):
            write_whole(standing.list, standing.listed())
            progress(f"prompts {number}/{len(missing)} {one.label}: {made.voice}")
    write_whole(standing.list, standing.listed())


def main(home: Path, cache: Path, values: Mapping[str, str]) -> None:
    """Build the prompts of one installation: `home/sounds`, recordings from `home/sounds-own`.

    Prints lines of progress; ends the program with one sentence when it cannot go on.
    """
    build_and_tell(home / "sounds", cache, values, home / "sounds-own")


def build_and_tell(
    out_dir: Path, cache: Path, values: Mapping[str, str], replacements_dir: Path
) -> None:
    """Build the prompts and print what happens. Raises `SystemExit` with one sentence."""

    def progress(line: str) -> None:
        print(line, flush=True)

    def say() -> "Voice":
        from sounds.voices import best_voices  # noqa: PLC0415

        return best_voices(cache, progress=progress)

    try:
        build(
            load(),
            out_dir,
            values={**DEFAULTS, **values},
            say=say,
            progress=progress,
            replacements_dir=replacements_dir,
        )
    except BadPrompt as error:
        raise SystemExit(f"The prompts cannot be built: {error}") from error
    except OSError as error:
        raise SystemExit(f"The prompts cannot be written: {error}") from error
