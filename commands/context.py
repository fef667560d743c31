"""What every command needs: the settings, and refusals in one sentence.

Wrong input ends with exit code 2, an installation that is not ready with 1; never a traceback.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import click

import environment
from settings import Settings


class Refusal(click.ClickException):
    """Something was given that cannot be used; the sentence says what and how to do better."""

    exit_code = 2


class NotReady(click.ClickException):
    """The installation lacks something a command needs; the sentence says what to do."""

    exit_code = 1


def settings() -> Settings:
    """Return the settings of the hotline that runs, wherever the command is typed.

    THIRDRING_HOME says which; without it, the one that runs. A variable that is set here goes
    before what the hotline was started with. Raises Refusal with a line for each fault.
    """
    return _read({**_of_running(), **os.environ})


def own_settings() -> Settings:
    """Return the settings that this environment alone has. Raises Refusal like `settings`."""
    return _read(os.environ)


def _read(environ: Mapping[str, str]) -> Settings:
    try:
        return environment.read(environ)
    except environment.WrongSettingsError as error:
        raise Refusal(str(error)) from None


def _of_running() -> Mapping[str, str]:
    """Return the variables of the hotline that is meant; none where none runs."""
    from supervisor.instances import running  # noqa: PLC0415 (`main` imports this for its errors)

    named = environment.ours(os.environ).get("THIRDRING_HOME", "")
    found = {one.home: one for one in running()}
    try:
        here = Path(named or "var").expanduser().absolute()
        homes = (here, here.resolve())
    except (OSError, RuntimeError):  # no path at all: what reads the settings says why
        return {}
    for home in homes:
        if home in found:
            return found[home].variables
    if named or not found:
        return {}
    which = " or ".join(f"THIRDRING_HOME={home}" for home in found)
    if (here / "secrets.json").exists():
        raise Refusal(
            f"The hotline of this folder ({here}) does not run, and another one does: say which "
            f"one you mean, THIRDRING_HOME={here} or {which}."
        )
    if len(found) > 1:
        raise Refusal(f"{len(found)} hotlines run on this machine: say which one, {which}.")
    return next(iter(found.values())).variables
