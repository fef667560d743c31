"""Owns `thirdring doctor`: checks an installation and says what to do about each finding."""

import click

from commands import given


@click.command()
def doctor() -> None:
    """Check this installation; say what to do about each finding."""
    raise given.NotReady("`thirdring doctor` is not built yet.")
