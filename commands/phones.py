"""Owns `thirdring phones`: what to type into an agent's SIP phone."""

import json

import click

from commands import given, printing
from settings import Settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def phones(as_json: bool) -> None:
    """Show the agents' SIP accounts: number, password and server."""
    current = given.settings()
    accounts = _accounts(current)
    if as_json:
        click.echo(json.dumps(accounts, ensure_ascii=False, indent=1))
        return
    printing.table(
        ["Number", "Password", "Server"],
        [[each["number"], each["password"], each["server"]] for each in accounts],
    )


def _accounts(current: Settings) -> list[dict[str, str]]:
    passwords = _passwords(current)
    server = f"{current.sip_address}:{current.sip_port}"
    return [
        {"number": number, "password": password, "server": server}
        for number, password in sorted(passwords.items())
    ]


def _passwords(current: Settings) -> dict[str, str]:
    """Return number → password. Raises NotReady while there are no secrets yet."""
    try:
        secrets = json.loads(current.paths.secrets.read_text())
        return {str(number): str(password) for number, password in secrets["phones"].items()}
    except FileNotFoundError:
        raise given.NotReady(
            f"There are no secrets in {current.paths.home} yet: `make run` makes them."
        ) from None
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise given.NotReady(f"{current.paths.secrets} cannot be used: {error!r}") from None
