"""`thirdring sealing-key`: does the key open what is sealed; put a new one in its place."""

import click

from authentication.sealing import Seals
from commands import context, printing
from commands.console import console
from commands.queries import answer
from features.accounts import actions_sealing

OTHERS = (
    "Copy the file to the other homes of this database, and keep a copy outside of the backups."
)


@click.command("sealing-key")
@click.option("--rotate", is_flag=True, help="Seal everything anew with a new key.")
def sealing_key(rotate: bool) -> None:
    """Say whether HOME/sealing.key opens the second factors in the database; --rotate it.

    The hotline may run. The key is in no backup: keep a copy of it in another place.
    """
    current = context.settings()
    seals = Seals(current.paths.sealing_key)
    if rotate:
        try:
            done, webhooks, shut = answer(
                current,
                lambda connection: actions_sealing.rotate(connection, seals, console()),
                writing=True,
            )
            seals.forget_old_keys()
        except OSError as error:
            raise context.NotReady(f"{seals.path} cannot be written: {error.strerror}.") from None
        printing.line(f"{done} second factors are sealed with a new key. {OTHERS}")
        if webhooks:
            printing.line(f"{webhooks} secrets of webhooks are, too.")
    else:
        looked = answer(current, lambda one: actions_sealing.looked_at(one, seals))
        opened, plain, webhooks, shut = looked
        printing.line(f"{opened} second factors are sealed and open, {plain} lie plain.")
        if webhooks:
            printing.line(f"{webhooks} secrets of webhooks are sealed and open.")
    if shut:
        raise context.NotReady(
            f"{shut} are sealed with another key: put it into {seals.path} (a line of its own), or "
            "give these people a one-time password (`thirdring account reset`), and webhooks a new "
            "secret (`/webhooks`)."
        )
