"""Events go to whoever registered, in order and signed; none is lost, whatever is answered."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from authentication.sealing import Seals
from features.tickets import feed
from features.webhooks import lifecycle, queries, worker
from features.webhooks.lifecycle import Fault, Verb, WebhookState
from features.webhooks.rules import secret_of
from tests.integration.webhook_house import (
    SECRET,
    Got,
    House,
    Receiver,
    is_signed,
)


async def decide(webhook_house: House, key: str, verb: Verb) -> None:
    """Decide as `actions.act` does."""
    one = await webhook_house.of(key)
    after = lifecycle.decided(one.progress, verb, upto=await webhook_house.ask(feed.last_place))
    await webhook_house.write(lambda connection: queries.go_on(connection, key, after))


async def came(there: Receiver, how_many: int, *, within_s: float = 20) -> None:
    """Return when so many deliveries have come."""
    deadline = time.monotonic() + within_s
    while len(there.got) < how_many:
        await asyncio.sleep(0.01)
        assert time.monotonic() < deadline, f"{len(there.got)} came"


async def test_events_come_in_order_each_once_and_masked(
    webhook_house: House, there: Receiver
) -> None:
    await webhook_house.open_tickets(1)  # nobody has registered yet
    await webhook_house.deliver()
    key = await webhook_house.hook(there.url())
    await webhook_house.open_tickets(5)
    await webhook_house.deliver()
    assert [got.place for got in there.got] == [2, 3, 4, 5, 6]
    assert len({got.id for got in there.got}) == 5
    [told] = [got.told for got in there.got[:1]]
    assert told["type"] == "ticket.opened"
    assert told["data"]["kind"] == "opened"
    assert told["data"]["id"] == there.got[0].id
    assert b"13812345678" not in b"".join(got.body for got in there.got)
    await webhook_house.deliver()
    assert len(there.got) == 5
    assert (await webhook_house.of(key)).progress.position == 6


async def test_a_receiver_can_tell_that_it_is_us_and_that_nothing_was_changed(
    webhook_house: House, there: Receiver
) -> None:
    await webhook_house.hook(there.url())
    await webhook_house.open_tickets(1)
    await webhook_house.deliver()
    [got], now = there.got, time.time()
    assert is_signed(SECRET, got, now=now)
    assert not is_signed(secret_of(bytes(32)), got, now=now), "another's secret"
    assert not is_signed(SECRET, replace(got, body=got.body + b" "), now=now), "a changed body"
    other = {**got.headers, "webhook-id": "11111111-6a5c-4c1d-9b6e-2f1f0f6f7a10"}
    assert not is_signed(SECRET, replace(got, headers=other), now=now), "another delivery"
    later = {**got.headers, "webhook-timestamp": str(int(now) + 1)}
    assert not is_signed(SECRET, replace(got, headers=later), now=now), "another time"
    assert not is_signed(SECRET, got, now=now + 3600), "sent once more by somebody else"


async def test_only_the_kinds_that_were_asked_for_come(
    webhook_house: House, there: Receiver
) -> None:
    key = await webhook_house.hook(there.url("/close"), "close")
    await webhook_house.hook(there.url("/opened"), "opened", "close")
    await webhook_house.open_tickets(3)
    await webhook_house.deliver()
    assert there.of("/close") == []
    assert len(there.of("/opened")) == 3
    one = await webhook_house.of(key)
    assert one.progress.position == 3, "what is not for it is not looked at again"


async def test_what_is_refused_is_tried_again_with_growing_pauses_and_nothing_overtakes_it(
    webhook_house: House, there: Receiver
) -> None:
    refuses = {"now": True}
    there.answers["/ok"] = lambda _: 500 if refuses["now"] else 200
    key = await webhook_house.hook(there.url())
    await webhook_house.open_tickets(3)
    pauses = []
    for _ in range(5):
        await webhook_house.deliver()
        progress = (await webhook_house.of(key)).progress
        assert progress.next_at is not None
        pauses.append((progress.next_at - webhook_house.now).total_seconds())
        await webhook_house.deliver()  # too early: nothing is sent
        webhook_house.now = progress.next_at
    assert pauses == [10, 20, 40, 80, 160]
    assert [got.place for got in there.got] == [1] * 5
    assert len({got.id for got in there.got}) == 1
    refuses["now"] = False
    await webhook_house.deliver()
    assert [got.place for got in there.got[5:]] == [1, 2, 3]
    assert (await webhook_house.of(key)).progress.attempts == 0
    assert [each.status for each in await webhook_house.answers(key)] == [500] * 5 + [200] * 3


async def test_after_a_day_it_fails_the_house_is_told_and_everything_waits_for_a_person(
    webhook_house: House, there: Receiver
) -> None:
    answer = {"status": 503}
    there.answers["/ok"] = lambda _: answer["status"]
    key = await webhook_house.hook(there.url())
    await webhook_house.open_tickets(2)
    await webhook_house.deliver()
    webhook_house.now += timedelta(hours=25)
    await webhook_house.deliver()
    assert (await webhook_house.of(key)).progress.state is WebhookState.FAILED
    await webhook_house.worker.turn()
    assert webhook_house.worker.figures()["webhooks_failed"] == 1
    tries = len(there.got)
    await webhook_house.open_tickets(1)
    webhook_house.now += timedelta(days=30)
    await webhook_house.deliver()
    assert len(there.got) == tries, "nothing goes on by itself"
    answer["status"] = 200
    await decide(webhook_house, key, Verb.RETRY)
    await webhook_house.deliver()
    assert [got.place for got in there.got[tries:]] == [1, 2, 3], "and nothing was dropped"


async def test_who_pauses_gets_nothing_and_later_everything_and_what_is_left_out_never(
    webhook_house: House, there: Receiver
) -> None:
    key = await webhook_house.hook(there.url())
    await decide(webhook_house, key, Verb.PAUSE)
    await webhook_house.open_tickets(2)
    await webhook_house.deliver()
    assert there.got == []
    await decide(webhook_house, key, Verb.DISCARD_ALL)
    await webhook_house.open_tickets(1)
    await webhook_house.deliver()
    assert there.got == [], "left out, and paused still"
    await decide(webhook_house, key, Verb.RETRY)
    await webhook_house.deliver()
    assert [got.place for got in there.got] == [3]


async def test_who_never_answers_holds_up_nobody_else(
    webhook_house: House, there: Receiver
) -> None:
    webhook_house.restart(webhook_timeout=2)
    there.answers["/never"] = lambda _: 0
    silent = await webhook_house.hook(there.url("/never"))
    await webhook_house.hook(there.url("/ok"))
    await webhook_house.open_tickets(3)
    await webhook_house.worker.turn()
    await came(there, 4)
    assert (await webhook_house.answers(silent)) == [], "the silent one is still being waited for"
    await webhook_house.worker.settled()
    [answer] = await webhook_house.answers(silent)
    assert (answer.status, answer.fault) == (None, Fault.TIMEOUT)
    assert 1900 <= answer.took_ms < 15_000
    assert [got.place for got in there.of("/ok")] == [1, 2, 3]


async def test_a_redirect_is_not_followed(webhook_house: House, there: Receiver) -> None:
    there.answers["/moved"] = lambda _: 307
    key = await webhook_house.hook(there.url("/moved"))
    await webhook_house.open_tickets(1)
    await webhook_house.deliver()
    assert there.of("/elsewhere") == []
    [answer] = await webhook_house.answers(key)
    assert (answer.status, answer.fault) == (307, Fault.REDIRECT)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "2130706433"])
async def test_nothing_goes_to_this_machine_by_whatever_name(
    webhook_house: House, there: Receiver, host: str
) -> None:
    webhook_house.restart(webhook_networks="")
    key = await webhook_house.hook(there.url(host=host))
    await webhook_house.open_tickets(1)
    await webhook_house.deliver()
    assert there.got == []
    [answer] = await webhook_house.answers(key)
    assert answer.fault in {Fault.ADDRESS, Fault.NAME}


async def test_a_name_is_judged_by_the_address_that_is_connected_to(
    webhook_house: House, there: Receiver
) -> None:
    webhook_house.restart(webhook_networks="127.0.0.1/32")
    key = await webhook_house.hook(there.url(host="localhost"))
    await webhook_house.open_tickets(1)
    await webhook_house.deliver()
    [got] = there.got
    assert got.headers["host"] == f"localhost:{there.port}"
    assert (await webhook_house.of(key)).progress.position == 1


async def test_a_receiver_that_is_not_there_is_tried_again(
    webhook_house: House, there: Receiver
) -> None:
    key = await webhook_house.hook("http://127.0.0.1:9/nobody")
    nowhere = await webhook_house.hook("http://there-is.invalid/")
    await webhook_house.open_tickets(1)
    await webhook_house.deliver()
    assert [each.fault for each in await webhook_house.answers(key)] == [Fault.CONNECT]
    assert [each.fault for each in await webhook_house.answers(nowhere)] == [Fault.NAME]
    assert (await webhook_house.of(key)).progress.next_at is not None


async def test_a_test_is_sent_even_while_it_is_paused_and_moves_nothing(
    webhook_house: House, there: Receiver
) -> None:
    key = await webhook_house.hook(there.url())
    await decide(webhook_house, key, Verb.PAUSE)
    await webhook_house.open_tickets(1)
    test_id = "11111111-6a5c-4c1d-9b6e-2f1f0f6f7a10"
    await webhook_house.write(lambda one: queries.change(one, key, test_id=test_id))
    await webhook_house.deliver()
    [got] = there.got
    assert (got.id, got.told["type"]) == (test_id, "test")
    assert is_signed(SECRET, got, now=time.time())
    one = await webhook_house.of(key)
    assert (one.test_id, one.progress.position) == (None, 0)
    await webhook_house.deliver()
    assert len(there.got) == 1


async def test_without_the_key_of_its_secret_nothing_is_sent_unsigned(
    webhook_house: House, there: Receiver
) -> None:
    key = await webhook_house.hook(there.url())
    webhook_house.settings.paths.sealing_key.unlink()
    Seals(webhook_house.settings.paths.sealing_key).seal("another", about="somebody")
    await webhook_house.open_tickets(1)
    await webhook_house.deliver()
    assert there.got == []
    assert [each.fault for each in await webhook_house.answers(key)] == [Fault.SECRET]


async def test_another_ledger_leaves_alone_what_one_serves_and_takes_it_over_when_that_is_gone(
    webhook_house: House, there: Receiver
) -> None:
    key = await webhook_house.hook(there.url())
    await webhook_house.open_tickets(1)
    until = webhook_house.now + timedelta(seconds=65)
    await webhook_house.write(
        lambda one: queries.claim(one, key, node="node2", now=webhook_house.now, until=until)
    )
    await webhook_house.deliver()
    assert there.got == []
    webhook_house.now = until + timedelta(seconds=1)
    await webhook_house.deliver()
    assert len(there.got) == 1


async def test_what_came_of_a_delivery_is_kept_when_the_database_is_back(
    webhook_house: House, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await webhook_house.hook(there.url())
    await webhook_house.open_tickets(1)
    kept = queries.keep_answer

    async def away(*_: Any) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(worker, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(queries, "keep_answer", away)
    await webhook_house.deliver()
    assert (await webhook_house.of(key)).progress.position == 0
    monkeypatch.setattr(queries, "keep_answer", kept)
    await webhook_house.deliver()
    assert (await webhook_house.of(key)).progress.position == 1
    assert len(there.got) == 1, "it was not sent twice"


async def test_what_a_person_leaves_out_meanwhile_stays_left_out(
    webhook_house: House, there: Receiver
) -> None:
    def slow(_: Got) -> int:
        time.sleep(0.5)
        return 500

    there.answers["/slow"] = slow
    key = await webhook_house.hook(there.url("/slow"))
    await webhook_house.open_tickets(2)
    await webhook_house.worker.turn()
    await came(there, 1)
    await decide(webhook_house, key, Verb.DISCARD_ALL)
    await webhook_house.worker.settled()
    progress = (await webhook_house.of(key)).progress
    assert (progress.position, progress.attempts, progress.next_at) == (2, 0, None)
