"""`thirdring serve PART`: one part of the hotline by itself, in the foreground.

Every part is an `async def serve(settings)` that returns after SIGTERM or Ctrl-C.
"""

import gc
import importlib
import os
from collections.abc import Awaitable, Callable
from typing import cast

import click

import logs
from commands import context
from settings import Settings

Part = Callable[[Settings], Awaitable[None]]

PARTS = {
    "calls": "callservice.service:serve",
    "ledger": "ledger.service:serve",
    "desk": "web.service:serve",
    "dispatch": "dispatch.service:serve",
}
"""The parts, and the coroutine function that runs each."""


@click.command()
@click.argument("part", type=click.Choice(list(PARTS)))
def serve(part: str) -> None:
    """Run one part of the hotline: calls, ledger, desk or dispatch."""
    import uvloop  # noqa: PLC0415 (only a process that serves needs it)

    current = context.own_settings()
    logs.set_up(part, current.log_level, log=current.paths.log / f"{part}.log")
    run = _loaded(PARTS[part])
    uvloop.run(_awaited(run, current))


def _loaded(where: str) -> Part:
    """Import a part. Its modules live as long as the process: the collector never looks at them."""
    # Voice activity multiplies small matrices fifty times a second: threads that wait for each
    # other in between cost three times what they save. Read by numpy's library when it is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.disable()
    module, _, attribute = where.partition(":")
    run = cast("Part", getattr(importlib.import_module(module), attribute))
    gc.freeze()
    # A call leaves next to no cycles behind: looking for them every 700 objects is wasted work.
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
    return run


async def _awaited(run: Part, current: Settings) -> None:
    await run(current)
