"""Fetches Asterisk and SIPp into the cache: `python -m switchroom.fetch`.

For tests and measurements, which need SIPp even where the system has an Asterisk of its own.
"""

import sys

from settings import Settings
from switchroom.asterisk import fetched
from switchroom.errors import SetupError, sentence


def main() -> str | None:
    """Return None when everything is there, else the sentence that says why not."""
    try:
        fetched(Settings(), lambda text: print(f"set-up: {text}", flush=True))
    except SetupError as error:
        return f"set-up: {error}"
    except OSError as error:
        return f"set-up: {sentence(error, doing='fetch Asterisk')}"
    return None


if __name__ == "__main__":
    sys.exit(main())
