"""Whose page is open: a reload, a stumble and a closed browser are told apart by time and name."""

from floor.presence import BLINK, FORGOTTEN, GRACE, Back, Forgotten, Left, PhoneGone, Presence

AGENT = 7


def at_work(page: str = "a") -> Presence:
    """Return somebody at work with one page open."""
    presence = Presence()
    presence.at_work({AGENT}, 0.0)
    presence.opened(AGENT, 1, page)
    return presence


def test_a_stream_that_stumbles_and_is_back_was_never_gone() -> None:
    presence = at_work()
    presence.closed(AGENT, 1, 10.0)
    assert presence.tick(10.0 + BLINK / 2) == []
    assert presence.opened(AGENT, 2, "a") == []
    assert presence.tick(60.0) == []


def test_a_page_loaded_anew_has_lost_its_phone_at_once() -> None:
    presence = at_work()
    presence.closed(AGENT, 1, 10.0)
    assert presence.opened(AGENT, 2, "b") == [PhoneGone(AGENT)]
    assert presence.tick(60.0) == []


def test_a_closed_browser_loses_the_phone_first_and_then_its_callers() -> None:
    presence = at_work()
    presence.closed(AGENT, 1, 10.0)
    assert presence.tick(10.1 + BLINK) == [PhoneGone(AGENT)]
    assert presence.tick(10.0 + GRACE) == [Left(AGENT)]
    assert presence.tick(99.0) == [], "told once"
    assert presence.opened(AGENT, 2, "b") == [Back(AGENT)]


def test_of_two_pages_the_last_one_closed_counts() -> None:
    presence = at_work()
    presence.opened(AGENT, 2, "b")
    presence.closed(AGENT, 1, 10.0)
    assert presence.tick(99.0) == []
    presence.closed(AGENT, 2, 100.0)
    assert presence.tick(100.0 + GRACE) == [PhoneGone(AGENT), Left(AGENT)]


def test_after_our_own_start_pages_have_time_to_come_back() -> None:
    presence = Presence()
    presence.at_work({AGENT}, 0.0, grace=8.0)
    assert presence.tick(7.9) == []
    assert presence.tick(8.0) == [Left(AGENT)]


def test_a_sign_of_life_without_a_stream_counts_for_a_while() -> None:
    presence = at_work()
    presence.closed(AGENT, 1, 10.0)
    presence.tick(10.0 + GRACE)
    assert presence.seen(AGENT, 20.0) == [Back(AGENT)]
    assert presence.tick(20.0 + GRACE) == [Left(AGENT)]


def test_who_is_not_at_work_is_not_watched() -> None:
    presence = at_work()
    presence.closed(AGENT, 1, 10.0)
    presence.at_work(set(), 11.0)
    assert presence.tick(99.0) == []


def test_who_has_gone_home_does_not_keep_the_seat() -> None:
    presence = at_work()
    presence.closed(AGENT, 1, 10.0)
    presence.tick(10.1 + GRACE)
    assert presence.tick(9.0 + FORGOTTEN) == []
    assert presence.tick(10.0 + FORGOTTEN) == [Forgotten(AGENT)]
    assert presence.tick(99.0 + FORGOTTEN) == []


MINE, OTHERS = "work-aaaa-1", "work-bbbb-1"


def with_the_phone() -> Presence:
    """Return somebody at work in one browser, who has a page open in another one too."""
    presence = at_work(MINE)
    assert presence.claim(AGENT, MINE)
    assert presence.opened(AGENT, 2, OTHERS) == []
    return presence


def test_a_second_page_does_not_cost_the_phone_while_the_first_is_open() -> None:
    presence = with_the_phone()
    assert not presence.claim(AGENT, OTHERS)
    presence.closed(AGENT, 2, 10.0)
    assert presence.tick(99.0) == []


def test_a_page_that_only_looks_does_not_hide_that_the_one_with_the_phone_is_gone() -> None:
    presence = with_the_phone()
    presence.closed(AGENT, 1, 10.0)
    assert presence.tick(10.1 + BLINK) == [PhoneGone(AGENT)]
    assert presence.tick(10.0 + GRACE) == [Left(AGENT)]
    assert presence.claim(AGENT, OTHERS), "nobody has the phone now"
    assert presence.is_open(AGENT)


def test_the_page_with_the_phone_may_stumble_beside_another_one() -> None:
    presence = with_the_phone()
    presence.closed(AGENT, 1, 10.0)
    assert presence.opened(AGENT, 3, MINE) == []
    assert presence.tick(99.0) == []


def test_the_phone_goes_to_the_page_that_asks_next_when_it_is_let_go() -> None:
    presence = with_the_phone()
    presence.release(AGENT)
    assert presence.claim(AGENT, OTHERS)
    assert not presence.claim(AGENT, MINE)


def test_the_pages_of_one_browser_settle_it_among_themselves() -> None:
    presence = with_the_phone()
    assert presence.claim(AGENT, "work-aaaa-2")


def test_a_page_loaded_anew_takes_the_phone_along() -> None:
    presence = with_the_phone()
    presence.closed(AGENT, 2, 5.0)
    presence.closed(AGENT, 1, 10.0)
    assert presence.opened(AGENT, 3, "work-aaaa-2") == [PhoneGone(AGENT)]
    assert presence.claim(AGENT, "work-aaaa-2")
    assert presence.tick(99.0) == []


def test_a_page_loaded_anew_may_ask_for_the_phone_before_its_stream_is_open() -> None:
    presence = at_work(MINE)
    presence.claim(AGENT, MINE)
    presence.closed(AGENT, 1, 10.0)
    assert presence.claim(AGENT, "work-aaaa-2")
    assert presence.opened(AGENT, 2, "work-aaaa-2") == [PhoneGone(AGENT)]
    assert presence.tick(99.0) == [], "told once"


def test_a_page_loaded_anew_may_ask_before_the_old_stream_is_known_to_be_closed() -> None:
    presence = at_work(MINE)
    presence.claim(AGENT, MINE)
    assert presence.opened(AGENT, 2, "work-aaaa-2") == []
    assert presence.claim(AGENT, "work-aaaa-2")
    assert presence.tick(10.0) == [PhoneGone(AGENT)]
    presence.closed(AGENT, 1, 10.1)
    assert presence.tick(99.0) == []


def test_the_page_that_has_the_phone_may_ask_again() -> None:
    presence = at_work(MINE)
    for _ in range(2):
        assert presence.claim(AGENT, MINE)
        assert presence.tick(10.0) == []
