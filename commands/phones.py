"""`thirdring phones`: what to type into a SIP phone of an agent or of a desk."""

import json
import socket
from contextlib import suppress

import click

from commands import context, printing
from settings import Settings
from supervisor import secrets
from tools.errors import SetupError

KINDS = {"queue": "the hotline's queue", "desk": "chosen at sign-in"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def phones(as_json: bool) -> None:
    """Show the SIP accounts of agents' phones and desk phones: number, password and server."""
    current = context.settings()
    accounts = _accounts(current)
    if as_json:
        click.echo(json.dumps(accounts, ensure_ascii=False, indent=1))
        return
    printing.table(
        ["Number", "For", "Password", "Server"],
        [
            [each["number"], KINDS[each["kind"]], each["password"], each["server"]]
            for each in accounts
        ],
    )
    if missing := _missing(current, accounts):
        printing.line(f"No password yet for {', '.join(missing)}: start the hotline again.")


def _accounts(current: Settings) -> list[dict[str, str]]:
    """Return an account for every phone of the settings. Raises NotReady without secrets."""
    try:
        kept = secrets.load(current.paths.secrets)
    except SetupError as error:
        raise context.NotReady(str(error)) from None
    server = f"{_reached_at(current.sip_address)}:{current.sip_port}"
    passwords = {"queue": kept.phones, "desk": kept.seats}
    return [
        {"number": number, "kind": kind, "password": passwords[kind][number], "server": server}
        for number, kind in _wanted(current)
        if number in passwords[kind]
    ]


def _wanted(current: Settings) -> list[tuple[str, str]]:
    desks = filter(None, current.desk_phones.split(","))
    return [(one, "queue") for one in current.phones.split(",")] + [(one, "desk") for one in desks]


def _missing(current: Settings, accounts: list[dict[str, str]]) -> list[str]:
    known = {each["number"] for each in accounts}
    return [number for number, _ in _wanted(current) if number not in known]


def _reached_at(address: str) -> str:
    """Return what a phone is told; where we listen on every address, one that others can reach."""
    far = {"0.0.0.0": ["192.0.2.1"], "::": ["192.0.2.1", "2001:db8::1"]}.get(address, [])  # noqa: S104
    for each in far:
        family = socket.AF_INET6 if ":" in each else socket.AF_INET
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as towards:
            towards.connect((each, 9))  # nothing is sent: it only chooses our own address
            address = str(towards.getsockname()[0])
            break
    return f"[{address}]" if ":" in address else address
