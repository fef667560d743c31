"""`thirdring run`: the whole hotline in one process tree, until Ctrl-C or SIGTERM.

Hands the supervisor what is not its own: prompts, database, and the programs that serve.
"""

import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from commands import context
from settings import Settings
from supervisor import probes
from supervisor.asterisk import Installation, Say
from supervisor.run import Service, Step
from supervisor.run import run as run_hotline
from tools.errors import SetupError

DATABASE_AWAY_S = 10.0
"""Seconds between two looks for a database that does not answer at the first start."""

PARTS = ["asterisk", "calls", "ledger", "desk", "dispatch"]

DRIVERS = ("postgresql+asyncpg://", "sqlite+aiosqlite://")


@click.command()
@click.option(
    "--part",
    "parts",
    type=click.Choice(PARTS),
    multiple=True,
    default=PARTS,
    help="Run Asterisk with these parts only; the others run elsewhere by `thirdring serve`.",
)
def run(parts: Sequence[str]) -> None:
    """Start Asterisk and the hotline; print `ready …` when calls can come in."""
    current = context.settings()
    wanted = [service for service in services(current) if service.name in parts]
    try:
        code = run_hotline(
            current, steps=steps(current), services=wanted, once_ready=partial(greet_first, current)
        )
    except SetupError as error:
        raise context.NotReady(str(error)) from None
    raise SystemExit(code)


def greet_first(current: Settings, say: Say) -> None:
    """Make the first administrator where there is no account yet; say the password, once."""
    from commands.account import FIRST_NUMBER, first_administrator  # noqa: PLC0415 (once)

    while True:
        try:
            password = first_administrator(current)
        except context.NotReady:
            time.sleep(DATABASE_AWAY_S)
        else:
            break
    if password is not None:
        say(
            f"first administrator: number {FIRST_NUMBER}, one-time password {password} (shown only "
            f"now; sign in at http://{current.desk_address}:{current.desk_port}/login)"
        )


def services(current: Settings) -> list[Service]:
    """Return the programs of ours: they answer, keep the ledger, show the desk, ring people."""
    program = str(Path(sys.executable).with_name("thirdring"))
    return [
        Service("calls", [program, "serve", "calls"], lambda p: probes.accepts(p.agi, p.line)),
        Service("ledger", [program, "serve", "ledger"], lambda _: probes.always),
        Service(
            "desk",
            [program, "serve", "desk"],
            lambda _: probes.answers_http(current.desk_address, current.desk_port),
        ),
        Service("dispatch", [program, "serve", "dispatch"], lambda _: probes.always),
    ]


def steps(current: Settings) -> list[Step]:
    """Return what must be there before the first call: the prompts and the database's tables."""

    def database(_: Installation, say: Say) -> None:
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 (it takes its time to load)

        from db.migrate import NotOursError, upgrade  # noqa: PLC0415

        if not current.database.startswith(DRIVERS):
            raise SetupError(
                "THIRDRING_DATABASE_URL is no address of a database we know: it begins with "
                f"{' or '.join(DRIVERS)}."
            )
        say("checking the database")
        try:
            upgrade(current.database)
        except NotOursError as error:
            raise SetupError(f"The database cannot be used: {error}.") from error
        except (OSError, SQLAlchemyError) as error:
            reason = str(error).splitlines()[0]
            if not current.database_url:
                raise SetupError(f"The database cannot be used: {reason}") from error
            # a database that is away must not keep callers from being answered
            say(f"the database does not answer ({reason}); rows will arrive when it does")

    def prompts(_: Installation, say: Say) -> None:
        from sounds import build  # noqa: PLC0415 (only needed once)

        values = {
            "company": current.company,
            "hotline": current.hotline_number,
            "staff": current.staff,
        }
        say("checking the prompts")
        build.main(current.paths.home, current.cache, values)

    return [database, prompts]
