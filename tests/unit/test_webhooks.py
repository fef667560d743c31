"""How deliveries are signed, where they may go, and what becomes of a webhook."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from features.webhooks import lifecycle
from features.webhooks.lifecycle import Progress, Spacing, Verb, WebhookState
from features.webhooks.rules import fault_of, may_go_to, networks, secret_of, signed

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
SPACING = Spacing(
    first=timedelta(seconds=10), longest=timedelta(hours=1), fail_after=timedelta(hours=24)
)


def test_the_signature_is_that_of_the_specifications_example() -> None:
    headers = signed(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        event_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_secret_is_its_bytes_in_base64() -> None:
    assert secret_of(bytes(3)) == "whsec_AAAA"
    with pytest.raises(ValueError, match="base64"):
        signed("whsec_*", event_id="1", timestamp=1, body=b"")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.3.4", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1"),
    ],
)
def test_nothing_goes_to_this_machine_or_a_private_address(address: str) -> None:
    assert not may_go_to(address, [])


@pytest.mark.parametrize("address", ["8.8.8.8", "114.114.114.114", "2400:3200::1"])
def test_what_is_in_the_world_may_be_gone_to(address: str) -> None:
    assert may_go_to(address, [])


def test_a_network_of_the_settings_may_be_gone_to_and_no_other() -> None:
    ours = networks("10.1.2.0/24,fd12::/16")
    assert may_go_to("10.1.2.3", ours)
    assert may_go_to("::ffff:10.1.2.3", ours)
    assert may_go_to("fd12::5", ours)
    assert not may_go_to("10.1.3.3", ours)
    assert not may_go_to("127.0.0.1", ours)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://crm.example.com/events?x=1", ""),
        ("http://8.8.8.8:8080/", ""),
        ("http://10.1.2.3/", "address"),
        ("http://localhost/", "address"),
        ("http://[::1]:80/", "address"),
        *(
            (each, "url")
            for each in ("crm.example.com", "ftp://a.example/", "https://", "http://a:0")
        ),
        *(
            (each, "url")
            for each in ("http://u:p@a.example/", "http://a.example/#x", "http://a b/")
        ),
        *(
            (each, "url")
            for each in ("http://[::1/", "http://a:70000/", "http://例子/", "http://a\\b")
        ),
    ],
)
def test_an_address_that_is_none_is_refused(url: str, fault: str) -> None:
    assert fault_of(url, []) == (f"webhook.fault_{fault}" if fault else "")


def test_pauses_double_up_to_the_longest_and_after_a_day_a_person_decides() -> None:
    progress, now = Progress(state=WebhookState.ACTIVE, position=7), NOW
    pauses = []
    while progress.state is WebhookState.ACTIVE:
        progress = lifecycle.not_taken(progress, now=now, spacing=SPACING)
        if progress.next_at is not None:
            pauses.append((progress.next_at - now).total_seconds())
            now = progress.next_at
    assert pauses[:10] == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]
    assert set(pauses[9:]) == {3600}
    assert timedelta(hours=24) <= now - NOW < timedelta(hours=25)
    assert (progress.state, progress.position) == (WebhookState.FAILED, 7)


def test_nothing_moves_a_position_back_and_only_discarding_and_taking_move_it() -> None:
    for state, verb in product(WebhookState, Verb):
        before = Progress(state=state, position=7, attempts=3, next_at=NOW, since=NOW)
        after = lifecycle.decided(before, verb, upto=9)
        moved = verb in {Verb.DISCARD, Verb.DISCARD_ALL}
        assert after.position == (9 if moved else 7), (state, verb)
        assert lifecycle.decided(before, verb, upto=5).position == 7
    taken = lifecycle.taken(Progress(state=WebhookState.PAUSED, position=7, attempts=2), 8)
    assert taken == Progress(state=WebhookState.PAUSED, position=8)


def test_what_is_paused_meanwhile_does_not_fail() -> None:
    paused = Progress(state=WebhookState.PAUSED, position=7, since=NOW - timedelta(days=3))
    after = lifecycle.not_taken(paused, now=NOW, spacing=SPACING)
    assert after.state is WebhookState.PAUSED


def test_in_every_state_a_person_can_send_again_leave_out_and_remove() -> None:
    for state in WebhookState:
        assert {Verb.RETRY, Verb.DISCARD, Verb.REMOVE, Verb.TEST} <= set(lifecycle.verbs(state))
    assert Verb.PAUSE not in lifecycle.verbs(WebhookState.PAUSED)
