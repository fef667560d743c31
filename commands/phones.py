"""`thirdring phones`: what to type into an agent's SIP phone."""

import json

import click

from commands import context, printing
from settings import Settings
from supervisor import secrets
from tools.errors import SetupError


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def phones(as_json: bool) -> None:
    """Show the agents' SIP accounts: number, password and server."""
    current = context.settings()
    accounts = _accounts(current)
    if as_json:
        click.echo(json.dumps(accounts, ensure_ascii=False, indent=1))
        return
    printing.table(
        ["Number", "Password", "Server"],
        [[each["number"], each["password"], each["server"]] for each in accounts],
    )


def _accounts(current: Settings) -> list[dict[str, str]]:
    """Return an account for every phone of the settings. Raises NotReady without secrets."""
    try:
        passwords = secrets.load(current.paths.secrets).phones
    except SetupError as error:
        raise context.NotReady(str(error)) from None
    server = f"{current.sip_address}:{current.sip_port}"
    return [
        {"number": number, "password": passwords[number], "server": server}
        for number in current.phones.split(",")
        if number in passwords
    ]
