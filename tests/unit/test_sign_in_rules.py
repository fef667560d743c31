"""The rules of signing in: how long a guesser must wait, what a good password is, what CSRF is."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import HTTPConnection
from starlette.responses import Response

from authentication import cookie
from authentication import csrf as guard
from authentication import known_browser as device
from authentication.known_browser import Marks
from authentication.lockout import (
    EVERYWHERE_EVERY,
    EVERYWHERE_FREE,
    FREE_FAILURES,
    LONGEST_PAUSE,
    MOST_REMEMBERED,
    TIRED_AFTER,
    WITHIN,
    Guesses,
    Whence,
    everywhere,
    network,
    pause,
)
from authentication.passwords import BadPasswordError, Passwords, one_time, require_good
from features.accounts.pages_sign_in import ours

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


HERE, THERE = Whence("192.0.2.7"), Whence("192.0.2.8")


@pytest.mark.parametrize("nobodys", [True, False])
def test_a_number_that_nobody_has_is_closed_like_one_that_somebody_has(nobodys: bool) -> None:
    guesses = Guesses()
    for _ in range(FREE_FAILURES + 1):
        assert not guesses.tried("909090", HERE, NOW, nobodys=nobodys).closed(NOW)
    closed = guesses.tried("909090", HERE, NOW, nobodys=nobodys)
    assert closed.until == NOW + timedelta(seconds=30)
    # tries meanwhile cost nothing
    assert guesses.tried("909090", HERE, NOW, nobodys=nobodys).until == closed.until
    later = NOW + timedelta(seconds=31)
    assert not guesses.tried("909090", HERE, later, nobodys=nobodys).closed(later)
    assert guesses.tried("909090", HERE, later, nobodys=nobodys).until == later + timedelta(
        minutes=1
    )


def test_who_guesses_closes_a_number_to_himself_and_to_nobody_else() -> None:
    guesses = Guesses()
    for _ in range(100):
        guesses.tried("1001", HERE, NOW)
    assert guesses.tried("1001", HERE, NOW).closed(NOW)
    assert not guesses.tried("1001", THERE, NOW).closed(NOW)
    assert not guesses.tried("1001", Whence(HERE.address, "its own browser"), NOW).closed(NOW)
    assert not guesses.tried("1002", HERE, NOW).closed(NOW)


def test_the_right_password_cleans_the_slate_of_where_it_came_from() -> None:
    guesses = Guesses()
    for whence in (HERE, THERE):
        for _ in range(FREE_FAILURES):
            guesses.tried("1001", whence, NOW)
    guesses.right("1001", HERE)
    assert guesses.tried("1001", HERE, NOW).failures == 0
    assert guesses.tried("1001", THERE, NOW).failures == FREE_FAILURES


def test_an_address_that_tries_number_after_number_has_nothing_free_and_is_never_closed() -> None:
    guesses = Guesses()
    for _ in range(TIRED_AFTER):
        guesses.failed(HERE, NOW)
    assert guesses.tired(HERE, NOW)
    assert not guesses.tired(THERE, NOW)
    assert not guesses.tired(Whence(HERE.address, "a browser of the house"), NOW)
    assert not guesses.tried("1001", HERE, NOW).closed(NOW), "the right password is let in"
    assert guesses.tried("1001", HERE, NOW).until == NOW + timedelta(seconds=30)
    assert not guesses.tired(HERE, NOW + WITHIN)


def test_an_attacker_has_a_hundred_guesses_a_day_at_one_account_from_one_address() -> None:
    """What docs/operating.md promises; the first day, and each one after it."""
    guesses, now, days = Guesses(), NOW, []
    for day in (1, 2):
        looked_at = 0
        while now < NOW + timedelta(days=day):
            before = guesses.tried("1001", HERE, now)
            if before.closed(now):
                assert before.until is not None
                now = before.until
            else:
                looked_at += 1
        days.append(looked_at)
    assert days == [104, 96]


def test_an_attacker_with_any_number_of_addresses_has_a_hundred_guesses_a_day_and_150_once() -> (
    None
):
    until, now, looked_at = None, NOW, [0, 0, 0]
    while now < NOW + timedelta(days=3):
        if until is None or until <= now:
            looked_at[(now - NOW).days] += 1
            until = everywhere(until, now)
        else:
            now = until
    assert looked_at == [EVERYWHERE_FREE + 96, 96, 96]
    assert timedelta(days=1) / EVERYWHERE_EVERY == 96


def test_a_number_that_nobody_has_is_closed_to_all_strangers_as_an_account_is() -> None:
    guesses = Guesses()
    for _ in range(EVERYWHERE_FREE):
        assert guesses.tried_everywhere("909090", NOW) is None
    assert guesses.tried_everywhere("909090", NOW) is None  # the one of this quarter of an hour
    assert guesses.tried_everywhere("909090", NOW) == NOW + EVERYWHERE_EVERY


def test_a_flood_of_numbers_does_not_fill_the_memory_and_no_guess_is_forgotten_for_it() -> None:
    guesses = Guesses()
    for _ in range(FREE_FAILURES + 1):
        guesses.tried("1001", HERE, NOW)
    for number in range(MOST_REMEMBERED + 100):
        guesses.tried(str(number), HERE, NOW, nobodys=True)
        guesses.tried_everywhere(str(number), NOW)
        guesses.failed(Whence(str(number)), NOW)
    tables = (guesses._nobodys, guesses._everywhere, guesses._addresses)
    assert [len(each) for each in tables] == [MOST_REMEMBERED] * 3
    assert guesses.tried("1001", HERE, NOW).closed(NOW)


def test_a_network_of_ipv6_is_one_place() -> None:
    assert network("2001:db8:1:2:3::4") == network("2001:db8:1:2::99")
    assert network("2001:db8:1:2::4") != network("2001:db8:1:3::4")
    assert network("::ffff:192.0.2.7") == network("192.0.2.7") == "192.0.2.7"
    assert network("") == ""


MARKS = Marks(b"k" * 32)


def _marked(number: str, *, before: str = "", marks: Marks = MARKS) -> str:
    """Return what a browser keeps after somebody signed in with it."""
    answer = Response()
    marks.put(answer, _asks(cookie=f"{device.NAME}={before}"), number, now=NOW)
    return answer.headers["set-cookie"].partition(";")[0].partition("=")[2].strip('"')


def test_a_browser_is_known_to_all_who_signed_in_with_it_and_to_nobody_else() -> None:
    kept = ""
    for number in ("1001", "1002", "1003"):
        kept = _marked(number, before=kept)
    seen = _asks(cookie=f"{device.NAME}={kept}")
    marks = [MARKS.known(seen, number, now=NOW) for number in ("1001", "1002", "1003")]
    assert all(marks)
    assert len(set(marks)) == 3
    assert MARKS.known(seen, "1004", now=NOW) == ""
    assert MARKS.known(seen, "1001", now=NOW + device.LASTS) == ""


def test_a_mark_that_we_did_not_make_is_none_and_nothing_is_built_upon_it() -> None:
    foreign = _marked("1001", marks=Marks(b"x" * 32))
    for value in (foreign, foreign.replace("1001", "1002"), "~", "a~b", "~1001..", "é", "x" * 2000):
        seen = _asks(cookie=f"{device.NAME}={value}".encode().decode("latin-1"))
        assert MARKS.known(seen, "1001", now=NOW) == ""
    planted = foreign.partition("~")[0]
    assert not _marked("1001", before=foreign).startswith(planted)


def test_a_browser_keeps_the_marks_of_its_last_people_only() -> None:
    kept = ""
    for number in range(1001, 1031):
        kept = _marked(str(number), before=kept)
    seen = _asks(cookie=f"{device.NAME}={kept}")
    assert MARKS.known(seen, "1030", now=NOW)
    assert not MARKS.known(seen, "1001", now=NOW)
    assert len(kept) < device.LONGEST


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


@pytest.mark.parametrize(
    "password",
    [
        *(
            "Password123!",
            "qwertyuiop1",
            "iloveyou2024",
            "1qaz2wsx3edc",
            "admin123456",
            "a1b2c3d4e5",
        ),
        *(
            "5201314woaini",
            "woaini1314520",
            "thirdring2026",
            "1234567890ab",
            "zhimakaimen",
            "aa123456789",
        ),
        *(
            "Passw0rd2026",
            "liming20001010",
            "welcome12345",
            "ｐａｓｓｗｏｒｄ123",
            "88888888666666",
        ),
    ],
)
def test_a_password_that_many_have_is_refused(password: str) -> None:
    with pytest.raises(BadPasswordError) as refused:
        require_good(password, number="1001", name="Li Ming")
    assert refused.value.fault in {"simple", "own"}


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


def test_over_tls_the_cookie_is_of_this_host_alone() -> None:
    over, plain, answer = _asks(x_forwarded_proto="https"), _asks(), Response()
    cookie.put(answer, over, "A" * 43)
    said = answer.headers["set-cookie"]
    assert said.startswith("__Host-thirdring=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(said.split("; "))
    assert "domain" not in said.lower()
    beside = f"thirdring={'B' * 43}; __Host-thirdring={'A' * 43}"
    assert cookie.given(_asks(cookie=beside, x_forwarded_proto="https")) == "A" * 43
    assert cookie.given(_asks(cookie="thirdring=x", x_forwarded_proto="https")) == ""
    assert cookie.given(_asks(cookie=beside)) == "B" * 43
    answer = Response()
    cookie.take(answer, plain)
    assert answer.headers["set-cookie"].startswith("thirdring=")


def test_a_cookie_that_could_not_be_ours_is_none() -> None:
    assert cookie.given(_asks(cookie="thirdring=" + "A" * 43)) == "A" * 43
    assert cookie.given(_asks(cookie="thirdring=" + "A" * 65)) == ""
    assert cookie.given(_asks(cookie="other=1")) == ""


@pytest.mark.parametrize("where", ["//x", "/\\x", "https://x", "x", "", "/a\nb", "/\t/x", "/a\\b"])
def test_nobody_is_sent_on_to_another_site(where: str) -> None:
    assert ours(where) == "/"


def test_everybody_is_sent_on_to_the_page_that_was_wanted() -> None:
    assert ours("/calls?q=138&from=2026-11-21") == "/calls?q=138&from=2026-11-21"
