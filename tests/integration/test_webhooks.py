"""Events go to whoever registered, in order and signed; none is lost, whatever is answered."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from authentication.sealing import Seals
from db.engine import engine
from features.tickets import feed
from features.webhooks import lifecycle, queries, worker
from features.webhooks.lifecycle import Fault, Verb, WebhookState
from features.webhooks.rules import secret_of
from settings import PROJECT
from tests.integration.webhook_house import (
    SECRET,
    Got,
    House,
    Receiver,
    is_signed,
    receiver,
    settled,
)


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest_asyncio.fixture
async def at_home(tmp_path: Path, database_url: str) -> AsyncIterator[House]:
    settings = settled(tmp_path / "home", database_url)
    settings.paths.run.mkdir(parents=True)
    made = engine(settings.database)
    yield House(settings, made)
    await made.dispose()


async def decide(at_home: House, key: str, verb: Verb) -> None:
    """Decide as `actions.act` does."""
    one = await at_home.of(key)
    after = lifecycle.decided(one.progress, verb, upto=await at_home.ask(feed.last_place))
    await at_home.write(lambda connection: queries.go_on(connection, key, after))


async def came(there: Receiver, how_many: int, *, within_s: float = 20) -> None:
    """Return when so many deliveries have come."""
    deadline = time.monotonic() + within_s
    while len(there.got) < how_many:
        await asyncio.sleep(0.01)
        assert time.monotonic() < deadline, f"{len(there.got)} came"


async def test_events_come_in_order_each_once_and_masked(at_home: House, there: Receiver) -> None:
    await at_home.open_tickets(1)  # nobody has registered yet
    await at_home.deliver()
    key = await at_home.hook(there.url())
    await at_home.open_tickets(5)
    await at_home.deliver()
    assert [got.place for got in there.got] == [2, 3, 4, 5, 6]
    assert len({got.id for got in there.got}) == 5
    [told] = [got.told for got in there.got[:1]]
    assert told["type"] == "ticket.opened"
    assert told["data"]["kind"] == "opened"
    assert told["data"]["id"] == there.got[0].id
    assert b"13812345678" not in b"".join(got.body for got in there.got)
    await at_home.deliver()
    assert len(there.got) == 5
    assert (await at_home.of(key)).progress.position == 6


async def test_a_receiver_can_tell_that_it_is_us_and_that_nothing_was_changed(
    at_home: House, there: Receiver
) -> None:
    await at_home.hook(there.url())
    await at_home.open_tickets(1)
    await at_home.deliver()
    [got], now = there.got, time.time()
    assert is_signed(SECRET, got, now=now)
    assert not is_signed(secret_of(bytes(32)), got, now=now), "another's secret"
    assert not is_signed(SECRET, replace(got, body=got.body + b" "), now=now), "a changed body"
    other = {**got.headers, "webhook-id": "11111111-6a5c-4c1d-9b6e-2f1f0f6f7a10"}
    assert not is_signed(SECRET, replace(got, headers=other), now=now), "another delivery"
    later = {**got.headers, "webhook-timestamp": str(int(now) + 1)}
    assert not is_signed(SECRET, replace(got, headers=later), now=now), "another time"
    assert not is_signed(SECRET, got, now=now + 3600), "sent once more by somebody else"


async def test_only_the_kinds_that_were_asked_for_come(at_home: House, there: Receiver) -> None:
    key = await at_home.hook(there.url("/close"), "close")
    await at_home.hook(there.url("/opened"), "opened", "close")
    await at_home.open_tickets(3)
    await at_home.deliver()
    assert there.of("/close") == []
    assert len(there.of("/opened")) == 3
    one = await at_home.of(key)
    assert one.progress.position == 3, "what is not for it is not looked at again"


async def test_what_is_refused_is_tried_again_with_growing_pauses_and_nothing_overtakes_it(
    at_home: House, there: Receiver
) -> None:
    refuses = {"now": True}
    there.answers["/ok"] = lambda _: 500 if refuses["now"] else 200
    key = await at_home.hook(there.url())
    await at_home.open_tickets(3)
    pauses = []
    for _ in range(5):
        await at_home.deliver()
        progress = (await at_home.of(key)).progress
        assert progress.next_at is not None
        pauses.append((progress.next_at - at_home.now).total_seconds())
        await at_home.deliver()  # too early: nothing is sent
        at_home.now = progress.next_at
    assert pauses == [10, 20, 40, 80, 160]
    assert [got.place for got in there.got] == [1] * 5
    assert len({got.id for got in there.got}) == 1
    refuses["now"] = False
    await at_home.deliver()
    assert [got.place for got in there.got[5:]] == [1, 2, 3]
    assert (await at_home.of(key)).progress.attempts == 0
    assert [each.status for each in await at_home.answers(key)] == [500] * 5 + [200] * 3


async def test_after_a_day_it_fails_the_house_is_told_and_everything_waits_for_a_person(
    at_home: House, there: Receiver
) -> None:
    answer = {"status": 503}
    there.answers["/ok"] = lambda _: answer["status"]
    key = await at_home.hook(there.url())
    await at_home.open_tickets(2)
    await at_home.deliver()
    at_home.now += timedelta(hours=25)
    await at_home.deliver()
    assert (await at_home.of(key)).progress.state is WebhookState.FAILED
    await at_home.worker.turn()
    assert at_home.worker.figures()["webhooks_failed"] == 1
    tries = len(there.got)
    await at_home.open_tickets(1)
    at_home.now += timedelta(days=30)
    await at_home.deliver()
    assert len(there.got) == tries, "nothing goes on by itself"
    answer["status"] = 200
    await decide(at_home, key, Verb.RETRY)
    await at_home.deliver()
    assert [got.place for got in there.got[tries:]] == [1, 2, 3], "and nothing was dropped"


async def test_who_pauses_gets_nothing_and_later_everything_and_what_is_left_out_never(
    at_home: House, there: Receiver
) -> None:
    key = await at_home.hook(there.url())
    await decide(at_home, key, Verb.PAUSE)
    await at_home.open_tickets(2)
    await at_home.deliver()
    assert there.got == []
    await decide(at_home, key, Verb.DISCARD_ALL)
    await at_home.open_tickets(1)
    await at_home.deliver()
    assert there.got == [], "left out, and paused still"
    await decide(at_home, key, Verb.RETRY)
    await at_home.deliver()
    assert [got.place for got in there.got] == [3]


async def test_who_never_answers_holds_up_nobody_else(at_home: House, there: Receiver) -> None:
    at_home.restart(webhook_timeout=2)
    there.answers["/never"] = lambda _: 0
    silent = await at_home.hook(there.url("/never"))
    await at_home.hook(there.url("/ok"))
    await at_home.open_tickets(3)
    await at_home.worker.turn()
    await came(there, 4)
    assert (await at_home.answers(silent)) == [], "the silent one is still being waited for"
    await at_home.worker.settled()
    [answer] = await at_home.answers(silent)
    assert (answer.status, answer.fault) == (None, Fault.TIMEOUT)
    assert 1900 <= answer.took_ms < 15_000
    assert [got.place for got in there.of("/ok")] == [1, 2, 3]


async def test_a_redirect_is_not_followed(at_home: House, there: Receiver) -> None:
    there.answers["/moved"] = lambda _: 307
    key = await at_home.hook(there.url("/moved"))
    await at_home.open_tickets(1)
    await at_home.deliver()
    assert there.of("/elsewhere") == []
    [answer] = await at_home.answers(key)
    assert (answer.status, answer.fault) == (307, Fault.REDIRECT)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "2130706433"])
async def test_nothing_goes_to_this_machine_by_whatever_name(
    at_home: House, there: Receiver, host: str
) -> None:
    at_home.restart(webhook_networks="")
    key = await at_home.hook(there.url(host=host))
    await at_home.open_tickets(1)
    await at_home.deliver()
    assert there.got == []
    [answer] = await at_home.answers(key)
    assert answer.fault in {Fault.ADDRESS, Fault.NAME}


async def test_a_name_is_judged_by_the_address_that_is_connected_to(
    at_home: House, there: Receiver
) -> None:
    at_home.restart(webhook_networks="127.0.0.1/32")
    key = await at_home.hook(there.url(host="localhost"))
    await at_home.open_tickets(1)
    await at_home.deliver()
    [got] = there.got
    assert got.headers["host"] == f"localhost:{there.port}"
    assert (await at_home.of(key)).progress.position == 1


async def test_a_receiver_that_is_not_there_is_tried_again(at_home: House, there: Receiver) -> None:
    key = await at_home.hook("http://127.0.0.1:9/nobody")
    nowhere = await at_home.hook("http://there-is.invalid/")
    await at_home.open_tickets(1)
    await at_home.deliver()
    assert [each.fault for each in await at_home.answers(key)] == [Fault.CONNECT]
    assert [each.fault for each in await at_home.answers(nowhere)] == [Fault.NAME]
    assert (await at_home.of(key)).progress.next_at is not None


async def test_a_test_is_sent_even_while_it_is_paused_and_moves_nothing(
    at_home: House, there: Receiver
) -> None:
    key = await at_home.hook(there.url())
    await decide(at_home, key, Verb.PAUSE)
    await at_home.open_tickets(1)
    test_id = "11111111-6a5c-4c1d-9b6e-2f1f0f6f7a10"
    await at_home.write(lambda one: queries.change(one, key, test_id=test_id))
    await at_home.deliver()
    [got] = there.got
    assert (got.id, got.told["type"]) == (test_id, "test")
    assert is_signed(SECRET, got, now=time.time())
    one = await at_home.of(key)
    assert (one.test_id, one.progress.position) == (None, 0)
    await at_home.deliver()
    assert len(there.got) == 1


async def test_without_the_key_of_its_secret_nothing_is_sent_unsigned(
    at_home: House, there: Receiver
) -> None:
    key = await at_home.hook(there.url())
    at_home.settings.paths.sealing_key.unlink()
    Seals(at_home.settings.paths.sealing_key).seal("another", about="somebody")
    await at_home.open_tickets(1)
    await at_home.deliver()
    assert there.got == []
    assert [each.fault for each in await at_home.answers(key)] == [Fault.SECRET]


async def test_another_ledger_leaves_alone_what_one_serves_and_takes_it_over_when_that_is_gone(
    at_home: House, there: Receiver
) -> None:
    key = await at_home.hook(there.url())
    await at_home.open_tickets(1)
    until = at_home.now + timedelta(seconds=65)
    await at_home.write(
        lambda one: queries.claim(one, key, node="node2", now=at_home.now, until=until)
    )
    await at_home.deliver()
    assert there.got == []
    at_home.now = until + timedelta(seconds=1)
    await at_home.deliver()
    assert len(there.got) == 1


async def test_what_came_of_a_delivery_is_kept_when_the_database_is_back(
    at_home: House, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await at_home.hook(there.url())
    await at_home.open_tickets(1)
    kept = queries.keep_answer

    async def away(*_: Any) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(worker, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(queries, "keep_answer", away)
    await at_home.deliver()
    assert (await at_home.of(key)).progress.position == 0
    monkeypatch.setattr(queries, "keep_answer", kept)
    await at_home.deliver()
    assert (await at_home.of(key)).progress.position == 1
    assert len(there.got) == 1, "it was not sent twice"


async def test_what_a_person_leaves_out_meanwhile_stays_left_out(
    at_home: House, there: Receiver
) -> None:
    def slow(_: Got) -> int:
        time.sleep(0.5)
        return 500

    there.answers["/slow"] = slow
    key = await at_home.hook(there.url("/slow"))
    await at_home.open_tickets(2)
    await at_home.worker.turn()
    await came(there, 1)
    await decide(at_home, key, Verb.DISCARD_ALL)
    await at_home.worker.settled()
    progress = (await at_home.of(key)).progress
    assert (progress.position, progress.attempts, progress.next_at) == (2, 0, None)


def started(at_home: House) -> subprocess.Popen[bytes]:
    """Start a worker of its own."""
    command = [sys.executable, "-m", "tests.integration.webhook_house"]
    home = [str(at_home.settings.home), at_home.settings.database]
    return subprocess.Popen([*command, *home], cwd=PROJECT)


async def test_workers_that_are_killed_lose_nothing_and_send_again_what_they_had_not_kept(
    at_home: House, there: Receiver
) -> None:
    events, kills = 12, 8
    await at_home.hook(there.url())
    await at_home.open_tickets(events)
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
            running.append(started(at_home))
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
