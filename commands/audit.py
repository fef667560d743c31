"""`thirdring audit check`: prove that the audit log is as it was written (SEC-1)."""

import re

import click

from commands import context, printing
from commands.queries import answer
from features.audit import chain
from features.audit.chain import Head


@click.group()
def audit() -> None:
    """Prove that nobody took an entry out of the audit log, or rewrote one."""


@audit.command()
@click.option("--head", "noted", default="", help="The head that a check said before, PLACE:HASH.")
def check(noted: str) -> None:
    """Walk the chain of the audit log from its first entry to its last.

    Says the head at the end. Note it: with --head the next check also tells whether the end was
    cut off since. Exit code 1: the chain does not hold, and from which entry on.
    """
    before = _head(noted)
    found = answer(context.settings(), lambda connection: chain.check(connection, before))
    if found.unplaced:
        said = "entries are from before the chain and get their places with the next ones"
        printing.line(f"{found.unplaced} {said}.")
    if found.broken is not None:
        raise context.NotReady(
            f"The audit log does not hold from entry {found.broken.place} on: {found.broken.why}."
        )
    printing.line(f"The audit log holds: {found.head.place} entries.")
    click.echo(f"Head: {found.head.place}:{found.head.hash}")


def _head(noted: str) -> Head | None:
    if not noted:
        return None
    read = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", noted.strip())
    if read is None:
        raise context.Refusal("A head is written PLACE:HASH, as `thirdring audit check` says it.")
    return Head(int(read[1]), read[2])
