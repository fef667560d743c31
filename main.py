"""Command line `thirdring`: its commands, each loaded only when it is used.

A new command is a line in COMMANDS and a module in `commands/`. Nothing heavy is imported here, so
that `thirdring --help` answers at once.
"""

import importlib
import os
from dataclasses import dataclass

import click


@dataclass(frozen=True)
class Entry:
    """Where a command lives (`module:attribute`) and its line in `thirdring --help`."""

    where: str
    says: str


COMMANDS: dict[str, Entry] = {
    "run": Entry("commands.run:run", "Start Asterisk and the hotline, until Ctrl-C."),
    "stop": Entry("commands.stop:stop", "Stop the hotline; nobody is left ringing."),
    "call": Entry("commands.call:call", "Ring the running hotline as a caller would."),
    "calls": Entry("commands.calls:calls", "Show calls, or one call step by step."),
    "tickets": Entry("commands.tickets:tickets", "Show tickets."),
    "recordings": Entry("commands.recordings:recordings", "Show recordings; save one as a WAV."),
    "outage": Entry(
        "commands.outage:outage", "Put an outage announcement in front of the hotline."
    ),
    "rooms": Entry("commands.rooms:rooms", "Show and change which number is dialled for a room."),
    "phones": Entry("commands.phones:phones", "Show the agents' SIP accounts."),
    "trunks": Entry("commands.trunks:trunks", "Check the trunks; show how each is."),
    "account": Entry("commands.account:account", "Make, list, reset and disable accounts."),
    "token": Entry("commands.token:token", "Make, list and revoke tokens for the API."),
    "sealing-key": Entry(
        "commands.sealing_key:sealing_key", "Check or change the key of second factors."
    ),
    "permissions": Entry("commands.permissions:permissions", "Show what a role may do."),
    "audit": Entry("commands.audit:audit", "Prove that the audit log is as it was written."),
    "verify": Entry("commands.verify:verify", "Prove that records, reports and recordings hold."),
    "person": Entry(
        "commands.person:person", "Show, give out or erase what is held of one person."
    ),
    "settings": Entry("commands.settings:settings", "Show every setting and its value."),
    "backup": Entry("commands.backup:backup", "Copy everything that is kept, while it runs."),
    "restore": Entry("commands.restore:restore", "Check a backup, and put it in place."),
    "database": Entry("commands.database:database", "Show or change the version of the tables."),
    "doctor": Entry("commands.doctor:doctor", "Check this installation; say what to do."),
    "serve": Entry("commands.serve:serve", "Run one part of the hotline by itself."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, not when they are listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].where.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name].where} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.says) for name, entry in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="thirdring", prog_name="thirdring")
def cli() -> None:
    """ThirdRing answers a telephone hotline before the third ring."""
    os.umask(0o077)  # what we keep is customers' data: nobody else on this machine reads it


if __name__ == "__main__":
    cli()
