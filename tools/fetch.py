"""Fetches what only tests, measurements and images need: `python -m tools.fetch [asterisk]`.

Asterisk and SIPp into the cache, which is needed even where the system has an Asterisk of its own,
and, unless only `asterisk` is asked for, a Chromium for the tests of the desk's pages and mail
servers for those of the mail. Those are left out where they cannot be had.
"""

import sys
from collections.abc import Sequence

import environment
from supervisor.asterisk import fetched
from tools import chromium, mail_server
from tools.errors import SetupError, sentence


def main(wanted: Sequence[str]) -> str | None:
    """Return None when everything is there, else the sentence that says why not."""
    try:
        settings = environment.read()
        fetched(settings, _say)
    except SetupError as error:
        return f"set-up: {error}"
    except OSError as error:
        return f"set-up: {sentence(error, doing='fetch Asterisk')}"
    if list(wanted) == ["asterisk"]:
        return None
    try:
        chromium.obtain(settings, _say)
    except (SetupError, OSError) as error:
        _say(f"no Chromium, so no tests of the pages: {error}")
    try:
        mail_server.obtain(settings, _say)
    except (SetupError, OSError) as error:
        _say(f"no mail server, so no tests of the mail with one: {error}")
    return None


def _say(text: str) -> None:
    print(f"set-up: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
