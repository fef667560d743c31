"""Owns `thirdring call`: ring the running hotline as a caller would, and show what came of it."""

import click

from commands import given


@click.command()
def call() -> None:
    """Ring the running hotline with a real SIP phone."""
    raise given.NotReady("`thirdring call` is not built yet.")
