"""The command `python -m sounds`: builds the prompts of an installation, or the shipped ones."""

import argparse
import sys
from pathlib import Path

from sounds.build import build_and_tell
from sounds.texts import DEFAULTS


def main() -> None:
    """Build the prompts as the options say."""
    options = argparse.ArgumentParser(prog="python -m sounds", description=__doc__)
    options.add_argument("--out", type=Path, default=Path("var/sounds"), help="folder of the wavs")
    options.add_argument("--cache", type=Path, default=Path(".cache"), help="for the voice")
    options.add_argument(
        "--replacements", type=Path, default=Path("var/sounds-own"), help="people's recordings"
    )
    options.add_argument("--company", default=DEFAULTS["company"], help="the company, as spoken")
    options.add_argument("--hotline", default=DEFAULTS["hotline"], help="the hotline's number")
    options.add_argument("--staff", default=DEFAULTS["staff"], help="who answers, as spoken")
    options.add_argument(
        "--ship", action="store_true", help="speak the prompts that come with the project anew"
    )
    options.add_argument(
        "--words", action="store_true", help="speak the words on standard input, as JSON, and end"
    )
    asked = options.parse_args()
    if asked.ship:
        from sounds.ship import ship_all  # noqa: PLC0415

        ship_all(asked.cache)
        return
    if asked.words:
        from sounds.words import speak_all  # noqa: PLC0415

        speak_all(sys.stdin.read(), asked.out, asked.cache)
        return
    values = {"company": asked.company, "hotline": asked.hotline, "staff": asked.staff}
    build_and_tell(asked.out, asked.cache, values, asked.replacements)


if __name__ == "__main__":
    main()
