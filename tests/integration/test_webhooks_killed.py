"""Workers that are killed between sending and keeping: nothing is lost, and order is kept."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time

from settings import PROJECT
from tests.integration.webhook_house import Got, House, Receiver


def started(webhook_house: House) -> subprocess.Popen[bytes]:
    """Start a worker of its own."""
    command = [sys.executable, "-m", "tests.integration.webhook_house"]
    home = [str(webhook_house.settings.home), webhook_house.settings.database]
    return subprocess.Popen([*command, *home], cwd=PROJECT)


async def test_workers_that_are_killed_lose_nothing_and_send_again_what_they_had_not_kept(
    webhook_house: House, there: Receiver
) -> None:
    events, kills = 12, 8
    await webhook_house.hook(there.url())
    await webhook_house.open_tickets(events)
    running: list[subprocess.Popen[bytes]] = []

    def dies(_: Got) -> int:
        if len(there.got) % 2 and len(running) <= kills:
            os.kill(running[-1].pid, signal.SIGKILL)  # it was sent, and nobody knows
            running[-1].wait()
        return 200

    there.answers["/ok"] = dies
    deadline = time.monotonic() + 100
    while len({got.id for got in there.got}) < events or len(running) <= kills // 2:
        if not running or running[-1].poll() is not None:
            running.append(started(webhook_house))
        await asyncio.sleep(0.02)
        assert time.monotonic() < deadline, f"{len(there.got)} came, {len(running)} ran"
    running[-1].kill()
    for each in running:
        each.wait()
    places = [got.place for got in there.got]
    assert list(dict.fromkeys(places)) == list(range(1, events + 1)), "in order, and all of them"
    assert places == sorted(places), "what comes again comes before what is next"
    assert len(places) > events, "nobody was killed between sending and keeping"
    assert len({(got.id, json.dumps(got.told)) for got in there.got}) == events
