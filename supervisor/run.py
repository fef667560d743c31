"""`thirdring run`: everything from an empty home to the `ready` line, step by step.

What is not the supervisor's own (prompts, database, our programs) is handed in by the command.
"""

import asyncio
import os
import resource
import secrets as randomness
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from full_disk import LOW_BYTES, MIB
from settings import Settings
from supervisor import (
    asterisk,
    farewell,
    handover,
    hindrances,
    ports,
    probes,
    render,
    room,
    same_switch,
    secrets,
)
from supervisor.asterisk import Installation, Say
from supervisor.children import Adopted, Child, Start, end_leftovers
from supervisor.handover import Turn, go_back
from supervisor.ports import Desk, Ports
from supervisor.reopening import Reopening
from supervisor.supervise import Supervisor, alone
from tools.errors import SetupError, sentence
from trunks import reading as trunks

Step = Callable[[Installation, Say], None]
"""A preparation that the command hands in: told which Asterisk there is, says what it does."""

SWITCH: Final = "asterisk"
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
    words: Sequence[str],
    steps: Sequence[Step],
    services: Sequence[Service],
    once_ready: Callable[[Say], None],
) -> int:
    """Prepare the home, run everything until SIGTERM or Ctrl-C; return the exit code.

    `words` start this version again. `once_ready` is called in a thread of its own after `ready`.
    Raises SetupError with one sentence when something outside of us stands in the way.
    """
    home, before = settings.paths.home, handover.inherited()
    try:
        desk = Desk.HERE if any(one.name == "desk" for one in services) else Desk.ELSEWHERE
        if told := hindrances.of_files(settings, desk):
            raise SetupError("\n".join(told))
        render.folders(settings)
        with alone(home, os.getpid(), held=before.lock if before else None) as lock:
            trunks.settle(settings)
            for left in end_leftovers(home, but=before.pids.values() if before else ()):
                _say(f"ended {left}, left by a supervisor that died")
            if before is None:
                ports.demand(settings, desk=desk)
            _warn_of_little_room(settings)
            installation = asterisk.obtain(settings, _say)
            for step in steps:
                step(installation, _say)
            _raise_limits()
            turn = Turn(home, words, lock, before, _say)
            return _supervise(settings, installation, services, once_ready, turn)
    except OSError as error:
        failed = SetupError(sentence(error, doing="start"))
        go_back(home, before, failed, _say)
        raise failed from error
    except SetupError as error:
        go_back(home, before, error, _say)
        raise


def _supervise(
    settings: Settings,
    installation: Installation,
    services: Sequence[Service],
    once_ready: Callable[[Say], None],
    turn: Turn,
) -> int:
    paths, left = settings.paths, turn.before.pids if turn.before else {}
    kept = secrets.settle(paths.secrets, settings.phones.split(","), settings.seats)
    adopted = _adopted(settings, left)
    stays = SWITCH in adopted and not same_switch.differs(
        settings, installation, ports=ports.load(paths.ports), secrets=kept
    )
    if SWITCH in adopted and not stays:  # it is of a version that did not get going
        adopted.pop(SWITCH).end_now()
    chosen = ports.load(paths.ports) if stays else ports.settle(paths.ports, ws=settings.ws_port)
    ours = [_child(service, chosen) for service in services]
    switch = _switch(settings, installation, chosen, kept)
    if stays:
        render.fallback(settings)
        _say("Asterisk and its calls go on; our programs are started anew, one after the other")
    else:
        _say("starting Asterisk and the hotline")

    def let_calls_end(cut: threading.Event) -> None:
        farewell.let_calls_end(
            lambda: farewell.channels(chosen.ami, kept.ami),
            within=settings.wait_for_calls,
            say=lambda text: _say(f"{text} (stop once more to cut them off)"),
            cut=cut,
        )

    def going() -> None:
        announce(settings)
        turn.done()
        # Beside the supervisor, whose children must not wait for a database.
        threading.Thread(target=once_ready, args=(_say,), daemon=True).start()

    supervisor = Supervisor(
        home=paths.home,
        journal=paths.journal,
        children=[switch, *ours],
        say=_say,
        adopted=adopted,
        quiet=let_calls_end,
        hand_over=turn.over,
        hand_back=turn.back,
    )
    asyncio.run(supervisor.run(going))
    _say("stopped")
    return 0


def _adopted(settings: Settings, pids: Mapping[str, int]) -> dict[str, Adopted]:
    """Return which children of the version before still run."""
    found = {}
    for name, pid in pids.items():
        tale = {"boot": same_switch.boot(settings)} if name == SWITCH else {"name": name}
        if life := Adopted.alive(pid, tale):
            found[name] = life
    return found


def _switch(
    settings: Settings, installation: Installation, chosen: Ports, kept: secrets.Secrets
) -> Child:
    configuration = render.configuration(settings)
    last = ""

    def start() -> Start:
        nonlocal last
        boot = f"trk{randomness.token_hex(4)}"
        try:
            render.render(settings, installation, ports=chosen, secrets=kept, boot=boot)
            same_switch.note(settings, installation)
            last = boot
            room.write_ahead(settings.paths.home)
        except OSError:
            if not last:
                raise
            boot = last  # the disk is full: the last configuration still answers callers (ANS-3)
        words = [*installation.argv, "-f", "-n", "-C", str(configuration)]
        return Start(words=words, tale={"boot": boot})

    return Child(
        name=SWITCH,
        kind="switch",
        start=start,
        is_ready=probes.booted(installation.remote(configuration, "core waitfullybooted")),
        reopening=Reopening(
            files=(settings.paths.log / "asterisk.log", settings.paths.journal / "queue_log"),
            words=installation.remote(configuration, "logger reload"),
        ),
    )


def _child(service: Service, chosen: Ports) -> Child:
    start = Start(words=service.words, tale={"name": service.name})
    return Child(
        name=service.name,
        kind="service",
        start=lambda: start,
        is_ready=service.probe(chosen),
    )


def announce(settings: Settings) -> None:
    """Print that calls can come in, and where."""
    sip = f"{settings.sip_address}:{settings.sip_port}"
    print(
        f"ready sip={sip} desk=http://{settings.desk_address}:{settings.desk_port}",
        flush=True,
    )


def _warn_of_little_room(settings: Settings) -> None:
    """Say so when recordings will be cut soon; callers are answered all the same (ANS-3)."""
    free = shutil.disk_usage(settings.paths.home).free // MIB
    if free < LOW_BYTES // MIB:
        _say(f"only {free} MB are free for {settings.paths.home}: recordings will be cut short")


def _raise_limits() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _say(text: str) -> None:
    print(f"set-up: {text}", flush=True)
