"""`thirdring serve dispatch`: rings whoever is due, until SIGTERM.

Calls that go on are not its own: they are led by Asterisk and the call service, and what comes of
them is in the journals for the next dispatcher.
"""

import asyncio
import json
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog
from prometheus_client import generate_latest

import full_disk
from ami.connection import LinkLost
from ami.link import Link
from calendars import calendar
from db import engine as database
from db.migrate import upgrade
from dispatch import metrics
from dispatch.asterisk_dialler import Lines
from dispatch.dispatcher import Dispatcher
from dispatch.guard import guard
from dispatch.purpose import Purpose
from dispatch.trunk_watch import TrunkWatch
from features.attendants.outbound import AttendantCalls
from features.callbacks import lifecycle as callback
from features.callbacks.outbound import CallbackCalls
from features.campaign_calls.outbound import CampaignCalls
from features.campaign_calls.scripts import ScriptFiles
from features.department_calls.house import rules as department_rules
from features.department_calls.outbound import DepartmentCalls
from features.emergency_notifications import lifecycle as notification
from features.emergency_notifications.outbound import NotificationCalls
from features.emergency_notifications.voicing import Voicing, by_program
from features.ticket_clocks.house import house
from features.wake_ups.lifecycle import WakeUpRules
from features.wake_ups.outbound import WakeUpCalls
from ledger.journal import Journals
from settings import Settings
from trunks import reading as trunks

LOOPBACK: Final = "127.0.0.1"
REPORT_EVERY_S: Final = 1.0
DATABASE_AWAY_S: Final = 2.0
SURELY: Final = 0.8
"""Who said nothing for so much of the time that is allowed was silent; clocks differ a little."""

_log = structlog.get_logger(__name__)


async def serve(settings: Settings) -> None:
    """Ring people until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    running = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(number, stop.set)
    engine = database.engine(settings.database)
    purposes = the_purposes(settings)
    link = _link(settings, purposes)
    out = trunks.in_force(settings).out
    judge = guard(settings, own_phones(settings) | {*settings.seats})
    lines = Lines(
        link,
        phones=own_phones(settings),
        trunks=out,
        agents_seats=frozenset(settings.seats),
        hotline=settings.hotline_number,
        answers_within=settings.sip_answers_within,
    )
    dispatcher = Dispatcher(
        engine=engine,
        journals=Journals(settings.paths.journals, {}, nodes=[settings.node]),
        switch=lines,
        purposes=purposes,
        lines=min(settings.lines_out, judge.trunks.lines or settings.lines_out),
        lost=LinkLost,
        guard=judge,
        node=settings.node,
    )
    dispatcher.failover.silent_after_s = settings.sip_answers_within * SURELY
    lines.on_failure(dispatcher.not_rung)
    watch = TrunkWatch(link, judge.trunks)
    link.resync(dispatcher.doubt)
    voicing = Voicing(engine, by_program(settings))
    work = asyncio.create_task(_work(settings, link, dispatcher, voicing, watch))
    await stop.wait()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await engine.dispose()


def the_purposes(settings: Settings) -> list[Purpose]:
    """Return why this house rings people, the most urgent reason first."""
    paths = settings.paths
    return [
        NotificationCalls(notification_rules(settings), settings.lines_out),
        AttendantCalls(rules(settings), settings.lines_out, settings.language),
        WakeUpCalls(rules(settings), settings.lines_out),
        CallbackCalls(
            callback.CallbackRules(
                again_every=settings.callback_again_every,
                most_tries=settings.callback_tries,
                grace=settings.callback_grace,
            ),
            lines=settings.lines_out,
            ring_for=settings.ring_agent_for,
            node=settings.node,
        ),
        DepartmentCalls(
            department_rules(settings),
            house(settings),
            lines=settings.lines_out,
            language=settings.language,
        ),
        CampaignCalls(
            lines=settings.lines_campaigns,
            scripts=ScriptFiles(paths.campaigns, paths.campaign_words, settings.cache),
            calendar=calendar(settings.region, settings.holidays),
            ring_for=settings.campaign_ring_for,
            ring_agent_for=settings.ring_agent_for,
            node=settings.node,
        ),
    ]


def rules(settings: Settings) -> WakeUpRules:
    """Return how this house wakes its guests."""
    return WakeUpRules(
        ring_for=settings.wake_ring_for,
        again_every=settings.wake_again_every,
        give_up_after=settings.wake_give_up_after,
        snooze_for=settings.wake_snooze_for,
        knock_within=settings.wake_knock_within,
        grace=settings.wake_grace,
        attendants=tuple(filter(None, settings.attendants.split(","))),
    )


def notification_rules(settings: Settings) -> notification.NotificationRules:
    """Return how this house tells households of an emergency."""
    return notification.NotificationRules(
        ring_for=settings.notification_ring_for,
        rounds=settings.notification_rounds,
        next_number_after=settings.notification_next_number_after,
        round_every=settings.notification_round_every,
    )


def own_phones(settings: Settings) -> frozenset[str]:
    """Return the numbers that are phones of the house itself."""
    phones = [*settings.phones.split(","), *settings.seats]
    return frozenset(number for number in phones if number.isdecimal())


async def _work(
    settings: Settings, link: Link, dispatcher: Dispatcher, voicing: Voicing, watch: TrunkWatch
) -> None:
    while True:
        try:
            await asyncio.to_thread(upgrade, settings.database)
            break
        except Exception as error:  # noqa: BLE001 (a database that is away is waited for)
            _log.warning("the database does not answer", error=repr(error)[:300])
            await asyncio.sleep(DATABASE_AWAY_S)
    _log.info("dispatcher ready", lines=settings.lines_out)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(link.run())
        tasks.create_task(dispatcher.run())
        tasks.create_task(voicing.run())
        tasks.create_task(watch.run())
        tasks.create_task(_report(settings.paths.run, link, dispatcher))


def _link(settings: Settings, purposes: Sequence[Purpose]) -> Link:
    ports = json.loads(settings.paths.ports.read_text())
    secret = json.loads(settings.paths.secrets.read_text())["ami_dispatch"]
    return Link(
        host=LOOPBACK,
        port=ports["ami"],
        username="dispatch",
        secret=str(secret),
        boot=lambda: _boot(settings.paths.run),
        contexts=frozenset(name for one in purposes for name in one.contexts.values()),
    )


def _boot(run: Path) -> str | None:
    try:
        return (run / "boot").read_text().strip() or None
    except OSError:
        return None


async def _report(run: Path, link: Link, dispatcher: Dispatcher) -> None:
    """Leave figures and metrics where the desk reads them."""
    while True:
        stopped = dispatcher.guard.is_stopped(dispatcher.clock.now())
        metrics.SPENDING_STOPPED.set(stopped)
        figures = {
            "at": time.time(),
            "ami": link.connected,
            "in_flight": dispatcher.in_flight,
            "spending_stopped": stopped,
            "trunks": dispatcher.guard.trunks.report(),
        }
        try:
            full_disk.replace(run / "dispatch.json", json.dumps(figures).encode())
            full_disk.replace(run / "dispatch.prom", generate_latest())
        except OSError as error:
            _log.error("figures not written", error=str(error))
        await asyncio.sleep(REPORT_EVERY_S)
