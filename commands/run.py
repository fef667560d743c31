"""`thirdring run`: the whole hotline in one process tree, until Ctrl-C or SIGTERM.

Hands the supervisor what is not its own: prompts, database, and the programs that serve.
"""

import os
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from backup.errors import BackupError
from backup.placing import NOTE, RESTORED
from commands import context
from commands.tables import Tables
from settings import Settings
from supervisor import asterisk, handover, hindrances, probes, succession
from supervisor.asterisk import Installation, Say
from supervisor.run import Service, Step, announce
from supervisor.run import run as run_hotline
from supervisor.supervise import alone
from tools.errors import SetupError

DATABASE_AWAY_S = 10.0
"""Seconds between two looks for a database that does not answer at the first start."""

PARTS = ["asterisk", "calls", "ledger", "desk", "dispatch"]


@click.command()
@click.option(
    "--part",
    "parts",
    type=click.Choice(PARTS),
    multiple=True,
    default=PARTS,
    help="Run Asterisk with these parts only; the others run elsewhere by `thirdring serve`.",
)
@click.option(
    "--take-over",
    is_flag=True,
    help="Make everything ready, then have the hotline of this home go on as this version.",
)
def run(parts: Sequence[str], take_over: bool) -> None:
    """Start Asterisk and the hotline; print `ready …` when calls can come in."""
    current = context.own_settings()
    tables = Tables(current)
    wanted = [service for service in services(current, tables) if service.name in parts]
    program = str(Path(sys.executable).with_name("thirdring"))
    words = [program, "run", *(word for part in parts for word in ("--part", part))]
    try:
        if take_over and (pid := _take_over(current, words)):
            _say(f"process {pid} has become this version; what it says goes where it went before")
            announce(current)
            return
        finish_restore(current)
        code = run_hotline(
            current,
            words=words,
            steps=steps(current, tables),
            services=wanted,
            once_ready=partial(greet_first, current),
        )
    except SetupError as error:
        raise context.NotReady(str(error)) from None
    raise SystemExit(code)


def _take_over(current: Settings, words: Sequence[str]) -> int:
    """Do what takes long while the other one still answers, then follow it.

    Returns the process that has become this version; 0 when this process itself is to go on, since
    none ran or it was too old to go on. Raises SetupError.
    """
    if told := hindrances.of_files(current):  # else callers would have nobody
        raise SetupError("\n".join(told))
    installation = asterisk.obtain(current, click.echo)
    current.paths.sounds.mkdir(parents=True, exist_ok=True, mode=0o700)
    _build_prompts(current)
    if pid := succession.follow(current, installation, handover.current(words), _say):
        return pid
    if pid := succession.end(current, _say):
        _say(f"the hotline of process {pid} has ended; this one goes on")
    return 0


def _say(text: str) -> None:
    click.echo(f"set-up: {text}")


def finish_restore(current: Settings) -> None:
    """Go on with a restore that was stopped in the middle. Raises SetupError."""
    if not (current.home / NOTE).exists():
        return
    from backup import restore  # noqa: PLC0415 (only after a restore that was stopped)
    from commands.restore import erase_again, target  # noqa: PLC0415

    try:
        with alone(current.home, os.getpid()):
            plan = restore.finish(target(current), say=click.echo)
            if plan is not None:
                (current.paths.run / RESTORED).write_text(plan.made_at)
                erase_again(current, plan.made_at)
    except BackupError as error:
        raise SetupError(f"A restore was stopped in the middle: {error}") from None


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


def services(current: Settings, tables: Tables) -> list[Service]:
    """Return the programs of ours: they answer, keep the ledger, show the desk, ring people."""
    program = str(Path(sys.executable).with_name("thirdring"))
    return [
        Service("calls", [program, "serve", "calls"], lambda p: probes.accepts(p.agi, p.line)),
        Service("ledger", [program, "serve", "ledger"], lambda _: tables.ready),
        Service(
            "desk",
            [program, "serve", "desk"],
            lambda _: probes.answers_http(current.desk_address, current.desk_port),
        ),
        Service("dispatch", [program, "serve", "dispatch"], lambda _: probes.always),
    ]


def steps(current: Settings, tables: Tables) -> list[Step]:
    """Return what must be there before the first call: the prompts and the database's tables."""

    def database(_: Installation, say: Say) -> None:
        say("checking the database")
        tables.bring_up(say)

    def prompts(_: Installation, say: Say) -> None:
        say("checking the prompts")
        _build_prompts(current)

    return [database, prompts]


def _build_prompts(current: Settings) -> None:
    from sounds import build  # noqa: PLC0415 (only needed once)

    values = {
        "company": current.company,
        "hotline": current.hotline_number,
        "staff": current.staff,
    }
    build.main(current.home, current.cache, values)
