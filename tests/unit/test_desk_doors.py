"""The rules at the door: how long who guesses must wait, what a good password is, what is CSRF."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import HTTPConnection

from desk.accounts import cookie, guard
from desk.accounts.lockout import (
    FREE_FAILURES,
    FROM_ONE_ADDRESS,
    LONGEST_PAUSE,
    MOST_REMEMBERED,
    WITHIN,
    Strangers,
    pause,
)
from desk.accounts.passwords import BadPasswordError, Passwords, one_time, require_good
from desk.pages.routes_doors import ours

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def _asks(**headers: str) -> HTTPConnection:
    given = {"host": "desk.example:8080", **headers}
    return HTTPConnection(
        {
            "type": "http",
            "scheme": "http",
            "path": "/",
            "query_string": b"",
            "server": ("desk.example", 8080),
            "headers": [
                (name.replace("_", "-").encode(), value.encode()) for name, value in given.items()
            ],
        }
    )


def test_the_pause_grows_with_each_failure_up_to_a_quarter_of_an_hour() -> None:
    pauses = [pause(failures) for failures in range(FREE_FAILURES + 20)]
    assert pauses[: FREE_FAILURES + 1] == [timedelta(0)] * (FREE_FAILURES + 1)
    assert pauses[FREE_FAILURES + 1 : FREE_FAILURES + 4] == [
        timedelta(seconds=30),
        timedelta(minutes=1),
        timedelta(minutes=2),
    ]
    assert pauses[-1] == LONGEST_PAUSE
    assert pause(10**9) == LONGEST_PAUSE


def test_a_number_that_nobody_has_is_closed_like_one_that_somebody_has() -> None:
    strangers = Strangers()
    for _ in range(FREE_FAILURES + 1):
        assert not strangers.tried("909090", NOW).closed(NOW)
    closed = strangers.tried("909090", NOW)
    assert closed.until == NOW + timedelta(seconds=30)
    assert strangers.tried("909090", NOW).until == closed.until  # tries meanwhile cost nothing
    later = NOW + timedelta(seconds=31)
    assert not strangers.tried("909090", later).closed(later)
    assert strangers.tried("909090", later).until == later + timedelta(minutes=1)


def test_an_address_may_fail_again_when_its_failures_are_old() -> None:
    strangers = Strangers()
    for second in range(FROM_ONE_ADDRESS):
        assert strangers.address_closed_until("192.0.2.7", NOW) is None
        strangers.failed("192.0.2.7", NOW + timedelta(seconds=second))
    end = NOW + timedelta(seconds=FROM_ONE_ADDRESS)
    assert strangers.address_closed_until("192.0.2.7", end) == NOW + WITHIN
    assert strangers.address_closed_until("192.0.2.8", end) is None
    assert strangers.address_closed_until("192.0.2.7", NOW + WITHIN) is None


def test_a_flood_of_numbers_does_not_fill_the_memory() -> None:
    strangers = Strangers()
    for number in range(MOST_REMEMBERED + 100):
        strangers.tried(str(number), NOW)
        strangers.failed(str(number), NOW)
    assert len(strangers._numbers) == len(strangers._addresses) == MOST_REMEMBERED


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short", "short"),
        ("x" * 201, "short"),
        ("aaaaaaaaaaaa", "simple"),
        ("0123456789", "simple"),
        ("9876543210", "simple"),
        ("qwertyuiop", "simple"),
        ("clear-1001-bells", "own"),
        ("李梅的密码是很长的一句话", "own"),
    ],
)
def test_a_password_that_would_be_guessed_is_refused_with_its_reason(
    password: str, fault: str
) -> None:
    with pytest.raises(BadPasswordError) as refused:
        require_good(password, number="1001", name="李梅")
    assert refused.value.fault == fault


def test_a_long_sentence_is_a_good_password_in_any_script() -> None:
    for password in ("four-clear-bells", "春眠不觉晓处处闻啼鸟啊", one_time()):
        require_good(password, number="1001", name="李梅")


async def test_a_password_fits_however_its_letters_were_composed() -> None:
    passwords = Passwords()
    kept = await passwords.kept("caf\u00e9-au-lait")
    assert await passwords.fits("cafe\u0301-au-lait", kept)
    assert not await passwords.fits("cafe-au-lait", kept)
    assert not await passwords.fits("cafe-au-lait", "not from Argon2")
    assert not await passwords.fits("cafe-au-lait", None)
    assert passwords.checked == 4


def test_one_time_passwords_are_never_the_same_and_hold_nothing_that_is_misread() -> None:
    made = {one_time() for _ in range(200)}
    assert len(made) == 200
    assert not set("".join(made)) & set("il1o0")


@pytest.mark.parametrize(
    ("headers", "elsewhere"),
    [
        ({}, False),
        ({"origin": "http://desk.example:8080"}, False),
        ({"origin": "https://desk.example:8080"}, False),  # a proxy takes TLS off
        ({"origin": "http://desk.example:8081"}, True),
        ({"origin": "http://desk.example"}, True),
        ({"origin": "http://elsewhere.example"}, True),
        ({"origin": "null"}, True),
        ({"origin": "http://["}, True),
        ({"sec_fetch_site": "same-origin"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"sec_fetch_site": "same-site"}, True),
        ({"sec_fetch_site": "cross-site", "origin": "http://desk.example:8080"}, True),
    ],
)
def test_a_browser_that_says_another_site_asks_is_believed(
    headers: dict[str, str], elsewhere: bool
) -> None:
    assert guard.from_elsewhere(_asks(**headers)) == elsewhere


def test_a_cookie_that_could_not_be_ours_is_none() -> None:
    assert cookie.given(_asks(cookie="thirdring=" + "A" * 43)) == "A" * 43
    assert cookie.given(_asks(cookie="thirdring=" + "A" * 65)) == ""
    assert cookie.given(_asks(cookie="other=1")) == ""


@pytest.mark.parametrize("where", ["//x", "/\\x", "https://x", "x", "", "/a\nb", "/\t/x", "/a\\b"])
def test_nobody_is_sent_on_to_another_site(where: str) -> None:
    assert ours(where) == "/"


def test_everybody_is_sent_on_to_the_page_that_was_wanted() -> None:
    assert ours("/calls?q=138&from=2026-11-21") == "/calls?q=138&from=2026-11-21"
