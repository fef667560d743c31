"""Fetches what only tests and measurements need: `python -m tools.fetch`.

Asterisk and SIPp into the cache, which is needed even where the system has an Asterisk of its own,
and a Chromium for the tests of the desk's pages. Those are left out where no Chromium can be had.
"""

import sys

from settings import Settings
from supervisor.asterisk import fetched
from tools import chromium
from tools.errors import SetupError, sentence


def main() -> str | None:
    """Return None when everything is there, else the sentence that says why not."""
    settings = Settings()
    try:
        fetched(settings, _say)
    except SetupError as error:
        return f"set-up: {error}"
    except OSError as error:
        return f"set-up: {sentence(error, doing='fetch Asterisk')}"
    try:
        chromium.obtain(settings, _say)
    except (SetupError, OSError) as error:
        _say(f"no Chromium, so no tests of the pages: {error}")
    return None


def _say(text: str) -> None:
    print(f"set-up: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
