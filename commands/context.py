"""What every command needs: the settings, and refusals in one sentence.

Wrong input ends with exit code 2, an installation that is not ready with 1; never a traceback.
"""

from typing import NoReturn

import click
from pydantic import ValidationError

from settings import Settings


class Refusal(click.ClickException):
    """Something was given that cannot be used; the sentence says what and how to do better."""

    exit_code = 2


class NotReady(click.ClickException):
    """The installation lacks something a command needs; the sentence says what to do."""

    exit_code = 1


def settings() -> Settings:
    """Return the settings. Raises Refusal with one line for each setting that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        _refuse(error)


def _refuse(error: ValidationError) -> NoReturn:
    lines = [
        f"THIRDRING_{'_'.join(map(str, found['loc'])).upper()}: "
        + found["msg"].removeprefix("Value error, ")
        + f" (it is {found['input']!r})"
        for found in error.errors()
    ]
    raise Refusal("\n".join(lines))
