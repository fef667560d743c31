"""`thirdring run`: everything from an empty home to the `ready` line, step by step.

What is not the supervisor's own (prompts, database, our programs) is handed in by the command.
"""

import asyncio
import os
import resource
import secrets as randomness
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from settings import Settings
from supervisor import asterisk, ports, probes, render, secrets
from supervisor.asterisk import Installation, Say
from supervisor.children import Child, Start, end_leftovers
from supervisor.ports import Ports
from supervisor.supervise import Supervisor, alone
from tools.errors import SetupError, sentence

Step = Callable[[Installation, Say], None]
"""A preparation that the command hands in: told which Asterisk there is, says what it does."""

LITTLE_ROOM_MB = 512
OPEN_FILES = 65_536
"""Each call holds about ten; more than this only makes Asterisk slow to start programs."""


@dataclass(frozen=True)
class Service:
    """A program of ours: `words` start it, `probe` says when it answers."""

    name: str
    words: Sequence[str]
    probe: Callable[[Ports], probes.Probe]


def run(
    settings: Settings,
    *,
    steps: Sequence[Step],
    services: Sequence[Service],
    once_ready: Callable[[Say], None],
) -> int:
    """Prepare the home, run everything until SIGTERM or Ctrl-C; return the exit code.

    `once_ready` is called in a thread of its own after the `ready` line.
    Raises SetupError with one sentence when something outside of us stands in the way.
    """
    home = settings.paths.home
    try:
        render.folders(settings)
        with alone(home, os.getpid()):
            for left in end_leftovers(home):
                _say(f"ended {left}, left by a supervisor that died")
            ports.demand(settings)
            _warn_of_little_room(settings)
            installation = asterisk.obtain(settings, _say)
            for step in steps:
                step(installation, _say)
            _raise_limits()
            return _supervise(settings, installation, services, once_ready)
    except OSError as error:
        raise SetupError(sentence(error, doing="start")) from error


def _supervise(
    settings: Settings,
    installation: Installation,
    services: Sequence[Service],
    once_ready: Callable[[Say], None],
) -> int:
    chosen = ports.settle(settings.paths.ports, ws=settings.ws_port)
    phones = settings.phones.split(",")
    kept = secrets.settle(settings.paths.secrets, phones, settings.seats)
    configuration = render.configuration(settings)

    last = ""

    def start_switch() -> Start:
        nonlocal last
        boot = f"trk{randomness.token_hex(4)}"
        try:
            render.render(settings, installation, ports=chosen, secrets=kept, boot=boot)
            last = boot
        except OSError:
            if not last:
                raise
            boot = last  # the disk is full: the last configuration still answers callers (ANS-3)
        words = [*installation.argv, "-f", "-n", "-C", str(configuration)]
        return Start(words=words, tale={"boot": boot})

    switch = Child(
        name="asterisk",
        kind="switch",
        start=start_switch,
        is_ready=probes.booted(installation.remote(configuration, "core waitfullybooted")),
    )
    ours = [_child(service, chosen) for service in services]
    _say("starting Asterisk and the hotline")
    paths = settings.paths
    supervisor = Supervisor(
        home=paths.home, journal=paths.journal, children=[switch, *ours], say=_say
    )

    def announce() -> None:
        _announce(settings)
        # Beside the supervisor, whose children must not wait for a database.
        threading.Thread(target=once_ready, args=(_say,), daemon=True).start()

    asyncio.run(supervisor.run(announce))
    _say("stopped")
    return 0


def _child(service: Service, chosen: Ports) -> Child:
    start = Start(words=service.words, tale={"name": service.name})
    return Child(
        name=service.name,
        kind="service",
        start=lambda: start,
        is_ready=service.probe(chosen),
    )


def _announce(settings: Settings) -> None:
    sip = f"{settings.sip_address}:{settings.sip_port}"
    print(
        f"ready sip={sip} desk=http://{settings.desk_address}:{settings.desk_port}",
        flush=True,
    )


def _warn_of_little_room(settings: Settings) -> None:
    """Say so when recordings will be cut soon; callers are answered all the same (ANS-3)."""
    free = shutil.disk_usage(settings.paths.home).free // 2**20
    if free < LITTLE_ROOM_MB:
        _say(f"only {free} MB are free for {settings.paths.home}: recordings will be cut short")


def _raise_limits() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _say(text: str) -> None:
    print(f"set-up: {text}", flush=True)
