"""The call service, `thirdring serve calls`: AGI, lines and AMI in one process.

What happens is written into journals. The database is asked for the route of a call, and never
waited for (callservice/routing.py); it is written to in one case only, a guest who registers a
wake-up by telephone and hears that it is set (callservice/guest_wake_ups.py). It ends on SIGTERM
after the dialogues under way, or after `DRAIN` seconds; callers who ring meanwhile get the
fallback dialplan.
"""

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from prometheus_client import generate_latest
from sqlalchemy.ext.asyncio import AsyncEngine

import full_disk
from agi.server import Server
from ami.actions import Actions
from ami.link import Link
from calendars import calendar
from callflow.call import Language
from callflow.dialogues.good_morning import Proof
from callflow.rules.hours import WorkingTimes
from callservice import prompts
from callservice.channels import Channels
from callservice.guest_wake_ups import GuestWakeUps
from callservice.journal import DialogueJournal
from callservice.refusals import Refusals
from callservice.routing import Router
from callservice.visit import CallService
from db import engine as database
from db.bounded import Database
from features.recording_pauses.keeper import Keeper
from hep.tap import Tap
from line.second_opinion import SecondOpinion
from line.server import LineServer
from line.ticker import Ticker
from line.vad import VoiceActivity
from settings import Settings
from trunks import reading as trunks

_log = structlog.get_logger(__name__)
LOOPBACK: Final = "127.0.0.1"
DRAIN: Final = 8.0
REPORT_EVERY: Final = 1.0
ROUTES: Final = frozenset(
    {
        *("hotline", "route", "script", "wake", "attend", "notify", "wake_menu", "survey"),
        "department",
    }
)
"""What the dialplan may visit: `agi://…/hotline`."""


async def serve(settings: Settings) -> None:
    """Answer Asterisk's visits until SIGTERM or SIGINT."""
    paths = settings.paths
    ports = json.loads(paths.ports.read_text())
    ticker = Ticker(VoiceActivity())
    lines = LineServer(ticker)
    opinion = SecondOpinion()
    secret = str(json.loads(paths.secrets.read_text())["ami"])
    link = _link(secret, ports["ami"], paths.run)
    channels = Channels(link)
    link.subscribe(channels.hear)
    link.resync(channels.forget_holds)
    engine = database.engine(settings.database)
    with DialogueJournal(paths.journal, started=time.time(), process=os.getpid()) as journal:
        call_service = CallService(
            lines=lines,
            line_port=ports["line"],
            prompts=prompts.filled(paths.sounds, spoken=paths.campaign_words),
            journal=journal,
            switch=link,
            channels=channels,
            opinion=opinion,
            calendar=calendar(settings.region, settings.holidays),
            times=WorkingTimes.parse(settings.open_hours, settings.holiday_hours),
            notices=paths.outage,
            spoken=paths.spoken,
            campaigns=paths.campaigns,
            language=Language(settings.language),
            hall_opening=settings.opening == "hall",
            tells_of_recording=settings.recording_notice,
            proof=Proof(settings.wake_proof),
            now=lambda: datetime.now(settings.zone),
            guest_wake_ups=_guest_wake_ups(settings, engine),
        )
        refusals = Refusals(
            trunks=trunks.in_force(settings).networks(settings.sip_trunks),
            file=paths.refusals,
            note=journal.note,
        )
        tap = Tap(password=secret, consumers=(channels.see, refusals.see))
        router = Router(engine, settings.number_plan, node=settings.node)
        server = Server(
            {
                "hotline": call_service.receive,
                "script": call_service.speak,
                "route": router.receive,
                "wake": call_service.wake,
                "attend": call_service.attend,
                "notify": call_service.notify,
                "wake_menu": call_service.register_guest,
                "survey": call_service.ask,
                "department": call_service.hurry,
            }
        )
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(ticker.run()), tasks.create_task(link.run())]
            running.append(tasks.create_task(router.warm_up()))
            running.append(tasks.create_task(opinion.warm_up()))
            running.append(tasks.create_task(_keeper(settings, engine, link).run()))
            await lines.start(LOOPBACK, ports["line"])
            await server.start(LOOPBACK, ports["agi"])
            await tap.start(LOOPBACK, ports["hep"])
            figures = _figures(server, ticker, link)
            report = _report(paths.run / "calls.json", figures, (refusals.turn, journal.write_on))
            running.append(tasks.create_task(report))
            _log.info("call service ready", prompts=len(call_service.prompts))
            await _asked_to_stop()
            await server.drain(DRAIN)
            for task in running:
                task.cancel()
        tap.close()
        opinion.close()
        await lines.close()
        await server.close()
        await engine.dispose()


def _keeper(settings: Settings, engine: AsyncEngine, link: Link) -> Keeper:
    """Return what has paused recordings go on in time: it must not hang on the desk (ADR 41)."""
    actions = Actions(link, contexts=frozenset(), variables=frozenset())
    return Keeper(
        Database(engine),
        lambda channel, muted: actions.mute_recording(channel, muted=muted),
        node=settings.node,
        acts=lambda: link.connected,
    )


def _guest_wake_ups(settings: Settings, engine: AsyncEngine) -> GuestWakeUps:
    return GuestWakeUps.over(
        engine,
        zone=settings.zone,
        language=Language(settings.language),
        now=lambda: datetime.now(settings.zone),
    )


def _link(secret: str, port: int, run: Path) -> Link:
    return Link(
        host=LOOPBACK,
        port=port,
        username="thirdring",
        secret=secret,
        boot=lambda: _boot(run),
    )


def _boot(run: Path) -> str | None:
    """Return the name of Asterisk's present run, which the supervisor keeps in `boot`."""
    try:
        return (run / "boot").read_text().strip() or None
    except OSError:
        return None


def _figures(server: Server, ticker: Ticker, link: Link) -> Callable[[], dict[str, object]]:
    return lambda: {
        "at": time.time(),
        "dialogues": server.visiting,
        "lines": ticker.lines,
        "ami": link.connected,
    }


async def _report(
    path: Path, figures: Callable[[], dict[str, object]], turns: Sequence[Callable[[], None]]
) -> None:
    """Leave the figures and metrics of this process where the desk reads them."""
    while True:
        for turn in turns:
            turn()
        try:
            full_disk.replace(path, json.dumps(figures()).encode())
            full_disk.replace(path.with_name("calls.prom"), generate_latest())
        except OSError as error:
            _log.error("figures not written", error=str(error))
        await asyncio.sleep(REPORT_EVERY)


async def _asked_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
