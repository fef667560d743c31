"""Connections to the desk: strangers lose theirs to each other, who is at work keeps theirs."""

from dataclasses import dataclass, field

from floor.connection_limiter import OF_ONE_PERSON, ConnectionLimiter, Owner, Peer

AGENT, LEADER, WALL = Owner(1), Owner(2), Owner(None, 7)


@dataclass(eq=False)
class Line:
    """A connection, and whether it was closed."""

    peer: Peer
    ended: bool = False
    dated: list[str] = field(default_factory=list)

    def end(self) -> None:
        self.ended = True

    def expect_life(self) -> None:
        self.dated.append("expected")


def _come(
    limiter: ConnectionLimiter, count: int, address: str = "192.0.2.66", begin: int = 0
) -> list[Line]:
    lines = [Line((address, 10_000 + begin + number)) for number in range(count)]
    for line in lines:
        limiter.came(line.peer, line)
    return lines


def _open(lines: list[Line]) -> list[Line]:
    return [line for line in lines if not line.ended]


def test_strangers_share_their_places_and_the_one_who_rested_longest_goes() -> None:
    limiter = ConnectionLimiter(strangers=10)
    first = _come(limiter, 10)
    limiter.works(first[0].peer, busy=True)
    more = _come(limiter, 5, begin=100)
    assert [line.ended for line in first] == [False, *[True] * 5, *[False] * 4]
    assert _open(more) == more
    assert len(limiter) == 10


def test_the_address_that_holds_most_loses_not_the_one_that_comes() -> None:
    limiter = ConnectionLimiter(strangers=10)
    [caller] = _come(limiter, 1, "192.0.2.1")
    flood = _come(limiter, 500)
    assert not caller.ended
    assert len(_open(flood)) == 9
    [another] = _come(limiter, 1, "192.0.2.2")
    assert not another.ended
    assert len(_open(flood)) == 8


def test_a_connection_on_which_somebody_was_admitted_is_no_strangers() -> None:
    limiter = ConnectionLimiter(strangers=10)
    known = _come(limiter, 5, "192.0.2.1")
    for line in known:
        limiter.known(line.peer, AGENT)
    _come(limiter, 5, "192.0.2.1", begin=50)
    _come(limiter, 600)
    assert _open(known) == known


def test_one_person_loses_an_idle_one_of_the_own_and_nobody_elses() -> None:
    limiter = ConnectionLimiter()
    [other] = _come(limiter, 1, "192.0.2.1")
    limiter.known(other.peer, LEADER)
    lines = _come(limiter, OF_ONE_PERSON + 5)
    page = lines[0]
    for line in lines:
        limiter.works(line.peer, busy=True)
        limiter.known(line.peer, AGENT)
        limiter.works(line.peer, busy=line is page)
    assert not page.ended, "it is open and in use"
    assert [line.ended for line in lines[1:6]] == [True] * 5
    assert len(_open(lines)) == OF_ONE_PERSON
    assert not other.ended


def test_where_all_of_a_person_are_in_use_the_new_one_goes() -> None:
    limiter = ConnectionLimiter()
    lines = _come(limiter, OF_ONE_PERSON + 1)
    for line in lines:
        limiter.works(line.peer, busy=True)
        limiter.known(line.peer, AGENT)
    assert _open(lines) == lines[:-1]


def test_a_wall_of_screens_may_share_a_token() -> None:
    limiter = ConnectionLimiter()
    lines = _come(limiter, 60)
    for line in lines:
        limiter.known(line.peer, WALL)
    assert _open(lines) == lines


def test_when_all_places_are_taken_whoever_is_at_work_stays() -> None:
    limiter = ConnectionLimiter(
        at_work=lambda account: account == AGENT.account_id, most=20, strangers=100
    )
    working, resting = _come(limiter, 5, "192.0.2.1"), _come(limiter, 10, "192.0.2.2")
    for lines, owner in ((working, AGENT), (resting, LEADER)):
        for line in lines:
            limiter.known(line.peer, owner)
    strangers = _come(limiter, 100)
    assert _open(working) == working
    assert _open(resting) == resting, "strangers go before them"
    assert len(limiter) == 20
    for which in range(100):
        [line] = _come(limiter, 1, "192.0.2.3", begin=which)
        limiter.known(line.peer, Owner(100 + which))
    assert _open(working) == working, "although nothing was done on them for longest"
    assert _open(resting + strangers) == []


def test_a_proxy_of_ours_is_no_stranger() -> None:
    limiter = ConnectionLimiter(strangers=10, proxies=frozenset({"192.0.2.5"}))
    proxied = _come(limiter, 100, "192.0.2.5")
    for which, line in enumerate(proxied):
        limiter.known(line.peer, Owner(which % 3))
    _come(limiter, 50)
    assert _open(proxied) == proxied


def test_a_place_that_is_left_is_free() -> None:
    limiter = ConnectionLimiter(strangers=10)
    for _ in range(5):
        for line in _come(limiter, 10):
            assert not line.ended
            limiter.went(line.peer)
    assert len(limiter) == 0
    limiter.works(("192.0.2.66", 10_000), busy=True)  # what is gone is gone
    limiter.known(("192.0.2.66", 10_000), AGENT)
